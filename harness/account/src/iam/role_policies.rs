//! What roles have for themselves: their boundary, and the policies that an operator gives them.

use super::error::IamError;
use super::held::Attachable;
use super::holder::PolicyHolder;
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{self, Context, Document};

impl ControlPlane<'_> {
    /// [`put_inline_policy`](Self::put_inline_policy) for a role: sessions that exist feel it at once.
    ///
    /// # Errors
    /// As there.
    pub fn put_role_policy(
        &mut self,
        role: &str,
        name: &str,
        document: Document,
    ) -> Result<(), IamError> {
        self.put_inline_policy(PolicyHolder::Role(role), name, document)
    }

    /// [`attach_policy`](Self::attach_policy) for a role.
    ///
    /// # Errors
    /// As there.
    pub fn attach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        self.attach_policy(PolicyHolder::Role(role), policy)
    }

    /// [`detach_policy`](Self::detach_policy) for a role.
    ///
    /// # Errors
    /// As there.
    pub fn detach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        self.detach_policy(PolicyHolder::Role(role), policy)
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
        self.put_inline_policy(
            PolicyHolder::Role(role),
            policy::REVOKE_OLDER_SESSIONS,
            document,
        )
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
