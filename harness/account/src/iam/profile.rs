//! Instance profiles: what carries a role to an instance.

use super::error::IamError;
use super::role::{Iam, check_name, no_such};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::operation::Operation;

/// An instance profile.
#[derive(Clone, Debug)]
pub struct InstanceProfile {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AIPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:instance-profile/NAME`.
    pub arn: String,
    /// The unique id of the one role it may hold.
    pub(crate) role_id: Option<String>,
}

impl Iam {
    pub(crate) fn profile(&self, name: &str) -> Result<&InstanceProfile, IamError> {
        self.profiles
            .get(&name.to_lowercase())
            .ok_or_else(|| no_such("instance profile", name))
    }

    fn profile_mut(&mut self, name: &str) -> Result<&mut InstanceProfile, IamError> {
        self.profiles
            .get_mut(&name.to_lowercase())
            .ok_or_else(|| no_such("instance profile", name))
    }

    pub(crate) fn profile_by_arn(&self, arn: &str) -> Option<&InstanceProfile> {
        self.profiles.values().find(|profile| profile.arn == arn)
    }

    /// By unique id: an association outlives the name (`imds.info.profile-not-found`).
    pub(crate) fn profile_by_id(&self, id: &str) -> Option<&InstanceProfile> {
        self.profiles.values().find(|profile| profile.id == id)
    }
}

impl ControlPlane<'_> {
    /// Makes an empty instance profile.
    ///
    /// # Errors
    /// A name that is taken or malformed.
    pub fn create_instance_profile(&mut self, name: &str) -> Result<(), IamError> {
        check_name("instanceProfileName", name, 128)?;
        if self.iam().profile(name).is_ok() {
            return Err(IamError::EntityAlreadyExists {
                kind: "Instance Profile",
                name: name.to_owned(),
            });
        }
        self.iam_mut().made += 1;
        let profile = InstanceProfile {
            name: name.to_owned(),
            id: UniqueId::InstanceProfile.draw(
                &self.world.entropy,
                &format!("profile/{name}/{}", self.iam().made),
            ),
            arn: format!(
                "arn:aws:iam::{}:instance-profile/{name}",
                self.account.clone()
            ),
            role_id: None,
        };
        self.iam_mut().profiles.insert(name.to_lowercase(), profile);
        self.done(Operation::CreateInstanceProfile, name);
        Ok(())
    }

    /// Puts a role into a profile; instances that have the profile serve it from their next
    /// rotation on (`imds.role.swap-inside-profile-waits`).
    ///
    /// # Errors
    /// No such profile or role; the profile holds one already.
    pub fn add_role_to_instance_profile(
        &mut self,
        profile: &str,
        role: &str,
    ) -> Result<(), IamError> {
        let role_id = self.iam().role(role)?.id.clone();
        let slot = &mut self.iam_mut().profile_mut(profile)?.role_id;
        if slot.is_some() {
            return Err(IamError::SecondRoleInProfile);
        }
        *slot = Some(role_id);
        self.done(
            Operation::AddRoleToInstanceProfile,
            &format!("{profile} {role}"),
        );
        Ok(())
    }

    /// Takes the role out of a profile.
    ///
    /// # Errors
    /// No such profile, or it holds no role.
    pub fn remove_role_from_instance_profile(&mut self, profile: &str) -> Result<(), IamError> {
        let role = self.iam_mut().profile_mut(profile)?.role_id.take();
        let role = role.ok_or_else(|| no_such("role", "in the instance profile"))?;
        let name = self.iam().role_by_id(&role).map(|role| role.name.as_str());
        let detail = format!("{profile} {}", name.unwrap_or_default());
        self.done(Operation::RemoveRoleFromInstanceProfile, &detail);
        Ok(())
    }

    /// Deletes an empty profile. Instances tied to it keep the tie, and have no credentials from
    /// their next rotation on (`imds.info.profile-not-found`).
    ///
    /// # Errors
    /// No such profile, or it holds a role (`iam.profile.delete-conflict`).
    pub fn delete_instance_profile(&mut self, name: &str) -> Result<(), IamError> {
        if self.iam().profile(name)?.role_id.is_some() {
            return Err(IamError::DeleteConflict {
                what: "roles from instance profile",
            });
        }
        self.iam_mut().profiles.remove(&name.to_lowercase());
        self.done(Operation::DeleteInstanceProfile, name);
        Ok(())
    }

    /// Puts a role into a profile in place of the one it holds, if it holds one.
    ///
    /// # Errors
    /// No such profile or role; the profile then holds what it held.
    pub fn set_role_of_instance_profile(
        &mut self,
        profile: &str,
        role: &str,
    ) -> Result<(), IamError> {
        self.iam().role(role)?;
        if self.iam().profile(profile)?.role_id.is_some() {
            self.remove_role_from_instance_profile(profile)?;
        }
        self.add_role_to_instance_profile(profile, role)
    }
}
