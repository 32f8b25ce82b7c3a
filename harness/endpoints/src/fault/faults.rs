//! The faults and gates of a world, in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use rolecall_account::SimInstant;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::effect::Effect;
use super::gate::{Gate, GatePoint, GateState, Held};
use super::matcher::{Asked, Matcher};
use super::stored::StoredFaults;
use crate::place::Caller;

/// A fault: which requests it strikes, and what it does to them.
///
/// ```
/// use std::time::Duration;
/// use rolecall_endpoints::{Effect, Fault, Matcher};
///
/// // The second reply to a token request is late, and only that one.
/// let on = Matcher { operation: Some("imds-token".to_owned()), ..Matcher::default() };
/// let slow = Fault {
///     nth: 2,
///     times: Some(1),
///     ..Fault::new("slow-token", on, Effect::Delay(Duration::from_secs(5).into()))
/// };
/// # assert_eq!(serde_json::from_value::<Fault>(serde_json::json!(slow)).unwrap(), slow);
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name, to clear it by.
    pub name: String,
    /// Which requests.
    #[serde(default)]
    pub on: Matcher,
    /// The first of them that suffers it, counted from one.
    #[serde(default = "first")]
    pub nth: u32,
    /// How many suffer it from there on; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What happens to them.
    pub effect: Effect,
}

fn first() -> u32 {
    1
}

impl Fault {
    /// A fault that strikes every one of those requests.
    pub fn new(name: impl Into<String>, on: Matcher, effect: Effect) -> Self {
        Self {
            name: name.into(),
            on,
            nth: first(),
            times: None,
            effect,
        }
    }
}

/// A fault, and what has come of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FaultState {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it was looked up for and meant.
    pub seen: u32,
    /// How many it struck.
    pub struck: u32,
}

/// How long listeners may take to act upon a change.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// How often it is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The faults and gates of a world. Clones are the same.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Whether there are any: what a request asks first.
    armed: Arc<AtomicBool>,
    state: Arc<Mutex<State>>,
    changes: Arc<watch::Sender<u64>>,
    /// The last change that each listener has acted upon; one that is closed for good is gone.
    listeners: Arc<Mutex<Vec<Weak<AtomicU64>>>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            armed: Arc::default(),
            state: Arc::default(),
            changes: Arc::new(watch::Sender::new(0)),
            listeners: Arc::default(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) faults: Vec<Armed>,
    pub(super) gates: Vec<Held>,
}

#[derive(Debug)]
pub(super) struct Armed {
    pub(super) state: FaultState,
    /// Of [`Effect::SameDocument`]: the first answer, by who asked for which path.
    pub(super) first: BTreeMap<(String, String), Frozen>,
}

/// An answer that is given again.
#[derive(Clone)]
pub(super) struct Frozen {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Leaves the secrets out.
impl std::fmt::Debug for Frozen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frozen")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The fault that strikes a request.
#[derive(Clone, Debug)]
pub(super) struct Struck {
    pub(super) name: String,
    pub(super) effect: Effect,
    /// Which of its strikes this is, from one.
    pub(super) strike: u32,
}

impl Faults {
    /// Adds a fault behind those there are: the first that means a request strikes it. One of the
    /// same name is replaced, and its counts begin again.
    pub fn add(&self, fault: Fault) {
        let mut state = self.lock();
        state
            .faults
            .retain(|armed| armed.state.fault.name != fault.name);
        state.faults.push(Armed {
            state: FaultState {
                fault,
                seen: 0,
                struck: 0,
            },
            first: BTreeMap::new(),
        });
        self.changed(&state);
    }

    /// Lifts a fault; whether there was one of that name.
    pub fn clear(&self, name: &str) -> bool {
        let mut state = self.lock();
        let before = state.faults.len();
        state.faults.retain(|armed| armed.state.fault.name != name);
        self.changed(&state);
        state.faults.len() < before
    }

    /// Lifts every fault and opens every gate.
    pub fn clear_all(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.gates.drain(..).for_each(|gate| gate.open());
        self.changed(&state);
    }

    /// The faults there are, in order.
    pub fn list(&self) -> Vec<FaultState> {
        let state = self.lock();
        state
            .faults
            .iter()
            .map(|armed| armed.state.clone())
            .collect()
    }

    /// Puts up a gate. One of the same name is opened and replaced.
    pub fn put_gate(&self, gate: Gate) {
        let mut state = self.lock();
        let old = state
            .gates
            .extract_if(.., |held| held.gate.name == gate.name);
        old.for_each(|held| held.open());
        state.gates.push(Held::new(gate));
        self.changed(&state);
    }

    /// Opens a gate and takes it down: how many requests it had held, or `None` if there is none
    /// of that name.
    pub fn open_gate(&self, name: &str) -> Option<u32> {
        let mut state = self.lock();
        let at = state.gates.iter().position(|held| held.gate.name == name)?;
        let held = state.gates.remove(at);
        held.open();
        self.changed(&state);
        Some(held.state().reached)
    }

