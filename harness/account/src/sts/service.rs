//! Roles that services of AWS assume by themselves, such as that of a cluster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::assume_role::role_session;
use super::mint::Minting;
use crate::instant::SimInstant;
use crate::policy::Context;
use crate::session::{Session, SessionContext};
use crate::world::World;

const LIFETIME: Duration = Duration::from_hours(1);

/// A service gets no session of a role.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServiceRefusal {
    /// There is no such role.
    #[error("there is no role `{0}`")]
    NoRole(String),
    /// The role's trust policy does not let the service assume it.
    #[error("the trust policy of `{role}` does not admit {service}")]
    NotAdmitted {
        /// The role.
        role: String,
        /// The service principal.
        service: String,
    },
}

impl World {
    /// Has a service of AWS, such as `elasticmapreduce.amazonaws.com`, assume a role by its ARN or,
    /// in the first account, its name: what the service then does in the account, it does with this
    /// session, which lasts an hour (`sts.services.assume-roles`).
    ///
    /// # Errors
    /// No such role, or one that does not admit the service.
    pub fn service_session(
        &mut self,
        now: SimInstant,
        service: &str,
        role: &str,
        session_name: &str,
    ) -> Result<Arc<Session>, ServiceRefusal> {
        self.advance_to(now);
        let found = self.accounts.role_named(role);
        let found = found.map_err(|_| ServiceRefusal::NoRole(role.to_owned()))?;
        if !found.admits_service(service, "sts:AssumeRole", &Context::new()) {
            return Err(ServiceRefusal::NotAdmitted {
                role: role.to_owned(),
                service: service.to_owned(),
            });
        }
        let identity = role_session(found, session_name);
        Ok(self.mint(
            now,
            Minting {
                identity,
                lifetime: LIFETIME,
                policies: None,
                tags: BTreeMap::new(),
                context: SessionContext::default(),
            },
        ))
    }
}
