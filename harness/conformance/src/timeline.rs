//! What happened when in a scenario, as far as a picture shows it.

use rolecall_scenario::Report;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happened when, in seconds of simulated time since the world began.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Timeline {
    /// How long it is: until the last thing that happened.
    pub seconds: f64,
    /// The sets that were issued, each for as long as it is good.
    pub lives: Vec<Bar>,
    /// Everything else.
    pub marks: Vec<Mark>,
}

/// The life of one set.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Bar {
    /// Who it acts as, and which issue it is: `photo-app 2`.
    pub name: String,
    /// Where it is issued.
    pub source: String,
    /// Its access key id.
    pub key: String,
    /// When it was issued, in seconds.
    pub from: f64,
    /// When it ends, in seconds; `None` if it does not end by itself.
    pub to: Option<f64>,
}

/// Something at a moment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Mark {
    /// When, in seconds.
    pub at: f64,
    /// What kind of thing it was.
    pub kind: MarkKind,
    /// What it was, in a line.
    pub says: String,
    /// The request's number in the journal, if it was one.
    pub number: Option<u64>,
}

/// What kind of thing happens at a moment.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// A step began.
    Step,
    /// The clock jumped to this moment.
    Jump,
    /// The world was changed.
    Change,
    /// The client asked a source for credentials.
    Refresh,
    /// The client asked anything else.
    Request,
    /// A request that was refused.
    Refused,
    /// A request that was struck by a fault.
    Fault,
}

impl Timeline {
    /// Of the journal of a report, and its steps.
    pub fn of(report: &Report) -> Self {
        let start = milliseconds(&report.start).unwrap_or_default();
        let mut timeline = Self::default();
        for line in &report.journal {
            let Ok(entry) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            timeline.add(&entry, start);
        }
        let mut before = 0.0;
        for step in &report.steps {
            let at = step.at.as_secs_f64();
            if at > before {
                let says = format!("the clock stands at {}", crate::report::simulated(step.at));
                timeline.mark(at, MarkKind::Jump, says, None);
            }
            timeline.mark(at, MarkKind::Step, step.name.clone(), None);
            before = at;
        }
        let ends = timeline.marks.iter().map(|mark| mark.at);
        let ends = ends.chain(timeline.lives.iter().map(|life| life.from));
        timeline.seconds = ends.fold(report.simulated.as_secs_f64(), f64::max);
        timeline
            .marks
            .sort_by(|one, other| one.at.total_cmp(&other.at));
        timeline
    }

    fn add(&mut self, entry: &Value, start: i128) {
        let seconds = |value: &Value| Some(since(milliseconds(value.as_str()?)?, start));
        let Some(at) = seconds(&entry["at"]) else {
            return;
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(issued) = entry.get("issued") {
            let role = text(&issued["role"]);
            // Only sources that issue by themselves number their sets.
            let issue = issued["issue"].as_u64().filter(|issue| *issue > 0);
            self.lives.push(Bar {
                name: issue.map_or(role.clone(), |issue| format!("{role} {issue}")),
                source: text(&issued["source"]),
                key: text(&issued["access_key_id"]),
                from: at,
                to: seconds(&issued["expires_at"]),
            });
        } else if let Some(exchange) = entry.get("exchange") {
            if exchange["caller"] != "control" {
                self.exchange(at, exchange, entry["number"].as_u64());
            }
        } else if let Some(control) = entry.get("control") {
            let says = format!(
                "{} {}",
                text(&control["operation"]),
                text(&control["detail"])
            );
            self.mark(at, MarkKind::Change, says, entry["number"].as_u64());
        } else if let Some(members) = entry.as_object() {
            let kinds = members
                .keys()
                .filter(|key| !["at", "number"].contains(&key.as_str()));
            let says: Vec<&str> = kinds.map(String::as_str).collect();
            self.mark(
                at,
                MarkKind::Change,
                says.join(" "),
                entry["number"].as_u64(),
            );
        }
    }

    fn exchange(&mut self, at: f64, exchange: &Value, number: Option<u64>) {
        let text = |name: &str| exchange[name].as_str();
        let asked = text("operation").unwrap_or("?");
        let status = exchange["status"].as_u64();
        let kind = match () {
            () if text("fault").is_some() => MarkKind::Fault,
            () if status.is_none_or(|status| status >= 400) => MarkKind::Refused,
            () if REFRESHES.contains(&asked) => MarkKind::Refresh,
            () => MarkKind::Request,
        };
        let status = status.map_or("no answer".to_owned(), |status| status.to_string());
        let mut says = format!(
            "{} asks {asked}: {status}",
            text("caller").unwrap_or_default()
        );
        if let Some(fault) = text("fault") {
            says.push_str(", struck by ");
            says.push_str(fault);
        }
        self.mark(at, kind, says, number);
    }

    fn mark(&mut self, at: f64, kind: MarkKind, says: String, number: Option<u64>) {
        self.marks.push(Mark {
            at,
            kind,
            says,
            number,
        });
    }
}

/// What a client asks for a new set.
const REFRESHES: &[&str] = &[
    "imds-credentials",
    "container-credentials",
    "sts-assume-role",
    "sts-assume-role-with-web-identity",
    "sts-assume-role-with-saml",
    "sts-get-session-token",
];

/// A time as the journal writes it, `2031-05-01T06:00:00Z` with a fraction or without, in milliseconds
/// since some day.
fn milliseconds(text: &str) -> Option<i128> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(at.as_nanosecond() / 1_000_000)
}

