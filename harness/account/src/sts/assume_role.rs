//! `AssumeRole`.

use std::sync::Arc;
use std::time::Duration;

use super::constraint::{Constraints, Field};
use super::error::StsError;
use super::forms::{self, OfRole};
use super::mint::Minting;
use super::second_factor::{self, SecondFactor};
use super::session_policy::{self, SessionPolicies};
use super::tagging::{Passed, SessionTags};
use crate::iam::Role;
use crate::instant::SimInstant;
use crate::policy::{Context, Decision};
use crate::session::{Actor, Identity, Session, SessionContext};
use crate::world::World;

const DURATION_DEFAULT: u32 = 3600;
/// The most that a session lasts which was made with a session (`sts.assume-role.chaining-limit`).
const CHAINED_MAX: Duration = Duration::from_hours(1);

/// What `AssumeRole` takes.
#[derive(Clone, Debug, Default)]
pub struct AssumeRole {
    /// The role to assume.
    pub role_arn: String,
    /// The name that the caller gives the session.
    pub role_session_name: String,
    /// How long the session lasts; an hour if it is not said.
    pub duration_seconds: Option<u32>,
    /// What the role's owner may ask to be told by third parties.
    pub external_id: Option<String>,
    /// A policy that the session may not exceed, as JSON.
    pub policy: Option<String>,
    /// ARNs of managed policies that the session may not exceed.
    pub policy_arns: Vec<String>,
    /// Keys and values that the session is to be tagged with.
    pub tags: Vec<(String, String)>,
    /// Which of them go on to the sessions that are made with it.
    pub transitive_tag_keys: Vec<String>,
    /// Who is really behind it.
    pub source_identity: Option<String>,
    /// A code of a device that the caller has.
    pub second_factor: SecondFactor,
}

/// A role, assumed.
#[derive(Clone, Debug)]
pub struct AssumedRole {
    /// The session, with its keys.
    pub session: Arc<Session>,
    /// How much of the room for session policies and tags is taken, in percent, if any were passed.
    pub packed_policy_size: Option<u32>,
    /// Why it was allowed.
    pub decision: Decision,
}

impl World {
    /// Makes a session of a role for whoever the role's trust policy, and where that leaves it to
    /// them the caller's own policies, let have one.
    ///
    /// # Errors
    /// Parameters that cannot be, session policies that are none, a role that is not there or not
    /// to be had, a duration that is too long.
    pub fn sts_assume_role(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        request: &AssumeRole,
    ) -> Result<AssumedRole, StsError> {
        self.advance_to(now);
        request.check()?;
        let limits = request.limits()?;
        let tags = request.passed().read(Some(&**caller))?;
        let source_identity = request.source_identity(caller)?;
        // sts.assume-role.condition-keys
        let mut own = tags
            .keys
            .clone()
            .with("sts:RoleSessionName", &request.role_session_name);
        own.set("sts:ExternalId", request.external_id.as_ref());
        own.set("sts:SourceIdentity", request.source_identity.as_ref());
        if self.shows(now, caller, &request.second_factor)? {
            second_factor::shown(&mut own);
        }
        let actions = needed("sts:AssumeRole", &tags, source_identity.is_some());
        let (role, decision) = self.admit(now, caller, &request.role_arn, &actions, &own)?;
        let longest = role.max_session_duration;
        let lifetime = lifetime(request.duration_seconds, Some(caller), longest)?;
        let identity = role_session(role, &request.role_session_name);
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
                    // sts.mfa.not-in-role-sessions: a second factor is not passed on.
                    ..SessionContext::default()
                },
            },
        );
        Ok(AssumedRole {
            session,
            packed_policy_size: limits.packed_size,
            decision,
        })
    }

    /// The role, if its trust policy and the caller's own policies let the caller do all of
    /// `actions` with it, and why it does the first.
    fn admit(
        &self,
        now: SimInstant,
        caller: &Session,
        role_arn: &str,
        actions: &[&'static str],
        own: &Context,
    ) -> Result<(&Role, Decision), StsError> {
        let denied = |action, decision| StsError::Denied {
            caller: caller.identity.caller_arn(),
            action,
            resource: role_arn.to_owned(),
            decision,
        };
        let role = self.accounts.role_by_arn(role_arn);
        let mut why = None;
        for &action in actions {
            // sts.assume-role.unknown-role-is-denied
            let role = role.ok_or_else(|| denied(action, None))?;
            let decision = self.decide_trust(now, caller, role, action, own);
            if !decision.allowed() {
                return Err(denied(action, Some(decision)));
            }
            why.get_or_insert(decision);
        }
        role.zip(why).ok_or_else(|| denied("sts:AssumeRole", None))
    }
}

