//! What tests of the runner share.
#![allow(dead_code, reason = "each file of tests uses its own part of this")]

use rolecall_providers::{AwsConfig, Provider};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Report, RunOptions, check_support, run};

/// Plays a file with the default chain of `aws-config`.
pub(crate) fn play(text: &str) -> Report {
    play_with(&AwsConfig::new(), text)
}

/// Plays each row of a file with the default chain of `aws-config`.
pub(crate) fn play_rows(text: &str) -> Vec<Report> {
    let file = read(text);
    let runs = file.runs().into_iter();
    runs.map(|scenario| {
        run(
            scenario,
            &AwsConfig::new(),
            RunOptions::default(),
            &mut |_| {},
        )
    })
    .collect()
}

/// Plays a file with `provider`.
pub(crate) fn play_with(provider: &dyn Provider, text: &str) -> Report {
    run(&read(text), provider, RunOptions::default(), &mut |_| {})
}

fn read(text: &str) -> Scenario {
    let scenario = Scenario::parse("words.toml", text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    scenario
}
