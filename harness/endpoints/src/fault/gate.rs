//! Gates: requests wait at one until it is opened, so that races need no luck.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::matcher::{Asked, Matcher};

/// A barrier at which one request waits.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its name, to open it by.
    pub name: String,
    /// Which requests.
    #[serde(default)]
    pub on: Matcher,
    /// Where they wait.
    pub at: GatePoint,
    /// Which of them waits, counted from one.
    #[serde(default = "first")]
    pub nth: u32,
}

fn first() -> u32 {
    1
}

/// Where a request waits at a gate.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GatePoint {
    /// Before anything is decided.
    Arrival,
    /// When everything is decided and nothing answered.
    BeforeResponse,
}

/// A gate, and what has come of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct GateState {
    /// The gate.
    #[serde(flatten)]
    pub gate: Gate,
    /// How many requests have waited at it.
    pub reached: u32,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) gate: Gate,
    pub(super) seen: u32,
    pub(super) reached: u32,
    open: watch::Sender<bool>,
}

impl Held {
    pub(super) fn new(gate: Gate) -> Self {
        Self {
            gate,
            seen: 0,
            reached: 0,
            open: watch::Sender::new(false),
        }
    }

    pub(super) fn state(&self) -> GateState {
        GateState {
            gate: self.gate.clone(),
            reached: self.reached,
        }
    }

    /// How many requests wait at it.
    pub(super) fn waiting(&self) -> usize {
        self.open.receiver_count()
    }

    /// Lets go all who wait.
    pub(super) fn open(&self) {
        self.open.send_replace(true);
    }

    /// A request passes: what it is to wait for, if it is one of those that wait.
    pub(super) fn reach(
        &mut self,
        point: GatePoint,
        asked: &Asked<'_>,
    ) -> Option<watch::Receiver<bool>> {
        if self.gate.at != point || !self.gate.on.matches(asked) {
            return None;
        }
        self.seen = self.seen.saturating_add(1);
        (self.seen == self.gate.nth).then(|| {
            self.reached = self.reached.saturating_add(1);
            self.open.subscribe()
        })
    }
}

/// Waits until the gate is opened, or is gone.
pub(super) async fn pass(mut gate: watch::Receiver<bool>) {
    // An error means that the gate is gone, and so is the reason to wait.
    let _ = gate.wait_for(|open| *open).await;
}
