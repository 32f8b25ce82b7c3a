//! A world with its clock and its network, ready for clients.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_account::policy::Document;
use rolecall_account::{
    Ec2Error, HttpTokens, IamError, Issuing, Overlap, SimInstant, Source, World, WorldOptions,
};
use rolecall_clock::{SimClock, run_virtual};
use rolecall_endpoints::record::RecordedSet;
use rolecall_endpoints::{Caller, Edge, Livelock, MemoryNetwork, Place, Places, Wire};
use rolecall_providers::{
    App, Network, SdkConfig, Use, http_service, sdk_config, seed_sdk_jitter, without_sdk_spans,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tower::ServiceExt;

use crate::files::{FileError, Machines};
use crate::flight::noted;
use crate::language::{self, At, How, PolicyKind, Recorded};
use crate::recorded::{self, NoRecording};
use crate::vocabulary::document_kind;

mod accounts;
mod config_files;
mod containers;
mod dump;
mod portals;
mod programs;

use accounts::{profile_accounts, role_accounts};
pub use config_files::ConfigFiles;
use containers::HeldToken;
pub use dump::{Dump, DumpError, LoadError, resume};
use portals::TokenCache;
use programs::Program;

/// The world could not be set up as the scenario says.
#[derive(Debug, Error)]
pub enum SetupError {
    /// IAM refused.
    #[error("{what}: IAM refused it with {}: {error}", error.code())]
    Iam {
        /// Which thing of the world.
        what: String,
        /// Why.
        error: IamError,
    },
    /// EC2 refused.
    #[error("{what}: EC2 refused it with {}: {error}", error.code())]
    Ec2 {
        /// Which thing of the world.
        what: String,
        /// Why.
        error: Ec2Error,
    },
    /// An account cannot be what it is called.
    #[error("{0}")]
    Account(String),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Programs cannot be run in virtual time.
    #[error(
        "this system does not tell which programs run, so that no clock can wait for them; play it over sockets"
    )]
    NoPrograms,
    /// A policy is none.
    #[error("{what}: {message}")]
    Policy {
        /// Which policy.
        what: String,
        /// Why.
        message: String,
    },
    /// A fault for what is not there.
    #[error("{0}")]
    Fault(String),
    /// A recording cannot be served.
    #[error("{what}: {error}")]
    Recording {
        /// What it is a recording of.
        what: String,
        /// Why.
        error: NoRecording,
    },
    /// Credentials that would be replaced before they are issued.
    #[error(
        "{what}: the next set cannot be published {publish_before_expiry:?} before the expiry of one that lives {credential_lifetime:?}"
    )]
    Issuing {
        /// Whose credentials.
        what: String,
        /// How long a set lives.
        credential_lifetime: Duration,
        /// How long before its end the next is published.
        publish_before_expiry: Duration,
    },
}

