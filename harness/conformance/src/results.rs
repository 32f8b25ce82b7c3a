//! What a run of the suite found, as it is kept, merged and reported: `result.json`.

use rolecall_scenario::{Outcome, Report};
use serde::{Deserialize, Serialize};

use crate::findings::Published;
use crate::rule::{Level, Rule, RuleSet};
use crate::suite::{Case, SUITE_VERSION, Shard, fingerprint};
use crate::timeline::Timeline;

/// The version of the form; another one is not read.
const FORM: u32 = 1;

/// All that was found: one run for each provider, or for each part that was played apart.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Results {
    /// The version of this form.
    pub form: u32,
    /// What was played.
    pub suite: SuiteId,
    /// The rules that it is about, by slug.
    pub rules: Vec<RuleCard>,
    /// What came of it; sorted by provider.
    pub runs: Vec<Run>,
}

/// What was played. Only results of the same suite are comparable.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct SuiteId {
    /// The version, such as `2026.1`.
    pub version: String,
    /// A hash of all rules and scenarios.
    pub fingerprint: String,
    /// What all ids, keys and jitter were drawn from.
    pub seed: u64,
    /// Which part of it was asked for, as arguments of `conform`; empty for all.
    pub filter: String,
}

impl SuiteId {
    /// The suite of this version.
    pub fn new(fingerprint: String, seed: u64, filter: String) -> Self {
        Self {
            version: SUITE_VERSION.to_owned(),
            fingerprint,
            seed,
            filter,
        }
    }
}

/// A rule as reports show it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct RuleCard {
    /// Its name.
    pub slug: String,
    /// What it is about.
    pub topic: String,
    /// Which rules it belongs to.
    pub set: RuleSet,
    /// How strict it is.
    pub level: Level,
    /// Whether a provider can fail it.
    pub can_fail: bool,
    /// What it says.
    pub says: String,
    /// Its consequence in production.
    pub why: String,
    /// Where it is written, and when that was read.
    pub source: String,
    /// A hash of what it says, so that a verdict tells which wording it is on.
    pub revision: String,
}

impl RuleCard {
    /// That of a rule.
    pub fn of(rule: &Rule) -> Self {
        let said = [rule.says.as_bytes(), rule.level().name().as_bytes()];
        Self {
            slug: rule.slug.clone(),
            topic: rule.topic.to_string(),
            set: rule.set,
            level: rule.level(),
            can_fail: rule.can_fail(),
            says: rule.says.clone(),
            why: rule.why.clone(),
            source: format!("{} ({})", rule.source.text, rule.source.date),
            revision: fingerprint(said),
        }
    }
}

/// What was found about one provider.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Run {
    /// Who was judged, and how.
    pub subject: Subject,
    /// Which part was played; none if all of it was.
    pub shard: Option<Shard>,
    /// What was found out of its clock before anything was judged.
    pub control: String,
    /// What has been published about it.
    pub findings: Vec<Published>,
    /// Each case, in the order of the suite.
    pub cases: Vec<CaseResult>,
}

/// Who was judged, and how: with the suite and the rule, all that a verdict is about.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// What it is called on the command line: `botocore`, `aws-config`.
    pub id: String,
    /// The provider's own name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// A hash of its driver's files; of a command, its words; of one in this process, our version.
    pub driver: String,
    /// The system and the machine: `linux-x86_64`.
    pub platform: String,
    /// How its clock is moved: `virtual`, `preload`, `vdso`, `none`.
    pub clock: String,
    /// The day, as it was given.
    pub date: String,
    /// The words that choose it on a command line; none for the one that is chosen without any.
    pub words: Option<String>,
}

/// What came of one case.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct CaseResult {
    /// What it is about.
    pub topic: String,
    /// The rules that it tests.
    pub rules: Vec<String>,
    /// Those of them that it names itself.
    pub own_rules: Vec<String>,
    /// What was found.
    pub report: Report,
    /// What happened when; none where everything was as expected.
    pub timeline: Option<Timeline>,
}

impl CaseResult {
    /// That of a case. What went over the wire is kept where there is something to explain.
    pub fn new(case: &Case, mut report: Report) -> Self {
        let dull = matches!(
            report.outcome,
            Outcome::Passed | Outcome::AlreadySo | Outcome::NotApplicable(_)
        );
        let timeline = (!dull).then(|| Timeline::of(&report));
        if dull {
            for step in &mut report.steps {
                step.trace.clear();
            }
        }
        report.journal.clear();
        let names = |rules: std::collections::BTreeSet<&str>| {
            rules.into_iter().map(str::to_owned).collect()
        };
        Self {
            topic: case.topic.clone(),
            rules: names(case.rules()),
            own_rules: names(case.own_rules()),
            report,
            timeline,
        }
    }
}

/// A file that holds no results, or not in this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadResults(String);

impl Results {
    /// Of these runs.
    pub fn new(suite: SuiteId, rules: Vec<RuleCard>, runs: Vec<Run>) -> Self {
        Self {
            form: FORM,
            suite,
            rules,
            runs,
        }
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// It is something else, or of another form.
    pub fn parse(text: &str) -> Result<Self, BadResults> {
        let form = serde_json::from_str::<serde_json::Value>(text)
            .map_err(|error| BadResults(format!("it is no JSON: {error}")))?;
        match form.get("form").and_then(serde_json::Value::as_u64) {
            Some(form) if form == u64::from(FORM) => {}
            Some(form) => {
                return Err(BadResults(format!(
                    "it is of form {form}, and {FORM} is read"
                )));
            }
            None => {
                return Err(BadResults(
                    "it is no result of `rolecall conform`".to_owned(),
                ));
            }
        }
        serde_json::from_value(form).map_err(|error| BadResults(error.to_string()))
    }

    /// As one JSON document.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_else(|error| {
            // Strings, numbers and lists of them: there is nothing here that JSON has not.
            format!("{{\"error\": \"{error}\"}}")
        });
        text.push('\n');
        text
    }

    /// The rule of this name.
    pub fn rule(&self, slug: &str) -> Option<&RuleCard> {
        self.rules.iter().find(|rule| rule.slug == slug)
    }

    /// All reports.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        let cases = self.runs.iter().flat_map(|run| &run.cases);
        cases.map(|case| &case.report)
    }
}
