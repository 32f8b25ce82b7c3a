//! Over sockets, on an offset clock.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rolecall_clock::SimClock;
use rolecall_endpoints::{AppServer, Caller, InFlight, Place};
use rolecall_reach::{ClockError, ClockPage, Launcher};
use thiserror::Error;
use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep, timeout};

use super::at_folder;
use super::clocks::ProcessClock;
use crate::act::Undoable;
use crate::files::{FileError, PrivateFolder};
use crate::flight::{Flight, Limit};
use crate::language;
use crate::simulation::{SetupError, Simulation};

/// How long nothing must move before what is in flight counts as at rest: longer than a client thinks
/// between two requests.
const REST: Duration = Duration::from_millis(100);

/// The same after an action whose client has answered.
const SETTLED: Duration = Duration::from_millis(10);

/// The same where a step asks for it: clients may fetch behind their callers' backs, a moment later.
const SETTLED_AS_SAID: Duration = Duration::from_millis(150);

/// How long is waited at most for what is in flight, where a step says nothing.
const SETTLE_MAX: Duration = Duration::from_secs(2);

/// How long a client that was told to begin has for its first request, or for a gate that waits for
/// it.
const TAKE_OFF_MAX: Duration = Duration::from_secs(5);

/// How often it is looked whether something moves.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Listeners, the clocks, and what counts requests.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// The world's.
    clock: ProcessClock,
    /// Those of apps that are off it.
    own_clocks: BTreeMap<String, ProcessClock>,
    in_flight: InFlight,
    servers: BTreeMap<String, AppServer>,
    nowhere: Nowhere,
    patience: Duration,
}

/// A world could not be put behind sockets.
#[derive(Debug, Error)]
pub(crate) enum Unstaged {
    #[error(transparent)]
    World(#[from] SetupError),
    #[error("the page of the clock: {0}")]
    Clock(FileError),
    #[error("the world cannot begin then: {0}")]
    Start(ClockError),
    #[error("no port of the loopback address is to be had: {0}")]
    Port(std::io::Error),
}

impl Sockets {
    /// Sets `world` up on a clock that other processes can live by; an action may take `patience`.
    pub(crate) fn set_up(
        world: &language::World,
        seed: u64,
        patience: Duration,
    ) -> Result<(Self, Simulation), Unstaged> {
        let clock = |error| Unstaged::Clock(at_folder(&error));
        let folder = PrivateFolder::new().map_err(clock)?;
        let page = ClockPage::create_in(folder.path()).map_err(clock)?;
        let clock = SimClock::with_offset(page.clone());
        let start =
            rolecall_account::SimInstant::from_epoch_millis(world.start.value.as_millisecond());
        page.set_now(start.into()).map_err(Unstaged::Start)?;
        let sockets = Self {
            clock: ProcessClock::of_world(page, folder),
            own_clocks: BTreeMap::new(),
            in_flight: InFlight::default(),
            servers: BTreeMap::new(),
            nowhere: Nowhere::new().map_err(Unstaged::Port)?,
            patience,
        };
        Ok((sockets, Simulation::set_up(world, seed, clock)?))
    }

    /// What starts the process of an app, whose clock is ahead of the world's by so many nanoseconds.
    pub(super) fn launcher(
        &mut self,
        simulation: &Simulation,
        name: &str,
        skew: i128,
    ) -> Result<Launcher, Undoable> {
        if skew != 0 {
            let own = ProcessClock::off(&self.clock, simulation.clock(), skew)?;
            self.own_clocks.insert(name.to_owned(), own);
        }
        Ok(self.clock_of(name).launcher.clone())
    }

    /// The clock that an app lives by.
    pub(super) fn clock_of(&self, name: &str) -> &ProcessClock {
        self.own_clocks.get(name).unwrap_or(&self.clock)
    }

    pub(super) fn follow_clock(&self) {
        let own = self.own_clocks.values();
        own.for_each(|own| own.follow(&self.clock));
    }

