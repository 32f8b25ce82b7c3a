//! `AssumeRole`.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::constraint::{Alphabet, Constraints, Field};
use super::error::StsError;
use super::mint::Minting;
use super::session_policy;
use crate::instant::SimInstant;
use crate::policy::Decision;
use crate::session::{Actor, Identity, Session};
use crate::world::World;

const DURATION_DEFAULT: u32 = 3600;
/// `sts.assume-role.duration-range`.
const DURATION: RangeInclusive<u32> = 900..=43_200;
/// The most that a session lasts which was made with a session (`sts.assume-role.chaining-limit`).
const CHAINED_MAX: Duration = Duration::from_hours(1);

/// `sts.assume-role.parameter-forms`.
const ARN_LENGTH: RangeInclusive<usize> = 20..=2048;
const SESSION_NAME_LENGTH: RangeInclusive<usize> = 2..=64;
const EXTERNAL_ID_LENGTH: RangeInclusive<usize> = 2..=1224;
/// What is too long is told by the room that all session policies have together.
const POLICY_LENGTH: RangeInclusive<usize> = 1..=usize::MAX;
const ARN: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..),
};
const SESSION_NAME: Alphabet = Alphabet {
    pattern: r"[\w+=,.@-]*",
    has: |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
};
const POLICY: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
};
const EXTERNAL_ID: Alphabet = Alphabet {
    pattern: r"[\w+=,.@:\/-]*",
    has: |c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c),
};

/// What `AssumeRole` takes. Tags, a source identity and MFA are not among it yet.
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
}

/// A role, assumed.
#[derive(Clone, Debug)]
pub struct AssumedRole {
    /// The session, with its keys.
    pub session: Arc<Session>,
    /// How much of the room for session policies is taken, in percent, if any were passed.
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
        let limits = session_policy::read(request.policy.as_deref(), &request.policy_arns)?;
        let denied = |decision| StsError::Denied {
            caller: caller.identity.caller_arn(),
            role_arn: request.role_arn.clone(),
            decision,
        };
        let role = self.accounts.role_by_arn(&request.role_arn);
        // sts.assume-role.unknown-role-is-denied
        let role = role.ok_or_else(|| denied(None))?;
        let decision = self.decide_trust(now, caller, role, request);
        if !decision.allowed() {
            return Err(denied(Some(decision)));
        }
        let lifetime = lifetime(request.duration_seconds, caller, role.max_session_duration)?;
        let identity = Identity {
            account: role.account.clone(),
            actor: Actor::Role {
                name: role.name.clone(),
                id: role.id.clone(),
                arn: role.arn.clone(),
                session_name: request.role_session_name.clone(),
            },
        };
        let session = self.mint(
            now,
            Minting {
                identity,
                lifetime,
                policies: limits.policies,
            },
        );
        Ok(AssumedRole {
            session,
            packed_policy_size: limits.packed_size,
            decision,
        })
    }
}

impl AssumeRole {
    fn check(&self) -> Result<(), StsError> {
        let mut constraints = Constraints::default();
        constraints.text(Field("roleArn"), &self.role_arn, ARN_LENGTH, &ARN);
        constraints.text(
            Field("roleSessionName"),
            &self.role_session_name,
            SESSION_NAME_LENGTH,
            &SESSION_NAME,
        );
        constraints.number(Field("durationSeconds"), self.duration_seconds, DURATION);
        if let Some(id) = &self.external_id {
            constraints.text(Field("externalId"), id, EXTERNAL_ID_LENGTH, &EXTERNAL_ID);
        }
        if let Some(policy) = &self.policy {
            constraints.text(Field("policy"), policy, POLICY_LENGTH, &POLICY);
        }
        for (number, arn) in (1..).zip(&self.policy_arns) {
            let field = format!("policyArns.{number}.member.arn");
            constraints.text(Field(&field), arn, ARN_LENGTH, &ARN);
        }
        constraints.check()?;
        if is_role_arn(&self.role_arn) {
            return Ok(());
        }
        Err(StsError::InvalidArn {
            arn: self.role_arn.clone(),
        })
    }
}

/// `arn:aws:iam::111122223333:role/NAME`, perhaps with a path.
fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return false;
    };
    let digits = account.bytes().all(|byte| byte.is_ascii_digit());
    let named = resource
        .strip_prefix("role/")
        .is_some_and(|name| !name.is_empty());
    !partition.is_empty() && account.len() == 12 && digits && named
}

/// How long the session lasts.
fn lifetime(
    seconds: Option<u32>,
    caller: &Session,
    role_max: Duration,
) -> Result<Duration, StsError> {
    let asked = Duration::from_secs(seconds.unwrap_or(DURATION_DEFAULT).into());
    // sts.assume-role.chaining-limit
    if caller.is_temporary() && asked > CHAINED_MAX {
        return Err(StsError::LongerThanChain);
    }
    // sts.assume-role.max-session-duration
    if asked > role_max {
        return Err(StsError::LongerThanRole);
    }
    Ok(asked)
}
