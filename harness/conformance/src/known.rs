//! Failures that are known: each with a reason, a link, and the version that it holds for.

use std::collections::BTreeSet;

use rolecall_scenario::{Finding, Outcome, Report, StepReport};
use serde::{Deserialize, Serialize};

/// The scenarios that a provider is known to fail: the `known-failing.toml` of its folder.
///
/// They are played all the same. One that passes is as much a surprise as another that fails.
///
/// ```
/// use rolecall_conformance::KnownFailures;
///
/// let text = r#"
/// [[known]]
/// scenario = "rotation"
/// version = "1.2.3"
/// reason = "it asks anew for every call"
/// link = "https://example.com/issues/1"
/// "#;
/// let known = KnownFailures::parse(text).unwrap();
/// assert!(known.wrong(Some("1.2.3"), |name| name == "rotation").is_empty());
/// assert_eq!(known.wrong(Some("1.2.4"), |name| name == "rotation").len(), 1, "it is stale");
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFailures {
    #[serde(default)]
    known: Vec<Known>,
}

/// One known failure.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The scenario; `NAME[ROW]` for one row, all of them without.
    scenario: String,
    /// The rule that fails; any of the scenario's when left out.
    rule: Option<String>,
    /// The step that fails; any of the scenario's when left out.
    step: Option<String>,
    /// The version of the provider.
    version: String,
    /// Why it fails.
    reason: String,
    /// Where more is said of it.
    link: String,
}

impl KnownFailures {
    /// Reads such a file.
    ///
    /// # Errors
    /// What is wrong with it, in a line for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut empty = read.known.iter().filter(|known| {
            let said = [&known.reason, &known.link, &known.version];
            said.iter().any(|said| said.trim().is_empty())
        });
        match empty.next() {
            Some(known) => Err(format!(
                "the known failure of `{}` needs a reason, a link and a version",
                known.scenario
            )),
            None => Ok(read),
        }
    }

    /// A list of all that failed in `reports`, known or not, as a file: an entry for each step. Where
    /// more is said of each is for whoever keeps the list to add.
    pub fn write(reports: &[Report], version: &str) -> String {
        let mut known = Vec::new();
        let failed = reports.iter().filter(|report| {
            matches!(
                report.outcome,
                Outcome::Failed | Outcome::ExpectedFailure(_)
            )
        });
        for report in failed {
            for step in report.steps.iter().filter(|step| !step.findings.is_empty()) {
                let mut said: Vec<String> = Vec::new();
                for Finding {
                    expected, actual, ..
                } in &step.findings
                {
                    said.push(format!("expected {expected}, was {actual}"));
                }
                let rules = step.findings.iter().flat_map(|finding| &finding.rules);
                let rules: BTreeSet<&String> = rules.collect();
                let only = rules.first().filter(|_| rules.len() == 1);
                known.push(Known {
                    scenario: report.scenario.clone(),
                    rule: only.map(|rule| (*rule).clone()),
                    step: Some(step.name.clone()),
                    version: version.to_owned(),
                    reason: said.join("; "),
                    link: "to be added".to_owned(),
                });
            }
        }
        // Strings alone: there is nothing in it that TOML has not.
        toml::to_string(&Self { known }).unwrap_or_else(|error| format!("# {error}\n"))
    }

    /// What is wrong with the entries, a line each: they are for another version, if that is known, or
    /// for no scenario.
    pub fn wrong(&self, version: Option<&str>, is_scenario: impl Fn(&str) -> bool) -> Vec<String> {
        let wrong = self.known.iter().filter_map(|known| {
            let name = &known.scenario;
            let plain = name.split_once('[').map_or(name.as_str(), |(plain, _)| plain);
            if !is_scenario(plain) {
                return Some(format!("a failure of `{name}` is known, and there is no such scenario"));
            }
            let version = version.filter(|version| *version != known.version)?;
            let held = &known.version;
            Some(format!(
                "the failure of `{name}` is known of version {held}, and this is {version}: play it and say so, or take it away"
            ))
        });
        wrong.collect()
    }

    /// Whether a scenario is known to fail.
    pub fn knows(&self, scenario: &str) -> bool {
        self.find(scenario).next().is_some()
    }

    /// Says of a failure that it was known, and of a pass that it was not.
    ///
    /// A failure is known if each of its findings is: what else goes wrong in the same scenario is a
    /// surprise. So is an entry that nothing comes of.
    pub fn judge(&self, report: &mut Report) {
        let entries: Vec<&Known> = self.find(&report.scenario).collect();
        let Some(first) = entries.first() else {
            return;
        };
        report.outcome = match report.outcome {
            Outcome::Failed
                if !all_found(report, |step, it| {
                    entries.iter().any(|known| known.means(step, it))
                }) =>
            {
                return;
            }
            Outcome::Failed => {
                let idle = |known: &&&Known| all_found(report, |step, it| !known.means(step, it));
                match entries.iter().find(idle) {
                    Some(idle) => Outcome::UnexpectedPass(idle.said()),
                    None => Outcome::ExpectedFailure(first.said()),
                }
            }
            Outcome::Passed => Outcome::UnexpectedPass(first.said()),
            _ => return,
        };
    }

    fn find(&self, scenario: &str) -> impl Iterator<Item = &Known> {
        let plain = scenario
            .split_once('[')
            .map_or(scenario, |(plain, _)| plain);
        let known = self.known.iter();
        known.filter(move |known| known.scenario == scenario || known.scenario == plain)
    }
}

