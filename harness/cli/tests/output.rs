//! What a user sees: tables, failures, refused files, exit codes.

mod support;

use std::collections::BTreeMap;
use std::fs;

use support::{rolecall, root};

#[test]
fn a_passing_run_is_a_table_and_a_line() {
    let ran = rolecall(&["scenario", "s3-upload"]);
    assert_eq!(ran.code, 0);
    assert!(
        !ran.stdout.contains('\u{1b}'),
        "no colours where there is no terminal"
    );
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_failing_run_says_what_where_and_what_next() {
    let ran = rolecall(&[
        "scenario",
        "harness/cli/tests/wrong/unmet-expectations.toml",
    ]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn what_struck_is_told_and_what_never_did() {
    let ran = rolecall(&["scenario", "harness/cli/tests/wrong/faults.toml"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    insta::assert_snapshot!(ran.stdout);
}

/// Its words, with the place in its source, are in the report, and nowhere else: they may be secret.
#[test]
fn a_provider_that_panics_is_told_of_once() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    let scenario = r#"
summary = "A listing of which no request can be made."
[world]
role.photo-app = { trust = "ec2" }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }
[app.web]
on = "web"
[[step]]
name = "the end of a line in it"
fault = { name = "two", on = "imds-role", times = 1, roles = ["first", "second"] }
resolve = {}
"#;
    fs::write(file.path(), scenario).unwrap();
    let path = file.path().to_str().unwrap();
    let ran = support::rolecall_with(&["scenario", path], &[("RUST_BACKTRACE", "1")]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    let told = ran.stdout.lines().find(|line| line.contains("a panic: "));
    let place = told.unwrap_or(&ran.stdout).split_once(" (aws-config-1.");
    assert!(place.unwrap().1.starts_with(char::is_numeric), "{told:?}");
}

/// A provider that cannot be asked shows it, too: it is told before a process is there.
#[test]
fn the_environment_of_a_provider_is_shown_without_secrets() {
    let arguments = ["scenario", "s3-upload", "--show-env", "--", "false"];
    let secrets = [
        ("AWS_PROFILE", "production"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("GITHUB_TOKEN", "hush"),
    ];
    let ran = support::rolecall_with(&arguments, &secrets);
    let lines = || ran.stderr.lines();
    for line in [
        "the environment of `",
        "- AWS_PROFILE  (",
        "- GITHUB_TOKEN  (",
        "- AWS_SECRET_ACCESS_KEY  (",
        "+ AWS_ENDPOINT_URL=http://127.0.0.1:",
        "+ HOME=",
    ] {
        let shown = lines().any(|shown| shown.starts_with(line));
        assert!(shown, "{line}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
}

#[test]
fn a_provider_without_a_process_has_no_environment_to_show() {
    let ran = rolecall(&["scenario", "s3-upload", "--show-env"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("aws-config-child"), "{}", ran.stderr);
}

#[test]
fn the_whole_suite_passes() {
    let ran = rolecall(&["scenario"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    // What is about the promise of another provider does not apply, and some is known to fail: every
    // other row passes.
    let summary = ran
        .stdout
        .lines()
        .find(|line| line.contains(" scenarios: "));
    let summary = summary.unwrap_or_else(|| panic!("{}", ran.stdout));
    let (all, parts) = summary.trim().split_once(" scenarios: ").unwrap();
    let parts = parts.split(", ").map(|part| {
        let (count, what) = part.split_once(' ').unwrap();
        (what, count.parse::<usize>().unwrap())
    });
    let counts: BTreeMap<_, _> = parts.collect();
    let of = |what: &str| counts.get(what).copied().unwrap_or_default();
    let expected = [
        "passed",
        "expected failure",
        "not applicable",
        "already so",
        "not yet",
        "differs",
    ];
    assert!(
        counts.keys().all(|what| expected.contains(what)),
        "{summary}"
    );
    assert_eq!(all.parse(), Ok(expected.map(of).iter().sum::<usize>()));
    assert!(of("passed") > of("not applicable"), "{summary}");
}

/// What is known of another version, or of no scenario at all, says nothing of this one: it is gone
/// through before anything is played.
#[test]
fn what_was_known_to_fail_has_to_be_of_this_version_and_of_a_scenario() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("fixtures/providers/mine");
    fs::create_dir_all(&folder).unwrap();
    let manifest = "name = \"mine\"\nversion = \"2.0.0\"\ncontract = \"session\"\ncommand = [\"false\"]\nuses = [\"client\"]\n";
    fs::write(folder.join("provider.toml"), manifest).unwrap();
    for (scenario, version, why) in [
        (
            "s3-upload",
            "1.0.0",
            "is known of version 1.0.0, and this is 2.0.0",
        ),
        ("s3-uplaod", "2.0.0", "there is no such scenario"),
    ] {
        let known = format!(
            "[[known]]\nscenario = \"{scenario}\"\nrule = \"s3.requests.signed\"\nversion = \"{version}\"\nreason = \"x\"\nlink = \"https://example.com\"\n"
        );
        fs::write(folder.join("known-failing.toml"), known).unwrap();
        let ran = support::rolecall_in(
            scratch.path(),
            &["scenario", "s3-upload", "--provider", "mine"],
        );
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert_eq!(ran.stdout, "", "nothing is played");
    }
}

/// A second table row of a file is no reason to play the first file: nothing is half run.
#[test]
fn a_bad_file_is_refused_before_anything_is_played() {
    let scratch = tempfile::tempdir().unwrap();
    let world = "summary = \"x\"\n[world]\nbuckets = [\"photos\"]\ninstance.web = {}\n";
    for (name, text, said) in [
        (
            "misspelt",
            format!("{world}[[step]]\nname = \"a\"\nresolv = {{}}\n"),
            "did you mean `resolve`?",
        ),
        (
            "unknown-role",
            format!("{world}profile.p = {{ role = \"wbe\" }}\n"),
            "no role `wbe`",
        ),
        (
            "bad-duration",
            format!("{world}[[step]]\nname = \"a\"\nafter = \"6 parsecs\"\nresolve = {{}}\n"),
            "6 parsecs",
        ),
        (
            "two-actions",
            format!("{world}[[step]]\nname = \"a\"\nresolve = {{}}\ncaller-identity = {{}}\n"),
            "two",
        ),
        ("not-toml", "summary = \n".to_owned(), "not-toml.toml:1:"),
        (
            "no-policy",
            format!(
                "{world}role.r = {{ trust = \"ec2\", inline = {{ p = '{{\"Statement\": 7}}' }} }}\n"
            ),
            "policy",
        ),
        (
            "not-played",
            format!(
                "{world}bucket.shared = {{ policy = '{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::shared/*\"}}]}}' }}\n[[step]]\nname = \"a\"\nresolve = {{}}\n"
            ),
            "`bucket.policy` is not played yet",
        ),
        (
            "no-such-rule",
            format!(
                "rules = [\"imds.role.apears\"]\n{world}[[step]]\nname = \"a\"\nresolve = {{}}\n"
            ),
            "no rule `imds.role.apears`",
        ),
    ] {
        let file = scratch.path().join(format!("{name}.toml"));
        fs::write(&file, text).unwrap();
        let ran = rolecall(&["scenario", "s3-upload", file.to_str().unwrap()]);
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.stdout, "", "{name}: nothing is played");
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(&format!("{name}.toml:")),
            "{name}: {}",
            ran.stderr
        );
    }
}

#[test]
fn unknown_names_get_a_suggestion() {
    for (arguments, said) in [
        (
            vec!["scenario", "s3-uplod"],
            "no scenario `s3-uplod`; did you mean `s3-upload`?",
        ),
        (
            vec!["scenario", "zzz"],
            "no scenario `zzz`; `rolecall scenario --list` lists them",
        ),
        (
            vec!["scenario", "./nowhere.toml"],
            "./nowhere.toml: No such file or directory",
        ),
        (
            vec!["rules", "imds.role.apears-after-association"],
            "did you mean `imds.role.appears-after-association`?",
        ),
        (
            vec!["scenario", "--provider", "botcore"],
            "no provider `botcore`; did you mean `botocore`?",
        ),
        (vec!["--log", "rolecall=loud", "rules"], "--log"),
    ] {
        let ran = rolecall(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    for arguments in [
        &["--help"][..],
        &["scenario", "--help"],
        &["rules", "--help"],
    ] {
        let ran = rolecall(arguments);
        assert_eq!(ran.code, 0);
        assert!(
            ran.stdout.contains("Examples:\n  rolecall "),
            "{arguments:?}: {}",
            ran.stdout
        );
    }
}

#[test]
fn machines_get_one_json_document() {
    let ran = rolecall(&["scenario", "--format", "json"]);
    assert_eq!(ran.code, 0);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let scenarios = document["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= rolecall_scenarios::SCENARIOS.len());
    for scenario in scenarios {
        // What is about the promise of another provider: nothing of it is played.
        if scenario["verdict"] == "not-applicable" {
            assert_eq!(scenario["steps"].as_array().unwrap().len(), 0);
            continue;
        }
        let verdict = scenario["verdict"].as_str().unwrap();
        if ["expected-failure", "already-so", "not-yet", "differs"].contains(&verdict) {
            continue;
        }
        assert_eq!(scenario["verdict"], "passed");
        assert_eq!(
            scenario["steps"].as_array().unwrap().len(),
            scenario["steps_total"]
        );
    }
    for arguments in [
        &["scenario", "--list", "--format", "json"],
        &["rules", "--format", "json"][..],
    ] {
        let ran = rolecall(arguments);
        let listed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(!listed.as_array().unwrap().is_empty());
    }
}

/// A rule reads like a page: the sentence, the consequence, where from, and what plays it.
#[test]
fn a_rule_is_explained() {
    let ran = rolecall(&["rules", "imds.token.lost-reply-ends-in-time"]);
    assert_eq!(ran.code, 0);
    let page: Vec<(&str, &str)> = ran.stdout.lines().map(|line| line.split_at(11)).collect();
    let words: Vec<&str> = page.iter().map(|(word, _)| word.trim()).collect();
    let wanted = [
        "rule",
        "says",
        "why",
        "level",
        "set",
        "source",
        "who",
        "tested by",
        "see also",
    ];
    assert_eq!(words, wanted, "{}", ran.stdout);
    assert_eq!(page[3].1, "must: AWS's documentation says so");
    assert!(page[5].1.ends_with("(read 2026-11)"));
    // As the published table has it.
    assert!(page[6].1.starts_with("passes: "));
    assert_eq!(page[7].1, "token-reply-lost");
    assert!(page[8].1.contains("imds.token.ttl-echo"));
}

/// So are those about servers, by which nobody is judged.
#[test]
fn a_rule_about_servers_is_explained() {
    let ran = rolecall(&["rules", "imds.token.ttl-echo"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page: Vec<(&str, &str)> = ran.stdout.lines().map(|line| line.split_at(10)).collect();
    let words: Vec<&str> = page.iter().map(|(word, _)| word.trim()).collect();
    let wanted = [
        "rule", "says", "why", "about", "known", "source", "see also",
    ];
    assert_eq!(words, wanted, "{}", ran.stdout);
    assert!(page[2].1.contains("aws-config reports an error"));
    assert!(page[3].1.contains("no client is judged by it"));
    let misspelt = rolecall(&["rules", "imds.token.ttl-eco"]);
    assert_eq!(misspelt.code, 2);
    assert!(
        misspelt
            .stderr
            .contains("did you mean `imds.token.ttl-echo`?")
    );
}

#[test]
fn a_slug_means_one_rule() {
    let listed = |arguments: &[&str]| -> BTreeMap<String, String> {
        let ran = rolecall(&[&["rules", "--format", "json"], arguments].concat());
        let rules: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let rules = rules.iter();
        rules
            .map(|rule| (text(&rule["slug"]), text(&rule["about"])))
            .collect()
    };
    let (clients, servers) = (listed(&[]), listed(&["--servers"]));
    assert!(clients.len() > 120 && clients.values().all(|about| about == "clients"));
    assert!(servers.len() > 400 && servers.values().all(|about| about == "servers"));
    let both: Vec<_> = clients
        .keys()
        .filter(|slug| servers.contains_key(*slug))
        .collect();
    assert!(both.is_empty(), "{both:?}");
}

/// The folder that a report leaves behind is enough to play the same again.
#[test]
fn a_report_replays_itself() {
    let scratch = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| scratch.path().join(name));
    let wrong = "harness/cli/tests/wrong/unmet-expectations.toml";
    let ran = rolecall(&[
        "scenario",
        wrong,
        "--seed",
        "9",
        "--report",
        one.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 1);
    let kept = one.join("unmet-expectations/unmet-expectations.toml");
    let ran = rolecall(&[
        "scenario",
        kept.to_str().unwrap(),
        "--seed",
        "9",
        "--report",
        two.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 1);
    let journal = |folder: &std::path::Path| {
        fs::read(folder.join("unmet-expectations/journal.jsonl")).unwrap()
    };
    assert_eq!(journal(&one), journal(&two));
}

/// The scenario that the README shows can be played as it stands there.
#[test]
fn the_scenario_of_the_readme_plays() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (scenario, _) = rest.split_once("```").unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("my-scenario.toml");
    fs::write(&file, scenario).unwrap();
    let ran = rolecall(&["scenario", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// A row is played alone by the name that its report has, and its failure is replayed so.
#[test]
fn one_row_of_a_file_can_be_played() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rows.toml");
    let text = "summary = \"Rows.\"\n[[vary]]\nid = \"one\"\nissue = 1\n[[vary]]\nid = \"two\"\nissue = 2\n[world]\nrole.r = { trust = \"ec2\" }\nprofile.p = { role = \"r\" }\ninstance.web = { profile = \"p\" }\n[[step]]\nname = \"a\"\nresolve = {}\nexpect.issue = \"${issue}\"\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let both = rolecall(&["scenario", path]);
    assert_eq!(both.code, 1, "{}", both.stdout);
    assert!(
        both.stdout.contains("2 scenarios: 1 passed, 1 failed"),
        "{}",
        both.stdout
    );
    let replay = format!("scenario '{path}[two]' --seed 1");
    assert!(both.stdout.contains(&replay), "{}", both.stdout);
    let one = rolecall(&["scenario", &format!("{path}[one]")]);
    assert_eq!(one.code, 0, "{}", one.stdout);
    assert!(one.stdout.contains("rows[one]") && !one.stdout.contains("rows[two]"));
    let none = rolecall(&["scenario", &format!("{path}[three]")]);
    assert_eq!(none.code, 2);
    assert!(
        none.stderr.contains("has no row `three`"),
        "{}",
        none.stderr
    );
}
