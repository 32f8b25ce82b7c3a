//! Instances, and which profile each one has.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bytes::Bytes;

use super::error::Ec2Error;
use super::metadata_options::MetadataOptions;
use super::notice::{Lifecycle, Notices};
use crate::control_plane::ControlPlane;
use crate::iam::{InstanceProfile, Role};
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::{Behind, Source};
use crate::journal::Happening;
use crate::operation::Operation;
use crate::world::{Due, World};

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It runs.
    Running,
    /// It can be started again.
    Stopped,
    /// It is gone for good.
    Terminated,
}

/// An instance's tie to a profile.
#[derive(Clone, Debug)]
pub struct Association {
    /// `iip-assoc-…`.
    pub id: String,
    /// The unique id of the profile.
    pub profile_id: String,
    /// The profile's ARN when the tie was made; it outlives the profile.
    pub profile_arn: String,
    /// Whether the instance has it already, or still is to get it.
    pub settled: bool,
}

/// An instance.
#[derive(Clone, Debug)]
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
    pub user_data: Option<Bytes>,
    /// See [`RunInstance::extended_credentials`](super::RunInstance::extended_credentials).
    pub extended_credentials: bool,
    /// See [`RunInstance::client_hops`](super::RunInstance::client_hops).
    pub client_hops: u8,
    /// When it was launched, or last started.
    pub pending_at: SimInstant,
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
    /// The tie in effect: one that has yet to settle leaves the one before it in place.
    pub(crate) fn settled_association(&self) -> Option<&Association> {
        [&self.association, &self.replaced]
            .into_iter()
            .flatten()
            .find(|association| association.settled)
    }

    /// Ends it for good.
    pub(super) fn end(&mut self) {
        self.state = InstanceState::Terminated;
        self.association = None;
        self.replaced = None;
    }
}

/// The instances of a world.
#[derive(Debug, Default)]
pub(crate) struct Ec2 {
    pub(super) instances: BTreeMap<String, Instance>,
    associations_made: u32,
    pub(super) events_scheduled: u32,
}

impl Ec2 {
    pub(crate) fn instance(&self, id: &str) -> Result<&Instance, Ec2Error> {
        self.instances
            .get(id)
            .ok_or_else(|| Ec2Error::NoSuchInstance(id.to_owned()))
    }

    pub(super) fn instance_mut(&mut self, id: &str) -> Result<&mut Instance, Ec2Error> {
        self.instances
            .get_mut(id)
            .ok_or_else(|| Ec2Error::NoSuchInstance(id.to_owned()))
    }
}

