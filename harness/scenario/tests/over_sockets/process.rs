//! A driver in a process of its own, with nothing but Python's standard library: the clock of that
//! process is shifted for real.

use std::path::PathBuf;
use std::process::Command;

use rolecall_providers::child::{ChildProvider, Driver, Manifest};
use rolecall_reach::Wish;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, OverSockets, Report, RunOptions, TimeKeeping};

use super::SIX_HOURS;

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/over_sockets/driver.py");

/// Plays six hours with the driver, if there is a Python to run it.
fn play(wish: Wish) -> Option<(Report, Option<TimeKeeping>)> {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: a_driver_in_a_process: there is no python3");
        return None;
    }
    let command = ["python3", DRIVER].map(str::to_owned);
    let caller = std::env::vars().collect();
    let provider = ChildProvider::of_command(command.into())
        .with_caller(caller, Vec::new())
        .with_clock(wish);
    let scenario = Scenario::parse("process.toml", SIX_HOURS, &AccountVocabulary).unwrap();
    let sockets = OverSockets::new(&provider);
    let report = sockets.run(&scenario, RunOptions::default(), &mut |_| {});
    Some((report, sockets.time_keeping().cloned()))
}

#[test]
fn a_driver_in_a_process_lives_by_the_simulated_clock() {
    let Some((report, keeping)) = play(Wish::Auto) else {
        return;
    };
    if let Outcome::NotApplicable(why) = &report.outcome {
        eprintln!("skipped: a_driver_in_a_process: {why}");
        return;
    }
    assert_eq!(report.outcome, Outcome::Passed, "{:?}", report.steps);
    assert_eq!(keeping, Some(TimeKeeping::ByWallClock));
    assert_eq!(report.provider, "plain 1");
    assert_eq!(report.requests, 2);
}

#[test]
fn a_driver_in_a_process_that_is_not_shifted_is_not_judged() {
    let Some((report, _)) = play(Wish::None) else {
        return;
    };
    let Outcome::NotApplicable(why) = &report.outcome else {
        panic!("{:?}", report.outcome);
    };
    assert!(why.starts_with("clock not controllable: "), "{why}");
}

/// credentials.never-in-messages: of a process, standard error is read, and the texts of its errors.
#[test]
fn a_secret_in_a_message_fails_whatever_was_expected() {
    const TWO_STEPS: &str = r#"
summary = "A set, twice."
[world]
role.worker = { trust = "ecs-tasks" }
task.worker = { role = "worker" }
[[step]]
name = "the first set"
resolve = {}
EXPECT
[[step]]
name = "once more"
resolve = {}
EXPECT
"#;
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: a_secret_in_a_message: there is no python3");
        return;
    }
    for (manner, expect, said) in [
        ("", "", None),
        (
            "leaks",
            "",
            Some("`worker` in standard error, line 1: fetched [secret]"),
        ),
        (
            "leaks-in-error",
            "expect.fails = \"source-error\"",
            Some("`worker` in the text of an error: OSError: no use for [secret]"),
        ),
    ] {
        let command = ["python3", DRIVER, manner].map(str::to_owned);
        let provider = ChildProvider::of_command(command.into())
            .with_caller(std::env::vars().collect(), Vec::new())
            .with_clock(Wish::Preload);
        let text = TWO_STEPS.replace("EXPECT", expect);
        let scenario = Scenario::parse("leak.toml", &text, &AccountVocabulary).unwrap();
        let options = RunOptions {
            again: false,
            ..RunOptions::default()
        };
        let report = OverSockets::new(&provider).run(&scenario, options, &mut |_| {});
        if let Outcome::NotApplicable(why) = &report.outcome {
            eprintln!("skipped: a_secret_in_a_message: {why}");
            return;
        }
        // Standard error comes by a pipe of its own, perhaps a step later.
        let found: Vec<_> = report
            .steps
            .iter()
            .flat_map(|step| &step.findings)
            .map(|finding| (finding.rules.join(","), finding.actual.as_str()))
            .collect();
        let rule = "credentials.never-in-messages".to_owned();
        let said: Vec<_> = said.into_iter().map(|said| (rule.clone(), said)).collect();
        assert_eq!(found, said, "{manner}");
    }
}

