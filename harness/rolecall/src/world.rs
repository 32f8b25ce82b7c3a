//! A world, described in code.

use std::time::Duration;

use rolecall_scenario::language::{self, At, Instance, Pod, Profile, Role, Service, Task, Trust};
use rolecall_scenario::{SetupError, Simulation, simulate};

/// The seed of a world that names none.
const SEED: u64 = 1;

/// What there is before anything happens: the same values that a scenario file has under
/// `[world]`.
///
/// ```
/// use rolecall::{ProvideCredentials, World};
///
/// let world = World::new().instance("web", None);
/// world.simulate(async |simulation| {
///     let chain = simulation.aws_config("web").await.credentials_provider().unwrap();
///     assert!(chain.provide_credentials().await.is_err(), "there is no role on it");
/// }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct World {
    world: language::World,
    seed: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            world: language::World::default(),
            seed: SEED,
        }
    }
}

impl World {
    /// An empty world that starts on 2031-05-01T00:00:00Z in `us-east-1`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The world of a scenario.
    pub fn of(scenario: &language::Scenario) -> Self {
        Self {
            world: scenario.world.clone(),
            seed: SEED,
        }
    }

    /// What all ids, keys and jitter are drawn from; 1 unless it is said.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A bucket.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> Self {
        self.world.buckets.push(name.into());
        self
    }

    /// A role for instances, with managed policies by name.
    #[must_use]
    pub fn role<'a>(self, name: &str, policies: impl IntoIterator<Item = &'a str>) -> Self {
        self.role_for(Service::Ec2, name, policies)
    }

    /// A role that a service may assume, with managed policies by name.
    #[must_use]
    pub fn role_for<'a>(
        mut self,
        service: Service,
        name: &str,
        policies: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut role = Role::new(Trust::Service(service).into());
        role.policies = policies.into_iter().map(At::from).collect();
        self.world.roles.insert(name.to_owned(), role.into());
        self
    }

    /// An instance profile that holds a role.
    #[must_use]
    pub fn profile(mut self, name: &str, role: &str) -> Self {
        let profile = Profile {
            role: Some(role.into()),
        };
        self.world.profiles.insert(name.to_owned(), profile.into());
        self
    }

    /// A running instance, perhaps with an instance profile.
    #[must_use]
    pub fn instance<'a>(mut self, name: &str, profile: impl Into<Option<&'a str>>) -> Self {
        let instance = Instance {
            profile: profile.into().map(At::from),
            ..Instance::default()
        };
        self.world
            .instances
            .insert(name.to_owned(), instance.into());
        self
    }

    /// A container task with a role.
    #[must_use]
    pub fn task(mut self, name: &str, role: &str) -> Self {
        self.world
            .tasks
            .insert(name.to_owned(), Task::new(role).into());
        self
    }

    /// A Kubernetes pod whose service account is bound to a role.
    #[must_use]
    pub fn pod(mut self, name: &str, role: &str) -> Self {
        self.world
            .pods
            .insert(name.to_owned(), Pod::new(role).into());
        self
    }

    /// How long credentials live, and how long before their end the next set is published; six
    /// hours and five minutes unless it is said.
    #[must_use]
    pub fn issuing(
        mut self,
        credential_lifetime: Duration,
        publish_before_expiry: Duration,
    ) -> Self {
        self.world.issuing.credential_lifetime = Some(credential_lifetime.into());
        self.world.issuing.publish_before_expiry = Some(publish_before_expiry.into());
        self
    }

    /// Sets the world up and plays `work` in it, in virtual time: it stands still while anything
    /// runs, and jumps to the next timer when everything waits.
    ///
    /// # Errors
    /// The account refused what was described.
    ///
    /// # Panics
    /// Inside a tokio runtime: virtual time needs one of its own.
    pub fn simulate<F: Future>(
        &self,
        work: impl FnOnce(Simulation) -> F,
    ) -> Result<F::Output, SetupError> {
        simulate(&self.world, self.seed, work)
    }
}
