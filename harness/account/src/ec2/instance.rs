//! Instances, and which profile each one has.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::error::Ec2Error;
use super::metadata_options::{MetadataOptions, MetadataOptionsChange};
use super::notice::{Lifecycle, Notices, ScheduledEvent};
use super::run::Launched;
use crate::accounts::Accounts;
use crate::coherent::{Checked, in_place, there};
use crate::control_plane::ControlPlane;
use crate::iam::Role;
use crate::instant::SimInstant;
use crate::issuing::{Behind, Source};
use crate::journal::Happening;
use crate::stored;
use crate::world::World;

/// For how long an instance can be seen once it is terminated (`ec2.terminated.forgotten`).
const REMEMBERED: Duration = Duration::from_hours(1);

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// It runs.
    Running,
    /// It can be started again.
    Stopped,
    /// It is gone for good.
    Terminated,
}

/// An instance's tie to a profile.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Association {
    /// `iip-assoc-…`.
    pub id: String,
    /// The unique id of the profile.
    pub profile_id: String,
    /// The profile's ARN when the tie was made; it outlives the profile.
    pub profile_arn: String,
    /// When the tie was made.
    pub made_at: SimInstant,
    /// Whether the instance has it already, or still is to get it.
    pub settled: bool,
}

/// An instance.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// The twelve digits of its account.
    pub account: String,
    /// Its `Name` tag.
    pub name: String,
    /// Where it is in its life.
    pub state: InstanceState,
    /// Such as `m5.large`.
    pub instance_type: String,
    /// Such as `us-east-1a`.
    pub availability_zone: String,
    /// How it is paid for.
    pub lifecycle: Lifecycle,
    /// Its address in the subnet.
    pub private_ip: Ipv4Addr,
    /// How its metadata is served.
    pub metadata_options: MetadataOptions,
    /// Its tags, `Name` among them.
    pub tags: BTreeMap<String, String>,
    /// What its first boot was to run.
    #[serde(with = "stored::base64_option")]
    pub user_data: Option<Bytes>,
    /// See [`RunInstance::extended_credentials`](super::RunInstance::extended_credentials).
    pub extended_credentials: bool,
    /// See [`RunInstance::client_hops`](super::RunInstance::client_hops).
    pub client_hops: u8,
    /// When it was launched, or last started.
    pub pending_at: SimInstant,
    /// When it was terminated.
    pub terminated_at: Option<SimInstant>,
    /// When it was last stopped or terminated, and in whose name: what `reason` says of it.
    pub reason: Option<String>,
    /// The image it was launched from.
    pub image_id: String,
    /// The reservation it was launched in.
    pub reservation_id: String,
    /// The how-manyeth it is of its reservation, from 0.
    pub launch_index: u32,
    /// What its launch was made idempotent by.
    pub client_token: Option<String>,
    /// When its metadata last changed, credentials aside.
    pub changed_at: SimInstant,
    /// Its tie to a profile.
    pub association: Option<Association>,
    /// What EC2 has told it.
    pub(crate) notices: Notices,
    /// The tie that [`Self::association`] replaces, until that one has settled.
    pub(super) replaced: Option<Association>,
}

impl Instance {
    /// `g` after the number of the generation means one of AWS's own processors, as in `m7g.large`.
    pub fn architecture(&self) -> &'static str {
        let family = self.instance_type.split('.').next().unwrap_or_default();
        let after = family.split_once(|c: char| c.is_ascii_digit());
        if after.is_some_and(|(_, rest)| rest.contains('g')) {
            "arm64"
        } else {
            "x86_64"
        }
    }

    /// What EC2 has scheduled for it.
    pub fn events(&self) -> &[ScheduledEvent] {
        &self.notices.events
    }

    /// The tie in effect: one that has yet to settle leaves the one before it in place.
    pub(crate) fn settled_association(&self) -> Option<&Association> {
        [&self.association, &self.replaced]
            .into_iter()
            .flatten()
            .find(|association| association.settled)
    }
}

/// The instances of a world.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ec2 {
    pub(super) instances: BTreeMap<String, Instance>,
    pub(super) associations_made: u32,
    pub(super) events_scheduled: u32,
    /// Launches by account and client token.
    #[serde(with = "stored::pairs")]
    pub(super) launched: BTreeMap<(String, String), Launched>,
    /// What accounts have set.
    pub(super) metadata_defaults: BTreeMap<String, MetadataOptionsChange>,
}

