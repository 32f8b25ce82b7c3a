//! One test for each scenario of the suite, and for each of its rows: the default chain of `aws-config`
//! passes it, or fails it as is known of it.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use rolecall_conformance::{KnownFailures, RuleBook};
use rolecall_providers::{AwsConfig, Provider};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, RunOptions, check_support, run};
use rolecall_scenarios::{AWS_CONFIG_KNOWN_FAILING, RULES, SCENARIOS, SERVER_RULES, SuiteFile};

fn main() -> ExitCode {
    let read = |files: &[SuiteFile]| {
        RuleBook::parse(files.iter().map(|file| (file.path, file.text)))
            .unwrap_or_else(|bad| panic!("{bad}"))
    };
    let rules = read(RULES)
        .grounded_in(&read(&[SERVER_RULES]))
        .unwrap_or_else(|bad| panic!("{bad}"));
    let mut trials: Vec<Trial> = SCENARIOS
        .iter()
        .flat_map(|file| rows(file, &rules))
        .map(|row| Trial::test(row.name.clone(), move || judge(&row)))
        .collect();
    trials.push(Trial::test("known failures are of this version", stale));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn known() -> KnownFailures {
    KnownFailures::parse(AWS_CONFIG_KNOWN_FAILING).unwrap_or_else(|bad| panic!("{bad}"))
}

/// What a file plays: each is read, and can be played.
fn rows(file: &SuiteFile, rules: &RuleBook) -> Vec<Scenario> {
    let scenario = Scenario::parse(file.path, file.text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    scenario
        .check_rules(&rules.slugs())
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    let scenario = scenario.note_only(&rules.noted());
    scenario.runs().into_iter().cloned().collect()
}

fn judge(row: &Scenario) -> Result<(), Failed> {
    let provider = AwsConfig::new();
    let mut report = run(row, &provider, RunOptions::default(), &mut |_| {});
    known().judge(&mut report);
    match report.outcome {
        // It may be about what others promise.
        Outcome::NotApplicable(_)
        | Outcome::ExpectedFailure(_)
        | Outcome::NotYet(_)
        | Outcome::Differs(_) => Ok(()),
        Outcome::Passed | Outcome::AlreadySo if report.steps.len() == report.steps_total => Ok(()),
        outcome => Err(format!("{outcome:?}: {:#?}", report.steps).into()),
    }
}

fn stale() -> Result<(), Failed> {
    let is_scenario = |name: &str| rolecall_scenarios::scenario(name).is_some();
    let wrong = known().wrong(Some(AwsConfig::new().version()), is_scenario);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; ").into())
    }
}
