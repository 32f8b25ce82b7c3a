//! A world on TCP, with all that clients and other commands need to find it.

mod served;

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rolecall_account::{CreateUser, Secret, Session};
use rolecall_endpoints::{
    Addresses, ControlOptions, ListenOptions, NotLoaded, Place, Server, control,
    well_known_addresses,
};
use rolecall_reach::ClockPage;
use rolecall_scenario::language::{How, Scenario, World};
use rolecall_scenario::{FileError, Process, SimClock, Simulation};
use serde_json::Value;
use tokio::time::MissedTickBehavior;

use self::served::{Keys, Listening, SharedKeys};
use crate::command::environment;
use crate::state::{OwnNetwork, ServedPlace, ServedUser, State, StateFile};

/// The user whose keys the administrator's shell has.
pub(crate) const ADMINISTRATOR: &str = "administrator";

/// How much of the journal a served world keeps: a morning's work by hand, some tens of MiB.
const JOURNAL_ENTRIES_MAX: usize = 10_000;

/// How often it is looked whether a token file needs another token.
const TOKEN_FILES_EVERY: Duration = Duration::from_millis(100);

/// How a world is served.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) bind: IpAddr,
    pub(crate) port: Option<u16>,
    /// What all ids and keys are drawn from.
    pub(crate) seed: u64,
    /// Whether signatures are dated by simulated time alone.
    pub(crate) strict_clock: bool,
}

/// A world whose listeners are open and whose files are written, not yet served.
pub(crate) struct Serving {
    simulation: Arc<Simulation>,
    server: Server,
    /// What the state file says.
    pub(crate) state: State,
}

impl Serving {
    /// Sets the world of `scenario` up on the clock of `page`, and says so in the state file.
    ///
    /// # Errors
    /// The world cannot be set up, or a port or a file cannot be had.
    pub(crate) async fn open(
        options: &Options,
        scenario: &Scenario,
        file: &StateFile,
        page: Arc<ClockPage>,
    ) -> io::Result<Self> {
        let at = page.path().to_owned();
        let clock = SimClock::with_offset(page);
        let simulation = Simulation::set_up(&scenario.world, options.seed, clock);
        let simulation = simulation.map_err(io::Error::other)?;
        let simulation = if options.strict_clock {
            simulation
        } else {
            simulation.tolerating_machine_time(tell_of_machine_time)
        };
        let simulation = simulation
            .keeping_files_in(file.machines()?)
            .map_err(io::Error::other)?;
        simulation.world().keep_journal(JOURNAL_ENTRIES_MAX);
        simulation.arm(scenario).map_err(io::Error::other)?;
        let simulation = Arc::new(simulation);
        let key = administrator(&simulation)?;
        let users = users(&simulation, &scenario.world)?;
        let keys = SharedKeys::new(Keys::new(served::pair(&key), users.clone()));
        let token = control_token()?;
        let listening = ListenOptions {
            bind: options.bind,
            port: options.port,
            places: places(scenario, &simulation),
        };
        let controlled = ControlOptions {
            token: Secret::new(token.clone()),
            places: simulation.places().clone(),
            reset: reset(&simulation, &scenario.world, options.seed, &keys),
            dump: dump(&simulation),
            load: Box::new(load(&simulation, &keys)),
        };
        let routes = control(simulation.edge().clone(), controlled);
        let server = Server::bind(simulation.edge(), &listening, routes).await?;
        let state = State {
            users,
            clock: Some(at),
            ..described(&simulation, server.addresses(), &key, token)
        };
        environment::write_private_files(file, simulation.config_files().as_ref())?;
        file.write(&state)?;
        let server = following(server, &simulation, file, (&state, keys));
        Ok(Self {
            simulation,
            server,
            state,
        })
    }

    /// Serves until `stop` is over.
    ///
    /// # Errors
    /// A listener that could not be opened again after a fault had closed it, or a token file that
    /// cannot be written.
    pub(crate) async fn serve(self, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
        tokio::select! {
            ended = self.server.serve(stop) => ended,
            failed = keep_token_files(&self.simulation) => Err(io::Error::other(failed)),
        }
    }
}

/// Has the token files follow the time, which passes by itself and is moved by hand. A kubelet, too,
/// is some time behind. Over only when a file cannot be written.
async fn keep_token_files(simulation: &Simulation) -> FileError {
    let mut looks = tokio::time::interval(TOKEN_FILES_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let mut world = simulation.world();
        // Under its lock: a world that is taken up brings its own time.
        let now = simulation.now();
        world.advance_to(now);
        drop(world);
        if let Err(error) = simulation.write_token_files(How::SymlinkSwap) {
            return error;
        }
    }
}

/// What puts a world back to how it began: the same file, the same seed, the same administrator, whose
/// keys are therefore the same again.
fn reset(
    simulation: &Arc<Simulation>,
    world: &World,
    seed: u64,
    keys: &SharedKeys,
) -> Box<dyn Fn() -> Result<(), String> + Send + Sync> {
    let (simulation, world) = (Arc::clone(simulation), world.clone());
    let (keys, first) = (keys.clone(), keys.get());
    Box::new(move || {
        let fresh = Simulation::set_up(&world, seed, simulation.clock().anew());
        let fresh = fresh.map_err(|error| error.to_string())?;
        administrator(&fresh).map_err(|error| error.to_string())?;
        users(&fresh, &world).map_err(|error| error.to_string())?;
        simulation.begin_again(&fresh);
        keys.put(first.clone());
        Ok(())
    })
}

/// What writes the whole world.
fn dump(simulation: &Arc<Simulation>) -> Box<dyn Fn() -> Result<Value, String> + Send + Sync> {
    let simulation = Arc::clone(simulation);
    Box::new(move || simulation.dump_value().map_err(|error| error.to_string()))
}

