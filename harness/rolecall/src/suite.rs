//! The suite as tests of a crate of your own.
//!
//! In a test target with `harness = false` these lines give `cargo test` one test for each scenario:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use rolecall::providers::AwsConfig;
//!
//! fn main() -> ExitCode {
//!     let provider = AwsConfig::with_provider("mine", |_app, config| {
//!         // Your own `ProvideCredentials`; here, the default chain of the SDK.
//!         config.credentials_provider().expect("the SDK has a chain")
//!     });
//!     rolecall::suite::main(provider, "")
//! }
//! ```

use std::fmt::Write;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use rolecall_conformance::{BadRules, Case, KnownFailures, RuleBook};
use rolecall_providers::Provider;
use rolecall_scenario::{Outcome, Report, RunOptions, run};
use rolecall_scenarios::{RULES, SCENARIOS, SERVER_RULES, SuiteFile};

/// Plays the suite on `provider`, a test for each scenario, with the arguments that `cargo test` gives to
/// tests. `known_failing` is the text of a list such as `rolecall conform --write-known-failing` writes:
/// what is on it fails no test, unless it passes.
///
/// A scenario that does not apply to the provider passes; one that cannot be judged does not. The
/// features `s3` and `aws-sdk` are needed for the scenarios that upload.
pub fn main(provider: impl Provider + 'static, known_failing: &str) -> ExitCode {
    match trials(provider, known_failing) {
        Ok(trials) => libtest_mimic::run(&Arguments::from_args(), trials).exit_code(),
        Err(why) => {
            eprintln!("rolecall: {why}");
            ExitCode::from(2)
        }
    }
}

/// The tests of [`main`], to be run with others.
///
/// # Errors
/// The list is wrong: in words.
pub fn trials(
    provider: impl Provider + 'static,
    known_failing: &str,
) -> Result<Vec<Trial>, String> {
    let known = Arc::new(KnownFailures::parse(known_failing)?);
    let wrong = known.wrong(Some(provider.version()), |name| {
        rolecall_scenarios::scenario(name).is_some()
    });
    if !wrong.is_empty() {
        return Err(wrong.join("; "));
    }
    let rules = rules().map_err(|bad| bad.to_string())?;
    let provider: Arc<dyn Provider> = Arc::new(provider);
    let mut trials = Vec::new();
    for file in SCENARIOS {
        for case in Case::read(file.topic(), file.path, file.text, &rules)? {
            let (provider, known) = (Arc::clone(&provider), Arc::clone(&known));
            let name = case.name().to_owned();
            let play = move || {
                let mut report = run(
                    &case.scenario,
                    &*provider,
                    RunOptions::default(),
                    &mut |_| {},
                );
                known.judge(&mut report);
                verdict(&report)
            };
            trials.push(Trial::test(name, play).with_kind(file.topic()));
        }
    }
    Ok(trials)
}

/// The rules of the suite.
fn rules() -> Result<RuleBook, BadRules> {
    let read =
        |files: &[SuiteFile]| RuleBook::parse(files.iter().map(|file| (file.path, file.text)));
    read(RULES)?.grounded_in(&read(&[SERVER_RULES])?)
}

fn verdict(report: &Report) -> Result<(), Failed> {
    if matches!(
        report.outcome,
        Outcome::Failed | Outcome::UnexpectedPass(_) | Outcome::Inconclusive(_)
    ) {
        return Err(said(report).into());
    }
    Ok(())
}

/// What was wrong, and how to see more of it.
fn said(report: &Report) -> String {
    let mut text = format!("{}: {}", report.outcome.word(), report.summary);
    if let Some(why) = report.outcome.reason() {
        let _ = write!(text, "\n  {why}");
    }
    for step in &report.steps {
        for finding in &step.findings {
            let _ = write!(
                text,
                "\n  step `{}`, {}:{}\n    expected  {}\n    seen      {}\n    rule      {}",
                step.name,
                report.source,
                step.line,
                finding.expected,
                finding.actual,
                finding.rules.join(", ")
            );
        }
    }
    text
}
