//! The judge is judged: the reference passes every scenario, every mutant of it fails one that names
//! the rule it breaks, and a scenario that no mutant fails says nothing.
//!
//! `docs/judged.md` is written from what is seen here; set `UPDATE_DOCS=1` to write it again.

#[path = "judged/court.rs"]
mod court;
#[path = "judged/page.rs"]
mod page;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use court::{Court, Sentence};

/// A test of what was played: of all of it, or of the row or mutant at a place.
type Test = fn(&Court, usize) -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let court = Arc::new(Court::in_session());
    let mut trials = Vec::new();
    let mut add = |name: String, court: &Arc<Court>, test: Test, at: usize| {
        let court = Arc::clone(court);
        trials.push(Trial::test(name, move || test(&court, at)));
    };
    for (at, row) in court.rows.iter().enumerate() {
        add(
            format!("reference::{}", row.scenario.name),
            &court,
            the_reference_passes,
            at,
        );
    }
    for (at, judged) in court.mutants.iter().enumerate() {
        add(
            format!("mutant::{}", judged.mutant.name),
            &court,
            somebody_fails_the_mutant,
            at,
        );
    }
    let of_all: [(&str, Test); 4] = [
        ("names are unique and rules are known", names),
        (
            "every rule that must hold is broken by a mutant",
            every_rule_is_broken,
        ),
        (
            "every scenario fails a mutant",
            every_scenario_fails_a_mutant,
        ),
        ("the page is up to date", the_page),
    ];
    for (name, test) in of_all {
        add(name.to_owned(), &court, test, 0);
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn the_reference_passes(court: &Court, at: usize) -> Result<(), Failed> {
    match &court.rows[at].of_reference {
        Sentence::Passed | Sentence::NotApplicable(_) => Ok(()),
        other => Err(other.words().into()),
    }
}

fn somebody_fails_the_mutant(court: &Court, at: usize) -> Result<(), Failed> {
    let judged = &court.mutants[at];
    if judged.caught_by.is_empty() {
        let played: Vec<String> = judged
            .not_by
            .iter()
            .map(|(name, why)| format!("{name}: {why}"))
            .collect();
        return Err(format!(
            "an author who {} breaks `{}`, and nobody sees it:\n{}",
            judged.mutant.says,
            judged.mutant.breaks,
            played.join("\n")
        )
        .into());
    }
    Ok(())
}

fn names(court: &Court, _: usize) -> Result<(), Failed> {
    let mut names: Vec<_> = court
        .mutants
        .iter()
        .map(|judged| judged.mutant.name)
        .collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    if let Some([name, ..]) = twice {
        return Err(format!("two mutants are called `{name}`").into());
    }
    let mut rules = court.mutants.iter().map(|judged| judged.mutant.breaks);
    match rules.find(|rule| court.rules.get(rule).is_none()) {
        Some(rule) => Err(format!("there is no rule `{rule}`").into()),
        None => Ok(()),
    }
}

fn every_rule_is_broken(court: &Court, _: usize) -> Result<(), Failed> {
    none(&court.unbroken_rules(), "a mutant breaks")
}

fn every_scenario_fails_a_mutant(court: &Court, _: usize) -> Result<(), Failed> {
    none(&court.idle_scenarios(), "a mutant fails")
}

fn none(open: &[String], what: &str) -> Result<(), Failed> {
    if open.is_empty() {
        return Ok(());
    }
    let lines = open
        .iter()
        .map(|name| format!("nothing shows that {what} `{name}`"));
    Err(lines.collect::<Vec<_>>().join("\n").into())
}

fn the_page(court: &Court, _: usize) -> Result<(), Failed> {
    let page = page::page(court);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/judged.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(path, page).map_err(|error| format!("{path}: {error}").into());
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written == page {
        Ok(())
    } else {
        Err("docs/judged.md: run this test with UPDATE_DOCS=1".into())
    }
}
