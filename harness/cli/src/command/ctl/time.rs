//! The commands about time.

use std::time::Duration;

use rolecall_account::SimInstant;
use rolecall_conformance::report::simulated;
use rolecall_scenario::language::parse_duration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Output;
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;

/// From when on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// From this time on.
    At(SimInstant),
    /// So long before now.
    Ago(Duration),
}

/// The served world's time.
#[derive(Deserialize)]
struct Clock {
    now: String,
    ahead_seconds: Option<f64>,
}

/// Reads a time; gives it as it is written.
pub(super) fn instant(text: &str) -> Result<String, String> {
    let time = SimInstant::parse(text);
    time.map(|_| text.to_owned())
        .ok_or_else(|| "not a time; write it like `2031-05-01T00:00:00Z`".to_owned())
}

pub(super) fn since(text: &str) -> Result<Since, String> {
    let ago = || parse_duration(text).map(Since::Ago);
    let at = SimInstant::parse(text).map(Since::At);
    at.or_else(ago).ok_or_else(|| {
        "neither a time nor a duration; write `2031-05-01T00:00:00Z` or `1h`".to_owned()
    })
}

impl Since {
    /// The time that is meant.
    pub(super) fn resolve(&self, client: &Client) -> Result<SimInstant, Trouble> {
        match self {
            Self::At(at) => Ok(*at),
            Self::Ago(ago) => {
                let Clock { now, .. } = client.get("/clock")?;
                let now = SimInstant::parse(&now);
                let now = now.ok_or_else(|| Trouble::no_answer("the served world has no time"))?;
                Ok(now - *ago)
            }
        }
    }
}

pub(super) fn clock(client: &Client, output: Output) -> Result<(), Trouble> {
    tell(output, &client.get("/clock")?)
}

pub(super) fn advance(client: &Client, duration: Duration, output: Output) -> Result<(), Trouble> {
    let body = json!({ "seconds": duration.as_secs_f64() });
    tell(output, &client.post("/advance", &body)?)
}

pub(super) fn set_clock(client: &Client, time: &str, output: Output) -> Result<(), Trouble> {
    tell(
        output,
        &client.post("/set-clock", &json!({ "time": time }))?,
    )
}

fn tell(output: Output, answer: &Value) -> Result<(), Trouble> {
    print(output, answer, |answer| {
        let Clock { now, ahead_seconds } = Clock::deserialize(answer)?;
        let way = if ahead_seconds < Some(0.0) {
            "behind"
        } else {
            "ahead of"
        };
        let distance = ahead_seconds.map(f64::abs);
        let distance = distance.and_then(|distance| Duration::try_from_secs_f64(distance).ok());
        let ahead = match distance {
            None => String::new(),
            Some(Duration::ZERO) => ", as on this machine".to_owned(),
            Some(distance) => format!(", {} {way} this machine", simulated(distance)),
        };
        Ok(format!("it is now {now}{ahead}"))
    })
}
