//! A rule of level `may` is reported, and fails nobody: what is not as it says becomes a note.

mod support;

use std::collections::BTreeSet;

use rolecall_providers::AwsConfig;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, Report, RunOptions, run};
use support::WORLD;

const UNMET: &str = "[[step]]\nname = \"it\"\napp = \"web\"\nresolve = {}\nexpect.issue = 2\n";
const NOTE: &str =
    "under `some.report`, by which nobody fails: expected issue 2 of its source, actual";

fn play(rules: &str, step: &str) -> Report {
    let text = format!("rules = {rules}\n{WORLD}{step}");
    let scenario = Scenario::parse("levels.toml", &text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    let noted = BTreeSet::from(["some.report".to_owned()]);
    let scenario = scenario.note_only(&noted);
    run(
        &scenario,
        &AwsConfig::new(),
        RunOptions::default(),
        &mut |_| {},
    )
}

#[test]
fn what_breaks_such_a_rule_alone_is_noted() {
    let report = play(r#"["some.report"]"#, UNMET);
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
    let step = &report.steps[1];
    assert!(step.findings.is_empty());
    assert!(step.notes[0].starts_with(NOTE), "{:?}", step.notes);
}

#[test]
fn the_rule_of_a_step_takes_the_place_of_the_files() {
    let of_report = format!("{UNMET}rule = \"some.report\"\n");
    let report = play(r#"["some.must"]"#, &of_report);
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
    let of_must = format!("{UNMET}rule = \"some.must\"\n");
    let report = play(r#"["some.report"]"#, &of_must);
    assert_eq!(report.outcome, Outcome::Failed);
}

/// Where another rule is broken with it, that one alone fails.
#[test]
fn such_a_rule_does_not_fail_with_others() {
    let report = play(r#"["some.must", "some.report"]"#, UNMET);
    assert_eq!(report.outcome, Outcome::Failed);
    let [finding] = report.steps[1].findings.as_slice() else {
        panic!("{:#?}", report.steps[1])
    };
    assert_eq!(finding.rules, ["some.must"]);
}

/// Nothing is said of its level: what is expected is expected.
#[test]
fn without_a_rule_a_step_fails() {
    let report = play("[]", UNMET);
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.steps[1].notes.is_empty());
}

/// Each row of a file the levels of the file.
#[test]
fn rows_have_the_levels_of_their_file() {
    let text = format!(
        "rules = [\"some.report\"]\n{}[[vary]]\nid = \"one\"\nn = 2\n[[vary]]\nid = \"two\"\nn = 3\n",
        format!("{WORLD}{UNMET}").replace("issue = 2", "issue = \"${n}\"")
    );
    let scenario = Scenario::parse("levels.toml", &text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    let scenario = scenario.note_only(&BTreeSet::from(["some.report".to_owned()]));
    let rows = scenario.runs();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let report = run(row, &AwsConfig::new(), RunOptions::default(), &mut |_| {});
        assert_eq!(report.outcome, Outcome::Passed, "{}", row.name);
        assert_eq!(report.steps[1].notes.len(), 1);
    }
}
