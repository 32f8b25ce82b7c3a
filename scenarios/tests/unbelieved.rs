//! No verdict where time cannot be told: with the library that shifts the clock withheld from its process,
//! and also where its driver lies about its clock, a driver passes no scenario of the suite in which time
//! jumps. Each is not applicable to it, and says why.

mod support;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use rolecall_providers::child::ChildProvider;
use rolecall_reach::Wish;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, OverSockets, RunOptions};
use rolecall_scenarios::SCENARIOS;
use support::driver_saying;

/// Takes the library away from what it starts.
const WITHHELD: &[&str] = &["env", "-u", "LD_PRELOAD"];

/// What its driver says of its clock, on its command line.
const MANNERS: [&str; 2] = ["honest", "lies"];

fn main() -> ExitCode {
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let mut trials = Vec::new();
    for scenario in jumping() {
        for manner in MANNERS {
            let (name, scenario) = (format!("{} ({manner})", scenario.name), scenario.clone());
            let trial = Trial::test(name, move || unbelieved(&scenario, manner));
            trials.push(trial.with_ignored_flag(!has_python));
        }
    }
    assert!(!trials.is_empty());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The scenarios of the suite in which time jumps.
fn jumping() -> Vec<Scenario> {
    let read = SCENARIOS.iter().flat_map(|file| {
        let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary)
            .unwrap_or_else(|bad| panic!("{bad}"));
        let runs = scenario.runs().into_iter();
        runs.cloned().collect::<Vec<_>>()
    });
    read.filter(|run| {
        run.steps.iter().any(|step| {
            let repeats = step.repeat.as_ref();
            step.moves.is_some() || repeats.is_some_and(|it| !it.value.every.value.is_zero())
        })
    })
    .collect()
}

fn unbelieved(scenario: &Scenario, manner: &'static str) -> Result<(), Failed> {
    let provider: ChildProvider = driver_saying(WITHHELD, manner).with_clock(Wish::Preload);
    let options = RunOptions {
        again: false,
        ..RunOptions::default()
    };
    let report = OverSockets::new(&provider).run(scenario, options, &mut |_| {});
    match &report.outcome {
        Outcome::NotApplicable(why) if !why.is_empty() => Ok(()),
        outcome => Err(format!("{outcome:?}: {:#?}", report.steps).into()),
    }
}