/// Time could not be moved to where it was to get.
#[derive(Clone, Debug, Error)]
pub(crate) enum Stuck {
    #[error(transparent)]
    Livelock(#[from] Livelock),
    #[error(transparent)]
    File(#[from] FileError),
}

/// A world that runs: instances that serve credentials, buckets that verify signatures, and a
/// clock that moves when it is told to.
#[derive(Debug)]
pub struct Simulation {
    edge: Edge,
    network: MemoryNetwork,
    /// The account's ids by the world's names.
    places: Places,
    machines: Machines,
    setting: RwLock<Setting>,
}

/// What is known of the world beside the account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    /// How instances that a step launches issue their credentials.
    issuing: Issuing,
    token_files: Vec<HeldToken>,
    config_files: Option<ConfigFiles>,
    #[serde(default)]
    programs: Vec<Program>,
    #[serde(default)]
    token_caches: Vec<TokenCache>,
    /// The ids of the accounts, by the names of the roles and profiles that are in further ones.
    role_accounts: BTreeMap<String, String>,
    profile_accounts: BTreeMap<String, String>,
}

impl Setting {
    /// The token that clients on a machine read from a file.
    fn held(&self, machine: &str) -> Option<&HeldToken> {
        self.token_files.iter().find(|held| held.name == machine)
    }
}

/// Sets `world` up and plays `work` in it, in virtual time, from one seed.
///
/// # Errors
/// The world could not be set up.
///
/// # Panics
/// Inside a tokio runtime: virtual time needs one of its own.
pub fn simulate<F: Future>(
    world: &language::World,
    seed: u64,
    work: impl FnOnce(Simulation) -> F,
) -> Result<F::Output, SetupError> {
    let start: SimInstant = SimInstant::from_epoch_millis(world.start.value.as_millisecond());
    run_virtual(start.into(), |clock| async move {
        seed_sdk_jitter(seed);
        let simulation = Simulation::set_up(world, seed, clock)?;
        Ok(without_sdk_spans(work(simulation)).await)
    })
}

impl Simulation {
    /// Sets `world` up on a clock, which says when it begins.
    ///
    /// # Errors
    /// The account refused what the world says.
    pub fn set_up(world: &language::World, seed: u64, clock: SimClock) -> Result<Self, SetupError> {
        let start = SimInstant::from(clock.now());
        let options = WorldOptions {
            start,
            region: world.region.value.clone(),
            seed,
            association_delay: world.association_delay.value,
        };
        let edge = Edge::new(World::new(options), clock);
        let mut simulation = Self {
            network: MemoryNetwork::new(&edge),
            edge,
            places: Places::default(),
            machines: Machines::new()?,
            setting: RwLock::new(Setting {
                issuing: issuing(&world.issuing()),
                token_files: Vec::new(),
                config_files: None,
                programs: Vec::new(),
                token_caches: Vec::new(),
                role_accounts: role_accounts(world),
                profile_accounts: profile_accounts(world),
            }),
        };
        simulation.fill(world)?;
        simulation.run_containers(world)?;
        simulation.open_portals(world)?;
        simulation.make_programs(world)?;
        simulation.write_config_files(world)?;
        simulation.plan_rotations(world);
        // What is there at the start was there before.
        let delay = world.consistency_delay.value;
        simulation.world().delay_changes(delay);
        Ok(simulation)
    }

    fn serve_recording(
        &self,
        place: Place,
        recorded: Option<&At<Recorded>>,
        what: impl FnOnce() -> String,
    ) -> Result<(), SetupError> {
        let Some(recorded) = recorded else {
            return Ok(());
        };
        match recorded::load(&recorded.value, self.now()) {
            Ok(replay) => self.edge.serve_recording(place, replay),
            Err(error) => {
                let what = what();
                return Err(SetupError::Recording { what, error });
            }
        }
        Ok(())
    }

    /// Has the sources issue the sets that the world asks for besides those of expiry.
    fn plan_rotations(&self, world: &language::World) {
        let instances = world.instances.iter();
        let instances = instances.map(|(name, at)| (name, &at.value.issuing));
        let tasks = world.tasks.iter();
        let tasks = tasks.map(|(name, at)| (name, &at.value.issuing));
        let pods = world.pods.iter();
        let pods = pods.map(|(name, at)| (name, &at.value.issuing));
        let start = self.now();
        for (name, own) in instances.chain(tasks).chain(pods) {
            let times = world.issuing().with(own).rotate_at;
            let Some(source) = self.source(name) else {
                continue;
            };
            for time in times {
                self.world()
                    .plan_rotation(start + time.value, source.clone());
            }
        }
    }

    /// How instances that a step launches issue their credentials.
    pub(crate) fn issuing(&self) -> Issuing {
        self.setting().issuing
    }

    fn setting(&self) -> RwLockReadGuard<'_, Setting> {
        self.setting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn setting_to_change(&self) -> RwLockWriteGuard<'_, Setting> {
        self.setting.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn setting_mut(&mut self) -> &mut Setting {
        let setting = self.setting.get_mut();
        setting.unwrap_or_else(PoisonError::into_inner)
    }

