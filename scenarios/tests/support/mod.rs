//! What tests of the runner share.

use rolecall_providers::{AwsConfig, Provider};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Report, RunOptions, check_support, run};

/// Plays a file with the default chain of `aws-config`.
pub(crate) fn play(text: &str) -> Report {
    play_with(&AwsConfig::new(), text)
}

/// Plays a file with `provider`.
pub(crate) fn play_with(provider: &dyn Provider, text: &str) -> Report {
    let scenario = Scenario::parse("words.toml", text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    run(&scenario, provider, RunOptions::default(), &mut |_| {})
}