    /// The gates there are, in order.
    pub fn gates(&self) -> Vec<GateState> {
        self.lock().gates.iter().map(Held::state).collect()
    }

    /// How many requests wait at gates.
    pub fn held(&self) -> usize {
        self.lock().gates.iter().map(Held::waiting).sum()
    }

    /// As they stand, to be written.
    pub fn stored(&self) -> StoredFaults {
        self.lock().stored()
    }

    /// Puts those that were written in the place of all there are, whose gates open.
    pub fn restore(&self, stored: StoredFaults) {
        let mut state = self.lock();
        state.gates.drain(..).for_each(|gate| gate.open());
        *state = State::restored(stored);
        self.changed(&state);
    }

    /// Whether there is nothing to look up.
    pub(crate) fn is_idle(&self) -> bool {
        !self.armed.load(Ordering::Acquire)
    }

    /// The fault that strikes a request. Every fault that means it counts it; the first that is due
    /// strikes.
    pub(super) fn strike(&self, asked: &Asked<'_>) -> Option<Struck> {
        let mut struck = None;
        for armed in &mut self.lock().faults {
            let FaultState {
                fault,
                seen,
                struck: strikes,
            } = &mut armed.state;
            if !fault.on.matches(asked) {
                continue;
            }
            *seen = seen.saturating_add(1);
            let is_due = *seen >= fault.nth && fault.times.is_none_or(|times| *strikes < times);
            if is_due && struck.is_none() {
                *strikes = strikes.saturating_add(1);
                struck = Some(Struck {
                    name: fault.name.clone(),
                    effect: fault.effect.clone(),
                    strike: *strikes,
                });
            }
        }
        struck
    }

    /// The first answer that `caller` had from `path` under the fault `name`; `answer` if this is
    /// the first.
    pub(super) fn first_answer(
        &self,
        name: &str,
        caller: &Caller,
        path: &str,
        answer: Frozen,
    ) -> Frozen {
        let mut state = self.lock();
        let armed = state
            .faults
            .iter_mut()
            .find(|armed| armed.state.fault.name == name);
        let Some(armed) = armed else { return answer };
        let asked = (format!("{:?}", caller.place), path.to_owned());
        armed.first.entry(asked).or_insert(answer).clone()
    }

    /// The gate that holds a request at `point`.
    pub(super) fn gate(
        &self,
        point: GatePoint,
        asked: &Asked<'_>,
    ) -> Option<watch::Receiver<bool>> {
        let mut state = self.lock();
        let mut receivers = state.gates.iter_mut().map(|held| held.reach(point, asked));
        // Every gate counts the request; the first that is due holds it.
        receivers.by_ref().fold(None, Option::or)
    }

    /// Whether nobody listens where `caller` calls.
    pub(crate) fn refuses(&self, caller: &Caller, now: SimInstant) -> bool {
        !self.is_idle()
            && self.lock().faults.iter().any(|armed| {
                let fault = &armed.state.fault;
                fault.effect == Effect::RefuseConnection && fault.on.is_from(caller, now)
            })
    }

    /// Whether some fault keeps listeners closed, perhaps at another time.
    pub(crate) fn has_refusals(&self) -> bool {
        !self.is_idle()
            && self
                .lock()
                .faults
                .iter()
                .any(|armed| armed.state.fault.effect == Effect::RefuseConnection)
    }

    /// Where a listener says which change it has acted upon.
    pub(crate) fn listener(&self) -> Arc<AtomicU64> {
        let acted_upon = Arc::default();
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|other| other.strong_count() > 0);
        listeners.push(Arc::downgrade(&acted_upon));
        acted_upon
    }

    /// The newest change.
    pub(crate) fn change(&self) -> u64 {
        *self.changes.borrow()
    }

    /// Waits until every listener is open or closed as the faults want it at this time, for a bounded
    /// time: whoever calls after that meets what was asked for. Without listeners there is nothing to
    /// wait for.
    pub async fn heard(&self) {
        self.changes.send_modify(|count| *count += 1);
        let change = self.change();
        let lags = |listener: &Weak<AtomicU64>| {
            let acted_upon = listener.upgrade();
            acted_upon.is_some_and(|acted_upon| acted_upon.load(Ordering::Acquire) < change)
        };
        let deadline = Instant::now() + HEARD_WITHIN;
        loop {
            let some_lag = {
                let listeners = self
                    .listeners
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                listeners.iter().any(lags)
            };
            if !some_lag || Instant::now() >= deadline {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Told of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn changed(&self, state: &State) {
        let is_armed = !(state.faults.is_empty() && state.gates.is_empty());
        self.armed.store(is_armed, Ordering::Release);
        self.changes.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
