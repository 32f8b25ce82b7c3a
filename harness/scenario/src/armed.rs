//! The faults, gates and matches of a scenario, as the world takes them, and what became of them.

use std::collections::BTreeMap;

use rolecall_account::{Exchange, SimInstant};
use rolecall_endpoints::{Asked, Caller, Effect, Fault, FaultState, Faults, Gate, Matcher, Place};

use crate::act::Undoable;
use crate::language::{self, Match, Scenario};
use crate::simulation::{SetupError, Simulation};

/// What the words of a scenario mean in a world.
#[derive(Clone, Copy)]
pub(crate) struct Meaning<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) simulation: &'a Simulation,
    /// The world's first instant.
    pub(crate) start: SimInstant,
}

impl Meaning<'_> {
    /// A fault, ready to strike.
    ///
    /// # Errors
    /// It names a place that is not there yet.
    pub(crate) fn fault(self, fault: &language::Fault) -> Result<Fault, Undoable> {
        let what = format!("fault `{}`", fault.name);
        let effect = match &fault.effect.value {
            // The world knows tasks by their ids alone.
            Effect::OtherDocument(name) => Effect::OtherDocument(self.id(&what, name)?),
            other => other.clone(),
        };
        Ok(Fault {
            name: fault.name.value.clone(),
            on: self.on(&what, &fault.on.value)?,
            nth: fault.nth.value,
            times: fault.times.as_ref().map(|times| times.value),
            effect,
        })
    }

    /// A gate, ready to hold.
    ///
    /// # Errors
    /// It names a place that is not there yet.
    pub(crate) fn gate(self, gate: &language::Gate) -> Result<Gate, Undoable> {
        Ok(Gate {
            name: gate.name.value.clone(),
            on: self.on(&format!("gate `{}`", gate.name), &gate.on.value)?,
            at: gate.at.value,
            nth: gate.nth.value,
        })
    }

    /// A match by its name, or a pattern of operations.
    fn on(self, what: &str, on: &str) -> Result<Matcher, Undoable> {
        match self.scenario.matches.get(on) {
            Some(one) => self.matcher(what, &one.value),
            None => Ok(Matcher {
                operation: Some(on.to_owned()),
                ..Matcher::default()
            }),
        }
    }

    fn matcher(self, what: &str, one: &Match) -> Result<Matcher, Undoable> {
        let text = |at: &Option<language::At<String>>| at.as_ref().map(|at| at.value.clone());
        let texts = |all: &[language::At<String>]| all.iter().map(|at| at.value.clone()).collect();
        let place = match &one.place {
            Some(name) => Some(self.id(what, &name.value)?),
            None => None,
        };
        Ok(Matcher {
            operation: text(&one.operation),
            path: text(&one.path),
            header_present: texts(&one.header_present),
            header_absent: texts(&one.header_absent),
            app: text(&one.app),
            place,
            not_before: one.not_before.as_ref().map(|at| self.start + at.value),
            before: one.before.as_ref().map(|at| self.start + at.value),
        })
    }

    fn id(self, what: &str, name: &str) -> Result<String, Undoable> {
        match self.simulation.place(name) {
            Some(Place::Instance(id) | Place::Task(id) | Place::Pod(id)) => Ok(id),
            Some(Place::Laptop) | None => Err(Undoable(format!(
                "{what}: nothing called `{name}` runs yet; say it in a step after its launch"
            ))),
        }
    }

    /// The matches of the file that mean an exchange.
    pub(crate) fn matches(self, exchange: &Exchange, at: SimInstant) -> Vec<String> {
        let app = self.scenario.apps.get(&exchange.caller);
        let place = app.and_then(|app| self.simulation.place(app.value.on.value.name()));
        let caller = Caller {
            name: exchange.caller.as_str().into(),
            place: place.unwrap_or(Place::Laptop),
        };
        let asked = Asked {
            operation: exchange.operation,
            path: exchange.request.uri.path(),
            headers: &exchange.request.headers,
            caller: &caller,
            now: at,
        };
        let meant = self.scenario.matches.iter().filter(|(_, one)| {
            // A place that is not there yet has sent nothing.
            let matcher = self.matcher("", &one.value);
            matcher.is_ok_and(|matcher| matcher.matches(&asked))
        });
        meant.map(|(name, _)| name.clone()).collect()
    }
}

impl Simulation {
    /// Sets up the faults of a whole file: how many there are.
    ///
    /// # Errors
    /// One names a place that is not in the world.
    pub fn arm(&self, scenario: &Scenario) -> Result<usize, SetupError> {
        let meaning = Meaning {
            scenario,
            simulation: self,
            start: self.now(),
        };
        for fault in &scenario.faults {
            let fault = meaning.fault(&fault.value);
            let fault = fault.map_err(|Undoable(why)| SetupError::Fault(why))?;
            self.edge().faults().add(fault);
        }
        Ok(scenario.faults.len())
    }
}

/// How often each fault has struck, as far as it was told.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeMap<String, u32>);

impl Told {
    /// The faults that have struck since this was asked last: `slow-token (delay)`.
    pub(crate) fn news(&mut self, faults: &Faults) -> Vec<String> {
        let mut news = Vec::new();
        for FaultState { fault, struck, .. } in faults.list() {
            let told = self.0.insert(fault.name.clone(), struck).unwrap_or(0);
            let times = match struck.saturating_sub(told) {
                0 => continue,
                1 => String::new(),
                more => format!(", {more} times"),
            };
            news.push(format!("{} ({}{times})", fault.name, fault.effect.word()));
        }
        news
    }
}

/// Why a fault that never struck did not; nothing if it did.
pub(crate) fn never_struck(state: &FaultState) -> Option<String> {
    let FaultState {
        fault,
        seen,
        struck,
    } = state;
    // Over TCP a connection that is refused is seen by nobody.
    let unseen = fault.effect == Effect::RefuseConnection;
    if *struck > 0 || unseen {
        return None;
    }
    let why = match *seen {
        0 => "no request it means was made".to_owned(),
        seen if seen < fault.nth => {
            format!("it begins with request {}, and saw {seen}", fault.nth)
        }
        _ => "another fault struck in its place".to_owned(),
    };
    Some(format!("fault `{}` never struck: {why}", fault.name))
}

/// What is told of a gate that has held no request.
pub(crate) fn never_reached(name: &str) -> String {
    format!("gate `{name}` was never reached")
}

/// Everything that was set up and came to nothing.
pub(crate) fn unused(faults: &Faults) -> Vec<String> {
    let gates = faults.gates();
    let gates = gates.iter().filter(|state| state.reached == 0);
    let gates = gates.map(|state| never_reached(&state.gate.name));
    let faults = faults.list();
    faults
        .iter()
        .filter_map(never_struck)
        .chain(gates)
        .collect()
}
