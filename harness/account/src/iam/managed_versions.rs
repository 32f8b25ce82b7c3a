//! Versions of managed policies, and who has which policy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::managed::{CustomerPolicy, PolicyUsage, check_size, no_policy, word};
use super::names;
use super::page::{Page, PageRequest};
use crate::control_plane::ControlPlane;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{self, Context, Document};

/// `iam.managed.versions-max`.
const VERSIONS_MAX: usize = 5;

/// A version, as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    #[serde(with = "policy::stored::managed")]
    pub(super) document: Arc<Document>,
    pub(super) created: SimInstant,
}

/// A version of a managed policy, as it is shown.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    /// `v1`.
    pub id: String,
    /// Whether it is the one that counts.
    pub is_default: bool,
    /// When it was made.
    pub created: SimInstant,
    /// What it says.
    pub document: Arc<Document>,
}

/// One who has a managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyEntity {
    /// A role.
    Role {
        /// Its name.
        name: String,
        /// Its unique id.
        id: String,
    },
    /// A user.
    User {
        /// Its name.
        name: String,
        /// Its unique id.
        id: String,
    },
    /// A group.
    Group {
        /// Its name.
        name: String,
        /// Its unique id.
        id: String,
    },
}

/// Whom `ListEntitiesForPolicy` lists.
#[derive(Clone, Debug, Default)]
pub struct ListEntities {
    /// Of which kind; all if it is not said.
    pub kind: Option<EntityKind>,
    /// Those below a path.
    pub path_prefix: Option<String>,
    /// Those who have it as such.
    pub usage: Option<PolicyUsage>,
}

impl ListEntities {
    /// Whom the word `EntityFilter` asks for.
    ///
    /// # Errors
    /// A word that AWS does not have.
    pub fn kind(text: &str) -> Result<EntityKind, IamError> {
        EntityKind::parse("entityFilter", text)
    }
}

impl EntityKind {
    /// Whom a word under `field` means.
    ///
    /// # Errors
    /// A word that AWS does not have.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, IamError> {
        let words = [
            ("User", Self::User),
            ("Role", Self::Role),
            ("Group", Self::Group),
            ("LocalManagedPolicy", Self::LocalManagedPolicy),
            ("AWSManagedPolicy", Self::AwsManagedPolicy),
        ];
        word(field, text, &words)
    }
}

/// What can have a managed policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// Roles.
    Role,
    /// Users.
    User,
    /// Groups.
    Group,
    /// What AWS's model has for another operation; nobody here.
    LocalManagedPolicy,
    /// Nobody either.
    AwsManagedPolicy,
}

impl CustomerPolicy {
    fn version(&self, id: &str) -> Result<u32, IamError> {
        let digits = id.strip_prefix('v').unwrap_or_default();
        let number = digits.parse().ok();
        let number = number.filter(|number| self.versions.contains_key(number));
        number.ok_or_else(|| no_version(&self.arn, id))
    }

    fn shown_version(&self, number: u32) -> PolicyVersion {
        let version = &self.versions[&number];
        PolicyVersion {
            id: format!("v{number}"),
            is_default: number == self.default,
            created: version.created,
            document: Arc::clone(&version.document),
        }
    }
}

