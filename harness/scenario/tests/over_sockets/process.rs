//! A driver in a process of its own, with nothing but Python's standard library: the clock of that
//! process is shifted for real.

use std::process::Command;

use rolecall_providers::child::ChildProvider;
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
