//! Instance profiles: what carries a role to an instance.

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::names;
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::{Iam, Role, no_such};
use super::tags::{self, Tag, Tags};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::Context;

/// `iam.names.form`.
const NAME_MAX: usize = 128;

/// An instance profile.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfile {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AIPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:instance-profile/PATH/NAME`.
    pub arn: String,
    /// `/`, or names between two of them.
    pub path: String,
    /// When it was made.
    pub created: SimInstant,
    /// Its tags.
    pub tags: Tags,
    /// The unique id of the one role it may hold.
    pub(crate) role_id: Option<String>,
}

/// What `CreateInstanceProfile` takes.
#[derive(Clone, Debug, Default)]
pub struct CreateInstanceProfile {
    /// The name.
    pub name: String,
    /// `/` if it is not said.
    pub path: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl From<&str> for CreateInstanceProfile {
    fn from(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

impl Iam {
    pub(crate) fn profile(&self, name: &str) -> Result<&InstanceProfile, IamError> {
        let found = self.profiles.get(&name.to_lowercase());
        found.ok_or_else(|| no_profile(name))
    }

    pub(super) fn profile_mut(&mut self, name: &str) -> Result<&mut InstanceProfile, IamError> {
        let found = self.profiles.get_mut(&name.to_lowercase());
        found.ok_or_else(|| no_profile(name))
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
    /// Makes an empty instance profile, of which no more than the name has to be said; answers it.
    ///
    /// # Errors
    /// A name that is taken or malformed, a path or tags that cannot be, more than the account may
    /// have.
    pub fn create_instance_profile(
        &mut self,
        request: impl Into<CreateInstanceProfile>,
    ) -> Result<InstanceProfile, IamError> {
        let CreateInstanceProfile {
            name,
            path,
            tags: asked,
        } = request.into();
        names::check_name("instanceProfileName", &name, NAME_MAX)?;
        let path = path.unwrap_or_else(|| names::PATH_DEFAULT.to_owned());
        names::check_path(&path)?;
        let arn = names::arn(&self.account, "instance-profile", &path, &name);
        let own = tags::request_context(&asked, Context::new());
        self.authorize(Operation::CreateInstanceProfile, &arn, &own)?;
        let mut tags = Tags::of_resource();
        tags.put(&asked)?;
        if self.iam().profile(&name).is_ok() {
            let message = format!("Instance Profile {name} already exists.");
            return Err(IamError::Exists(message));
        }
        let (present, max) = (
            self.iam().profiles.len(),
            self.iam().quotas.instance_profiles,
        );
        room("InstanceProfilesPerAccount", present, max)?;
        let profile = InstanceProfile {
            id: self.unique_id(UniqueId::InstanceProfile, "profile", &name),
            arn,
            path,
            created: self.now,
            tags,
            role_id: None,
            name,
        };
        let key = profile.name.to_lowercase();
        self.iam_mut().profiles.insert(key, profile.clone());
        self.done(Operation::CreateInstanceProfile, &profile.name);
        Ok(profile)
    }

    /// An instance profile.
    ///
    /// # Errors
    /// No such profile.
    pub fn get_instance_profile(&mut self, name: &str) -> Result<InstanceProfile, IamError> {
        self.ask_profile(Operation::GetInstanceProfile, name, Context::new())?;
        Ok(self.iam().profile(name)?.clone())
    }

    /// The role that a profile holds.
    pub fn role_in(&self, profile: &InstanceProfile) -> Option<&Role> {
        self.iam().role_by_id(profile.role_id.as_deref()?)
    }

    /// The instance profiles below a path, by name.
    ///
    /// # Errors
    /// A path or a page that cannot be.
    pub fn list_instance_profiles(
        &mut self,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<InstanceProfile>, IamError> {
        let prefix = self.ask_list(
            Operation::ListInstanceProfiles,
            "instance-profile",
            path_prefix,
        )?;
        let profiles = self.iam().profiles.iter();
        let below = profiles.filter(|(_, profile)| profile.path.starts_with(prefix));
        let all = below.map(|(key, profile)| (key.clone(), profile.clone()));
        page.cut(&format!("profiles {prefix}"), all)
    }

    /// The instance profiles that hold a role, by name.
    ///
    /// # Errors
    /// No such role, a page that cannot be.
    pub fn list_instance_profiles_for_role(
        &mut self,
        role: &str,
        page: &PageRequest,
    ) -> Result<Page<InstanceProfile>, IamError> {
        self.ask_role(Operation::ListInstanceProfilesForRole, role, Context::new())?;
        let id = &self.iam().role(role)?.id;
        let profiles = self.iam().profiles.iter();
        let holding = profiles.filter(|(_, profile)| profile.role_id.as_ref() == Some(id));
        let all = holding.map(|(key, profile)| (key.clone(), profile.clone()));
        page.cut(&format!("profiles of {id}"), all)
    }

    /// Puts a role into a profile; instances that have the profile serve it from their next
    /// rotation on (`imds.role.swap-inside-profile-waits`).
    ///
    /// # Errors
    /// No such profile or role; the profile holds one already (`iam.profile.one-role`); who asks may
    /// not pass the role to EC2 (`iam.profile.pass-role`).
    pub fn add_role_to_instance_profile(
        &mut self,
        profile: &str,
        role: &str,
    ) -> Result<(), IamError> {
        self.authorize_profile(Operation::AddRoleToInstanceProfile, profile, Context::new())?;
        let role = self.iam().role(role)?.clone();
        // iam.profile.pass-role
        let instances = format!("arn:aws:ec2:*:{}:instance/*", self.account);
        let own = Context::new()
            .with("iam:PassedToService", "ec2.amazonaws.com")
            .with("iam:AssociatedResourceArn", instances);
        self.authorize_action("iam:PassRole", &role.arn, &own)?;
        let slot = &mut self.iam_mut().profile_mut(profile)?.role_id;
        if slot.is_some() {
            return Err(IamError::QuotaExceeded {
                quota: "InstanceSessionsPerInstanceProfile",
                max: 1,
            });
        }
        *slot = Some(role.id);
        self.done(
            Operation::AddRoleToInstanceProfile,
            &format!("{profile} {}", role.name),
        );
        Ok(())
    }

    /// Takes the role out of a profile, whichever it is.
    ///
    /// # Errors
    /// No such profile, or it holds no role.
    pub fn remove_role_from_instance_profile(&mut self, profile: &str) -> Result<(), IamError> {
        let operation = Operation::RemoveRoleFromInstanceProfile;
        self.ask_profile(operation, profile, Context::new())?;
        let role = self.iam_mut().profile_mut(profile)?.role_id.take();
        let role = role.ok_or_else(|| no_such("role", "in the instance profile"))?;
        let name = self.iam().role_by_id(&role).map(|role| role.name.as_str());
        let detail = format!("{profile} {}", name.unwrap_or_default());
        self.done(operation, &detail);
        Ok(())
    }

    /// Takes that role out of a profile.
    ///
    /// # Errors
    /// No such profile or role, or the profile does not hold it.
    pub fn remove_named_role_from_instance_profile(
        &mut self,
        profile: &str,
        role: &str,
    ) -> Result<(), IamError> {
        let operation = Operation::RemoveRoleFromInstanceProfile;
        self.ask_profile(operation, profile, Context::new())?;
        let id = self.iam().role(role)?.id.clone();
        if self.iam().profile(profile)?.role_id.as_ref() != Some(&id) {
            // The wording is ours.
            let message = format!("The role with name {role} is not in the instance profile.");
            return Err(IamError::NoSuch(message));
        }
        self.remove_role_from_instance_profile(profile)
    }

    /// Deletes an empty profile. Instances tied to it keep the tie, and have no credentials from
    /// their next rotation on (`imds.info.profile-not-found`).
    ///
    /// # Errors
    /// No such profile, or it holds a role (`iam.profile.delete-conflict`).
    pub fn delete_instance_profile(&mut self, name: &str) -> Result<(), IamError> {
        self.ask_profile(Operation::DeleteInstanceProfile, name, Context::new())?;
        if self.iam().profile(name)?.role_id.is_some() {
            return Err(IamError::DeleteConflict {
                what: "remove roles from instance profile",
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

    /// Refuses what the policies do not allow to do with a profile, and then what is asked of one
    /// that is not there (`iam.authorization.before-existence`).
    pub(super) fn ask_profile(
        &mut self,
        operation: Operation,
        name: &str,
        own: Context,
    ) -> Result<(), IamError> {
        self.authorize_profile(operation, name, own)?;
        self.iam().profile(name)?;
        Ok(())
    }

    fn authorize_profile(
        &mut self,
        operation: Operation,
        name: &str,
        own: Context,
    ) -> Result<(), IamError> {
        names::check_name("instanceProfileName", name, NAME_MAX)?;
        let (arn, own) = if let Ok(profile) = self.iam().profile(name) {
            (profile.arn.clone(), profile.tags.context(own))
        } else {
            let (kind, path) = ("instance-profile", names::PATH_DEFAULT);
            (names::arn(&self.account, kind, path, name), own)
        };
        Ok(self.authorize(operation, &arn, &own)?)
    }
}

fn no_profile(name: &str) -> IamError {
    IamError::NoSuchProfile(name.to_owned())
}
