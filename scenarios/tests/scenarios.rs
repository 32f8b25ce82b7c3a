//! One test for each scenario of the suite: the default chain of `aws-config` passes it.

use rolecall_conformance::RuleBook;
use rolecall_providers::AwsConfig;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, RunOptions, check_support, run};
use rolecall_scenarios::{RULES, SCENARIOS, scenario};

/// Plays every row: those that apply pass.
fn plays(name: &str) -> Vec<Outcome> {
    let file = scenario(name).unwrap();
    let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    let rules = RuleBook::parse(RULES.iter().map(|file| (file.path, file.text))).unwrap();
    scenario
        .check_rules(&rules.slugs())
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    let played = scenario.runs().into_iter().map(|row| {
        let report = run(row, &AwsConfig::new(), RunOptions::default(), &mut |_| {});
        if !matches!(report.outcome, Outcome::NotApplicable(_)) {
            assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
            assert_eq!(report.steps.len(), report.steps_total);
        }
        report.outcome
    });
    played.collect()
}

fn passes(name: &str) {
    let all = plays(name);
    assert!(all.contains(&Outcome::Passed), "{all:?}");
}

/// It is about what others promise.
fn does_not_apply(name: &str) {
    let all = plays(name);
    assert!(!all.contains(&Outcome::Passed), "{all:?}");
}

macro_rules! scenarios {
    ($($test:ident: $holds:ident($name:literal),)+) => {
        $(#[test] fn $test() { $holds($name); })+

        #[test]
        fn every_scenario_has_a_test() {
            let tested = [$($name),+];
            let untested: Vec<_> =
                SCENARIOS.iter().map(|file| file.name()).filter(|name| !tested.contains(name)).collect();
            assert!(untested.is_empty(), "{untested:?}");
        }
    };
}

scenarios! {
    instance_launch: passes("instance-launch"),
    role_attach: passes("role-attach"),
    rotation: passes("rotation"),
    role_swap: passes("role-swap"),
    s3_upload: passes("s3-upload"),
    presigned_url: passes("presigned-url"),
    assume_role: passes("assume-role"),
    role_swap_mid_refresh: passes("role-swap-mid-refresh"),
    outage_at_refresh: passes("outage-at-refresh"),
    stale_document: passes("stale-document"),
    error_in_200: passes("error-in-200"),
    broken_documents: passes("broken-documents"),
    token_reply_lost: passes("token-reply-lost"),
    concurrent_callers_one_fetch: passes("concurrent-callers-one-fetch"),
    rotation_mid_fetch: passes("rotation-mid-fetch"),
    promised_window: passes("promised-window"),
    promised_window_of_a_role: passes("promised-window-of-a-role"),
    failure_in_the_window: does_not_apply("failure-in-the-window"),
}
