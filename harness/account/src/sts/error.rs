//! What STS refuses.

use thiserror::Error;

use super::authentication;
use crate::authenticate::{AuthenticationError, Stage};
use crate::constraint::Violated;
use crate::iam::MfaRefusal;
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
    #[error("{}", denied(.caller, .action, .resource, .decision.as_ref()))]
    Denied {
        /// The ARN of who asked.
        caller: String,
        /// What for, as in `sts:AssumeRole`.
        action: &'static str,
        /// The ARN of what it was asked of: of a role, mostly.
        resource: String,
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
    /// Another source identity than the one that the session has, which stays.
    #[error("The source identity of a session cannot be changed.")]
    SourceIdentityFixed,
    /// A code of an MFA device that is none of the caller's, or not of this time
    /// (`sts.mfa.code-refused`).
    #[error(transparent)]
    SecondFactor(#[from] MfaRefusal),
    /// A device without a code, or a code without a device (`sts.mfa.code-refused`).
    #[error(
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    )]
    HalfSecondFactor,
    /// Keys that the service does not take, and does not say why (`sts.session-token.not-for-iam`).
    #[error("The security token included in the request is invalid")]
    TokenNotAccepted,
    /// A token of an identity provider that is not believed.
    #[error("{message}")]
    IdentityToken {
        /// In AWS's words.
        message: String,
        /// More, for whoever debugs it.
        detail: Option<String>,
    },
    /// A token of an identity provider whose time is over (`sts.web-identity.times`).
    #[error("Token expired: current date/time {now} must be before the expiration date/time {end}")]
    IdentityTokenExpired {
        /// Seconds since the epoch.
        now: i64,
        /// Its `exp`.
        end: i64,
    },
    /// The role's trust policy does not admit the holder of a token, or there is no such role
    /// (`sts.web-identity.not-authorized`).
    #[error("Not authorized to perform sts:AssumeRoleWithWebIdentity")]
    WebIdentityDenied {
        /// What the trust policy said; `None` if there is no such role.
        decision: Option<Decision>,
    },
    /// A message that no service of this world has made (`sts.decode.message`).
    #[error("Message is not valid")]
    InvalidAuthorizationMessage,
    /// An operation of AWS's that this account has not (`sts.operations.out-of-scope`).
    #[error("The operation {operation} is not supported by this simulated account.")]
    OutOfScope {
        /// Its name.
        operation: &'static str,
    },
    /// An operation that takes long-term keys alone.
    #[error("Cannot call {operation} with session credentials")]
    SessionNotAccepted {
        /// Which operation.
        operation: &'static str,
    },
}

fn denied(caller: &str, action: &str, resource: &str, decision: Option<&Decision>) -> String {
    decision
        .and_then(|decision| access_denied_message(caller, action, resource, decision))
        .unwrap_or_else(|| {
            format!("User: {caller} is not authorized to perform: {action} on resource: {resource}")
        })
}

impl StsError {
    pub(super) fn not_with_session(operation: &'static str) -> Self {
        Self::SessionNotAccepted { operation }
    }

    pub(super) fn identity_token(message: impl Into<String>) -> Self {
        Self::IdentityToken {
            message: message.into(),
            detail: None,
        }
    }

    pub(super) fn web_identity_denied(decision: Option<Decision>) -> Self {
        Self::WebIdentityDenied { decision }
    }

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
            Self::TokenNotAccepted => "InvalidClientTokenId",
            Self::IdentityToken { .. } => "InvalidIdentityToken",
            Self::IdentityTokenExpired { .. } => "ExpiredTokenException",
            Self::OutOfScope { .. } => "InvalidAction",
            Self::InvalidAuthorizationMessage => "InvalidAuthorizationMessageException",
            Self::Denied { .. }
            | Self::SessionNotAccepted { .. }
            | Self::SourceIdentityFixed
            | Self::SecondFactor(_)
            | Self::HalfSecondFactor
            | Self::WebIdentityDenied { .. } => "AccessDenied",
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated(error) => authentication::answer(error).status,
            _ if matches!(self.code(), "AccessDenied" | "InvalidClientTokenId") => 403,
            _ => 400,
        }
    }

    /// At which stage it was refused.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Unauthenticated(error) => error.stage(),
            Self::Denied { .. }
            | Self::SessionNotAccepted { .. }
            | Self::SourceIdentityFixed
            | Self::WebIdentityDenied { .. }
            | Self::LongerThanRole
            | Self::LongerThanChain => Stage::Policy,
            Self::TokenNotAccepted => Stage::SessionToken,
            Self::OutOfScope { .. } => Stage::Operation,
            _ => Stage::Parameters,
        }
    }

    /// What the policies said, if it came to that.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Denied { decision, .. } | Self::WebIdentityDenied { decision } => {
                decision.as_ref()
            }
            _ => None,
        }
    }

    /// More for whoever debugs it, never sent.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Unauthenticated(error) => Some(error.detail()),
            Self::Denied {
                resource,
                decision: None,
                ..
            } => Some(format!("no role has the ARN `{resource}`")),
            Self::WebIdentityDenied { decision: None } => {
                Some("no role has the ARN asked for".to_owned())
            }
            Self::WebIdentityDenied {
                decision: Some(decision),
            } => Some(decision.to_string()),
            Self::IdentityToken { detail, .. } => detail.clone(),
            Self::TokenNotAccepted => Some(
                "sessions of GetSessionToken without a second factor and of GetFederationToken \
                 cannot call IAM"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}