/// Whether it holds for every finding of every step.
fn all_found(report: &Report, holds: impl Fn(&StepReport, &Finding) -> bool) -> bool {
    let mut steps = report.steps.iter();
    steps.all(|step| step.findings.iter().all(|finding| holds(step, finding)))
}

impl Known {
    /// Whether this is what it is about.
    fn means(&self, step: &StepReport, finding: &Finding) -> bool {
        let here = self.step.as_ref().is_none_or(|name| *name == step.name);
        let rule = self.rule.as_ref();
        here && rule.is_none_or(|rule| finding.rules.contains(rule))
    }

    fn said(&self) -> String {
        format!("{}, {}", self.reason, self.link)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KNOWN: &str = r#"
[[known]]
scenario = "outage"
rule = "imds.credentials.kept"
version = "1"
reason = "it lets go"
link = "https://example.com/1"
[[known]]
scenario = "rows[two]"
version = "1"
reason = "it is late"
link = "https://example.com/2"
"#;

    fn report(scenario: &str, outcome: Outcome, rule: &str) -> Report {
        let step = StepReport {
            name: "step".to_owned(),
            line: 1,
            at: Duration::ZERO,
            happened: String::new(),
            struck: Vec::new(),
            outcome: outcome.clone(),
            findings: vec![Finding {
                rules: vec![rule.to_owned()],
                expected: String::new(),
                actual: String::new(),
            }],
            notes: Vec::new(),
            trace: Vec::new(),
        };
        Report {
            scenario: scenario.to_owned(),
            source: String::new(),
            summary: String::new(),
            provider: "p 1".to_owned(),
            seed: 1,
            start: String::new(),
            outcome,
            steps: vec![step],
            steps_total: 1,
            simulated: Duration::ZERO,
            requests: 0,
            key_sets: 0,
            again: None,
            journal: Vec::new(),
        }
    }

    fn judged(scenario: &str, outcome: Outcome, rule: &str) -> Outcome {
        let mut report = report(scenario, outcome, rule);
        KnownFailures::parse(KNOWN).unwrap().judge(&mut report);
        report.outcome
    }

    #[test]
    fn what_is_known_to_fail_is_no_failure_and_passing_is_a_surprise() {
        let kept = "imds.credentials.kept";
        let expected = Outcome::ExpectedFailure("it lets go, https://example.com/1".to_owned());
        assert_eq!(judged("outage", Outcome::Failed, kept), expected);
        assert_eq!(
            judged("outage", Outcome::Failed, "another"),
            Outcome::Failed
        );
        let passed = Outcome::UnexpectedPass("it lets go, https://example.com/1".to_owned());
        assert_eq!(judged("outage", Outcome::Passed, kept), passed);
        assert_eq!(judged("other", Outcome::Passed, kept), Outcome::Passed);
        let late = Outcome::ExpectedFailure("it is late, https://example.com/2".to_owned());
        assert_eq!(judged("rows[two]", Outcome::Failed, "any"), late);
        assert_eq!(judged("rows[one]", Outcome::Failed, "any"), Outcome::Failed);
        let unjudged = Outcome::Inconclusive("why".to_owned());
        assert_eq!(judged("outage", unjudged.clone(), kept), unjudged);
    }

    #[test]
    fn a_failure_is_known_by_its_step_and_covers_no_other() {
        let known = KnownFailures::parse(&format!(
            "{KNOWN}[[known]]\nscenario = \"outage\"\nstep = \"after it\"\nversion = \"1\"\nreason = \"r\"\nlink = \"l\""
        ))
        .unwrap();
        let of_steps = |steps: &[(&str, &str)]| {
            let mut all = report("outage", Outcome::Failed, "any");
            all.steps = Vec::new();
            for (name, rule) in steps {
                let mut step = report("outage", Outcome::Failed, rule).steps.remove(0);
                (*name).clone_into(&mut step.name);
                all.steps.push(step);
            }
            known.judge(&mut all);
            all.outcome
        };
        let (kept, other) = ("imds.credentials.kept", "another");
        let both = [("in it", kept), ("after it", other)];
        assert!(matches!(of_steps(&both), Outcome::ExpectedFailure(_)));
        // Something else goes wrong besides.
        let three = [("in it", kept), ("after it", other), ("before it", other)];
        assert_eq!(of_steps(&three), Outcome::Failed);
        // One of the entries is not true any more.
        let idle = Outcome::UnexpectedPass("r, l".to_owned());
        assert_eq!(of_steps(&[("in it", kept)]), idle);
    }

    #[test]
    fn what_is_written_of_a_failure_makes_it_known() {
        let failed = report("rows[one]", Outcome::Failed, "a.b");
        let passed = report("outage", Outcome::Passed, "a.b");
        let text = KnownFailures::write(&[failed.clone(), passed], "7");
        let list = KnownFailures::parse(&text).unwrap();
        assert!(!list.knows("outage") && list.wrong(Some("7"), |_| true).is_empty());
        let mut again = failed;
        list.judge(&mut again);
        assert!(matches!(again.outcome, Outcome::ExpectedFailure(_)));
        let mut other = report("rows[one]", Outcome::Failed, "another");
        list.judge(&mut other);
        assert_eq!(other.outcome, Outcome::Failed);
    }

    #[test]
    fn entries_that_mean_nothing_are_told() {
        let known = KnownFailures::parse(KNOWN).unwrap();
        let all = |name: &str| name == "outage" || name == "rows";
        assert!(known.wrong(Some("1"), all).is_empty());
        assert_eq!(known.wrong(Some("2"), all).len(), 2);
        let gone = known.wrong(Some("1"), |name| name == "rows");
        assert_eq!(
            gone,
            ["a failure of `outage` is known, and there is no such scenario"]
        );
        assert!(known.knows("rows[two]") && !known.knows("rows[one]"));
        for (bad, why) in [
            ("[[known]]\nscenario = \"a\"", "missing field"),
            ("[[knwon]]", "unknown field"),
            (
                "[[known]]\nscenario = \"a\"\nversion = \"1\"\nreason = \" \"\nlink = \"l\"",
                "needs a reason",
            ),
        ] {
            let error = KnownFailures::parse(bad).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
