//! Managed policies: those of AWS and the account's own, side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::held::{Attachable, HeldPolicies, policy_size};
use super::managed_versions::Version;
use super::names;
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::Iam;
use super::tags::{self, Tag, Tags};
use crate::constraint::{Field, Violated};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{self, Context, Document, NamedPolicy};

/// Characters of one version, white space not counted (`iam.policies.size`).
const POLICY_SIZE_MAX: usize = 6144;
/// `iam.names.form`.
const NAME_MAX: usize = 128;
/// Where the policies are that AWS manages.
pub(super) const AWS: &str = "arn:aws:iam::aws:policy/";

/// A managed policy as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `ANPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:policy/PATH/NAME`, or `arn:aws:iam::aws:policy/NAME`.
    pub arn: String,
    /// `/`, or names between two of them.
    pub path: String,
    /// What it is for, if somebody said.
    pub description: Option<String>,
    /// When it was made; of one of AWS's, when this world began, since nothing says what is known
    /// here of its history.
    pub created: SimInstant,
    /// When it last got another default version.
    pub updated: SimInstant,
    /// `v1`.
    pub default_version: String,
    /// To how many users, groups and roles of the account it is attached.
    pub attachments: usize,
    /// Of how many users and roles of the account it is the permissions boundary.
    pub boundaries: usize,
    /// Its tags; those of AWS have none.
    pub tags: Tags,
}

/// What `CreatePolicy` takes.
#[derive(Clone, Debug)]
pub struct CreatePolicy {
    /// The name.
    pub name: String,
    /// What is to be its version `v1`.
    pub document: Document,
    /// `/` if it is not said.
    pub path: Option<String>,
    /// At most 1000 characters.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// Whose policies are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everyone's.
    #[default]
    All,
    /// AWS's.
    Aws,
    /// The account's own.
    Local,
}

/// What a policy is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyUsage {
    /// Attached.
    PermissionsPolicy,
    /// A boundary.
    PermissionsBoundary,
}

impl Scope {
    /// As requests say it: `All`, `AWS` or `Local`.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(text: &str) -> Result<Self, IamError> {
        let words = [
            ("All", Self::All),
            ("AWS", Self::Aws),
            ("Local", Self::Local),
        ];
        word("scope", text, &words)
    }
}

impl PolicyUsage {
    /// As requests say it: `PermissionsPolicy` or `PermissionsBoundary`.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(text: &str) -> Result<Self, IamError> {
        let words = [
            ("PermissionsPolicy", Self::PermissionsPolicy),
            ("PermissionsBoundary", Self::PermissionsBoundary),
        ];
        word("policyUsageFilter", text, &words)
    }
}

/// The meaning of a word that a request has under `field`.
pub(super) fn word<T: Copy>(
    field: &'static str,
    text: &str,
    words: &[(&str, T)],
) -> Result<T, IamError> {
    let found = words.iter().find(|(word, _)| *word == text);
    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let meaning = found.map(|(_, meaning)| *meaning);
    meaning.ok_or_else(|| Violated::one_of(Field(field), text, &known).into())
}

/// Which policies `ListPolicies` lists.
#[derive(Clone, Debug, Default)]
pub struct ListPolicies {
    /// Whose.
    pub scope: Scope,
    /// Those alone that are attached to something.
    pub only_attached: bool,
    /// Those below a path.
    pub path_prefix: Option<String>,
    /// Those that are used as such.
    pub usage: Option<PolicyUsage>,
}

/// A policy that the account manages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerPolicy {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) arn: String,
    path: String,
    description: Option<String>,
    created: SimInstant,
    pub(super) updated: SimInstant,
    pub(super) tags: Tags,
    /// By number: `v1` is 1. A number is given once.
    pub(super) versions: BTreeMap<u32, Version>,
    pub(super) default: u32,
    pub(super) last: u32,
}

