//! What STS refuses.

use thiserror::Error;

use super::authentication;
use crate::authenticate::{AuthenticationError, Stage};
use crate::constraint::Violated;
use crate::policy::{Decision, access_denied_message};

/// A refusal of STS, worded as on the wire. The codes are `sts.errors.codes`.
#[derive(Clone, Debug, Error)]
pub enum StsError {
    /// The signature, or the session it was made with.
    #[error("{}", authentication::answer(.0).message)]
    Unauthenticated(#[from] AuthenticationError),
    /// Parameters that cannot be as they are.
    #[error("{0}")]
    Invalid(#[from] Violated),
    /// A role's ARN that is none.
    #[error("{arn} is invalid")]
    InvalidArn {
        /// What it is.
        arn: String,
    },
    /// A parameter that AWS has and this account has not: refused, so that nobody believes it was
    /// heeded.
    #[error("The parameter {parameter} is not supported by this simulated account.")]
    NotSupported {
        /// Its name on the wire.
        parameter: &'static str,
    },
    /// More managed policies than a session may have.
    #[error(
        "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to {max}"
    )]
    TooManyPolicyArns {
        /// How many it may have.
        max: usize,
    },
    /// A session policy is none.
    #[error("{message}")]
    MalformedPolicy {
        /// Why.
        message: String,
    },
    /// Session policies larger than they may be together.
    #[error("Packed policy consumes {percent}% of allotted space, please use smaller policy.")]
    PackedPolicyTooLarge {
        /// How large they are.
        percent: usize,
    },
    /// No managed policy has that ARN.
    #[error("Policy {arn} does not exist or is not attachable.")]
    NoSuchPolicy {
        /// The ARN asked for.
        arn: String,
    },
    /// The trust policy, or one of the caller's, does not allow it; or there is no such role,
    /// which is not told apart (`sts.assume-role.unknown-role-is-denied`).
    #[error("{}", denied(.caller, .role_arn, .decision.as_ref()))]
    Denied {
        /// The ARN of who asked.
        caller: String,
        /// The role asked for.
        role_arn: String,
        /// What the policies said; `None` if there is no such role.
        decision: Option<Decision>,
    },
    /// Longer than the role allows.
    #[error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")]
    LongerThanRole,
    /// Longer than sessions may be that are made with a session.
    #[error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )]
    LongerThanChain,
    /// An operation that takes long-term keys alone.
    #[error("Cannot call {operation} with session credentials")]
    SessionNotAccepted {
        /// Which operation.
        operation: &'static str,
    },
}

fn denied(caller: &str, role_arn: &str, decision: Option<&Decision>) -> String {
    const ACTION: &str = "sts:AssumeRole";
    decision
        .and_then(|decision| access_denied_message(caller, ACTION, role_arn, decision))
        .unwrap_or_else(|| {
            format!("User: {caller} is not authorized to perform: {ACTION} on resource: {role_arn}")
        })
}

impl StsError {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(error) => authentication::answer(error).code,
            Self::Invalid(_)
            | Self::InvalidArn { .. }
            | Self::NotSupported { .. }
            | Self::TooManyPolicyArns { .. }
            | Self::NoSuchPolicy { .. }
            | Self::LongerThanRole
            | Self::LongerThanChain => "ValidationError",
            Self::MalformedPolicy { .. } => "MalformedPolicyDocument",
            Self::PackedPolicyTooLarge { .. } => "PackedPolicyTooLarge",
            Self::Denied { .. } | Self::SessionNotAccepted { .. } => "AccessDenied",
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated(error) => authentication::answer(error).status,
            Self::Denied { .. } | Self::SessionNotAccepted { .. } => 403,
            _ => 400,
        }
    }

    /// At which stage it was refused.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Unauthenticated(error) => error.stage(),
            Self::Denied { .. }
            | Self::SessionNotAccepted { .. }
            | Self::LongerThanRole
            | Self::LongerThanChain => Stage::Policy,
            _ => Stage::Parameters,
        }
    }

    /// What the policies said, if it came to that.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Denied { decision, .. } => decision.as_ref(),
            _ => None,
        }
    }

    /// More for whoever debugs it, never sent.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Unauthenticated(error) => Some(error.detail()),
            Self::Denied {
                role_arn,
                decision: None,
                ..
            } => Some(format!("no role has the ARN `{role_arn}`")),
            _ => None,
        }
    }
}