    fn put_setting(&self, setting: Setting) {
        *self.setting_to_change() = setting;
    }

    /// Accepts signatures dated by the machine's clock too, and tells of each caller that
    /// signs so once, by its ARN.
    #[must_use]
    pub fn tolerating_machine_time(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let edge = self.edge.tolerating_machine_time(tell);
        let network = MemoryNetwork::new(&edge);
        Self {
            edge,
            network,
            ..self
        }
    }

    /// Begins again as `fresh` began, which was set up on this one's clock [anew](SimClock::anew):
    /// its world and its names take the place of those here, the journal begins with it and goes on
    /// with the numbers of the one before, and an offset clock goes back to where it began.
    ///
    /// What a client holds is its own: keys that were issued before are not known to the new world,
    /// unless the same seed makes them again.
    pub fn begin_again(&self, fresh: &Self) {
        self.edge.begin_again(&fresh.edge);
        self.places.replace(&fresh.places);
        self.put_setting(fresh.setting().clone());
    }

    /// The world behind its lock, for a transport of its own.
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Where everything is.
    pub fn region(&self) -> String {
        self.world().region().to_owned()
    }

    /// The simulated time.
    pub fn now(&self) -> SimInstant {
        self.edge.now()
    }

    /// The clock.
    pub fn clock(&self) -> &SimClock {
        self.edge.clock()
    }

    /// The account itself, for one step: to change it, and to read its journal.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.edge.world()
    }

    /// Lets time pass; everything that is due meanwhile happens at its own time, in the world and
    /// in the clients alike.
    ///
    /// # Panics
    /// If the world has more to do in that time than any world should ([`Livelock`]), or a token file
    /// of it cannot be written.
    pub async fn advance(&self, duration: Duration) {
        if let Err(stuck) = self.try_advance(duration).await {
            panic!("{stuck}");
        }
    }

    /// Lets time pass, and stops at every event of the world on the way.
    pub(crate) async fn try_advance(&self, duration: Duration) -> Result<(), Stuck> {
        let mut written = Ok(());
        let advanced = self.edge.advance_through(duration, || {
            if written.is_ok() {
                written = self.write_token_files(How::SymlinkSwap);
            }
        });
        advanced.await?;
        Ok(written?)
    }

    /// Moves the wall clock alone, ahead or back.
    pub(crate) fn step_wall(&self, by: SignedDuration) -> Result<(), Stuck> {
        let distance = by.unsigned_abs();
        if by.is_negative() {
            self.clock().step_back(distance);
        } else {
            self.edge.step_ahead(distance);
        }
        Ok(self.write_token_files(How::SymlinkSwap)?)
    }

    /// The source of credentials behind the world's name of an instance, task or pod.
    pub fn source(&self, name: &str) -> Option<Source> {
        self.place(name)?.source()
    }

    /// The id of the instance that the world calls `name`.
    pub fn instance_id(&self, name: &str) -> Option<String> {
        match self.place(name)? {
            Place::Instance(id) => Some(id),
            Place::Task(_) | Place::Pod(_) | Place::Laptop => None,
        }
    }

    /// An app on an instance, in a task or pod, or on a laptop; `None` if nothing is called so.
    pub fn app(&self, name: &str, on: &str) -> Option<App> {
        let network = Network::InProcess(http_service(self.wire(name, on)?.map_request(noted)));
        Some(self.app_with(name, on, self.variables(on, None), network))
    }

    /// An app there, which finds its credentials by `environment`.
    pub(crate) fn app_with(
        &self,
        name: &str,
        on: &str,
        mut environment: BTreeMap<String, String>,
        network: Network,
    ) -> App {
        let region = self.region();
        environment.insert("AWS_REGION".to_owned(), region.clone());
        let really = matches!(network, Network::Sockets(_));
        environment.extend(self.config_variables(on, really));
        App {
            name: name.to_owned(),
            uses: Use::default(),
            environment,
            region,
            files: Some(self.machines.root(on)),
            clock: self.clock().clone(),
            settings: serde_json::Map::new(),
            network,
        }
    }