impl Ec2 {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values()
    }

    pub(crate) fn instance(&self, id: &str) -> Result<&Instance, Ec2Error> {
        self.instances
            .get(id)
            .ok_or_else(|| Ec2Error::no_such_instance(id))
    }

    pub(super) fn instance_mut(&mut self, id: &str) -> Result<&mut Instance, Ec2Error> {
        self.instances
            .get_mut(id)
            .ok_or_else(|| Ec2Error::no_such_instance(id))
    }
}

impl Ec2 {
    /// Whether everything that its instances and launches name is there, in a world that was read.
    pub(crate) fn check(&self, accounts: &Accounts) -> Checked {
        for (kept, instance) in &self.instances {
            in_place(kept, &instance.id, "the instance")?;
            let account = &instance.account;
            let is_there = accounts.get(account).is_some();
            let named = format!("the account {account}");
            there(is_there, format!("the instance {kept}"), named)?;
        }
        for launched in self.launched.values() {
            for id in launched.instances() {
                let is_there = self.instances.contains_key(id);
                there(is_there, "a launch", format!("the instance {id}"))?;
            }
        }
        for account in self.metadata_defaults.keys() {
            let is_there = accounts.get(account).is_some();
            let named = format!("the account {account}");
            there(is_there, "defaults for metadata", named)?;
        }
        Ok(())
    }
}

impl ControlPlane<'_> {
    /// The instances of this account that can still be seen, in the order of their ids.
    pub(super) fn instances(&self) -> impl Iterator<Item = &Instance> {
        let instances = self.world.ec2.instances.values();
        instances.filter(|instance| self.sees(instance))
    }

    /// An instance of this account.
    pub(super) fn instance(&self, id: &str) -> Result<&Instance, Ec2Error> {
        let found = self.world.ec2.instance(id)?;
        let seen = self.sees(found).then_some(found);
        seen.ok_or_else(|| Ec2Error::no_such_instance(id))
    }

    /// An instance of this account, to be changed.
    pub(super) fn instance_mut(&mut self, id: &str) -> Result<&mut Instance, Ec2Error> {
        self.instance(id)?;
        self.world.ec2.instance_mut(id)
    }

    pub(super) fn instance_arn(&self, id: &str) -> String {
        let (region, account) = (&self.world.region, &self.account);
        format!("arn:aws:ec2:{region}:{account}:instance/{id}")
    }

    /// One account knows nothing of another's, and after a while none knows of what is gone
    /// (`ec2.terminated.forgotten`).
    fn sees(&self, instance: &Instance) -> bool {
        let gone = instance.terminated_at.map(|at| at + REMEMBERED);
        instance.account == self.account && gone.is_none_or(|gone| self.now < gone)
    }

    pub(super) fn living(&self, instance: &str, verb: &'static str) -> Result<&Instance, Ec2Error> {
        let found = self.instance(instance)?;
        match found.state {
            InstanceState::Running | InstanceState::Stopped => Ok(found),
            InstanceState::Terminated => Err(incorrect(instance, verb)),
        }
    }
}

impl World {
    /// The role behind an instance: through its settled association and the profile as it is now.
    pub(crate) fn role_behind_instance(&self, instance: &str) -> Behind<&Role> {
        let running = self.ec2.instance(instance).ok();
        let running = running.filter(|found| found.state == InstanceState::Running);
        let iam = running.and_then(|found| self.accounts.seen(&found.account));
        let Some(association) = running.and_then(Instance::settled_association) else {
            return Behind::Nothing;
        };
        // imds.info.profile-not-found: by the unique id, not by the name.
        let profile = iam.and_then(|iam| iam.profile_by_id(&association.profile_id));
        let Some(profile) = profile else {
            return Behind::NoProfile;
        };
        let role_id = profile.role_id.as_ref();
        let role = iam.zip(role_id).and_then(|(iam, id)| iam.role_by_id(id));
        role.map_or(Behind::NoRole, Behind::Role)
    }

    /// The delay of an association is over; void if the instance has another one since.
    pub(crate) fn association_due(&mut self, at: SimInstant, instance: &str, association: &str) {
        let Ok(found) = self.ec2.instance_mut(instance) else {
            return;
        };
        let Some(tie) = found
            .association
            .as_mut()
            .filter(|tie| tie.id == association)
        else {
            return;
        };
        tie.settled = true;
        let profile_arn = tie.profile_arn.clone();
        found.replaced = None;
        self.journal.happened(
            at,
            Happening::Associated {
                instance: instance.to_owned(),
                profile_arn,
            },
        );
        self.issue(at, &Source::Instance(instance.to_owned()));
    }
}

pub(super) fn incorrect(id: &str, verb: &'static str) -> Ec2Error {
    Ec2Error::IncorrectState {
        id: id.to_owned(),
        verb,
    }
}
