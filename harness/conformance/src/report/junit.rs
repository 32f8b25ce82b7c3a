//! The results of the suite for CI servers: `JUnit`'s XML, a suite for each provider.

use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use rolecall_scenario::Outcome;

use crate::results::{CaseResult, Results, Run};

/// All that was found, as an XML document.
///
/// A case that is known to fail, or does not apply, is skipped; one that could not be judged is an
/// error. Times are simulated.
pub fn junit(results: &Results) -> String {
    let mut report = Report::new("rolecall conform");
    for run in &results.runs {
        report.add_test_suite(suite(results, run));
    }
    report.to_string().unwrap_or_else(|error| {
        // Names, numbers and texts, which are escaped: there is nothing that XML has not.
        format!("<!-- {error} -->")
    })
}

fn suite(results: &Results, run: &Run) -> TestSuite {
    let subject = &run.subject;
    let mut suite = TestSuite::new(format!("{} {}", subject.id, subject.version));
    let shard = run
        .shard
        .map_or("whole".to_owned(), |shard| shard.to_string());
    for (name, value) in [
        ("suite", &results.suite.version),
        ("fingerprint", &results.suite.fingerprint),
        ("seed", &results.suite.seed.to_string()),
        ("shard", &shard),
        ("driver", &subject.driver),
        ("platform", &subject.platform),
        ("clock", &subject.clock),
        ("control", &run.control),
        ("date", &subject.date),
    ] {
        suite.add_property((name, value.as_str()));
    }
    for case in &run.cases {
        suite.add_test_case(test_case(results, case));
    }
    suite
}

fn test_case(results: &Results, case: &CaseResult) -> TestCase {
    let report = &case.report;
    let status = match &report.outcome {
        Outcome::Passed | Outcome::AlreadySo => TestCaseStatus::success(),
        Outcome::Failed | Outcome::UnexpectedPass(_) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Outcome::Inconclusive(_) => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::ExpectedFailure(_)
        | Outcome::NotYet(_)
        | Outcome::Differs(_)
        | Outcome::NotApplicable(_) => TestCaseStatus::skipped(),
    };
    let mut test = TestCase::new(report.scenario.clone(), status);
    test.set_classname(case.topic.clone());
    test.set_time(
        report
            .simulated
            .min(Duration::from_secs(u64::from(u32::MAX))),
    );
    if !matches!(report.outcome, Outcome::Passed | Outcome::AlreadySo) {
        let word = report.outcome.word();
        test.status.set_type(word);
        let reason = report
            .outcome
            .reason()
            .map_or_else(|| first(case), str::to_owned);
        test.status.set_message(format!("{word}: {reason}"));
        test.status.set_description(described(results, case));
    }
    test
}

/// The first finding in a line.
fn first(case: &CaseResult) -> String {
    let mut findings = case.report.steps.iter().flat_map(|step| &step.findings);
    findings.next().map_or(String::new(), |finding| {
        format!("expected {}, was {}", finding.expected, finding.actual)
    })
}

fn described(results: &Results, case: &CaseResult) -> String {
    let mut text = format!("{}\n", case.report.summary);
    for step in &case.report.steps {
        for finding in &step.findings {
            let _ = writeln!(
                text,
                "step `{}`, {}:{}",
                step.name, case.report.source, step.line
            );
            let _ = writeln!(
                text,
                "  expected  {}\n  seen      {}",
                finding.expected, finding.actual
            );
            for slug in &finding.rules {
                let says = results.rule(slug).map_or("", |rule| rule.says.as_str());
                let _ = writeln!(text, "  rule      {slug}: {says}");
            }
        }
    }
    text
}