    /// The key sets that recordings hand out.
    pub(crate) fn recorded_sets(&self) -> Vec<RecordedSet> {
        let places = self.places.all();
        let replays = places
            .values()
            .filter_map(|place| self.edge.recording(place));
        replays.flat_map(|replay| replay.sets().to_vec()).collect()
    }

    /// What a caller of that name reaches from an instance, a task, a pod or a laptop.
    pub(crate) fn wire(&self, name: &str, on: &str) -> Option<Wire> {
        Some(self.network.wire(self.caller(name, on)?))
    }

    /// The same, where no fault strikes and no gate holds.
    pub(crate) fn wire_past_faults(&self, name: &str, on: &str) -> Option<Wire> {
        let network = MemoryNetwork::new(&self.edge.without_faults());
        Some(network.wire(self.caller(name, on)?))
    }

    /// Who an app of that name is, there.
    pub(crate) fn caller(&self, name: &str, on: &str) -> Option<Caller> {
        let place = match on {
            language::Place::LAPTOP => Place::Laptop,
            _ => self.place(on)?,
        };
        let name = name.into();
        Some(Caller { name, place })
    }

    /// What `aws-config` makes of being on an instance, in a task or pod, or on a laptop: the
    /// default chain, for any client of the SDK.
    ///
    /// # Panics
    /// If nothing is called `on`.
    pub async fn aws_config(&self, on: &str) -> SdkConfig {
        let app = self.app(on, on);
        let app = app.unwrap_or_else(|| panic!("nothing in this world is called `{on}`"));
        let config = sdk_config(&app).await;
        config.expect("an app of a simulation is in this process")
    }

    /// Everything that happened so far, a JSON object each, secrets as fingerprints.
    pub fn journal(&self) -> Vec<String> {
        let world = self.world();
        world
            .journal()
            .entries()
            .map(|entry| entry.to_json().to_string())
            .collect()
    }

    /// The instance, task or pod that the world calls `name`.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.places.get(name)
    }

    /// The instances and tasks by the world's names.
    pub fn places(&self) -> &Places {
        &self.places
    }

    fn put_place(&self, name: &str, place: Place) {
        self.places.put(name, place);
    }
}

pub(crate) fn parse(
    kind: PolicyKind,
    json: &str,
    what: impl FnOnce() -> String,
) -> Result<Document, SetupError> {
    Document::parse(json, document_kind(kind)).map_err(|malformed| SetupError::Policy {
        what: what(),
        message: malformed.to_string(),
    })
}

fn issuing(issuing: &language::Issuing) -> Issuing {
    Issuing {
        credential_lifetime: issuing.credential_lifetime.value,
        publish_before_expiry: issuing.publish_before_expiry.value,
        overlap: match issuing.overlap.value {
            language::Overlap::UntilExpiry => Overlap::UntilExpiry,
            language::Overlap::Nothing => Overlap::None,
        },
        ..Issuing::default()
    }
}

/// A source whose sets are replaced the moment they are issued would never rest.
fn checked(issuing: Issuing, what: impl FnOnce() -> String) -> Result<Issuing, SetupError> {
    let Issuing {
        credential_lifetime,
        publish_before_expiry,
        ..
    } = issuing;
    if publish_before_expiry < credential_lifetime {
        return Ok(issuing);
    }
    Err(SetupError::Issuing {
        what: what(),
        credential_lifetime,
        publish_before_expiry,
    })
}

fn http_tokens(mode: language::HttpTokens) -> HttpTokens {
    match mode {
        language::HttpTokens::Optional => HttpTokens::Optional,
        language::HttpTokens::Required => HttpTokens::Required,
    }
}
