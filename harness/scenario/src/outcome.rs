//! What a run found: the one stream of events that every report consumes.

use std::time::Duration;

use rolecall_account::RedactedExchange;
use serde::{Deserialize, Serialize};

/// What became of a step, or of a scenario.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "reason")]
pub enum Outcome {
    /// Everything expected held.
    Passed,
    /// Something did not; the findings say what.
    Failed,
    /// Something did not, which is known of the provider; why.
    ExpectedFailure(String),
    /// Everything did, though the provider is known to fail; why it is.
    UnexpectedPass(String),
    /// Everything expected under a preview held, though the provider does not promise to keep it.
    AlreadySo,
    /// Something expected under a preview did not hold: the provider does as releases before did; why
    /// that fails nobody.
    NotYet(String),
    /// Something expected under a preview did not hold, nor what releases before did; which.
    Differs(String),
    /// The provider cannot be asked that.
    NotApplicable(String),
    /// It could not be judged.
    Inconclusive(String),
}

impl Outcome {
    /// One word, as reports show it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::ExpectedFailure(_) => "expected failure",
            Self::UnexpectedPass(_) => "unexpected pass",
            Self::AlreadySo => "already so",
            Self::NotYet(_) => "not yet",
            Self::Differs(_) => "differs",
            Self::NotApplicable(_) => "not applicable",
            Self::Inconclusive(_) => "inconclusive",
        }
    }

    /// Whether what was expected was looked at, so that a step after it may be played.
    pub const fn is_judged(&self) -> bool {
        !matches!(self, Self::NotApplicable(_) | Self::Inconclusive(_))
    }

    /// Why, where there is more to say than what the steps found.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed | Self::Failed | Self::AlreadySo => None,
            Self::ExpectedFailure(why)
            | Self::UnexpectedPass(why)
            | Self::NotYet(why)
            | Self::Differs(why)
            | Self::NotApplicable(why)
            | Self::Inconclusive(why) => Some(why),
        }
    }
}

/// One thing that was not as expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rules that fail by it; none if the scenario names none.
    pub rules: Vec<String>,
    /// What was expected.
    pub expected: String,
    /// What was the case.
    pub actual: String,
}

/// An exchange of a step, as it may be shown.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct TracedExchange {
    /// Its number in the journal.
    pub number: u64,
    /// Simulated time since the start of the world.
    #[serde(rename = "at_seconds", with = "seconds")]
    pub at: Duration,
    /// What was asked and answered.
    #[serde(flatten)]
    pub exchange: RedactedExchange,
}

/// One step that was played.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StepReport {
    /// Its name.
    pub name: String,
    /// Its line in the file, from 1; 0 if it was made in code.
    pub line: usize,
    /// Simulated time since the start of the world, when it acted.
    #[serde(rename = "at_seconds", with = "seconds")]
    pub at: Duration,
    /// What happened, in a line.
    pub happened: String,
    /// The faults that have struck since the last step, each with its word: `slow (delay)`.
    pub struck: Vec<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was not as expected.
    pub findings: Vec<Finding>,
    /// What is worth a word and fails nothing.
    pub notes: Vec<String>,
    /// The requests since the last step, with their answers.
    pub trace: Vec<TracedExchange>,
}

/// A scenario that was played.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// Where it was read from.
    pub source: String,
    /// What it is about.
    pub summary: String,
    /// The provider and its version.
    pub provider: String,
    /// What all ids, keys and jitter were drawn from.
    pub seed: u64,
    /// The first instant of the world.
    pub start: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Its steps as far as they were played.
    pub steps: Vec<StepReport>,
    /// How many steps it has.
    pub steps_total: usize,
    /// How much simulated time passed.
    #[serde(rename = "simulated_seconds", with = "seconds")]
    pub simulated: Duration,
    /// How many requests were answered.
    pub requests: usize,
    /// How many key sets were issued.
    pub key_sets: usize,
    /// What came of playing it once more, where that came to something else: then this is as good as
    /// unjudged, and both are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Box<Report>>,
    /// The journal, a JSON object a line, secrets as fingerprints.
    #[serde(skip)]
    pub journal: Vec<String>,
}

/// What happens in a run, in order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A scenario begins: its report so far, without steps.
    Begun(&'a Report),
    /// A step was played.
    Stepped(&'a StepReport),
    /// A scenario has ended.
    Ended(&'a Report),
}

/// Durations as seconds, with a fraction.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}
