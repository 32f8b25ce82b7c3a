//! The clock, and the world's beginning.

use std::time::Duration;

use rolecall_account::SimInstant;

use super::problem::Problem;
use super::router::Control;
use super::said::{Advance, Clock, Done, Nothing, SetClock};

/// The most that may pass at once: a typing error must not keep the world busy for an hour.
const ADVANCE_MAX: Duration = Duration::from_hours(10 * 365 * 24);

pub(super) const TOO_MUCH_HAPPENS: &str = "More would happen in that time than any world should do at once; the world is where it got to.";

#[expect(clippy::unnecessary_wraps, reason = "a handler")]
pub(super) fn clock(control: &Control, _: &Nothing) -> Result<Clock, Problem> {
    Ok(read(control))
}

pub(super) async fn advance(control: Control, asked: Advance) -> Result<Clock, Problem> {
    let duration = Duration::try_from_secs_f64(asked.seconds)
        .map_err(|_| Problem::bad_request("`seconds` must not be negative"))?;
    pass(&control, duration).await
}

pub(super) async fn set_clock(control: Control, asked: SetClock) -> Result<Clock, Problem> {
    let target = time("time", &asked.time)?;
    let now = control.edge.now();
    if target < now {
        let message = format!(
            "it is {now} already, and time does not go back to {target}; a reset begins the world again"
        );
        return Err(Problem::conflict("time-does-not-go-back", message));
    }
    pass(&control, target.since(now)).await
}

pub(super) fn reset(control: &Control, _: &Nothing) -> Result<Done, Problem> {
    (control.reset)().map_err(|message| {
        let status = http::StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "reset-failed", message)
    })?;
    Ok(control.done("the world is as it began"))
}

impl Control {
    pub(super) fn done(&self, what: impl Into<String>) -> Done {
        Done {
            done: what.into(),
            now: self.edge.now().to_string(),
        }
    }
}

/// Reads a time; `name` is what it was given as.
pub(super) fn time(name: &str, text: &str) -> Result<SimInstant, Problem> {
    SimInstant::parse(text).ok_or_else(|| {
        Problem::bad_request(format!(
            "`{name}`: `{text}` is no time; write it like 2031-05-01T00:00:00Z"
        ))
    })
}

async fn pass(control: &Control, duration: Duration) -> Result<Clock, Problem> {
    if duration > ADVANCE_MAX {
        return Err(Problem::bad_request(
            "ten years at most may pass at once; do it in steps",
        ));
    }
    let advanced = control.edge.advance(duration).await;
    advanced.map_err(|livelock| Problem::conflict("too-much-happens", livelock.to_string()))?;
    Ok(read(control))
}

fn read(control: &Control) -> Clock {
    let ahead = control.edge.clock().offset_nanos();
    Clock {
        now: control.edge.now().to_string(),
        ahead_seconds: ahead.map(seconds),
    }
}

fn seconds(nanos: i64) -> f64 {
    let distance = Duration::from_nanos(nanos.unsigned_abs()).as_secs_f64();
    if nanos < 0 { -distance } else { distance }
}