/// An end that is known to be the library's is a failure, whatever was expected, as a panic is; its
/// program is started again. Any other says nothing of the library.
#[test]
fn a_library_that_ends_its_program_has_failed() {
    const OUTAGE: &str = r#"
summary = "An outage."
[world]
role.worker = { trust = "ecs-tasks" }
task.worker = { role = "worker" }
[[step]]
name = "there is no set"
fault = { name = "outage", on = "container-credentials", answer = { status = 503, body = "" } }
resolve = {}
expect.fails = "source-error"
[[step]]
name = "there is one again"
clear-fault = "outage"
resolve = {}
expect.issue = 1
"#;
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: a_library_that_ends_its_program: there is no python3");
        return;
    }
    for (crashes, known) in [("\"SIGABRT\"", true), ("\"SIGSEGV\"", false), ("", false)] {
        let manifest = format!(
            "name = \"plain\"\nversion = \"1\"\ncontract = \"session\"\nuses = [\"client\"]\n\
             command = [\"python3\", \"{DRIVER}\", \"aborts\"]\nclock = \"preload\"\ncrashes = [{crashes}]\n"
        );
        let driver = Driver {
            id: "plain".to_owned(),
            manifest: Manifest::parse("provider.toml", &manifest).unwrap(),
            folder: PathBuf::new(),
            installed: PathBuf::new(),
        };
        let provider =
            ChildProvider::new(&driver).with_caller(std::env::vars().collect(), Vec::new());
        let scenario = Scenario::parse("outage.toml", OUTAGE, &AccountVocabulary).unwrap();
        let options = RunOptions {
            again: false,
            ..RunOptions::default()
        };
        let report = OverSockets::new(&provider).run(&scenario, options, &mut |_| {});
        if let Outcome::NotApplicable(why) = &report.outcome {
            eprintln!("skipped: a_library_that_ends_its_program: {why}");
            return;
        }
        let end = "killed by signal 6 (SIGABRT, it gave itself up)";
        if known {
            assert_eq!(report.outcome, Outcome::Failed, "{:?}", report.steps);
            let found = &report.steps[0].findings[0];
            assert_eq!(found.actual, format!("the program ended: {end}"));
            assert_eq!(report.steps[1].outcome, Outcome::Passed, "started again");
        } else {
            let Outcome::Inconclusive(why) = &report.outcome else {
                panic!("{crashes}: {:?}", report.outcome);
            };
            assert!(
                why.contains("the driver ended by itself") && why.contains(end),
                "{why}"
            );
        }
    }
}

/// A program that prints what `credential_process` takes, and ends.
const ONE_SHOT: &str = r#"
import json, os, time, urllib.request
time.time()
request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
if token:
    request.add_header("Authorization", token)
found = json.load(urllib.request.urlopen(request, timeout=5))
print(json.dumps({
    "Version": 1, "AccessKeyId": found["AccessKeyId"], "SecretAccessKey": found["SecretAccessKey"],
    "SessionToken": found["Token"], "Expiration": found["Expiration"]}))
"#;

const TWICE: &str = r#"
summary = "A set is the same until the next is issued, and asked for as often as it is wanted."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[step]]
name = "the first set"
resolve = {}
expect.issue = 1
[[step]]
name = "once more"
resolve = {}
expect.issue = 1
expect.calls = { container-credentials = 0 }
expect.under.one-shot = { calls = { container-credentials = 1 } }
"#;

#[test]
fn a_program_that_is_a_process_a_call_is_judged_by_its_own_counts() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: a_program_that_is_a_process_a_call: there is no python3");
        return;
    }
    let play = |text: &str| {
        let command = ["python3", "-c", ONE_SHOT].map(str::to_owned);
        let provider = ChildProvider::of_command(command.into())
            .with_caller(std::env::vars().collect(), Vec::new())
            .with_clock(Wish::Preload);
        let scenario = Scenario::parse("one-shot.toml", text, &AccountVocabulary).unwrap();
        OverSockets::new(&provider).run(&scenario, RunOptions::default(), &mut |_| {})
    };
    let report = play(TWICE);
    assert_eq!(report.outcome, Outcome::Passed, "{:?}", report.steps);
    let without: String = TWICE
        .lines()
        .filter(|line| !line.contains("one-shot"))
        .fold(String::new(), |text, line| text + line + "\n");
    let again = "resolve = {}\nrepeat = { times = 2, every = \"1s\" }\nexpect.calls = ";
    let of_all = |count: u32| {
        let (world, _) = TWICE.split_once("[[step]]").unwrap();
        format!("{world}[[step]]\nname = \"twice\"\n{again}{{ container-credentials = {count} }}\n")
    };
    for text in [without, of_all(1)] {
        let report = play(&text);
        let Outcome::NotApplicable(why) = &report.outcome else {
            panic!("{:?}", report.outcome);
        };
        assert!(why.contains("a process a call"), "{why}");
    }
    let report = play(&of_all(2));
    assert_eq!(
        report.outcome,
        Outcome::Passed,
        "who keeps sets elsewhere is judged"
    );
}
