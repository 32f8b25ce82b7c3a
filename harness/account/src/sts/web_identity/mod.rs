//! `AssumeRoleWithWebIdentity`: a role for whom an identity provider vouches for.

mod claims;
mod issuer;
mod verify;

use std::sync::Arc;

use super::assume_role::{lifetime, needed, role_session};
use super::constraint::{Constraints, Field};
use super::error::StsError;
use super::forms::OfRole;
use super::mint::Minting;
use super::session_policy;
use crate::instant::SimInstant;
use crate::policy::Decision;
use crate::session::{Session, SessionContext, WebIdentity};
use crate::world::World;

pub use issuer::WebIdentityToken;

/// `sts.web-identity.parameter-forms`.
const TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 4..=20_000;

/// What `AssumeRoleWithWebIdentity` takes.
#[derive(Clone, Default)]
pub struct AssumeRoleWithWebIdentity {
    /// The role to assume.
    pub role_arn: String,
    /// The name that the caller gives the session.
    pub role_session_name: String,
    /// A JSON Web Token of the provider.
    pub web_identity_token: String,
    /// How long the session lasts; an hour if it is not said.
    pub duration_seconds: Option<u32>,
    /// A policy that the session may not exceed, as JSON.
    pub policy: Option<String>,
    /// ARNs of managed policies that the session may not exceed.
    pub policy_arns: Vec<String>,
}

/// A role, assumed by whom a provider vouches for.
#[derive(Clone, Debug)]
pub struct AssumedWithWebIdentity {
    /// The session, with its keys.
    pub session: Arc<Session>,
    /// Whose it is.
    pub who: Arc<WebIdentity>,
    /// How much of the room for session policies and tags is taken, in percent, if any were passed.
    pub packed_policy_size: Option<u32>,
    /// Why it was allowed.
    pub decision: Decision,
}

impl World {
    /// Makes a session of a role for whoever holds a token that the role's account and its trust
    /// policy believe. Nobody signs the request (`sts.web-identity.unsigned`).
    ///
    /// # Errors
    /// Parameters that cannot be, a token that is not believed or over, a role that is not there
    /// or not to be had, a duration that is too long.
    pub fn sts_assume_role_with_web_identity(
        &mut self,
        now: SimInstant,
        request: &AssumeRoleWithWebIdentity,
    ) -> Result<AssumedWithWebIdentity, StsError> {
        self.advance_to(now);
        request.check()?;
        let role = self.accounts.role_by_arn(&request.role_arn);
        // sts.web-identity.not-authorized: nor is it told that there is no such role.
        let account = role.map(|role| role.account.clone());
        let account = account.ok_or_else(|| StsError::web_identity_denied(None))?;
        let claims = self.verify_web_identity(now, &account, &request.web_identity_token)?;
        let tags = claims.tags()?;
        let limits = session_policy::read(
            request.policy.as_deref(),
            &request.policy_arns,
            &claims.principal_tags,
        )?;
        let mut own = claims.keys.clone();
        for (key, values) in tags.keys.iter() {
            own.set(key, values);
        }
        own.set("sts:RoleSessionName", [&request.role_session_name]);
        own.set("sts:SourceIdentity", claims.source_identity.as_ref());
        let action = "sts:AssumeRoleWithWebIdentity";
        let actions = needed(action, &tags, claims.source_identity.is_some());
        let role = self.accounts.role_by_arn(&request.role_arn);
        let role = role.ok_or_else(|| StsError::web_identity_denied(None))?;
        let mut why = None;
        for action in actions {
            let decision = self.decide_federated(now, &claims.provider_arn, role, action, &own);
            if !decision.allowed() {
                return Err(StsError::web_identity_denied(Some(decision)));
            }
            why.get_or_insert(decision);
        }
        let decision = why.ok_or_else(|| StsError::web_identity_denied(None))?;
        let lifetime = lifetime(request.duration_seconds, None, role.max_session_duration)?;
        let identity = role_session(role, &request.role_session_name);
        let source_identity = claims.source_identity.clone();
        let who = Arc::new(claims.into_identity());
        let session = self.mint(
            now,
            Minting {
                identity,
                lifetime,
                policies: limits.policies,
                tags: tags.tags,
                context: SessionContext {
                    transitive_tag_keys: tags.transitive,
                    source_identity,
                    web_identity: Some(Arc::clone(&who)),
                    ..SessionContext::default()
                },
            },
        );
        Ok(AssumedWithWebIdentity {
            session,
            who,
            packed_policy_size: limits.packed_size,
            decision,
        })
    }
}

impl AssumeRoleWithWebIdentity {
    fn check(&self) -> Result<(), StsError> {
        let mut constraints = Constraints::default();
        let of_role = OfRole {
            role_arn: &self.role_arn,
            role_session_name: &self.role_session_name,
            duration_seconds: self.duration_seconds,
            policy: self.policy.as_deref(),
            policy_arns: &self.policy_arns,
        };
        of_role.constrain(&mut constraints);
        let length = self.web_identity_token.chars().count();
        // The token itself is not said again.
        constraints.length(Field("webIdentityToken"), length, TOKEN_LENGTH);
        constraints.check()?;
        of_role.check_arn()
    }
}

/// Says everything but the token.
impl std::fmt::Debug for AssumeRoleWithWebIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AssumeRoleWithWebIdentity")
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field("duration_seconds", &self.duration_seconds)
            .finish_non_exhaustive()
    }
}
