//! The world that a program runs in: the one being served, or one of its own.

use std::future::pending;
use std::io::{self, IsTerminal};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use rolecall_reach::ClockPage;
use rolecall_scenario::language::Scenario;
use tokio::runtime::{Builder, Runtime};

use super::super::program;
use super::arguments::Arguments;
use super::simplest;
use crate::runs::{self, RunFolder};
use crate::serving::{Options, Serving};
use crate::state::{State, StateFile};
use crate::world_file::{self, Unusable};

/// How long its threads may take to end when the program has.
const SHUTDOWN_MAX: Duration = Duration::from_secs(1);

/// A world that answers; its own is gone when this goes out of scope.
pub(super) struct World {
    pub(super) file: StateFile,
    pub(super) state: State,
    pub(super) page: Arc<ClockPage>,
    /// What serves it, if it is the program's own.
    runtime: Option<Runtime>,
}

/// Why there is no world; nothing to say if that was said.
pub(super) type NoWorld = Option<String>;

impl World {
    /// The one that is meant.
    pub(super) fn enter(arguments: &Arguments, folder: &RunFolder) -> Result<Self, NoWorld> {
        if !arguments.asks_for_own_world() {
            let file = StateFile::new(arguments.state.clone());
            if let Some(state) = file.read() {
                return Self::join(file, state).map_err(Some);
            }
        }
        let scenario = match &arguments.role {
            Some(role) => world_file::parse("--role", &simplest::world(role, &arguments.bucket)),
            None => world_file::read(arguments.world.as_deref()),
        };
        let scenario = scenario.map_err(|Unusable| None)?;
        let given = arguments.state.clone();
        let file = given.map_or_else(|| folder.state(), |path| StateFile::new(Some(path)));
        Self::open(arguments, &scenario, file).map_err(|error| Some(error.to_string()))
    }

    /// The one being served.
    fn join(file: StateFile, state: State) -> Result<Self, String> {
        let at = file.path().display();
        let Some(clock) = &state.clock else {
            return Err(format!(
                "the world of {at} is served by another version of rolecall, whose clock no program can live by; restart it"
            ));
        };
        let page = ClockPage::open(clock)
            .map_err(|error| format!("the clock of the world that is served (by {at}): {error}"))?;
        Ok(Self {
            file,
            state,
            page,
            runtime: None,
        })
    }

    /// One of its own, served by threads of this process.
    fn open(arguments: &Arguments, scenario: &Scenario, file: StateFile) -> io::Result<Self> {
        let turn = match file.begin()? {
            Ok(turn) => turn,
            Err(other) => {
                let at = file.path().display();
                let problem = format!(
                    "process {} serves a world already (by {at}), and a world of its own needs another place; give it one with --state",
                    other.pid
                );
                return Err(io::Error::other(problem));
            }
        };
        let page = file.make_clock()?;
        if let Some(at) = arguments.at {
            page.set_now(at.into()).map_err(io::Error::other)?;
        }
        let options = Options {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: None,
            seed: arguments.seed.unwrap_or(1),
            strict_clock: true,
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let opened = runtime.block_on(Serving::open(&options, scenario, &file, Arc::clone(&page)));
        let serving = opened.inspect_err(|_| file.remove())?;
        // From here on the state speaks for itself.
        drop(turn);
        let state = serving.state.clone();
        runtime.spawn(async move {
            if let Err(error) = serving.serve(pending()).await {
                anstream::eprintln!("rolecall: the world has ended: {error}");
            }
        });
        Ok(Self {
            file,
            state,
            page,
            runtime: Some(runtime),
        })
    }

    /// Which one it is, and how it is moved; told at a terminal if it is new, or if that is asked for.
    pub(super) fn introduce(&self, name: &str, verbose: bool) {
        let is_own = self.runtime.is_some();
        if !(verbose || is_own && io::stderr().is_terminal()) {
            return;
        }
        let which = if is_own {
            "in a world of its own"
        } else {
            "in the world being served"
        };
        let usual = StateFile::new(None);
        let others = runs::worlds().into_iter();
        let mut others = others.filter(|(file, _)| file.path() != self.file.path());
        let is_found =
            self.file.path() == usual.path() || (usual.read().is_none() && others.next().is_none());
        let state = if is_found {
            String::new()
        } else {
            format!(" --state {}", self.file.path().display())
        };
        anstream::eprintln!(
            "rolecall: as `{name}` {which}; from another terminal: {} ctl advance 6h{state}",
            program()
        );
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // First, as it writes what is removed.
            runtime.shutdown_timeout(SHUTDOWN_MAX);
            self.file.remove();
        }
    }
}