impl ControlPlane<'_> {
    /// Gives an instance a profile; its credentials appear after the world's association delay.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has one already or is gone.
    pub fn associate_profile(&mut self, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        if self
            .living(instance, "given a profile")?
            .association
            .is_some()
        {
            return Err(Ec2Error::AssociationExists(instance.to_owned()));
        }
        self.done(
            Operation::AssociateIamInstanceProfile,
            &format!("{instance} {profile}"),
        );
        self.tie(instance, profile)
    }

    /// Gives an instance another profile; until the world's association delay is over it serves
    /// what it served.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has none, or does not run
    /// (`ec2.replace.needs-running`).
    pub fn replace_profile(&mut self, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        let found = self.living(instance, "given another profile")?;
        if found.association.is_none() {
            return Err(Ec2Error::NoAssociation(instance.to_owned()));
        }
        if found.state != InstanceState::Running {
            return Err(incorrect(instance, "given another profile"));
        }
        self.done(
            Operation::ReplaceIamInstanceProfileAssociation,
            &format!("{instance} {profile}"),
        );
        self.tie(instance, profile)
    }

    /// Takes an instance's profile away: its credentials are no longer served, those handed out
    /// stay valid until their expiry (`ec2.disassociate.vended-keys-live`).
    ///
    /// # Errors
    /// An unknown instance, or one without a profile.
    pub fn disassociate_profile(&mut self, instance: &str) -> Result<(), Ec2Error> {
        let found = self.instance_mut(instance)?;
        found.replaced = None;
        let tie = found.association.take();
        tie.ok_or_else(|| Ec2Error::NoAssociation(instance.to_owned()))?;
        self.done(Operation::DisassociateIamInstanceProfile, instance);
        self.world
            .stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Stops a running instance.
    ///
    /// # Errors
    /// An unknown instance, or one that does not run.
    pub fn stop_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.move_on(
            instance,
            InstanceState::Running,
            InstanceState::Stopped,
            "stopped",
        )?;
        self.done(Operation::StopInstances, instance);
        self.world
            .stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Starts a stopped instance, with credentials of the role its profile holds now
    /// (`imds.role.swap-inside-profile-waits`).
    ///
    /// # Errors
    /// An unknown instance, or one that is not stopped.
    pub fn start_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.move_on(
            instance,
            InstanceState::Stopped,
            InstanceState::Running,
            "started",
        )?;
        let now = self.now;
        let found = self.instance_mut(instance)?;
        found.pending_at = now;
        found.changed_at = now;
        found.notices.interruption = None;
        found.notices.rebalance = None;
        self.done(Operation::StartInstances, instance);
        self.world
            .issue(now, &Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Ends an instance for good.
    ///
    /// # Errors
    /// An unknown instance.
    pub fn terminate_instance(&mut self, instance: &str) -> Result<(), Ec2Error> {
        self.instance_mut(instance)?.end();
        self.done(Operation::TerminateInstances, instance);
        self.world
            .stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    fn tie(&mut self, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        let profile = self
            .iam()
            .profile(profile)
            .map_err(|_| Ec2Error::NoSuchProfile(profile.to_owned()))?
            .clone();
        let association = self.new_association(&profile, false);
        let association_id = association.id.clone();
        let now = self.now;
        let found = self.instance_mut(instance)?;
        let before = found.association.replace(association);
        if let Some(settled) = before.filter(|before| before.settled) {
            found.replaced = Some(settled);
        }
        let due = Due::Association {
            instance: instance.to_owned(),
            association: association_id,
        };
        let at = now + self.world.association_delay;
        self.world.agenda.enter(at, due);
        self.world.advance_to(now);
        Ok(())
    }

    pub(super) fn new_association(
        &mut self,
        profile: &InstanceProfile,
        settled: bool,
    ) -> Association {
        self.world.ec2.associations_made += 1;
        Association {
            id: id::association_id(
                &self.world.entropy,
                &self.world.ec2.associations_made.to_string(),
            ),
            profile_id: profile.id.clone(),
            profile_arn: profile.arn.clone(),
            settled,
        }
    }

    /// An instance of this account.
    pub(super) fn instance(&self, id: &str) -> Result<&Instance, Ec2Error> {
        let found = self.world.ec2.instance(id)?;
        self.is_own(&found.account, id)?;
        Ok(found)
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

    /// One account knows nothing of another's.
    fn is_own(&self, account: &str, id: &str) -> Result<(), Ec2Error> {
        if account == self.account {
            return Ok(());
        }
        Err(Ec2Error::NoSuchInstance(id.to_owned()))
    }

    pub(super) fn living(&self, instance: &str, verb: &'static str) -> Result<&Instance, Ec2Error> {
        let found = self.instance(instance)?;
        match found.state {
            InstanceState::Running | InstanceState::Stopped => Ok(found),
            InstanceState::Terminated => Err(incorrect(instance, verb)),
        }
    }

    fn move_on(
        &mut self,
        instance: &str,
        from: InstanceState,
        to: InstanceState,
        verb: &'static str,
    ) -> Result<(), Ec2Error> {
        let found = self.instance_mut(instance)?;
        if found.state != from {
            return Err(incorrect(instance, verb));
        }
        found.state = to;
        Ok(())
    }
}

impl World {
    /// The role behind an instance: through its settled association and the profile as it is now.
    pub(crate) fn role_behind_instance(&self, instance: &str) -> Behind<&Role> {
        let running = self.ec2.instance(instance).ok();
        let running = running.filter(|found| found.state == InstanceState::Running);
        let iam = running.and_then(|found| self.accounts.get(&found.account));
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
