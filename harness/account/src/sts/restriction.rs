//! What the sessions of users and of those they vouch for may not be used for, whatever policies
//! say.

use super::error::StsError;
use crate::operation::{Operation, Service};
use crate::session::{Actor, Session};

impl Session {
    /// Whether an operation takes these keys at all.
    ///
    /// # Errors
    /// It does not.
    pub fn check_use(&self, operation: Operation) -> Result<(), StsError> {
        let federated = match &self.identity.actor {
            Actor::Federated { .. } => true,
            Actor::User { .. } if self.is_temporary() => false,
            Actor::Role { .. } | Actor::User { .. } => return Ok(()),
        };
        match operation.service() {
            // sts.session-token.not-for-iam, sts.federation-token.restricted
            Service::Iam if federated || self.context.mfa_at.is_none() => {
                Err(StsError::TokenNotAccepted)
            }
            Service::Sts => {
                // sts.session-token.not-for-sts, sts.federation-token.restricted
                let taken = match operation {
                    Operation::StsGetCallerIdentity => true,
                    Operation::StsAssumeRole => !federated,
                    _ => false,
                };
                let refused = || StsError::not_with_session(operation.name());
                taken.then_some(()).ok_or_else(refused)
            }
            _ => Ok(()),
        }
    }
}