#[expect(clippy::cast_precision_loss, reason = "a picture is not that fine")]
fn since(at: i128, start: i128) -> f64 {
    (at - start) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rolecall_scenario::{Outcome, StepReport};

    use super::*;

    /// As the runner writes it.
    const JOURNAL: [&str; 6] = [
        r#"{"at":"2031-05-01T00:00:00.000Z","control":{"account":"1","detail":"photo-app","operation":"iam-create-role"},"number":1}"#,
        r#"{"at":"2031-05-01T00:00:00.000Z","issued":{"access_key_id":"ASIA1","expires_at":"2031-05-01T06:00:00Z","issue":1,"role":"photo-app","source":"instance i-1"},"number":2}"#,
        r#"{"at":"2031-05-01T00:00:01.500Z","exchange":{"caller":"web","operation":"imds-credentials","status":200,"fault":null},"number":3}"#,
        r#"{"at":"2031-05-01T00:00:02.000Z","exchange":{"caller":"control","operation":"s3-put-object","status":403,"fault":null},"number":4}"#,
        r#"{"at":"2031-05-01T06:00:00.000Z","exchange":{"caller":"web","operation":"s3-put-object","status":403,"fault":null},"number":5}"#,
        r#"{"at":"2031-05-01T06:00:03.000Z","exchange":{"caller":"web","operation":"imds-role","status":null,"fault":"outage (reset)"},"number":6}"#,
    ];

    #[test]
    fn what_happened_is_where_it_happened() {
        let step = |name: &str, at: u64| StepReport {
            name: name.to_owned(),
            line: 1,
            at: Duration::from_secs(at),
            happened: String::new(),
            struck: Vec::new(),
            outcome: Outcome::Passed,
            findings: Vec::new(),
            notes: Vec::new(),
            trace: Vec::new(),
        };
        let report = Report {
            scenario: "s".to_owned(),
            source: String::new(),
            summary: String::new(),
            provider: String::new(),
            seed: 1,
            start: "2031-05-01T00:00:00.000Z".to_owned(),
            outcome: Outcome::Failed,
            steps: vec![step("one", 0), step("two", 21_600)],
            steps_total: 2,
            again: None,
            simulated: Duration::from_hours(6),
            requests: 0,
            key_sets: 0,
            journal: JOURNAL.map(str::to_owned).to_vec(),
        };
        let timeline = Timeline::of(&report);
        assert!(
            (timeline.seconds - 21_603.0).abs() < 1e-9,
            "{}",
            timeline.seconds
        );
        let life = Bar {
            name: "photo-app 1".to_owned(),
            source: "instance i-1".to_owned(),
            key: "ASIA1".to_owned(),
            from: 0.0,
            to: Some(21_600.0),
        };
        assert_eq!(timeline.lives, [life]);
        let told = timeline
            .marks
            .iter()
            .map(|mark| (mark.at, mark.kind, mark.says.as_str(), mark.number));
        let told: Vec<_> = told.collect();
        // What the runner asks to try the account is none of the client's.
        assert_eq!(
            told,
            [
                (0.0, MarkKind::Change, "iam-create-role photo-app", Some(1)),
                (0.0, MarkKind::Step, "one", None),
                (
                    1.5,
                    MarkKind::Refresh,
                    "web asks imds-credentials: 200",
                    Some(3)
                ),
                (
                    21_600.0,
                    MarkKind::Refused,
                    "web asks s3-put-object: 403",
                    Some(5)
                ),
                (21_600.0, MarkKind::Jump, "the clock stands at 6h", None),
                (21_600.0, MarkKind::Step, "two", None),
                (
                    21_603.0,
                    MarkKind::Fault,
                    "web asks imds-role: no answer, struck by outage (reset)",
                    Some(6)
                ),
            ]
        );
    }
}
