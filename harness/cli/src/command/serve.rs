//! `rolecall serve`: a world on TCP, for unmodified clients.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rolecall_account::{CreateUser, Secret, Session};
use rolecall_conformance::report::Columns;
use rolecall_endpoints::{
    Addresses, ControlOptions, ListenOptions, NotLoaded, Place, Server, control,
};
use rolecall_scenario::language::{How, Scenario, World};
use rolecall_scenario::{
    AccountVocabulary, FileError, Process, SimClock, Simulation, check_support,
};
use serde_json::Value;
use tokio::time::MissedTickBehavior;

use super::served::{self, Keys, Listening, SharedKeys};
use super::{environment, program};
use crate::exit::{self, Exit};
use crate::state::{ServedPlace, ServedUser, State, StateFile, Turn};

/// The user whose keys the administrator's shell has.
pub(super) const ADMINISTRATOR: &str = "administrator";

/// How much of the journal a served world keeps: a morning's work by hand, some tens of MiB.
const JOURNAL_ENTRIES_MAX: usize = 10_000;

/// How often it is looked whether a token file needs another token.
const TOKEN_FILES_EVERY: Duration = Duration::from_millis(100);

pub(super) const DEFAULT_WORLD: &str = include_str!("../default-world.toml");

/// Serve a world on TCP: one AWS endpoint, and an address per instance, task and pod
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A scenario file whose world is served, its steps left out; a small world if none is given
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// The AWS endpoint's port; the others follow it, in the file's order. Free ports otherwise
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The address to listen at; anything but loopback lets others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Write the exports of the administrator's shell to this file once everything listens
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// What all ids and keys are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Accept signatures dated by simulated time alone, not also by the machine's clock
    #[arg(long)]
    strict_clock: bool,
    /// Where the state is kept by which other commands find this one
    #[arg(long, value_name = "FILE", env = "ROLECALL_STATE")]
    state: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall serve
  rolecall serve --world scenarios/imds/role-swap.toml --port 4566
  rolecall serve --env-file admin.env     then, elsewhere: . ./admin.env; aws s3 ls";

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let state = StateFile::new(arguments.state.clone());
    let scenario = match read(arguments) {
        Ok(scenario) => scenario,
        Err(exit) => return exit,
    };
    let mut turn = match state.begin() {
        Ok(Ok(turn)) => Some(turn),
        Ok(Err(other)) => {
            let at = state.path().display();
            anstream::eprintln!(
                "rolecall: process {} serves a world already (by {at}); stop it, or give this one a file of its own with --state",
                other.pid
            );
            return exit::UNJUDGED;
        }
        Err(error) => {
            anstream::eprintln!("rolecall: {error}");
            return exit::UNJUDGED;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let served = runtime
        .and_then(|runtime| runtime.block_on(serve(arguments, &scenario, &state, &mut turn)));
    state.remove();
    match served {
        Ok(()) => exit::OK,
        Err(error) => {
            anstream::eprintln!("rolecall: {error}");
            exit::UNJUDGED
        }
    }
}

fn read(arguments: &Arguments) -> Result<Scenario, Exit> {
    let (path, text) = match &arguments.world {
        None => ("default-world.toml".to_owned(), DEFAULT_WORLD.to_owned()),
        Some(path) => {
            let name = path.display().to_string();
            match fs::read_to_string(path) {
                Ok(text) => (name, text),
                Err(error) => {
                    anstream::eprintln!("rolecall: {name}: {error}");
                    return Err(exit::USAGE);
                }
            }
        }
    };
    let scenario = Scenario::parse(&path, &text, &AccountVocabulary);
    let served = scenario.and_then(|scenario| {
        let served = served_of(&scenario);
        check_support(&served).map(|()| (scenario, served))
    });
    let (whole, served) = served.map_err(|bad| {
        super::tell(&bad);
        exit::USAGE
    })?;
    Ok(Scenario {
        steps: whole.steps,
        ..served
    })
}

/// What of a scenario is served: its world and the faults of the whole file. Its steps and clients
/// are not, and may be what they will. A client is known by the address it calls: that of its place.
fn served_of(scenario: &Scenario) -> Scenario {
    let mut matches = scenario.matches.clone();
    for one in matches.values_mut() {
        let app = one.value.app.as_mut();
        if let Some((name, app)) =
            app.and_then(|name| scenario.apps.get(&name.value).map(|app| (name, app)))
        {
            app.value.on.value.name().clone_into(&mut name.value);
        }
    }
    Scenario {
        source: scenario.source.clone(),
        summary: scenario.summary.clone(),
        world: scenario.world.clone(),
        faults: scenario.faults.clone(),
        matches,
        ..Scenario::default()
    }
}

async fn serve(
    arguments: &Arguments,
    scenario: &Scenario,
    state: &StateFile,
    turn: &mut Option<Turn>,
) -> io::Result<()> {
    let stop = super::stop_signal()?;
    let simulation = Simulation::set_up(&scenario.world, arguments.seed, SimClock::real());
    let simulation = simulation.map_err(io::Error::other)?;
    let simulation = if arguments.strict_clock {
        simulation
    } else {
        simulation.tolerating_machine_time(tell_of_machine_time)
    };
    let simulation = simulation
        .keeping_files_in(state.machines()?)
        .map_err(io::Error::other)?;
    simulation.world().keep_journal(JOURNAL_ENTRIES_MAX);
    simulation.arm(scenario).map_err(io::Error::other)?;
    let simulation = Arc::new(simulation);
    let key = administrator(&simulation)?;
    let users = users(&simulation, &scenario.world)?;
    let keys = SharedKeys::new(Keys::new(served::pair(&key), users.clone()));
    let token = control_token()?;
    let options = ListenOptions {
        bind: arguments.bind,
        port: arguments.port,
        places: places(scenario, &simulation),
    };
    let controlled = ControlOptions {
        token: Secret::new(token.clone()),
        places: simulation.places().clone(),
        reset: reset(&simulation, &scenario.world, arguments.seed, &keys),
        dump: dump(&simulation),
        load: Box::new(load(&simulation, &keys)),
    };
    let routes = control(simulation.edge().clone(), controlled);
    let server = Server::bind(simulation.edge(), &options, routes).await?;
    let described = State {
        users,
        ..described(&simulation, server.addresses(), &key, token)
    };
    environment::write_private_files(state)?;
    state.write(&described)?;
    let server = following(server, &simulation, state, (&described, keys));
    // From here on the state speaks for itself.
    *turn = None;
    if let Some(path) = &arguments.env_file {
        state.write_beside(
            path,
            &environment::exports(&environment::of_administrator(state, &described)),
        )?;
    }
    introduce(arguments, scenario, &described);
    tokio::select! {
        ended = server.serve(stop) => ended,
        failed = keep_token_files(&simulation) => Err(io::Error::other(failed)),
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
        let fresh = Simulation::set_up(&world, seed, SimClock::real());
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
pub(super) fn control_token() -> io::Result<String> {
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
        url: variables.get(endpoint)?.clone(),
        variables,
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

/// What is there, and what to type next.
fn introduce(arguments: &Arguments, scenario: &Scenario, state: &State) {
    let plain = anstyle::Style::new();
    let mut there = Columns::default();
    there.row([
        ("AWS endpoint", plain.bold()),
        (&*state.aws, plain),
        ("iam, ec2, sts, s3, cloudtrail", plain.dimmed()),
    ]);
    for place in &state.places {
        there.row([
            (&*place.name, plain.bold()),
            (&*place.url, plain),
            (&*place.what, plain.dimmed()),
        ]);
    }
    for user in &state.users {
        there.row([
            (&*user.name, plain.bold()),
            (
                &*format!("arn:aws:iam::{}:user/{}", user.account, user.name),
                plain,
            ),
            ("user", plain.dimmed()),
        ]);
    }
    for bucket in scenario.world.bucket_names() {
        there.row([
            (bucket, plain.bold()),
            (&*format!("s3://{bucket}"), plain),
            ("bucket", plain.dimmed()),
        ]);
    }
    anstream::println!("{}\n\n{}", scenario.summary, there.print(2).trim_end());
    if !scenario.faults.is_empty() {
        let faults = scenario.faults.iter();
        let faults =
            faults.map(|at| format!("{} ({})", at.value.name, at.value.effect.value.word()));
        anstream::println!(
            "\n  its faults are armed: {}",
            faults.collect::<Vec<_>>().join(", ")
        );
    }
    if !scenario.steps.is_empty() {
        anstream::println!(
            "\n  its {} steps are left out: serving plays none",
            scenario.steps.len()
        );
    }
    if !arguments.bind.is_loopback() {
        anstream::println!(
            "\n  others can reach this: it listens at {}",
            arguments.bind
        );
    }
    let program = program();
    let mut next = Columns::default();
    let mut row = |command: String, what: &str| {
        next.row([(command, plain), (what.to_owned(), plain.dimmed())]);
    };
    row(
        format!("eval \"$({program} env)\""),
        "make a shell the administrator's; then: aws s3 ls",
    );
    if let Some(place) = state.places.first() {
        row(
            format!("eval \"$({program} env {})\"", place.name),
            "make a shell that of the instance, task or pod",
        );
    }
    row(format!("{program} ctl advance 6h"), "let six hours pass");
    row(
        format!("{program} ctl journal --follow"),
        "see every request as it comes",
    );
    anstream::println!("\nnext:\n{}\nCtrl-C stops it.", next.print(2));
}
