//! The trust policies of roles: whom they name, and how they are shown.

use std::sync::Arc;

use super::error::IamError;
use super::held::policy_size;
use super::role::{Role, TRUST_POLICY};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{Context, Document, NamedPolicy};

impl ControlPlane<'_> {
    /// Replaces the trust policy.
    ///
    /// # Errors
    /// No such role, a document larger than it may be; for the holder of a session also a principal
    /// that is not there.
    pub fn update_assume_role_policy(
        &mut self,
        role: &str,
        trust: Document,
    ) -> Result<(), IamError> {
        self.ask_role(Operation::UpdateAssumeRolePolicy, role, Context::new())?;
        let trust = self.trust_policy_of(trust)?;
        self.iam_mut().role_mut(role)?.trust = trust;
        self.done(Operation::UpdateAssumeRolePolicy, role);
        Ok(())
    }

    /// The document of a role's trust policy as IAM shows it
    /// (`policy.principal.gone-shown-by-id`).
    pub fn trust_policy(&self, role: &Role) -> String {
        let accounts = &self.world.accounts;
        let document = &role.trust.document;
        document.text_shown(|id| !accounts.has_principal(id))
    }

    /// A trust policy tied to those whom it names (`policy.principal.pinned-to-unique-id`).
    pub(super) fn trust_policy_of(&self, mut trust: Document) -> Result<NamedPolicy, IamError> {
        let max = self.iam().quotas.trust_policy_size;
        if policy_size(trust.text()) > max {
            // iam.quotas
            let quota = "ACLSizePerRole";
            return Err(IamError::QuotaExceeded { quota, max });
        }
        let accounts = &self.world.accounts;
        let unknown = trust.pin_principals(|arn| accounts.unique_id_of(arn));
        // iam.trust.principals-exist: the operator may name those who come later, and of accounts
        // that this world does not have nothing is known.
        let mut unknown = unknown.iter().filter(|arn| accounts.is_of_account(arn));
        match unknown.next().filter(|_| self.caller().is_some()) {
            Some(arn) => Err(IamError::MalformedPolicyDocument {
                message: format!("Invalid principal in policy: \"AWS\":\"{arn}\""),
                detail: None,
            }),
            None => Ok(NamedPolicy::new(TRUST_POLICY, Arc::new(trust))),
        }
    }
}