impl CustomerPolicy {
    pub(super) fn attachable(&self) -> Attachable {
        let version = &self.versions[&self.default];
        Attachable {
            arn: self.arn.clone(),
            policy: NamedPolicy::new(&self.name, Arc::clone(&version.document)),
        }
    }
}

impl Iam {
    /// Everyone who holds policies, each with a boundary if there is one.
    pub(super) fn holders(&self) -> impl Iterator<Item = (&HeldPolicies, Option<&Attachable>)> {
        let roles = self.roles.values();
        let roles = roles.map(|role| (&role.policies, role.boundary.as_ref()));
        let users = self.users.values();
        let users = users.map(|user| (&user.policies, user.boundary.as_ref()));
        let groups = self.groups.values().map(|group| (&group.policies, None));
        roles.chain(users).chain(groups)
    }

    /// A managed policy has another default version: whoever has it feels it at once
    /// (`iam.policies.live`).
    pub(super) fn renew(&mut self, found: &Attachable) {
        let roles = self.roles.values_mut();
        let roles = roles.map(|role| (&mut role.policies, role.boundary.as_mut()));
        let users = self.users.values_mut();
        let users = users.map(|user| (&mut user.policies, user.boundary.as_mut()));
        let groups = self.groups.values_mut();
        let groups = groups.map(|group| (&mut group.policies, None));
        for (policies, boundary) in roles.chain(users).chain(groups) {
            policies.renew(found);
            if let Some(boundary) = boundary.filter(|boundary| boundary.arn == found.arn) {
                *boundary = found.clone();
            }
        }
    }

    pub(super) fn customer(&self, arn: &str) -> Option<&CustomerPolicy> {
        self.policies.values().find(|policy| policy.arn == arn)
    }

    fn shown(&self, policy: &CustomerPolicy) -> ManagedPolicy {
        let CustomerPolicy {
            name,
            id,
            arn,
            path,
            description,
            ..
        } = policy.clone();
        ManagedPolicy {
            attachments: self.attachments(&arn),
            boundaries: self.boundaries(&arn),
            created: policy.created,
            updated: policy.updated,
            default_version: format!("v{}", policy.default),
            tags: policy.tags.clone(),
            name,
            id,
            arn,
            path,
            description,
        }
    }

    pub(super) fn attachments(&self, arn: &str) -> usize {
        self.holders().filter(|(held, _)| held.holds(arn)).count()
    }

    pub(super) fn boundaries(&self, arn: &str) -> usize {
        let mut holders = self.holders();
        let is_it = |boundary: Option<&Attachable>| boundary.is_some_and(|found| found.arn == arn);
        holders.by_ref().filter(|(_, it)| is_it(*it)).count()
    }
}

