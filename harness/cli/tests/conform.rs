//! `rolecall conform` and `rolecall report`, as their users see them.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{Ran, rolecall, root};

fn conform(arguments: &[&str]) -> Ran {
    let mut all = vec!["conform", "--date", "2026-11-23"];
    all.extend(arguments);
    rolecall(&all)
}

fn results(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr))
}

#[test]
fn the_suite_is_judged_rule_by_rule() {
    let ran = conform(&[]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("aws-config 1."), "{}", ran.stdout);
    for wanted in [
        "  suite     2026.1 (",
        "  clock     virtual",
        "  date      2026-11-23",
    ] {
        assert!(
            lines.iter().any(|line| line.starts_with(wanted)),
            "{wanted}"
        );
    }
    let imds = lines
        .iter()
        .find(|line| line.starts_with("  imds ") && line.contains(" must "));
    assert!(imds.unwrap().contains(" passed"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('%') && !ran.stdout.contains('\u{1b}'));
    assert!(ran.stdout.contains("\nnot applicable  "));
    assert!(ran.stdout.contains("\nnext:\n"));
}

/// Each scenario has a world of its own: how many are played at a time changes nothing.
#[test]
fn side_by_side_gives_the_same_as_one_by_one() {
    let jobs = |jobs: &str| conform(&["--topic", "imds", "--format", "json", "--jobs", jobs]);
    let (one, many) = (jobs("1"), jobs("8"));
    assert_eq!(one.code, 0);
    assert!(one.stdout == many.stdout);
    let results = results(&one);
    assert_eq!(results["suite"]["version"], "2026.1");
    let subject = &results["runs"][0]["subject"];
    assert_eq!(subject["id"], "aws-config");
    assert_eq!(subject["date"], "2026-11-23");
}

fn keep(folder: &Path, name: &str, ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let path = folder.join(name);
    fs::write(&path, &ran.stdout).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn two_shards_give_the_same_as_one_run_and_nothing_is_lost_in_silence() {
    let scratch = tempfile::tempdir().unwrap();
    let part = |name: &str, more: &[&str]| {
        let mut arguments = vec!["--topic", "imds", "--format", "json"];
        arguments.extend(more);
        keep(scratch.path(), name, &conform(&arguments))
    };
    let whole = part("whole.json", &[]);
    let one = part("one.json", &["--shard", "1/2"]);
    let two = part("two.json", &["--shard", "2/2"]);
    let merged = |files: &[&str]| {
        let mut arguments = vec!["report", "merge", "--format", "json"];
        arguments.extend(files);
        rolecall(&arguments)
    };
    let by_parts = merged(&[&two, &one]);
    assert_eq!(by_parts.code, 0, "{}", by_parts.stderr);
    assert!(by_parts.stdout == merged(&[&whole]).stdout);

    let other_seed = part("seed.json", &["--shard", "2/2", "--seed", "2"]);
    let of_three = part("three.json", &["--shard", "2/3"]);
    let topic = part("topic.json", &["--shard", "2/2", "--topic", "chain"]);
    for (files, said) in [
        (vec![&one], "aws-config: shard 2/2 is missing"),
        (
            vec![&one, &two, &two],
            "aws-config: shard 2/2 is there 2 times",
        ),
        (vec![&whole, &two], "one of them is of all of it"),
        (vec![&one, &other_seed], "the seed is `1` in"),
        (vec![&one, &of_three], "split in different ways"),
        (vec![&one, &topic], "the selection is `--topic imds` in"),
    ] {
        let files: Vec<&str> = files.into_iter().map(String::as_str).collect();
        let ran = merged(&files);
        assert_eq!(ran.code, 2, "{said}");
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let other = scratch.path().join("other.json");
    fs::write(&other, ran_json_of_another_form(&whole)).unwrap();
    let ran = merged(&[other.to_str().unwrap()]);
    assert!(
        ran.stderr.contains("it is of form 7, and 1 is read"),
        "{}",
        ran.stderr
    );
}

fn ran_json_of_another_form(whole: &str) -> String {
    let mut results: Value = serde_json::from_str(&fs::read_to_string(whole).unwrap()).unwrap();
    results["form"] = 7.into();
    results.to_string()
}

/// A result in which a scenario that passes has failed, with times that are known: a set from the
/// beginning to 6 h, the next one from 5 h 55 min on, and a request at 6 h.
fn doctored(folder: &Path) -> String {
    let ran = conform(&[
        "--scenario",
        "rotation",
        "--scenario",
        "instance-launch",
        "--format",
        "json",
    ]);
    let mut results = results(&ran);
    let mut other = results["runs"][0].clone();
    other["subject"]["id"] = "other".into();
    let cases = results["runs"][0]["cases"].as_array_mut().unwrap();
    let case = cases
        .iter_mut()
        .find(|case| case["report"]["scenario"] == "rotation")
        .unwrap();
    let exchange = json!({
        "operation": "s3-put-object", "caller": "web", "method": "PUT", "target": "photos.s3/<cat>",
        "request_headers": [["authorization", "sha256:00"]], "status": 403, "response_headers": [],
        "response_body": "<Error/>", "identity": null, "access_key_id": null, "issue": 1,
        "by_machine_time": false, "decision": null, "refusal": "ExpiredToken", "detail": null,
        "fault": null, "number": 20, "at_seconds": 21600.0,
    });
    let finding = json!({
        "rules": ["imds.credentials.refreshed-before-expiry"],
        "expected": "that it is <allowed>",
        "actual": "ExpiredToken",
    });
    let report = &mut case["report"];
    report["verdict"] = "failed".into();
    report["steps"][1]["verdict"] = "failed".into();
    report["steps"][1]["findings"] = json!([finding]);
    report["steps"][1]["trace"] = json!([exchange]);
    let life = |name: &str, from: f64, to: f64| json!({ "name": name, "source": "instance web", "key": "ASIA", "from": from, "to": to });
    case["timeline"] = json!({
        "seconds": 43200.0,
        "lives": [life("photo-app 1", 0.0, 21600.0), life("photo-app 2", 21300.0, 42900.0)],
        "marks": [{ "at": 21600.0, "kind": "refused", "says": "web asks s3-put-object: 403", "number": 20 }],
    });
    results["runs"].as_array_mut().unwrap().push(other);
    let path = folder.join("doctored.json");
    fs::write(&path, results.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn shown(format: &str) -> Ran {
    let scratch = tempfile::tempdir().unwrap();
    let file = doctored(scratch.path());
    rolecall(&["report", "merge", &file, "--format", format])
}

#[test]
fn a_failure_says_what_it_means_and_how_to_see_it_again() {
    let ran = shown("human");
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for wanted in [
        "\nfailed  rotation  ",
        "\n  expected  that it is <allowed>\n",
        "\n  seen      ExpiredToken\n",
        "\n  rule      imds.credentials.refreshed-before-expiry (must): A client takes up",
        "\n  means     A client that waits longer signs",
        "\n  source    Amazon EC2 User Guide, IAM roles",
        "\n  replay    rolecall scenario rotation --seed 1\n",
        "\n  rolecall rules imds.credentials.refreshed-before-expiry  ",
        "1 passed, 1 failed",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted} in {}", ran.stdout);
    }
    let others = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("  others "));
    // Beside those of the published table.
    let passing = others.and_then(|line| line.split_once("passes: "));
    let passes = |who: &str| who.split([',', ';']).any(|one| one.trim() == "other");
    assert!(
        passing.is_some_and(|(_, who)| passes(who)),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_kept_of_a_run_can_be_put_together_again() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("deep/report");
    let ran = conform(&["--topic", "sts", "--report", folder.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let result = folder.join("result.json");
    let shown = rolecall(&["report", "merge", result.to_str().unwrap()]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(shown.stdout, ran.stdout);
}

#[test]
fn a_pass_that_was_not_expected_is_a_failure_and_a_stale_list_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let list = scratch.path().join("list.toml");
    let version = results(&conform(&["--scenario", "rotation", "--format", "json"]));
    let version = version["runs"][0]["subject"]["version"]
        .as_str()
        .unwrap()
        .to_owned();
    let known = |scenario: &str, version: &str| {
        let text = format!(
            "[[known]]\nscenario = \"{scenario}\"\nversion = \"{version}\"\nreason = \"r\"\nlink = \"l\"\n"
        );
        fs::write(&list, text).unwrap();
        conform(&[
            "--scenario",
            "rotation",
            "--known-failing",
            list.to_str().unwrap(),
        ])
    };
    let passed = known("rotation", &version);
    assert_eq!(passed.code, 1, "{}", passed.stdout);
    assert!(passed.stdout.contains("unexpected pass"));
    let stale = known("rotation", "0.1");
    assert_eq!(stale.code, 2);
    assert!(
        stale.stderr.contains("is known of version 0.1"),
        "{}",
        stale.stderr
    );
    assert_eq!(known("rotatoin", &version).code, 2);
}

/// Nothing judged is no success.
#[test]
fn a_run_that_judges_nothing_does_not_succeed() {
    let only = ["--scenario", "failure-in-the-window"];
    let nothing = conform(&only);
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    let enough = conform(&[&only[..], &["--judged-min", "0"]].concat());
    assert_eq!(enough.code, 0);
    let too_few = conform(&["--topic", "sts", "--judged-min", "1000"]);
    assert_eq!(too_few.code, 3);
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    for (arguments, said) in [
        (
            vec!["--topic", "imsd"],
            "no topic `imsd`; did you mean `imds`?",
        ),
        (
            vec!["--rule", "imds.role.appear-after-association"],
            "did you mean `imds.role.appears-after-association`?",
        ),
        (vec!["--scenario", "rotatoin"], "did you mean `rotation`?"),
        (vec!["--shard", "3/2"], "`3/2` is no shard"),
        (
            vec!["--provider", "aws-config", "--provider", "aws-config"],
            "is there twice",
        ),
        (vec!["--check", "no-such-file.md"], "no-such-file.md"),
        (
            vec!["--known-failing", "no-such-file.toml"],
            "no-such-file.toml",
        ),
    ] {
        let ran = conform(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stdout);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "nothing is played");
    }
}

#[test]
fn filters_choose_and_say_so() {
    let cases = |arguments: &[&str]| -> Vec<Value> {
        let ran = conform(&[arguments, &["--format", "json"]].concat());
        results(&ran)["runs"][0]["cases"]
            .as_array()
            .unwrap()
            .clone()
    };
    let topic = cases(&["--topic", "sts"]);
    assert!(topic.iter().all(|case| case["topic"] == "sts"));
    let rule = "imds.token.lost-reply-ends-in-time";
    let of_rule = cases(&["--rule", rule]);
    let tests_it = |case: &Value| case["own_rules"].as_array().unwrap().contains(&rule.into());
    assert!(of_rule.iter().all(tests_it));
    let parts = [
        cases(&["--topic", "sts", "--shard", "1/2"]),
        cases(&["--topic", "sts", "--shard", "2/2"]),
    ];
    assert!(!topic.is_empty() && !of_rule.is_empty());
    assert_eq!(parts.concat().len(), topic.len());
    let level = conform(&["--topic", "s3", "--level", "must"]);
    assert!(
        level.stdout.contains(", --topic s3 --level must\n"),
        "{}",
        level.stdout
    );
}

#[test]
fn a_published_table_is_checked() {
    let scratch = tempfile::tempdir().unwrap();
    let page = scratch.path().join("page.md");
    let path = page.to_str().unwrap();
    let chain = ["--topic", "chain", "--topic", "imds"];
    let made = conform(&[&chain[..], &["--format", "markdown"]].concat());
    fs::write(&page, &made.stdout).unwrap();
    let same = conform(&[&chain[..], &["--check", path]].concat());
    assert_eq!(same.code, 0, "{}", same.stderr);
    let row = made
        .stdout
        .lines()
        .find(|line| line.starts_with("| `chain.instance-role"));
    let wrong = row.unwrap().replace("passes", "fails");
    fs::write(&page, made.stdout.replace(row.unwrap(), &wrong)).unwrap();
    let differs = conform(&[&chain[..], &["--check", path]].concat());
    assert_eq!(differs.code, 1);
    let said = "aws-config: chain.instance-role-is-found is published as `fails`, and it `passes`";
    assert!(differs.stderr.contains(said), "{}", differs.stderr);
}

#[test]
fn ci_servers_are_told_in_their_form() {
    let ran = conform(&["--topic", "refresh", "--format", "junit"]);
    assert!(ran.stdout.starts_with("<?xml"), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("<skipped message=\"not applicable: it is about the promise")
    );
    assert!(ran.stdout.contains("classname=\"refresh\""));
    assert!(
        ran.stdout
            .contains("<property name=\"clock\" value=\"virtual\"")
    );
    let ran = shown("junit");
    assert!(ran.stdout.contains("failures=\"1\""), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("message=\"failed: expected that it is &lt;allowed&gt;, was ExpiredToken\"")
    );
}

/// One file, which fetches nothing, in which each failing cell leads to its timeline.
#[test]
fn the_page_needs_nothing_else() {
    let page = shown("html").stdout;
    assert!(page.starts_with("<!doctype html>"));
    for fetched in [" src=", "<link", "@import", "url("] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    let id = "c0-imds.credentials.refreshed-before-expiry";
    assert!(page.contains(&format!(
        "<td class=\"fails\"><a href=\"#{id}\">fails</a></td>"
    )));
    let section = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    let section = section.split("Back to the table").next().unwrap();
    // Of twelve hours six are half of the width, and 5 h 55 min are 49.306 hundredths.
    for drawn in [
        "<details class=\"case\" id=\"s0-rotation\" open>",
        "<rect x=\"0.000%\" y=\"28\" width=\"50.000%\"",
        "<rect x=\"49.306%\" y=\"52\" width=\"50.000%\"",
        "<details class=\"step\" id=\"s0-rotation-step-2\" open>",
        "href=\"#s0-rotation-20\"",
        "<circle cx=\"50.000%\"",
        "<details class=\"wire\" id=\"s0-rotation-20\"><summary><span class=\"dim\">#20 6h</span> PUT photos.s3/&lt;cat&gt; <b class=\"fails\">403</b>",
        "<pre>from web\n&gt; authorization",
        "that it is &lt;allowed&gt;",
    ] {
        assert!(section.contains(drawn), "{drawn} in {section}");
    }
    for tag in [
        "details", "summary", "div", "span", "g", "dl", "table", "tbody", "tr", "svg", "text", "a",
    ] {
        let opened = [format!("<{tag} "), format!("<{tag}>")];
        let opened: usize = opened
            .iter()
            .map(|open| page.matches(open.as_str()).count())
            .sum();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    // Every address within the page leads somewhere.
    for address in page.split("href=\"#").skip(1) {
        let address = address.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{address}\"")), "{address}");
    }
}

/// The published table has a column of every provider under test, at its pinned version; what fails
/// there has its finding, and nothing is failed by all.
#[test]
fn the_published_table_is_whole() {
    let table = fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    let folders = fs::read_dir(root().join("fixtures/providers")).unwrap();
    let manifests = folders.map(|folder| folder.unwrap().path().join("provider.toml"));
    let manifests = manifests.filter(|path| path.exists());
    let mut providers = vec![("aws-config".to_owned(), String::new())];
    providers.extend(manifests.map(|path| {
        let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let text = |key: &str| manifest[key].as_str().unwrap().to_owned();
        (text("name"), format!("{} |", text("version")))
    }));
    assert!(providers.len() > 8, "{providers:?}");
    for (name, version) in providers {
        let row = format!("\n| {name} | {version}");
        assert!(
            table.contains(&row),
            "no column of {name} {version}: play it with `just conformance {name}`"
        );
    }
    for word in ["No finding is published", "Disputed: "] {
        assert!(!table.contains(word), "{word}");
    }
}
