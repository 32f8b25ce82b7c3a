//! `GetFederationToken`: a session for whom a user vouches for.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::constraint::{Constraints, Field};
use super::error::StsError;
use super::forms;
use super::mint::Minting;
use super::session_policy;
use super::tagging::Passed;
use crate::instant::SimInstant;
use crate::policy::Decision;
use crate::session::{Actor, Identity, Session, SessionContext};
use crate::world::World;

const DURATION_DEFAULT: u32 = 43_200;
/// `sts.federation-token.parameter-forms`.
const DURATION: RangeInclusive<u32> = 900..=129_600;
const NAME_LENGTH: RangeInclusive<usize> = 2..=32;

/// What `GetFederationToken` takes.
#[derive(Clone, Debug, Default)]
pub struct GetFederationToken {
    /// What the user calls whom it vouches for.
    pub name: String,
    /// How long the session lasts; twelve hours if it is not said.
    pub duration_seconds: Option<u32>,
    /// A policy that the session may not exceed, as JSON.
    pub policy: Option<String>,
    /// ARNs of managed policies that the session may not exceed.
    pub policy_arns: Vec<String>,
    /// Keys and values that the session is to be tagged with.
    pub tags: Vec<(String, String)>,
}

/// A session for whom a user vouches for.
#[derive(Clone, Debug)]
pub struct Federated {
    /// The session, with its keys.
    pub session: Arc<Session>,
    /// How much of the room for session policies and tags is taken, in percent, if any were passed.
    pub packed_policy_size: Option<u32>,
    /// Why it was allowed.
    pub decision: Decision,
}

impl World {
    /// Makes a session that may do what both its own policies and those of the user allow; without
    /// policies of its own, nothing (`sts.federation-token.permissions`).
    ///
    /// # Errors
    /// A caller whose own credentials are temporary, or who may not do this; parameters that
    /// cannot be; session policies that are none.
    pub fn sts_get_federation_token(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        request: &GetFederationToken,
    ) -> Result<Federated, StsError> {
        self.advance_to(now);
        request.check()?;
        let Actor::User {
            name,
            id,
            arn: user_arn,
        } = caller.identity.actor.clone()
        else {
            return Err(StsError::not_with_session("GetFederationToken"));
        };
        // sts.federation-token.not-with-session
        if caller.is_temporary() {
            return Err(StsError::not_with_session("GetFederationToken"));
        }
        let policy = request.policy.as_deref();
        let limits = session_policy::read(policy, &request.policy_arns, &request.tags)?;
        let tags = request.passed().read(None)?;
        let identity = Identity {
            account: caller.identity.account.clone(),
            actor: Actor::Federated {
                name: request.name.clone(),
                user: name,
                user_id: id,
                user_arn,
            },
        };
        let arn = identity.caller_arn();
        let may = |action| {
            let decision = self.decide_with(now, caller, action, &arn, &tags.keys);
            if decision.allowed() {
                Ok(decision)
            } else {
                Err(StsError::Denied {
                    caller: caller.identity.caller_arn(),
                    action,
                    resource: arn.clone(),
                    decision: Some(decision),
                })
            }
        };
        let decision = may("sts:GetFederationToken")?;
        // sts.session-tags.permission
        if tags.passed {
            may("sts:TagSession")?;
        }
        let seconds = request.duration_seconds.unwrap_or(DURATION_DEFAULT);
        let session = self.mint(
            now,
            Minting {
                identity,
                lifetime: Duration::from_secs(seconds.into()),
                policies: limits.policies,
                tags: tags.tags,
                context: SessionContext::default(),
            },
        );
        Ok(Federated {
            session,
            packed_policy_size: limits.packed_size,
            decision,
        })
    }
}

impl GetFederationToken {
    fn check(&self) -> Result<(), StsError> {
        let mut constraints = Constraints::default();
        let field = Field("name");
        constraints.text(field, &self.name, NAME_LENGTH, &forms::SESSION_NAME);
        constraints.number(Field("durationSeconds"), self.duration_seconds, DURATION);
        forms::policies(&mut constraints, self.policy.as_deref(), &self.policy_arns);
        self.passed().constrain(&mut constraints);
        Ok(constraints.check()?)
    }

    fn passed(&self) -> Passed<'_> {
        Passed {
            tags: &self.tags,
            transitive: &[],
        }
    }
}