impl ControlPlane<'_> {
    /// Makes a managed policy of the account; answers it.
    ///
    /// # Errors
    /// A name that is taken or malformed, tags, a path or a description that cannot be, more or
    /// larger policies than there may be.
    pub fn create_policy(&mut self, request: CreatePolicy) -> Result<ManagedPolicy, IamError> {
        let CreatePolicy {
            name,
            document,
            path,
            description,
            tags: asked,
        } = request;
        names::check_name("policyName", &name, NAME_MAX)?;
        let path = path.unwrap_or_else(|| names::PATH_DEFAULT.to_owned());
        names::check_path(&path)?;
        names::check_description(description.as_deref())?;
        let arn = names::arn(&self.account, "policy", &path, &name);
        let own = tags::request_context(&asked, Context::new());
        self.authorize(Operation::CreatePolicy, &arn, &own)?;
        let mut tags = Tags::of_resource();
        tags.put(&asked)?;
        let key = name.to_lowercase();
        if self.iam().policies.contains_key(&key) {
            return Err(IamError::Exists(format!(
                "A policy called {name} already exists. Duplicate names are not allowed."
            )));
        }
        check_size(&document)?;
        let (present, max) = (self.iam().policies.len(), self.iam().quotas.policies);
        room("PoliciesPerAccount", present, max)?;
        let version = Version {
            document: Arc::new(document),
            created: self.now,
        };
        let policy = CustomerPolicy {
            id: self.unique_id(UniqueId::ManagedPolicy, "policy", &name),
            name,
            arn,
            path,
            description,
            created: self.now,
            updated: self.now,
            tags,
            versions: BTreeMap::from([(1, version)]),
            default: 1,
            last: 1,
        };
        let shown = self.iam().shown(&policy);
        self.iam_mut().policies.insert(key, policy);
        self.done(Operation::CreatePolicy, &shown.name);
        Ok(shown)
    }

    /// A managed policy, AWS's or the account's own.
    ///
    /// # Errors
    /// No such policy.
    pub fn get_policy(&mut self, policy: &str) -> Result<ManagedPolicy, IamError> {
        let arn = self.ask_policy(Operation::GetPolicy, policy, Context::new())?;
        self.shown_policy(&arn).ok_or_else(|| no_policy(&arn))
    }

    /// Managed policies, by name; AWS's first.
    ///
    /// # Errors
    /// A path or a page that cannot be.
    pub fn list_policies(
        &mut self,
        which: &ListPolicies,
        page: &PageRequest,
    ) -> Result<Page<ManagedPolicy>, IamError> {
        let prefix = which.path_prefix.as_deref();
        names::check_path_prefix(prefix)?;
        let prefix = prefix.unwrap_or(names::PATH_DEFAULT);
        // iam.authorization.lists
        let resource = format!("policy path {prefix}");
        self.authorize(Operation::ListPolicies, &resource, &Context::new())?;
        let aws = policy::managed_names().filter(|_| which.scope != Scope::Local);
        let aws = aws.map(|name| format!("{AWS}{name}"));
        let own = self.iam().policies.values();
        let own = own.filter(|_| which.scope != Scope::Aws);
        let arns: Vec<_> = aws.chain(own.map(|policy| policy.arn.clone())).collect();
        let shown = arns.iter().filter_map(|arn| self.shown_policy(arn));
        let listed = shown.filter(|policy| {
            let used = match which.usage {
                Some(PolicyUsage::PermissionsPolicy) => policy.attachments > 0,
                Some(PolicyUsage::PermissionsBoundary) => policy.boundaries > 0,
                None => true,
            };
            let attached = !which.only_attached || policy.attachments + policy.boundaries > 0;
            used && attached && policy.path.starts_with(prefix)
        });
        let all = listed.map(|policy| (policy.arn.clone(), policy));
        page.cut(&format!("policies {which:?}"), all)
    }

    /// Deletes a policy of the account that has one version and is attached to nothing.
    ///
    /// # Errors
    /// No such policy, or it is used or has further versions (`iam.managed.delete-conflict`).
    pub fn delete_policy(&mut self, policy: &str) -> Result<(), IamError> {
        let arn = self.ask_policy(Operation::DeletePolicy, policy, Context::new())?;
        let found = self.own_policy(&arn)?;
        let (key, versions) = (found.name.to_lowercase(), found.versions.len());
        let why = if self.iam().attachments(&arn) > 0 {
            Some("Cannot delete a policy attached to entities.")
        } else if self.iam().boundaries(&arn) > 0 {
            // The wording is ours.
            Some("Cannot delete a policy used as a permissions boundary.")
        } else if versions > 1 {
            Some(
                "This policy has more than one version. Before you delete a policy, you must \
                 delete the policy's versions. The default version is deleted with the policy.",
            )
        } else {
            None
        };
        if let Some(why) = why {
            return Err(IamError::PolicyInUse { why });
        }
        self.iam_mut().policies.remove(&key);
        self.done(Operation::DeletePolicy, &arn);
        Ok(())
    }

    /// The ARN that is meant: the operator may name a policy, others say its ARN
    /// (`iam.managed.arn-needed`).
    pub(super) fn arn_meant(&self, named: &str) -> Result<String, IamError> {
        if is_policy_arn(named) {
            return Ok(named.to_owned());
        }
        if self.caller().is_some() {
            let arn = named.to_owned();
            return Err(IamError::InvalidArn { arn });
        }
        if policy::managed(named).is_some() {
            return Ok(format!("{AWS}{named}"));
        }
        let own = self.iam().policies.get(&named.to_lowercase());
        let unknown = || names::arn(&self.account, "policy", names::PATH_DEFAULT, named);
        Ok(own.map_or_else(unknown, |policy| policy.arn.clone()))
    }

    /// A managed policy that is to be attached.
    pub(super) fn attachable(&self, named: &str) -> Result<Attachable, IamError> {
        let arn = self.arn_meant(named)?;
        let aws = || {
            let managed = policy::managed(arn.strip_prefix(AWS)?)?;
            let policy = managed.policy.clone();
            let arn = arn.clone();
            Some(Attachable { arn, policy })
        };
        let own = self.iam().customer(&arn).map(CustomerPolicy::attachable);
        // iam.managed.attachable
        own.or_else(aws)
            .ok_or_else(|| IamError::NoSuchPolicy(named.to_owned()))
    }

    /// Refuses what the policies do not allow to do with a managed policy; answers its ARN.
    pub(super) fn ask_policy(
        &mut self,
        operation: Operation,
        named: &str,
        own: Context,
    ) -> Result<String, IamError> {
        let arn = self.arn_meant(named)?;
        let own = match self.iam().customer(&arn) {
            Some(policy) => policy.tags.context(own),
            None => own,
        };
        self.authorize(operation, &arn, &own)?;
        Ok(arn)
    }

    /// A policy that the account manages itself.
    pub(super) fn own_policy(&self, arn: &str) -> Result<&CustomerPolicy, IamError> {
        if !arn.starts_with(&format!("arn:aws:iam::{}:", self.account)) {
            let arn = arn.to_owned();
            return Err(IamError::PolicyOfAnother { arn });
        }
        self.iam().customer(arn).ok_or_else(|| no_policy(arn))
    }

    pub(super) fn own_policy_mut(&mut self, arn: &str) -> Result<&mut CustomerPolicy, IamError> {
        let key = self.own_policy(arn)?.name.to_lowercase();
        let found = self.iam_mut().policies.get_mut(&key);
        found.ok_or_else(|| no_policy(arn))
    }

    pub(super) fn shown_policy(&self, arn: &str) -> Option<ManagedPolicy> {
        if let Some(policy) = self.iam().customer(arn) {
            return Some(self.iam().shown(policy));
        }
        let managed = policy::managed(arn.strip_prefix(AWS)?)?;
        let name = managed.policy.name.clone();
        let label = format!("aws-managed/{name}");
        let began = self.world.began();
        Some(ManagedPolicy {
            id: UniqueId::ManagedPolicy.draw(&self.world.entropy, &label),
            arn: arn.to_owned(),
            path: names::path_in(arn).to_owned(),
            description: None,
            created: began,
            updated: began,
            default_version: "v1".to_owned(),
            attachments: self.iam().attachments(arn),
            boundaries: self.iam().boundaries(arn),
            tags: Tags::of_resource(),
            name,
        })
    }
}

/// Refuses a document larger than a version may be.
pub(super) fn check_size(document: &Document) -> Result<(), IamError> {
    if policy_size(document.text()) <= POLICY_SIZE_MAX {
        return Ok(());
    }
    // iam.policies.size
    Err(IamError::QuotaExceeded {
        quota: "PolicySize",
        max: POLICY_SIZE_MAX,
    })
}

pub(super) fn no_policy(arn: &str) -> IamError {
    IamError::NoSuch(format!("Policy {arn} was not found."))
}

fn is_policy_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return false;
    };
    !partition.is_empty() && !account.is_empty() && resource.starts_with("policy/")
}
