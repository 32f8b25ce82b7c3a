//! How the time of a world passes.

use std::time::Duration;

use rolecall_account::SimInstant;
use thiserror::Error;

use crate::edge::Edge;

/// How many events of the world one advance may pass: a year of rotations every minute.
const EVENTS_MAX: usize = 600_000;

/// The world does not get from one time to another: too much happens in between, or its clock
/// stands still.
#[derive(Clone, Copy, Debug, Error)]
#[error("after {EVENTS_MAX} events the world is at {now}, and was to get to {target}")]
pub struct Livelock {
    now: SimInstant,
    target: SimInstant,
}

impl Edge {
    /// Lets time pass, and stops at every event of the world on the way.
    ///
    /// # Errors
    /// The world has more to do in that time than any world should; it then is where it got to.
    pub async fn advance(&self, duration: Duration) -> Result<(), Livelock> {
        self.advance_through(duration, || {}).await
    }

    /// [`Edge::advance`], which calls `at_stop` wherever it stops, once what was due there has
    /// happened.
    ///
    /// # Errors
    /// The world has more to do in that time than any world should; it then is where it got to.
    pub async fn advance_through(
        &self,
        duration: Duration,
        mut at_stop: impl FnMut(),
    ) -> Result<(), Livelock> {
        let target = self.now() + duration;
        let offset = self.clock().offset_nanos();
        for _ in 0..EVENTS_MAX {
            let next = self.world().next_event();
            let next = next.map_or(target, |event| event.min(target));
            self.clock().advance_to(next.into()).await;
            let now = self.now();
            self.world().advance_to(now);
            at_stop();
            if now >= target {
                self.leap(offset, duration);
                at_stop();
                return Ok(());
            }
        }
        Err(Livelock {
            now: self.now(),
            target,
        })
    }

    /// Lets the wall clock alone move ahead to where it is told: whatever was due until then happens
    /// there and then, because the account knows no other time.
    pub fn step_ahead(&self, duration: Duration) {
        self.clock().step_ahead(duration);
        let now = self.now();
        self.world().advance_to(now);
    }

    /// On an offset clock time has flowed between the events; it is to be moved by what was asked for
    /// all the same.
    fn leap(&self, offset: Option<i64>, duration: Duration) {
        let moved = offset
            .zip(self.clock().offset_nanos())
            .map(|(was, is)| Duration::from_nanos(is.saturating_sub(was).unsigned_abs()));
        if let Some(moved) = moved {
            self.clock().jump(duration.saturating_sub(moved));
        }
        let now = self.now();
        self.world().advance_to(now);
    }
}
