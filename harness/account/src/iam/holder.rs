//! The policies of a role, a user or a group: inline and attached.

use super::error::IamError;
use super::held::HeldPolicies;
use super::names;
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::{Iam, no_such};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{Context, Document, NamedPolicy};

/// `iam.names.form`.
const POLICY_NAME_MAX: usize = 128;
/// Managed policies attached to one user or group; roles have a quota that can be raised
/// (`iam.quotas`).
const ATTACHED_MAX: usize = 10;

/// A managed policy that is attached to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedPolicy {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// Whose policies are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyHolder<'a> {
    /// A role of that name.
    Role(&'a str),
    /// A user of that name.
    User(&'a str),
    /// A group of that name.
    Group(&'a str),
}

/// What is done with policies, whoever holds them.
#[derive(Clone, Copy)]
enum Verb {
    Put,
    Get,
    List,
    Delete,
    Attach,
    Detach,
    ListAttached,
}

impl<'a> PolicyHolder<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Role(name) | Self::User(name) | Self::Group(name) => name,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::User(_) => "user",
            Self::Group(_) => "group",
        }
    }

    fn policy_kind(self) -> &'static str {
        match self {
            Self::Role(_) => "role policy",
            Self::User(_) => "user policy",
            Self::Group(_) => "group policy",
        }
    }

    /// All inline policies together, in characters that are no white space (`iam.policies.size`).
    fn inline_size_max(self) -> usize {
        match self {
            Self::Role(_) => 10_240,
            Self::User(_) => 2048,
            Self::Group(_) => 5120,
        }
    }

    fn attached_quota(self) -> &'static str {
        match self {
            Self::Role(_) => "PoliciesPerRole",
            Self::User(_) => "PoliciesPerUser",
            Self::Group(_) => "PoliciesPerGroup",
        }
    }

    fn operation(self, verb: Verb) -> Operation {
        match (self, verb) {
            (Self::Role(_), Verb::Put) => Operation::PutRolePolicy,
            (Self::Role(_), Verb::Get) => Operation::GetRolePolicy,
            (Self::Role(_), Verb::List) => Operation::ListRolePolicies,
            (Self::Role(_), Verb::Delete) => Operation::DeleteRolePolicy,
            (Self::Role(_), Verb::Attach) => Operation::AttachRolePolicy,
            (Self::Role(_), Verb::Detach) => Operation::DetachRolePolicy,
            (Self::Role(_), Verb::ListAttached) => Operation::ListAttachedRolePolicies,
            (Self::User(_), Verb::Put) => Operation::PutUserPolicy,
            (Self::User(_), Verb::Get) => Operation::GetUserPolicy,
            (Self::User(_), Verb::List) => Operation::ListUserPolicies,
            (Self::User(_), Verb::Delete) => Operation::DeleteUserPolicy,
            (Self::User(_), Verb::Attach) => Operation::AttachUserPolicy,
            (Self::User(_), Verb::Detach) => Operation::DetachUserPolicy,
            (Self::User(_), Verb::ListAttached) => Operation::ListAttachedUserPolicies,
            (Self::Group(_), Verb::Put) => Operation::PutGroupPolicy,
            (Self::Group(_), Verb::Get) => Operation::GetGroupPolicy,
            (Self::Group(_), Verb::List) => Operation::ListGroupPolicies,
            (Self::Group(_), Verb::Delete) => Operation::DeleteGroupPolicy,
            (Self::Group(_), Verb::Attach) => Operation::AttachGroupPolicy,
            (Self::Group(_), Verb::Detach) => Operation::DetachGroupPolicy,
            (Self::Group(_), Verb::ListAttached) => Operation::ListAttachedGroupPolicies,
        }
    }
}

impl Iam {
    fn held(&self, holder: PolicyHolder<'_>) -> Result<&HeldPolicies, IamError> {
        Ok(match holder {
            PolicyHolder::Role(name) => &self.role(name)?.policies,
            PolicyHolder::User(name) => &self.user(name)?.policies,
            PolicyHolder::Group(name) => &self.group(name)?.policies,
        })
    }

    fn held_mut(&mut self, holder: PolicyHolder<'_>) -> Result<&mut HeldPolicies, IamError> {
        Ok(match holder {
            PolicyHolder::Role(name) => &mut self.role_mut(name)?.policies,
            PolicyHolder::User(name) => &mut self.user_mut(name)?.policies,
            PolicyHolder::Group(name) => &mut self.group_mut(name)?.policies,
        })
    }
}

