//! What ties an instance to a profile.

use serde::{Deserialize, Serialize};

use super::authorization::SERVICE_PRINCIPAL;
use super::error::{Ec2Error, Kind};
use super::instance::{Association, Instance, InstanceState, incorrect};
use crate::control_plane::ControlPlane;
use crate::iam::InstanceProfile;
use crate::id;
use crate::issuing::Source;
use crate::operation::Operation;
use crate::policy::Context;
use crate::world::Due;

/// An instance profile as a request names it: by its name or by its ARN.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileSpec {
    /// `IamInstanceProfile.Name`.
    Name(String),
    /// `IamInstanceProfile.Arn`.
    Arn(String),
}

/// An association and where it stands, as EC2 answers it.
#[derive(Clone, Debug)]
pub struct DescribedAssociation {
    /// The tie.
    pub association: Association,
    /// The instance.
    pub instance: String,
    /// `associating`, `associated` or `disassociating` (`ec2.association.states`).
    pub state: &'static str,
}

impl Association {
    fn state(&self) -> &'static str {
        if self.settled {
            "associated"
        } else {
            "associating"
        }
    }
}

impl ControlPlane<'_> {
    /// Gives an instance a profile, by its name; its credentials appear after the world's
    /// association delay.
    ///
    /// # Errors
    /// As [`associate`](Self::associate).
    pub fn associate_profile(&mut self, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        let profile = ProfileSpec::Name(profile.to_owned());
        self.associate(instance, &profile).map(drop)
    }

    /// Gives an instance a profile; its credentials appear after the world's association delay.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has one already or is gone; a role that who
    /// asks may not pass (`ec2.pass-role.checked`).
    pub fn associate(
        &mut self,
        instance: &str,
        profile: &ProfileSpec,
    ) -> Result<DescribedAssociation, Ec2Error> {
        let operation = Operation::AssociateIamInstanceProfile;
        self.formed(instance)?;
        let own = self.new_profile_key(profile);
        self.may_with_instance(operation, instance, own)?;
        let found = self.living(instance, "given a profile")?;
        if found.association.is_some() {
            return Err(Ec2Error::AssociationExists(instance.to_owned()));
        }
        let profile = self.profile_to_pass(profile, instance)?;
        self.done(operation, &format!("{instance} {}", profile.name));
        self.tie(instance, &profile)
    }

    /// Gives an instance another profile, by its name; until the world's association delay is over
    /// it serves what it served.
    ///
    /// # Errors
    /// An unknown instance or profile; an instance that has none, or does not run
    /// (`ec2.replace.needs-running`).
    pub fn replace_profile(&mut self, instance: &str, profile: &str) -> Result<(), Ec2Error> {
        let found = self.living(instance, "given another profile")?;
        if found.association.is_none() {
            return Err(Ec2Error::NoAssociation(instance.to_owned()));
        }
        let profile = ProfileSpec::Name(profile.to_owned());
        self.replace_on(instance, &profile).map(drop)
    }

    /// Gives the instance of an association another profile, and with it another association.
    ///
    /// # Errors
    /// An association that is not in effect (`ec2.association.unknown`), else as
    /// [`replace_profile`](Self::replace_profile).
    pub fn replace_association(
        &mut self,
        association: &str,
        profile: &ProfileSpec,
    ) -> Result<DescribedAssociation, Ec2Error> {
        let instance = self.instance_tied_by(association)?;
        self.replace_on(&instance, profile)
    }

    fn replace_on(
        &mut self,
        instance: &str,
        profile: &ProfileSpec,
    ) -> Result<DescribedAssociation, Ec2Error> {
        let operation = Operation::ReplaceIamInstanceProfileAssociation;
        let own = self.new_profile_key(profile);
        self.may_with_instance(operation, instance, own)?;
        if self.instance(instance)?.state != InstanceState::Running {
            return Err(incorrect(instance, "given another profile"));
        }
        let profile = self.profile_to_pass(profile, instance)?;
        self.done(operation, &format!("{instance} {}", profile.name));
        self.tie(instance, &profile)
    }

    /// Takes an instance's profile away: its credentials are no longer served, those handed out
    /// stay valid until their expiry (`ec2.disassociate.vended-keys-live`).
    ///
    /// # Errors
    /// An unknown instance, or one without a profile.
    pub fn disassociate_profile(&mut self, instance: &str) -> Result<(), Ec2Error> {
        let tie = self.instance(instance)?.association.as_ref();
        let tie = tie.map(|tie| tie.id.clone());
        let tie = tie.ok_or_else(|| Ec2Error::NoAssociation(instance.to_owned()))?;
        self.disassociate(&tie).map(drop)
    }

    /// Ends an association, as [`disassociate_profile`](Self::disassociate_profile) does.
    ///
    /// # Errors
    /// An association that is not in effect (`ec2.association.unknown`).
    pub fn disassociate(&mut self, association: &str) -> Result<DescribedAssociation, Ec2Error> {
        let operation = Operation::DisassociateIamInstanceProfile;
        let instance = self.instance_tied_by(association)?;
        self.may_with_instance(operation, &instance, Context::new())?;
        let found = self.instance_mut(&instance)?;
        found.replaced = None;
        let tie = found.association.take();
        let association = tie.ok_or_else(|| Ec2Error::not_found(Kind::Association, association))?;
        self.done(operation, &instance);
        self.world.stop_issuing(&Source::Instance(instance.clone()));
        // ec2.association.states: that it is ending is what is answered, and then it has ended.
        Ok(DescribedAssociation {
            association,
            instance,
            state: "disassociating",
        })
    }

    /// The associations there are, in the order of their instances; those of these ids, if any are
    /// said.
    ///
    /// # Errors
    /// An id that no association in effect has.
    pub fn associations(&mut self, ids: &[&str]) -> Result<Vec<DescribedAssociation>, Ec2Error> {
        self.may_at_all(Operation::DescribeIamInstanceProfileAssociations)?;
        for id in ids {
            self.instance_with(id)?;
        }
        let tied = self.instances().filter_map(|instance| {
            let association = instance.association.clone()?;
            Some(DescribedAssociation {
                state: association.state(),
                association,
                instance: instance.id.clone(),
            })
        });
        Ok(tied
            .filter(|tied| ids.is_empty() || ids.contains(&tied.association.id.as_str()))
            .collect())
    }

    /// The profile that a request names, whose role who asks may pass (`ec2.pass-role.checked`).
    pub(super) fn profile_to_pass(
        &mut self,
        profile: &ProfileSpec,
        instance: &str,
    ) -> Result<InstanceProfile, Ec2Error> {
        let profile = self.profile_named(profile)?.clone();
        let iam = self.iam_seen();
        let role = profile.role_id.as_ref().and_then(|id| iam.role_by_id(id));
        if let Some(role) = role.map(|role| role.arn.clone()) {
            let own = Context::new()
                .with("iam:PassedToService", SERVICE_PRINCIPAL)
                .with("iam:AssociatedResourceArn", self.instance_arn(instance));
            self.may_do("iam:PassRole", &role, &own)?;
        }
        Ok(profile)
    }

    /// `ec2.profile.unknown`
    pub(super) fn profile_named(
        &self,
        profile: &ProfileSpec,
    ) -> Result<&InstanceProfile, Ec2Error> {
        let (member, value, found) = match profile {
            ProfileSpec::Name(name) => ("name", name, self.iam_seen().profile(name).ok()),
            ProfileSpec::Arn(arn) => ("arn", arn, self.iam_seen().profile_by_arn(arn)),
        };
        found.ok_or_else(|| Ec2Error::NoSuchProfile {
            member,
            value: value.clone(),
        })
    }

    fn new_profile_key(&self, profile: &ProfileSpec) -> Context {
        Context::new().with("ec2:NewInstanceProfile", self.arn_said(profile))
    }

    /// The ARN of a profile as it is named, whether or not there is one.
    pub(super) fn arn_said(&self, profile: &ProfileSpec) -> String {
        match (self.profile_named(profile), profile) {
            (Ok(found), _) => found.arn.clone(),
            (Err(_), ProfileSpec::Arn(arn)) => arn.clone(),
            (Err(_), ProfileSpec::Name(name)) => {
                format!("arn:aws:iam::{}:instance-profile/{name}", self.account)
            }
        }
    }

    fn instance_tied_by(&self, association: &str) -> Result<String, Ec2Error> {
        let found = self.instance_with(association)?;
        Ok(found.id.clone())
    }

    /// `ec2.association.unknown`
    fn instance_with(&self, association: &str) -> Result<&Instance, Ec2Error> {
        Kind::Association.check(association)?;
        let tied = |instance: &&Instance| {
            let tie = instance.association.as_ref();
            tie.is_some_and(|tie| tie.id == association)
        };
        let found = self.instances().find(tied);
        found.ok_or_else(|| Ec2Error::not_found(Kind::Association, association))
    }

    fn tie(
        &mut self,
        instance: &str,
        profile: &InstanceProfile,
    ) -> Result<DescribedAssociation, Ec2Error> {
        let association = self.new_association(profile, false);
        let now = self.now;
        let found = self.instance_mut(instance)?;
        let before = found.association.replace(association.clone());
        if let Some(settled) = before.filter(|before| before.settled) {
            found.replaced = Some(settled);
        }
        let due = Due::Association {
            instance: instance.to_owned(),
            association: association.id.clone(),
        };
        let at = now + self.world.association_delay;
        self.world.agenda.enter(at, due);
        self.world.advance_to(now);
        // ec2.association.states: as it begins, even where no time passes until it is in effect.
        Ok(DescribedAssociation {
            state: association.state(),
            association,
            instance: instance.to_owned(),
        })
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
            made_at: self.now,
            settled,
        }
    }
}
