//! The policies of a role: inline, attached, and the boundary.

use super::error::IamError;
use super::held::Attachable;
use super::names;
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::no_such;
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{self, Context, Document, NamedPolicy};

/// All inline policies of a role together, in characters that are no white space
/// (`iam.policies.size`).
const INLINE_SIZE_MAX: usize = 10_240;
/// `iam.names.form`.
const POLICY_NAME_MAX: usize = 128;

/// A managed policy that is attached to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedPolicy {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl ControlPlane<'_> {
    /// Writes an inline policy; sessions that exist feel it at once (`iam.policies.live`).
    ///
    /// # Errors
    /// No such role, a name that cannot be, more inline policies than there is room for.
    pub fn put_role_policy(
        &mut self,
        role: &str,
        name: &str,
        document: Document,
    ) -> Result<(), IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_role(Operation::PutRolePolicy, role, Context::new())?;
        let held = &mut self.iam_mut().role_mut(role)?.policies;
        if held.inline_size_with(name, &document) > INLINE_SIZE_MAX {
            return Err(IamError::PolicyTooLarge {
                kind: "role",
                name: role.to_owned(),
                max: INLINE_SIZE_MAX,
            });
        }
        held.put_inline(name, document);
        self.done(Operation::PutRolePolicy, &format!("{role} {name}"));
        Ok(())
    }

    /// An inline policy.
    ///
    /// # Errors
    /// No such role, or it has no such policy.
    pub fn get_role_policy(&mut self, role: &str, name: &str) -> Result<NamedPolicy, IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_role(Operation::GetRolePolicy, role, Context::new())?;
        let held = &self.iam().role(role)?.policies;
        let found = held.inline_named(name);
        found.cloned().ok_or_else(|| no_such("role policy", name))
    }

    /// The names of the inline policies, in order.
    ///
    /// # Errors
    /// No such role, a page that cannot be.
    pub fn list_role_policies(
        &mut self,
        role: &str,
        page: &PageRequest,
    ) -> Result<Page<String>, IamError> {
        self.ask_role(Operation::ListRolePolicies, role, Context::new())?;
        let role = self.iam().role(role)?;
        let inline = role.policies.inline().iter();
        let mut names: Vec<_> = inline.map(|policy| policy.name.clone()).collect();
        names.sort();
        let all = names.into_iter().map(|name| (name.clone(), name));
        page.cut(&format!("inline {}", role.arn), all)
    }

    /// Deletes an inline policy.
    ///
    /// # Errors
    /// No such role, or it has no such policy.
    pub fn delete_role_policy(&mut self, role: &str, name: &str) -> Result<(), IamError> {
        names::check_name("policyName", name, POLICY_NAME_MAX)?;
        self.ask_role(Operation::DeleteRolePolicy, role, Context::new())?;
        let held = &mut self.iam_mut().role_mut(role)?.policies;
        if !held.delete_inline(name) {
            return Err(no_such("role policy", name));
        }
        self.done(Operation::DeleteRolePolicy, &format!("{role} {name}"));
        Ok(())
    }

    /// Denies everything to the sessions of a role that were issued before `now`, as the console
    /// does it: with an inline policy (`policy.revocation.sessions-issued-before`).
    ///
    /// # Errors
    /// No such role, no room for another inline policy.
    #[expect(clippy::missing_panics_doc, reason = "the document is our own")]
    pub fn revoke_role_sessions(&mut self, role: &str) -> Result<(), IamError> {
        let text = policy::revoke_older_sessions(self.now);
        let document = Document::parse(&text, policy::DocumentKind::Identity);
        let document = document.expect("our own document is well-formed");
        self.put_role_policy(role, policy::REVOKE_OLDER_SESSIONS, document)
    }

    /// Attaches a managed policy; attaching it twice is no error.
    ///
    /// # Errors
    /// No such role or policy, more policies than one role may have.
    pub fn attach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        let own = policy_arn(&self.arn_meant(policy)?);
        self.ask_role(Operation::AttachRolePolicy, role, own)?;
        let found = self.attachable(policy)?;
        let max = self.iam().quotas.policies_per_role;
        let held = &mut self.iam_mut().role_mut(role)?.policies;
        if !held.holds(&found.arn) {
            room("PoliciesPerRole", held.attached().count(), max)?;
        }
        held.attach(&found);
        self.done(Operation::AttachRolePolicy, &format!("{role} {policy}"));
        Ok(())
    }

    /// Detaches a managed policy.
    ///
    /// # Errors
    /// No such role, or the policy is not attached to it.
    pub fn detach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        let arn = self.arn_meant(policy)?;
        self.ask_role(Operation::DetachRolePolicy, role, policy_arn(&arn))?;
        if !self.iam_mut().role_mut(role)?.policies.detach(&arn) {
            return Err(IamError::NoSuch(format!("Policy {policy} was not found.")));
        }
        self.done(Operation::DetachRolePolicy, &format!("{role} {policy}"));
        Ok(())
    }

    /// The managed policies that are attached and below a path, by name.
    ///
    /// # Errors
    /// No such role, a path or a page that cannot be.
    pub fn list_attached_role_policies(
        &mut self,
        role: &str,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<AttachedPolicy>, IamError> {
        names::check_path_prefix(path_prefix)?;
        self.ask_role(Operation::ListAttachedRolePolicies, role, Context::new())?;
        let role = self.iam().role(role)?;
        let prefix = path_prefix.unwrap_or(names::PATH_DEFAULT);
        let attached = role.policies.attached();
        let below = attached.filter(|(arn, _)| names::path_in(arn).starts_with(prefix));
        let mut all: Vec<_> = below
            .map(|(arn, policy)| AttachedPolicy {
                name: policy.name.clone(),
                arn: arn.to_owned(),
            })
            .collect();
        all.sort_by(|one, other| (&one.name, &one.arn).cmp(&(&other.name, &other.arn)));
        let all = all.into_iter().map(|found| (found.arn.clone(), found));
        page.cut(&format!("attached {} {prefix}", role.arn), all)
    }

    /// Makes a managed policy the most that the policies of a role can give, at once for sessions
    /// that exist.
    ///
    /// # Errors
    /// No such role or policy.
    pub fn put_role_permissions_boundary(
        &mut self,
        role: &str,
        policy: &str,
    ) -> Result<(), IamError> {
        let arn = self.arn_meant(policy)?;
        let own = Context::new().with("iam:PermissionsBoundary", arn);
        self.ask_role(Operation::PutRolePermissionsBoundary, role, own)?;
        let boundary = self.boundary_named(policy)?;
        self.iam_mut().role_mut(role)?.boundary = Some(boundary);
        let detail = format!("{role} {policy}");
        self.done(Operation::PutRolePermissionsBoundary, &detail);
        Ok(())
    }

    /// Takes the boundary of a role away.
    ///
    /// # Errors
    /// No such role, or it has none.
    pub fn delete_role_permissions_boundary(&mut self, role: &str) -> Result<(), IamError> {
        self.ask_role(
            Operation::DeleteRolePermissionsBoundary,
            role,
            Context::new(),
        )?;
        let found = self.iam_mut().role_mut(role)?.boundary.take();
        if found.is_none() {
            // The wording is ours.
            let message = format!("The role with name {role} has no permissions boundary.");
            return Err(IamError::NoSuch(message));
        }
        self.done(Operation::DeleteRolePermissionsBoundary, role);
        Ok(())
    }

    /// The managed policy that is to be a boundary.
    pub(super) fn boundary_named(&self, named: &str) -> Result<Attachable, IamError> {
        let found = self.attachable(named);
        // iam.managed.attachable
        found.map_err(|error| match error {
            IamError::NoSuchPolicy(_) => IamError::NoSuch(format!(
                "Scope ARN: {named} does not exist or is not attachable."
            )),
            other => other,
        })
    }
}

/// The condition key of what attaches and detaches (`iam.authorization.policy-arn`).
fn policy_arn(arn: &str) -> Context {
    Context::new().with("iam:PolicyARN", arn)
}