impl ControlPlane<'_> {
    /// Writes an inline policy, which counts at once (`iam.policies.live`).
    ///
    /// # Errors
    /// Denied; no such holder; a name that cannot be, more inline policies than there is room
    /// for.
    pub fn put_inline_policy(
        &mut self,
        holder: PolicyHolder<'_>,
        name: &str,
        document: Document,
    ) -> Result<(), IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_holder(Verb::Put, holder, Context::new())?;
        let max = holder.inline_size_max();
        let held = self.iam_mut().held_mut(holder)?;
        if held.inline_size_with(name, &document) > max {
            return Err(IamError::PolicyTooLarge {
                kind: holder.kind(),
                name: holder.name().to_owned(),
                max,
            });
        }
        held.put_inline(name, document);
        self.done_to(Verb::Put, holder, name);
        Ok(())
    }

    /// An inline policy.
    ///
    /// # Errors
    /// Denied; no such holder, or it has no such policy.
    pub fn get_inline_policy(
        &mut self,
        holder: PolicyHolder<'_>,
        name: &str,
    ) -> Result<NamedPolicy, IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_holder(Verb::Get, holder, Context::new())?;
        let found = self.iam().held(holder)?.inline_named(name);
        let found = found.cloned();
        found.ok_or_else(|| no_such(holder.policy_kind(), name))
    }

    /// The names of the inline policies, in order.
    ///
    /// # Errors
    /// Denied; no such holder; a page that cannot be.
    pub fn list_inline_policies(
        &mut self,
        holder: PolicyHolder<'_>,
        page: &PageRequest,
    ) -> Result<Page<String>, IamError> {
        self.ask_holder(Verb::List, holder, Context::new())?;
        let inline = self.iam().held(holder)?.inline().iter();
        let mut names: Vec<_> = inline.map(|policy| policy.name.clone()).collect();
        names.sort();
        let all = names.into_iter().map(|name| (name.clone(), name));
        page.cut(&list_of("inline", holder), all)
    }

    /// Deletes an inline policy.
    ///
    /// # Errors
    /// Denied; no such holder, or it has no such policy.
    pub fn delete_inline_policy(
        &mut self,
        holder: PolicyHolder<'_>,
        name: &str,
    ) -> Result<(), IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_holder(Verb::Delete, holder, Context::new())?;
        if !self.iam_mut().held_mut(holder)?.delete_inline(name) {
            return Err(no_such(holder.policy_kind(), name));
        }
        self.done_to(Verb::Delete, holder, name);
        Ok(())
    }

    /// Attaches a managed policy; attaching it twice is no error.
    ///
    /// # Errors
    /// Denied; no such holder or policy; more policies than one may have.
    pub fn attach_policy(
        &mut self,
        holder: PolicyHolder<'_>,
        policy: &str,
    ) -> Result<(), IamError> {
        // iam.authorization.policy-arn
        let own = Context::new().with("iam:PolicyARN", self.arn_meant(policy)?);
        self.ask_holder(Verb::Attach, holder, own)?;
        let found = self.attachable(policy)?;
        let max = self.attached_max(holder);
        let held = self.iam_mut().held_mut(holder)?;
        if !held.holds(&found.arn) {
            let present = held.attached().count();
            room(holder.attached_quota(), present, max)?;
        }
        held.attach(&found);
        self.done_to(Verb::Attach, holder, policy);
        Ok(())
    }

    /// Detaches a managed policy.
    ///
    /// # Errors
    /// Denied; no such holder, or the policy is not attached to it.
    pub fn detach_policy(
        &mut self,
        holder: PolicyHolder<'_>,
        policy: &str,
    ) -> Result<(), IamError> {
        let arn = self.arn_meant(policy)?;
        let own = Context::new().with("iam:PolicyARN", arn.clone());
        self.ask_holder(Verb::Detach, holder, own)?;
        if !self.iam_mut().held_mut(holder)?.detach(&arn) {
            return Err(IamError::NoSuch(format!("Policy {policy} was not found.")));
        }
        self.done_to(Verb::Detach, holder, policy);
        Ok(())
    }

    /// The managed policies that are attached and below a path, by name.
    ///
    /// # Errors
    /// Denied; no such holder; a path or a page that cannot be.
    pub fn list_attached_policies(
        &mut self,
        holder: PolicyHolder<'_>,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<AttachedPolicy>, IamError> {
        names::check_path_prefix(path_prefix)?;
        self.ask_holder(Verb::ListAttached, holder, Context::new())?;
        let prefix = path_prefix.unwrap_or(names::PATH_DEFAULT);
        let attached = attached_below(self.iam().held(holder)?, prefix);
        let all = attached.into_iter().map(|found| (found.arn.clone(), found));
        page.cut(&format!("{} {prefix}", list_of("attached", holder)), all)
    }

    /// How many managed policies may be attached to it.
    fn attached_max(&self, holder: PolicyHolder<'_>) -> usize {
        match holder {
            PolicyHolder::Role(_) => self.iam().quotas.policies_per_role,
            PolicyHolder::User(_) | PolicyHolder::Group(_) => ATTACHED_MAX,
        }
    }

    fn ask_holder(
        &mut self,
        verb: Verb,
        holder: PolicyHolder<'_>,
        own: Context,
    ) -> Result<(), IamError> {
        let operation = holder.operation(verb);
        match holder {
            PolicyHolder::Role(name) => self.ask_role(operation, name, own),
            PolicyHolder::User(name) => self.ask_user(operation, name, own),
            PolicyHolder::Group(name) => self.ask_group_with(operation, name, &own),
        }
    }

    fn done_to(&mut self, verb: Verb, holder: PolicyHolder<'_>, policy: &str) {
        let detail = format!("{} {policy}", holder.name());
        self.done(holder.operation(verb), &detail);
    }
}

/// The managed policies of a list that are below a path, by name.
pub(super) fn attached_below(held: &HeldPolicies, prefix: &str) -> Vec<AttachedPolicy> {
    let below = held
        .attached()
        .filter(|(arn, _)| names::path_in(arn).starts_with(prefix));
    let mut all: Vec<_> = below
        .map(|(arn, policy)| AttachedPolicy {
            name: policy.name.clone(),
            arn: arn.to_owned(),
        })
        .collect();
    all.sort_by(|one, other| (&one.name, &one.arn).cmp(&(&other.name, &other.arn)));
    all
}

fn list_of(what: &str, holder: PolicyHolder<'_>) -> String {
    format!("{what} {} {}", holder.kind(), holder.name().to_lowercase())
}
