//! `rolecall driver check` and `rolecall drivers`, as their user runs them.

#[allow(dead_code, reason = "each test uses its own part of this")]
mod support;

use serde_json::Value;
use support::{Ran, rolecall};

const SICK: &str = "harness/providers/tests/drivers/sick.py";

fn check(arguments: &[&str], command: &[&str]) -> Ran {
    let whole = [&["driver", "check"], arguments, &["--"], command].concat();
    rolecall(&whole)
}

/// The outcome of each clause, and what is said of it.
fn outcomes(ran: &Ran) -> Vec<(String, String, String)> {
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = told["checks"].as_array().unwrap().iter();
    checks
        .map(|check| {
            (
                text(check, "check"),
                text(check, "outcome"),
                text(check, "says"),
            )
        })
        .collect()
}

/// The example of docs/driver.md, which was written from that page.
#[test]
fn the_example_is_a_good_driver() {
    let ran = check(
        &["--format", "json"],
        &["perl", "fixtures/providers/examples/imds.pl"],
    );
    let outcomes = outcomes(&ran);
    let bad: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome, _)| outcome == "bad")
        .collect();
    assert!(bad.is_empty() && ran.code == 0, "{bad:?} {}", ran.stderr);
    let skipped = outcomes
        .iter()
        .filter(|(_, outcome, _)| outcome == "skipped");
    let skipped: Vec<_> = skipped.map(|(name, _, _)| name.as_str()).collect();
    // What it has not, as it says itself; and it makes no calls.
    assert_eq!(
        skipped,
        ["at-once", "call", "region", "cancel"],
        "{outcomes:?}"
    );
    let of = |name: &str| {
        &outcomes
            .iter()
            .find(|(check, _, _)| check == name)
            .unwrap()
            .2
    };
    assert!(of("resolve").starts_with("ASIA"), "{}", of("resolve"));
    assert_eq!(of("now"), "`wall` moved by an hour, `monotonic_ms` did not");
}

/// It knows the metadata service alone, and time jumps in this scenario.
#[test]
fn the_example_is_judged_by_the_suite() {
    let ran = rolecall(&[
        "scenario",
        "stale-document",
        "--",
        "perl",
        "fixtures/providers/examples/imds.pl",
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("it refreshes by its wall clock"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_a_sick_driver_does_is_told_with_what_to_do_next() {
    let ran = check(
        &["--clock", "none", "--format", "json"],
        &["python3", SICK, "garbage"],
    );
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let outcomes = outcomes(&ran);
    let of = |name: &str| outcomes.iter().find(|(check, _, _)| check == name).unwrap();
    // It ignores what it does not know, and prints where only answers belong.
    assert_eq!(of("unknown-op").1, "good");
    assert_eq!(of("unknown-use").1, "bad");
    assert_eq!(of("unknown-setting").1, "bad");
    assert_eq!(of("resolve").1, "bad");
    assert!(
        of("resolve").2.contains("DEBUG found [secret]"),
        "{}",
        of("resolve").2
    );
    assert_eq!(of("now").1, "skipped");

    let ran = check(&["--clock", "none"], &["python3", SICK, "bad-wall"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("`wall` is no date"), "{}", ran.stdout);
    assert!(ran.stdout.contains("next:"), "{}", ran.stdout);
}

/// Like the driver of a command-line tool: it calls, and hands nothing out.
#[test]
fn a_driver_that_gives_no_credentials_is_tried_by_what_it_can() {
    let ran = check(
        &["--clock", "none", "--format", "json"],
        &["python3", SICK, "a-process-a-call"],
    );

    let outcomes = outcomes(&ran);
    let of = |name: &str| outcomes.iter().find(|(check, _, _)| check == name).unwrap();
    for clause in ["resolve", "at-once"] {
        let why = "it has no `resolve`: it gives nobody its credentials";
        assert_eq!(
            (of(clause).1.as_str(), of(clause).2.as_str()),
            ("skipped", why)
        );
    }
    assert_eq!(of("call").1, "good");
    assert_eq!(of("interleaved").1, "good");
}

#[test]
fn a_one_shot_program_is_good_in_its_own_way() {
    let program = "harness/providers/tests/drivers/one_shot.py";
    let ran = check(&["--format", "json"], &["python3", program, "well"]);
    let outcomes = outcomes(&ran);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!((outcomes.len(), outcomes[0].0.as_str()), (1, "one-shot"));
}

#[test]
fn what_cannot_be_checked_has_exit_codes_of_its_own() {
    let absent = check(&[], &["/no/such/driver"]);
    assert_eq!(absent.code, 3);
    assert!(
        absent.stderr.contains("/no/such/driver: not found"),
        "{}",
        absent.stderr
    );
    assert_eq!(rolecall(&["driver", "check"]).code, 2);
    let unknown = rolecall(&["driver", "check", "--provider", "botocor"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("did you mean `botocore`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn the_environment_of_a_driver_is_told() {
    let shown = ["--show-env", "--clock", "none", "--format", "json"];
    let ran = check(&shown, &["python3", SICK, "bad-wall"]);
    assert!(
        ran.stderr
            .contains("+ AWS_REGION=us-east-1  (of the world)"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("+ HOME="), "{}", ran.stderr);
}

#[test]
fn the_drivers_of_the_repository_are_listed() {
    let ran = rolecall(&["drivers", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let ids = told
        .as_array()
        .unwrap()
        .iter()
        .map(|driver| driver["driver"].as_str().unwrap());
    let ids: Vec<_> = ids.collect();
    assert!(ids.contains(&"botocore") && ids.is_sorted(), "{ids:?}");
    let table = rolecall(&["drivers"]).stdout;
    assert!(
        table.lines().next().unwrap().starts_with("driver"),
        "{table}"
    );
}