impl ControlPlane<'_> {
    /// Adds a version to a policy of the account; answers it.
    ///
    /// # Errors
    /// No such policy, no room for another version, a document larger than it may be.
    pub fn create_policy_version(
        &mut self,
        policy: &str,
        document: Document,
        set_as_default: bool,
    ) -> Result<PolicyVersion, IamError> {
        let arn = self.ask_policy(Operation::CreatePolicyVersion, policy, Context::new())?;
        let now = self.now;
        let found = self.own_policy_mut(&arn)?;
        if found.versions.len() >= VERSIONS_MAX {
            return Err(IamError::TooManyVersions { max: VERSIONS_MAX });
        }
        check_size(&document)?;
        found.last += 1;
        let (number, document) = (found.last, Arc::new(document));
        let version = Version {
            document,
            created: now,
        };
        found.versions.insert(number, version);
        if set_as_default {
            self.make_default(&arn, number)?;
        }
        let shown = self.own_policy(&arn)?.shown_version(number);
        let detail = format!("{arn} {}", shown.id);
        self.done(Operation::CreatePolicyVersion, &detail);
        Ok(shown)
    }

    /// A version of a managed policy. Of those of AWS the one that is the default is known here.
    ///
    /// # Errors
    /// No such policy or version.
    pub fn get_policy_version(
        &mut self,
        policy: &str,
        version: &str,
    ) -> Result<PolicyVersion, IamError> {
        let arn = self.ask_policy(Operation::GetPolicyVersion, policy, Context::new())?;
        let mut versions = self.versions_of(&arn)?.into_iter();
        let found = versions.find(|found| found.id == version);
        found.ok_or_else(|| no_version(&arn, version))
    }

    /// The versions of a managed policy, the latest first.
    ///
    /// # Errors
    /// No such policy, a page that cannot be.
    pub fn list_policy_versions(
        &mut self,
        policy: &str,
        page: &PageRequest,
    ) -> Result<Page<PolicyVersion>, IamError> {
        let arn = self.ask_policy(Operation::ListPolicyVersions, policy, Context::new())?;
        let versions = self.versions_of(&arn)?.into_iter();
        let all = versions.map(|version| (version.id.clone(), version));
        page.cut(&format!("versions {arn}"), all)
    }

    /// Makes another version the one that counts, at once for sessions that exist.
    ///
    /// # Errors
    /// No such policy or version.
    pub fn set_default_policy_version(
        &mut self,
        policy: &str,
        version: &str,
    ) -> Result<(), IamError> {
        let arn = self.ask_policy(Operation::SetDefaultPolicyVersion, policy, Context::new())?;
        let number = self.own_policy(&arn)?.version(version)?;
        self.make_default(&arn, number)?;
        let detail = format!("{arn} {version}");
        self.done(Operation::SetDefaultPolicyVersion, &detail);
        Ok(())
    }

    /// Deletes a version that is not the default.
    ///
    /// # Errors
    /// No such policy or version, or it is the default (`iam.managed.delete-conflict`).
    pub fn delete_policy_version(&mut self, policy: &str, version: &str) -> Result<(), IamError> {
        let arn = self.ask_policy(Operation::DeletePolicyVersion, policy, Context::new())?;
        let number = self.own_policy(&arn)?.version(version)?;
        let found = self.own_policy_mut(&arn)?;
        if number == found.default {
            return Err(IamError::PolicyInUse {
                why: "Cannot delete the default version of a policy.",
            });
        }
        found.versions.remove(&number);
        self.done(Operation::DeletePolicyVersion, &format!("{arn} {version}"));
        Ok(())
    }

    /// Who of the account has a managed policy: roles, then users, then groups, by name.
    ///
    /// # Errors
    /// No such policy, a path or a page that cannot be.
    pub fn list_entities_for_policy(
        &mut self,
        policy: &str,
        which: &ListEntities,
        page: &PageRequest,
    ) -> Result<Page<PolicyEntity>, IamError> {
        let prefix = which.path_prefix.as_deref();
        names::check_path_prefix(prefix)?;
        let prefix = prefix.unwrap_or(names::PATH_DEFAULT);
        let arn = self.ask_policy(Operation::ListEntitiesForPolicy, policy, Context::new())?;
        self.attachable(&arn).map_err(|_| no_policy(&arn))?;
        let has = |attached: bool, boundary: Option<&str>| {
            let bounded = boundary == Some(arn.as_str());
            match which.usage {
                Some(PolicyUsage::PermissionsPolicy) => attached,
                Some(PolicyUsage::PermissionsBoundary) => bounded,
                None => attached || bounded,
            }
        };
        let wanted = |kind| which.kind.is_none_or(|wanted| wanted == kind);
        let mut all = Vec::new();
        let roles = self.iam().roles.iter();
        for (key, role) in roles.filter(|_| wanted(EntityKind::Role)) {
            let below = role.path.starts_with(prefix);
            if below && has(role.policies.holds(&arn), role.permissions_boundary()) {
                let (name, id) = (role.name.clone(), role.id.clone());
                all.push((format!("role {key}"), PolicyEntity::Role { name, id }));
            }
        }
        let users = self.iam().users.iter();
        for (key, user) in users.filter(|_| wanted(EntityKind::User)) {
            let below = user.path.starts_with(prefix);
            if below && has(user.policies.holds(&arn), user.permissions_boundary()) {
                let (name, id) = (user.name.clone(), user.id.clone());
                all.push((format!("user {key}"), PolicyEntity::User { name, id }));
            }
        }
        let groups = self.iam().groups.iter();
        for (key, group) in groups.filter(|_| wanted(EntityKind::Group)) {
            let below = group.path.starts_with(prefix);
            if below && has(group.policies.holds(&arn), None) {
                let (name, id) = (group.name.clone(), group.id.clone());
                all.push((format!("group {key}"), PolicyEntity::Group { name, id }));
            }
        }
        page.cut(&format!("entities {arn} {which:?}"), all)
    }

    /// The latest first.
    pub(super) fn versions_of(&self, arn: &str) -> Result<Vec<PolicyVersion>, IamError> {
        if let Some(managed) = policy::managed(arn).filter(|managed| managed.arn == arn) {
            return Ok(vec![PolicyVersion {
                id: "v1".to_owned(),
                is_default: true,
                created: self.world.began(),
                document: Arc::clone(&managed.policy.document),
            }]);
        }
        let found = self.own_policy(arn).map_err(|_| no_policy(arn))?;
        let numbers = found.versions.keys().rev();
        Ok(numbers.map(|number| found.shown_version(*number)).collect())
    }

    fn make_default(&mut self, arn: &str, number: u32) -> Result<(), IamError> {
        let now = self.now;
        let found = self.own_policy_mut(arn)?;
        found.default = number;
        found.updated = now;
        let attachable = found.attachable();
        self.iam_mut().renew(&attachable);
        Ok(())
    }
}

fn no_version(arn: &str, version: &str) -> IamError {
    IamError::NoSuch(format!(
        "Policy {arn} version {version} does not exist or is not attachable."
    ))
}
