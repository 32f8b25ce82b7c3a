//! One test for each scenario of the suite: the default chain of `aws-config` passes it.

use rolecall_conformance::RuleBook;
use rolecall_providers::AwsConfig;
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, RunOptions, check_support, run};
use rolecall_scenarios::{RULES, SCENARIOS, scenario};

fn passes(name: &str) {
    let file = scenario(name).unwrap();
    let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    let rules = RuleBook::parse(RULES.iter().map(|file| (file.path, file.text))).unwrap();
    scenario
        .check_rules(&rules.slugs())
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    let report = run(
        &scenario,
        &AwsConfig::new(),
        RunOptions::default(),
        &mut |_| {},
    );
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.steps);
    assert_eq!(report.steps.len(), report.steps_total);
}

macro_rules! scenarios {
    ($($test:ident = $name:literal,)+) => {
        $(#[test] fn $test() { passes($name); })+

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
    instance_launch = "instance-launch",
    role_attach = "role-attach",
    rotation = "rotation",
    role_swap = "role-swap",
    s3_upload = "s3-upload",
    presigned_url = "presigned-url",
    assume_role = "assume-role",
    role_swap_mid_refresh = "role-swap-mid-refresh",
    outage_at_refresh = "outage-at-refresh",
    stale_document = "stale-document",
    error_in_200 = "error-in-200",
    broken_documents = "broken-documents",
    token_reply_lost = "token-reply-lost",
    concurrent_callers_one_fetch = "concurrent-callers-one-fetch",
    rotation_mid_fetch = "rotation-mid-fetch",
}
