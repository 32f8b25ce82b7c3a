//! Instances, and which profile each one has.

use std::collections::BTreeMap;

use super::error::Ec2Error;
use crate::iam::{InstanceProfile, Role};
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::{Issuer, Issuing, Source};
use crate::journal::Happening;
use crate::operation::Operation;
use crate::world::{Due, World};

/// Who EC2 is to a trust policy (`ec2.role.service-principal`).
const SERVICE_PRINCIPAL: &str = "ec2.amazonaws.com";

/// Whether metadata requests must carry a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpTokens {
    /// IMDSv1 and IMDSv2: the API's default (`ec2.metadata-options.defaults`).
    #[default]
    Optional,
    /// IMDSv2 only.
    Required,
}

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
    /// Its `Name` tag.
    pub name: String,
    /// Where it is in its life.
    pub state: InstanceState,
    /// Whether metadata requests must carry a token.
    pub http_tokens: HttpTokens,
    /// Its tie to a profile.
    pub association: Option<Association>,
    /// The tie that the one above replaces, until that one has settled.
    replaced: Option<Association>,
}

impl Instance {
    /// The tie in effect: one that has yet to settle leaves the one before it in place.
    pub(crate) fn settled_association(&self) -> Option<&Association> {
        [&self.association, &self.replaced]
            .into_iter()
            .flatten()
            .find(|association| association.settled)
    }
}

/// What `RunInstances` takes.
#[derive(Clone, Debug)]
pub struct RunInstance {
    /// The `Name` tag.
    pub name: String,
    /// The instance profile, by name.
    pub profile: Option<String>,
    /// Whether metadata requests must carry a token.
    pub http_tokens: HttpTokens,
    /// How the instance's credentials are issued.
    pub issuing: Issuing,
}

/// The instances of a world.
#[derive(Debug, Default)]
pub(crate) struct Ec2 {
    instances: BTreeMap<String, Instance>,
    associations_made: u32,
}

impl Ec2 {
    pub(crate) fn instance(&self, id: &str) -> Result<&Instance, Ec2Error> {
        self.instances
            .get(id)
            .ok_or_else(|| Ec2Error::NoSuchInstance(id.to_owned()))
    }

    fn instance_mut(&mut self, id: &str) -> Result<&mut Instance, Ec2Error> {
        self.instances
            .get_mut(id)
            .ok_or_else(|| Ec2Error::NoSuchInstance(id.to_owned()))
    }
}

impl World {
    /// Launches an instance; with a profile it serves credentials from the start.
    ///
    /// # Errors
    /// An unknown or empty profile.
    pub fn run_instance(
        &mut self,
        now: SimInstant,
        request: RunInstance,
    ) -> Result<String, Ec2Error> {
        self.advance_to(now);
        let RunInstance {
            name,
            profile,
            http_tokens,
            issuing,
        } = request;
        let profile = match profile {
            Some(profile) => Some(self.profile_to_launch_with(&profile)?),
            None => None,
        };
        let label = format!("{name}/{}", self.ec2.instances.len());
        let id = id::instance_id(&self.entropy, &label);
        let source = Source::Instance(id.clone());
        // ec2.role.session-name: the session is named after the instance.
        let issuer = Issuer::new(source.clone(), issuing, SERVICE_PRINCIPAL, id.clone());
        self.issuers.insert(source.clone(), issuer);
        self.control(now, Operation::RunInstances, &format!("{name} as {id}"));
        let association = profile.map(|profile| self.new_association(&profile, true));
        let serves = association.is_some();
        let state = InstanceState::Running;
        let instance = Instance {
            id: id.clone(),
            name,
            state,
            http_tokens,
            association,
            replaced: None,
        };
        self.ec2.instances.insert(id.clone(), instance);
        if serves {
            self.issue(now, &source);
        }
        Ok(id)
    }

    /// Gives an instance a profile; its credentials appear after the world's association delay.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has one already or is gone.
    pub fn associate_profile(
        &mut self,
        now: SimInstant,
        instance: &str,
        profile: &str,
    ) -> Result<(), Ec2Error> {
        self.advance_to(now);
        if self
            .living(instance, "given a profile")?
            .association
            .is_some()
        {
            return Err(Ec2Error::AssociationExists(instance.to_owned()));
        }
        self.control(
            now,
            Operation::AssociateIamInstanceProfile,
            &format!("{instance} {profile}"),
        );
        self.tie(now, instance, profile)
    }

    /// Gives an instance another profile; until the world's association delay is over it serves
    /// what it served.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has none, or does not run
    /// (`ec2.replace.needs-running`).
    pub fn replace_profile(
        &mut self,
        now: SimInstant,
        instance: &str,
        profile: &str,
    ) -> Result<(), Ec2Error> {
        self.advance_to(now);
        let found = self.living(instance, "given another profile")?;
        if found.association.is_none() {
            return Err(Ec2Error::NoAssociation(instance.to_owned()));
        }
        if found.state != InstanceState::Running {
            return Err(incorrect(instance, "given another profile"));
        }
        self.control(
            now,
            Operation::ReplaceIamInstanceProfileAssociation,
            &format!("{instance} {profile}"),
        );
        self.tie(now, instance, profile)
    }