    /// Gives an app its listeners: the variables by which it finds them.
    pub(super) async fn serve(
        &mut self,
        simulation: &Simulation,
        caller: &Caller,
        on: &str,
    ) -> Result<BTreeMap<String, String>, Undoable> {
        let server = AppServer::open(simulation.edge(), caller, &self.in_flight).await;
        let server = server.map_err(|error| Undoable(format!("no port is to be had: {error}")))?;
        let mut environment = BTreeMap::new();
        if !matches!(caller.place, Place::Instance(_)) {
            // The machine that this runs on may have a metadata service of its own.
            let nowhere = format!("http://{}", self.nowhere.address);
            environment.insert("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), nowhere);
        }
        environment.extend(simulation.variables(on, server.place()));
        let endpoint = format!("http://{}", server.aws());
        // Some assume roles by a client that knows the second only.
        for variable in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_SSO",
        ] {
            environment.insert(variable.to_owned(), endpoint.clone());
        }
        self.servers.insert(caller.name.to_string(), server);
        Ok(environment)
    }

    pub(super) fn limit(&self) -> Limit {
        Limit {
            longest: self.patience,
            words: format!("{} s", self.patience.as_secs_f64()),
            is_expected: false,
        }
    }

    /// Waits until the flights have ended, or wait for something themselves: at a gate that was put up
    /// for them, or for an answer.
    pub(super) async fn rest(&self, simulation: &Simulation, flights: &[&Flight]) {
        let faults = simulation.edge().faults();
        let ended = || flights.iter().all(|flight| flight.in_the_air() == 0);
        let took_off = || {
            let gates = faults.gates();
            let at_gates = gates.iter().all(|gate| gate.reached > 0);
            flights.iter().all(|flight| {
                flight.in_the_air() == 0 || self.in_flight.traffic().came > flight.came_before
            }) && at_gates
        };
        let waits = async {
            while !ended() && !took_off() {
                sleep(LOOK_EVERY).await;
            }
        };
        // A gate may be for a later request of a later step.
        let _ = timeout(TAKE_OFF_MAX, waits).await;
        let quiet = async {
            let mut since = Instant::now();
            let mut came = self.in_flight.traffic().came;
            while !ended() && since.elapsed() < REST {
                sleep(LOOK_EVERY).await;
                let traffic = self.in_flight.traffic();
                if traffic.now > faults.held() || traffic.came != came {
                    (since, came) = (Instant::now(), traffic.came);
                }
            }
        };
        let _ = timeout(SETTLE_MAX, quiet).await;
    }

    /// Waits until no request is being answered but those that gates hold, and none has come for a
    /// moment.
    pub(crate) async fn settle(&self, simulation: &Simulation, said: Option<Duration>) {
        let faults = simulation.edge().faults();
        let (quiet, longest) = match said {
            Some(longest) => (SETTLED_AS_SAID.min(longest), longest),
            None => (SETTLED, SETTLE_MAX),
        };
        let settled = async {
            let mut since = Instant::now();
            let mut came = self.in_flight.traffic().came;
            while since.elapsed() < quiet {
                sleep(LOOK_EVERY).await;
                let traffic = self.in_flight.traffic();
                if traffic.now > faults.held() || traffic.came != came {
                    (since, came) = (Instant::now(), traffic.came);
                }
            }
        };
        // What does not come to rest is counted as far as it got.
        let _ = timeout(longest, settled).await;
    }

    /// How many requests have come so far.
    pub(crate) fn came(&self) -> u64 {
        self.in_flight.traffic().came
    }
}

/// An address at which nobody listens, and nobody else can.
#[derive(Debug)]
struct Nowhere {
    address: SocketAddr,
    _held: TcpSocket,
}

impl Nowhere {
    fn new() -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = socket.local_addr()?;
        Ok(Self {
            address,
            _held: socket,
        })
    }
}