/// What takes up a world that was written.
fn load(
    simulation: &Arc<Simulation>,
    keys: &SharedKeys,
) -> impl Fn(&[u8]) -> Result<(), NotLoaded> + Send + Sync + use<> {
    let (simulation, keys) = (Arc::clone(simulation), keys.clone());
    move |text: &[u8]| served::load(&simulation, &keys, text)
}

/// A client that lives by the machine's clock is told of once: it is let in, and its sessions and
/// URLs end when it does not expect it.
fn tell_of_machine_time(caller: &str) {
    anstream::eprintln!(
        "rolecall: {caller} signs by the machine's clock, and is let in; \
         its sessions and its URLs end by simulated time. `--strict-clock` refuses them"
    );
}

/// A user who may do everything, with a key; the file's own, if it has one of that name.
pub(super) fn administrator(simulation: &Simulation) -> io::Result<Arc<Session>> {
    let now = simulation.now();
    let mut world = simulation.world();
    let request = CreateUser {
        name: ADMINISTRATOR.to_owned(),
        attached: vec!["AdministratorAccess".to_owned()],
        ..CreateUser::default()
    };
    match world.operator(now).create_user(request) {
        Err(error) if error.code() != "EntityAlreadyExists" => return Err(io::Error::other(error)),
        Ok(_) | Err(_) => {}
    }
    world
        .operator(now)
        .create_access_key(ADMINISTRATOR)
        .map_err(io::Error::other)
}

/// The users of the file, each with a key of its own.
fn users(simulation: &Simulation, world: &World) -> io::Result<Vec<ServedUser>> {
    let now = simulation.now();
    let mut account = simulation.world();
    let made = world.users.iter().map(|(name, user)| {
        let elsewhere = user.value.account.as_ref();
        let elsewhere = elsewhere.and_then(|account| world.accounts.get(&account.value));
        let id = elsewhere.map_or(account.account(), |found| &found.value.id.value);
        let id = id.to_owned();
        let mut owner = account
            .operator_in(now, &id)
            .ok_or_else(|| io::Error::other(format!("there is no account {id}")))?;
        let key = owner
            .create_access_key(name.as_str())
            .map_err(io::Error::other)?;
        Ok(ServedUser {
            name: name.clone(),
            account: id,
            access_key_id: key.access_key_id.clone(),
            secret_access_key: key.secret_access_key.expose().to_owned(),
        })
    });
    made.collect()
}

/// The token of this run: not drawn from the seed, which is known.
pub(crate) fn control_token() -> io::Result<String> {
    let mut bytes = [0; 24];
    io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Instances, tasks and pods in the order of the file.
fn places(scenario: &Scenario, simulation: &Simulation) -> Vec<(String, Place)> {
    let world = &scenario.world;
    let instances = world
        .instances
        .iter()
        .map(|(name, at)| (at.span.start, name));
    let tasks = world.tasks.iter().map(|(name, at)| (at.span.start, name));
    let pods = world.pods.iter().map(|(name, at)| (at.span.start, name));
    let mut names: Vec<_> = instances.chain(tasks).chain(pods).collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|(_, name)| Some((name.clone(), simulation.place(name)?)))
        .collect()
}

fn described(
    simulation: &Simulation,
    addresses: &Addresses,
    key: &Session,
    control_token: String,
) -> State {
    let Process { id: pid, started } = Process::this();
    let places = addresses.places.iter();
    let places = places.filter_map(|(name, place, at)| served_place(simulation, name, place, *at));
    State {
        pid,
        started,
        region: simulation.region(),
        aws: format!("http://{}", addresses.aws),
        control: format!("http://{}", addresses.control),
        control_token,
        access_key_id: key.access_key_id.clone(),
        secret_access_key: key.secret_access_key.expose().to_owned(),
        places: places.collect(),
        users: Vec::new(),
        clock: None,
    }
}

/// An instance, a task or a pod as the state file has it.
pub(super) fn served_place(
    simulation: &Simulation,
    name: &str,
    place: &Place,
    address: SocketAddr,
) -> Option<ServedPlace> {
    let (what, endpoint) = match place {
        Place::Instance(id) => (
            format!("instance {id}"),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        ),
        Place::Task(id) => (format!("task {id}"), "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        Place::Pod(uid) => (format!("pod {uid}"), "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        Place::Laptop => return None,
    };
    let variables = simulation.variables(name, Some(address));
    Some(ServedPlace {
        name: name.to_owned(),
        what,
        // A pod that takes its token to STS has no endpoint of its own.
        url: variables
            .get(endpoint)
            .or_else(|| variables.get("AWS_WEB_IDENTITY_TOKEN_FILE"))?
            .clone(),
        variables,
        own_network: Some(OwnNetwork {
            addresses: well_known_addresses(simulation.edge(), place),
            listener: address,
            variables: simulation.variables_in_own_network(name),
        }),
    })
}

/// The same server; what is launched while it serves, or comes with a world that is taken up, is in
/// the state file, too.
fn following(
    server: Server,
    simulation: &Arc<Simulation>,
    state: &StateFile,
    (began, keys): (&State, SharedKeys),
) -> Server {
    let (names, simulation) = (simulation.places().clone(), Arc::clone(simulation));
    let (state, began) = (state.clone(), began.clone());
    let fixed: Vec<Listening> = server.addresses().places.clone();
    server.following_launches(names, move |launched| {
        let now = served::state(&simulation, &began, &keys.get(), (&fixed, launched));
        if let Err(error) = state.write(&now) {
            let at = state.path().display();
            anstream::eprintln!("rolecall: {at}: {error}; it is not up to date");
        }
    })
}
