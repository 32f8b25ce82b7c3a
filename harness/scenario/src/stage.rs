//! Where a scenario is played: what is different for a client in this process and for one in a
//! process of its own.

mod clocks;
mod sockets;
mod witness;

use std::time::Duration;

use rolecall_endpoints::Wire;
use rolecall_providers::{App, Network};

use crate::act::Undoable;
use crate::files::FileError;
use crate::flight::{Attribution, Flight, Limit};
use crate::language::Step;
use crate::simulation::Simulation;

pub(crate) use sockets::{Sockets, Unstaged};
pub(crate) use witness::{Seen, Watch};

/// How long an action may take in virtual time before it is given up: no client waits longer for
/// anything.
const LONGEST: Duration = Duration::from_hours(24);

/// How long is waited in virtual time for what is in flight to come to rest. It moves only when
/// everything waits, so that any time does; this is shorter than what clients wait for.
const REST: Duration = Duration::from_millis(1);

/// Where a scenario is played.
#[derive(Debug)]
pub(crate) enum Stage {
    /// In this process, in virtual time.
    Memory,
    /// Over sockets, on an offset clock.
    Sockets(Box<Sockets>),
}

impl Stage {
    /// The app called `name`, on the instance, task, pod or laptop `on`, its clock ahead by so many
    /// nanoseconds.
    ///
    /// # Errors
    /// Nothing is called so, or it has no listener, or no clock.
    pub(crate) async fn app(
        &mut self,
        simulation: &Simulation,
        (name, on): (&str, &str),
        skew: i128,
    ) -> Result<App, Undoable> {
        let nothing = || Undoable(format!("nothing called `{on}` runs"));
        let app = match self {
            Self::Memory => simulation.app(name, on),
            Self::Sockets(sockets) => {
                let caller = simulation.caller(name, on).ok_or_else(nothing)?;
                let launcher = sockets.launcher(simulation, name, skew)?;
                let environment = sockets.serve(simulation, &caller, on).await?;
                Some(simulation.app_with(name, on, environment, Network::Sockets(launcher)))
            }
        };
        let mut app = app.ok_or_else(nothing)?;
        app.clock = app.clock.skewed(skew);
        Ok(app)
    }

    /// Has the clocks of apps that are off the world's go where that has gone.
    pub(crate) fn follow_clock(&self) {
        if let Self::Sockets(sockets) = self {
            sockets.follow_clock();
        }
    }

    /// How whoever has a URL calls it from where an app runs.
    pub(crate) fn wire(&self, simulation: &Simulation, name: &str, on: &str) -> Option<Wire> {
        let wire = simulation.wire(name, on)?;
        Some(self.addressed(wire))
    }

    /// The same, where no fault strikes and no gate holds.
    pub(crate) fn wire_past_faults(
        &self,
        simulation: &Simulation,
        name: &str,
        on: &str,
    ) -> Option<Wire> {
        let wire = simulation.wire_past_faults(name, on)?;
        Some(self.addressed(wire))
    }

    /// Requests that were made for a listener name that, and none of AWS's hosts.
    fn addressed(&self, wire: Wire) -> Wire {
        match self {
            Self::Memory => wire,
            Self::Sockets(_) => wire.at_the_endpoint(),
        }
    }

    /// How long an action may take.
    pub(crate) fn limit(&self) -> Limit {
        match self {
            Self::Memory => Limit {
                longest: LONGEST,
                words: "24 hours of simulated time".to_owned(),
                is_expected: false,
            },
            Self::Sockets(sockets) => sockets.limit(),
        }
    }

    /// How many requests have come over sockets.
    pub(crate) fn came(&self) -> u64 {
        match self {
            Self::Memory => 0,
            Self::Sockets(sockets) => sockets.came(),
        }
    }

    /// By what the requests of one caller are told from those of others of the same app.
    pub(crate) fn attribution(&self) -> Attribution {
        match self {
            Self::Memory => Attribution::Each,
            Self::Sockets(_) => Attribution::Together,
        }
    }

    /// Lets what is in flight come to rest.
    pub(crate) async fn rest<'a>(
        &self,
        simulation: &Simulation,
        flights: impl Iterator<Item = &'a Flight>,
    ) {
        let aloft: Vec<&Flight> = flights.collect();
        if aloft.is_empty() {
            return;
        }
        match self {
            Self::Memory => simulation.clock().advance(REST).await,
            Self::Sockets(sockets) => sockets.rest(simulation, &aloft).await,
        }
    }

    /// Waits for what an action left under way behind the client's back, before its requests are
    /// counted. In virtual time nothing is left when everything waits.
    pub(crate) async fn settle(&self, simulation: &Simulation, step: &Step) {
        if let Self::Sockets(sockets) = self {
            let said = step.settle.as_ref().map(|settle| settle.value);
            sockets.settle(simulation, said).await;
        }
    }
}

/// The files of the clock that processes share.
pub(crate) fn at_folder(error: &std::io::Error) -> FileError {
    FileError::at(&std::env::temp_dir(), error)
}