/// What must be allowed: to assume the role, and to say what is said about its session.
pub(super) fn needed(
    assume: &'static str,
    tags: &SessionTags,
    has_source_identity: bool,
) -> Vec<&'static str> {
    // sts.session-tags.permission, sts.source-identity.permission
    let tag = tags.passed.then_some("sts:TagSession");
    let name = has_source_identity.then_some("sts:SetSourceIdentity");
    [Some(assume), tag, name].into_iter().flatten().collect()
}

/// Whoever has a session of that name.
pub(super) fn role_session(role: &Role, session_name: &str) -> Identity {
    Identity {
        account: role.account.clone(),
        actor: Actor::Role {
            name: role.name.clone(),
            id: role.id.clone(),
            arn: role.arn.clone(),
            session_name: session_name.to_owned(),
        },
    }
}

impl AssumeRole {
    fn check(&self) -> Result<(), StsError> {
        let mut constraints = Constraints::default();
        let of_role = self.of_role();
        of_role.constrain(&mut constraints);
        if let Some(id) = &self.external_id {
            constraints.text(
                Field("externalId"),
                id,
                forms::EXTERNAL_ID_LENGTH,
                &forms::EXTERNAL_ID,
            );
        }
        self.passed().constrain(&mut constraints);
        if let Some(source) = &self.source_identity {
            forms::source_identity(&mut constraints, source);
        }
        self.second_factor.constrain(&mut constraints);
        constraints.check()?;
        of_role.check_arn()
    }

    fn of_role(&self) -> OfRole<'_> {
        OfRole {
            role_arn: &self.role_arn,
            role_session_name: &self.role_session_name,
            duration_seconds: self.duration_seconds,
            policy: self.policy.as_deref(),
            policy_arns: &self.policy_arns,
        }
    }

    fn passed(&self) -> Passed<'_> {
        Passed {
            tags: &self.tags,
            transitive: &self.transitive_tag_keys,
        }
    }

    fn limits(&self) -> Result<SessionPolicies, StsError> {
        session_policy::read(self.policy.as_deref(), &self.policy_arns, &self.tags)
    }

    /// `sts.source-identity.sticky`.
    fn source_identity(&self, caller: &Session) -> Result<Option<String>, StsError> {
        match (&caller.context.source_identity, &self.source_identity) {
            (Some(set), Some(asked)) if set != asked => Err(StsError::SourceIdentityFixed),
            (set, asked) => Ok(set.as_ref().or(asked.as_ref()).cloned()),
        }
    }
}

/// How long the session lasts.
pub(super) fn lifetime(
    seconds: Option<u32>,
    caller: Option<&Session>,
    role_max: Duration,
) -> Result<Duration, StsError> {
    let asked = Duration::from_secs(seconds.unwrap_or(DURATION_DEFAULT).into());
    // sts.assume-role.chaining-limit
    if caller.is_some_and(Session::is_temporary) && asked > CHAINED_MAX {
        return Err(StsError::LongerThanChain);
    }
    // sts.assume-role.max-session-duration
    if asked > role_max {
        return Err(StsError::LongerThanRole);
    }
    Ok(asked)
}
