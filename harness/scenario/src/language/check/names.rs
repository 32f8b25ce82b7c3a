//! The names a scenario gives, and those the account knows.

use std::collections::BTreeSet;

use crate::language::model::{Action, Revoke, Revoked, Scenario, Trust};
use crate::language::places;
use crate::language::vocabulary::Vocabulary;

/// What a name can be the name of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noun {
    Account,
    Role,
    Profile,
    Instance,
    Task,
    Pod,
    Bucket,
    User,
    /// A role or a user: whose credentials somebody may have.
    Principal,
    /// A profile of the shared configuration files.
    ConfigProfile,
    /// A portal of IAM Identity Center.
    Sso,
    App,
    /// A managed policy.
    Managed,
    /// Any policy that can decide a call.
    Policy,
    /// A kind of request that can be counted.
    Counted,
}

impl Noun {
    /// What it is called in messages.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Role => "role",
            Self::Profile => "instance profile",
            Self::Instance => "instance",
            Self::Task => "task",
            Self::Pod => "pod",
            Self::Bucket => "bucket",
            Self::User => "user",
            Self::Principal => "role or user",
            Self::ConfigProfile => "profile of the configuration files",
            Self::Sso => "portal",
            Self::App => "app",
            Self::Managed => "managed policy",
            Self::Policy => "policy",
            Self::Counted => "kind of request",
        }
    }

    /// What to do when there is none at all.
    pub(super) const fn none(self) -> &'static str {
        match self {
            Self::Account => "add `account.NAME` to `[world]`",
            Self::Role => "add `role.NAME` to `[world]`",
            Self::Profile => "add `profile.NAME` to `[world]`",
            Self::Instance => "add `instance.NAME` to `[world]`",
            Self::Task => "add `task.NAME` to `[world]`",
            Self::Pod => "add `pod.NAME` to `[world]`",
            Self::Bucket => "add it to `buckets` of `[world]`",
            Self::User => "add `user.NAME` to `[world]`",
            Self::Principal => "add `role.NAME` or `user.NAME` to `[world]`",
            Self::ConfigProfile => "add `config-profile.NAME` to `[world]`",
            Self::Sso => "add `sso.NAME` to `[world]`",
            Self::App => "add `[app.NAME]`",
            Self::Managed | Self::Policy => "the account has none",
            Self::Counted => "add `[match.NAME]`",
        }
    }
}

/// Every name, by what it names.
pub(super) struct Names {
    accounts: BTreeSet<String>,
    roles: BTreeSet<String>,
    profiles: BTreeSet<String>,
    instances: BTreeSet<String>,
    tasks: BTreeSet<String>,
    pods: BTreeSet<String>,
    buckets: BTreeSet<String>,
    users: BTreeSet<String>,
    principals: BTreeSet<String>,
    config_profiles: BTreeSet<String>,
    portals: BTreeSet<String>,
    apps: BTreeSet<String>,
    managed: BTreeSet<String>,
    policies: BTreeSet<String>,
    counted: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(scenario: &Scenario, vocabulary: &dyn Vocabulary) -> Self {
        let world = &scenario.world;
        let instances = world.instances.keys().cloned();
        let launched = places::launched(&scenario.steps).map(str::to_owned);
        let managed: BTreeSet<String> = vocabulary.managed_policies().into_iter().collect();
        let counters = vocabulary.counters().into_iter();
        Self {
            accounts: world.accounts.keys().cloned().collect(),
            roles: world.roles.keys().cloned().collect(),
            profiles: world.profiles.keys().cloned().collect(),
            instances: instances.chain(launched).collect(),
            tasks: world.tasks.keys().cloned().collect(),
            pods: world.pods.keys().cloned().collect(),
            buckets: world
                .bucket_names()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            users: world.users.keys().cloned().collect(),
            principals: world
                .roles
                .keys()
                .chain(world.users.keys())
                .chain(
                    world
                        .sso
                        .values()
                        .flat_map(|portal| portal.value.roles.keys()),
                )
                .cloned()
                .collect(),
            config_profiles: world.config_profiles.keys().cloned().collect(),
            portals: world.sso.keys().cloned().collect(),
            apps: scenario.apps.keys().cloned().collect(),
            policies: managed.union(&own_policies(scenario)).cloned().collect(),
            managed,
            counted: counters.chain(scenario.matches.keys().cloned()).collect(),
        }
    }

    /// All names of this kind.
    pub(super) const fn all(&self, noun: Noun) -> &BTreeSet<String> {
        match noun {
            Noun::Account => &self.accounts,
            Noun::Role => &self.roles,
            Noun::Profile => &self.profiles,
            Noun::Instance => &self.instances,
            Noun::Task => &self.tasks,
            Noun::Pod => &self.pods,
            Noun::Bucket => &self.buckets,
            Noun::User => &self.users,
            Noun::Principal => &self.principals,
            Noun::ConfigProfile => &self.config_profiles,
            Noun::Sso => &self.portals,
            Noun::App => &self.apps,
            Noun::Managed => &self.managed,
            Noun::Policy => &self.policies,
            Noun::Counted => &self.counted,
        }
    }

    /// Whether something of this kind is called `name`. An AWS-managed policy is also known by its
    /// ARN.
    pub(super) fn has(&self, noun: Noun, name: &str) -> bool {
        let known = self.all(noun);
        let by_arn = || match noun {
            Noun::Managed | Noun::Policy => managed_name(name).is_some_and(|n| known.contains(n)),
            _ => false,
        };
        known.contains(name) || by_arn()
    }
}

/// The name within the ARN of an AWS-managed policy, `arn:aws:iam::aws:policy/AmazonS3FullAccess`;
/// a path may precede it.
fn managed_name(arn: &str) -> Option<&str> {
    let (partition, path) = arn.split_once(":iam::aws:policy/")?;
    let name = path.rsplit('/').next();
    name.filter(|_| partition.starts_with("arn:"))
}

/// The names of what decides besides managed policies: those of the organization, inline ones, the
/// buckets that have a policy, and the roles whose trust is one.
fn own_policies(scenario: &Scenario) -> BTreeSet<String> {
    let world = &scenario.world;
    let mut names = BTreeSet::new();
    let organization = world.organization.iter();
    let root = organization.map(|at| &at.value.guardrails);
    let accounts = world.accounts.values().map(|at| &at.value.guardrails);
    for guardrails in root.chain(accounts) {
        names.extend(guardrails.policies().map(|(name, _)| name.clone()));
    }
    for user in world.users.values() {
        names.extend(user.value.inline.keys().cloned());
    }
    for (name, role) in &world.roles {
        names.extend(role.value.inline.keys().cloned());
        if matches!(role.value.trust.value, Trust::Policy(_)) {
            names.insert(name.clone());
        }
    }
    let portals = world.sso.values();
    for role in portals.flat_map(|portal| portal.value.roles.values()) {
        names.extend(role.value.inline.keys().cloned());
    }
    for (name, bucket) in &world.bucket_tables {
        names.extend(bucket.value.policy.as_ref().map(|_| name.clone()));
    }
    for step in &scenario.steps {
        match step.act.value.action() {
            Some(Action::PutPolicy(put)) => {
                names.insert(put.name.value.clone());
            }
            Some(Action::Revoke(Revoke {
                of: Revoked::Role(_),
                ..
            })) => {
                names.insert(Revoke::POLICY.to_owned());
            }
            _ => {}
        }
    }
    names
}