    /// Takes an instance's profile away: its credentials are no longer served, those handed out
    /// stay valid until their expiry (`ec2.disassociate.vended-keys-live`).
    ///
    /// # Errors
    /// An unknown instance, or one without a profile.
    pub fn disassociate_profile(
        &mut self,
        now: SimInstant,
        instance: &str,
    ) -> Result<(), Ec2Error> {
        self.advance_to(now);
        let found = self.ec2.instance_mut(instance)?;
        found.replaced = None;
        let tie = found.association.take();
        tie.ok_or_else(|| Ec2Error::NoAssociation(instance.to_owned()))?;
        self.control(now, Operation::DisassociateIamInstanceProfile, instance);
        self.stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Stops a running instance.
    ///
    /// # Errors
    /// An unknown instance, or one that does not run.
    pub fn stop_instance(&mut self, now: SimInstant, instance: &str) -> Result<(), Ec2Error> {
        self.move_on(
            now,
            instance,
            InstanceState::Running,
            InstanceState::Stopped,
            "stopped",
        )?;
        self.control(now, Operation::StopInstances, instance);
        self.stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Starts a stopped instance, with credentials of the role its profile holds now
    /// (`imds.role.swap-inside-profile-waits`).
    ///
    /// # Errors
    /// An unknown instance, or one that is not stopped.
    pub fn start_instance(&mut self, now: SimInstant, instance: &str) -> Result<(), Ec2Error> {
        self.move_on(
            now,
            instance,
            InstanceState::Stopped,
            InstanceState::Running,
            "started",
        )?;
        self.control(now, Operation::StartInstances, instance);
        self.issue(now, &Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// Ends an instance for good.
    ///
    /// # Errors
    /// An unknown instance.
    pub fn terminate_instance(&mut self, now: SimInstant, instance: &str) -> Result<(), Ec2Error> {
        self.advance_to(now);
        let found = self.ec2.instance_mut(instance)?;
        found.state = InstanceState::Terminated;
        found.association = None;
        found.replaced = None;
        self.control(now, Operation::TerminateInstances, instance);
        self.stop_issuing(&Source::Instance(instance.to_owned()));
        Ok(())
    }

    /// The role behind an instance: through its settled association and the profile as it is now.
    pub(crate) fn role_behind_instance(&self, instance: &str) -> Option<&Role> {
        let instance = self.ec2.instance(instance).ok()?;
        if instance.state != InstanceState::Running {
            return None;
        }
        let association = instance.settled_association()?;
        let role_id = self
            .iam
            .profile_by_id(&association.profile_id)?
            .role_id
            .as_ref()?;
        self.iam.role_by_id(role_id)
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

    fn tie(&mut self, now: SimInstant, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        let profile = self
            .iam
            .profile(profile)
            .map_err(|_| Ec2Error::NoSuchProfile(profile.to_owned()))?
            .clone();
        let association = self.new_association(&profile, false);
        let association_id = association.id.clone();
        let found = self.ec2.instance_mut(instance)?;
        let before = found.association.replace(association);
        if let Some(settled) = before.filter(|before| before.settled) {
            found.replaced = Some(settled);
        }
        let due = Due::Association {
            instance: instance.to_owned(),
            association: association_id,
        };
        self.agenda.enter(now + self.association_delay, due);
        self.advance_to(now);
        Ok(())
    }

    fn new_association(&mut self, profile: &InstanceProfile, settled: bool) -> Association {
        self.ec2.associations_made += 1;
        Association {
            id: id::association_id(&self.entropy, &self.ec2.associations_made.to_string()),
            profile_id: profile.id.clone(),
            profile_arn: profile.arn.clone(),
            settled,
        }
    }

    fn profile_to_launch_with(&self, name: &str) -> Result<InstanceProfile, Ec2Error> {
        let profile = self
            .iam
            .profile(name)
            .map_err(|_| Ec2Error::NoSuchProfile(name.to_owned()))?;
        match profile.role_id {
            Some(_) => Ok(profile.clone()),
            None => Err(Ec2Error::EmptyProfile(name.to_owned())),
        }
    }

    fn living(&self, instance: &str, verb: &'static str) -> Result<&Instance, Ec2Error> {
        let found = self.ec2.instance(instance)?;
        match found.state {
            InstanceState::Running | InstanceState::Stopped => Ok(found),
            InstanceState::Terminated => Err(incorrect(instance, verb)),
        }
    }

    fn move_on(
        &mut self,
        now: SimInstant,
        instance: &str,
        from: InstanceState,
        to: InstanceState,
        verb: &'static str,
    ) -> Result<(), Ec2Error> {
        self.advance_to(now);
        let found = self.ec2.instance_mut(instance)?;
        if found.state != from {
            return Err(incorrect(instance, verb));
        }
        found.state = to;
        Ok(())
    }
}

fn incorrect(id: &str, verb: &'static str) -> Ec2Error {
    Ec2Error::IncorrectState {
        id: id.to_owned(),
        verb,
    }
}
