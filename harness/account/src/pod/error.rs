//! The agent's refusals.

use thiserror::Error;

use crate::jwt::JwtError;

/// A refusal of the agent: a status and a line of text (`container.agent.text-errors`).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AgentError {
    /// More requests than it answers.
    #[error("Too Many Requests")]
    TooManyRequests,
    /// The `Host` of the request is none of the agent's addresses.
    #[error(
        "Access Denied. Called agent through invalid address, please use either [{}] address not {host}",
        hosts.join(" ")
    )]
    InvalidAddress {
        /// Its addresses.
        hosts: Vec<String>,
        /// The one that was used.
        host: String,
    },
    /// No token.
    #[error("Service account token cannot be empty")]
    NoToken,
    /// No token that can be read.
    #[error("Service account token cannot be parsed: {0}")]
    Unparsable(JwtError),
    /// A token whose time is over or has not come.
    #[error("Service account token failed basic claim validations: {0}")]
    FailedClaims(JwtError),
    /// A token of no pod.
    #[error("failed to get pod uid from service account token")]
    NoPod,
    /// EKS, which the agent asks, refused.
    #[error("[{request_id}]: ({}): {}, fault: client", refusal.code(), refusal.message())]
    Upstream {
        /// The id of the agent's request.
        request_id: String,
        /// Why.
        refusal: EksRefusal,
    },
}

/// Why EKS refused to assume the role of a pod. Source: the Amazon EKS API Reference,
/// `AssumeRoleForPodIdentity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EksRefusal {
    /// The token is not one of the cluster's.
    InvalidToken,
    /// There is no such pod, or no role that its service account is bound to.
    NotFound,
    /// The role does not let EKS assume it, or tag its sessions.
    AccessDenied,
}

impl EksRefusal {
    /// Its name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidToken => "InvalidTokenException",
            Self::NotFound => "ResourceNotFoundException",
            Self::AccessDenied => "AccessDeniedException",
        }
    }

    /// The wording is ours.
    const fn message(self) -> &'static str {
        match self {
            Self::InvalidToken => "The token included in the request is invalid",
            Self::NotFound => "No role is associated with the service account of the pod",
            Self::AccessDenied => {
                "The trust policy of the role does not allow pods.eks.amazonaws.com to assume it and to tag its sessions"
            }
        }
    }

    /// Source: the model of the API, version 2023-11-26.
    const fn status(self) -> u16 {
        match self {
            Self::InvalidToken | Self::AccessDenied => 400,
            Self::NotFound => 404,
        }
    }
}

impl AgentError {
    /// The HTTP status (`container.agent.token-check`, `container.agent.host-check`,
    /// `container.agent.upstream-code`, `container.agent.rate-limit`).
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooManyRequests => 429,
            Self::InvalidAddress { .. } => 403,
            Self::NoToken | Self::Unparsable(_) | Self::FailedClaims(_) => 400,
            Self::NoPod => 500,
            Self::Upstream { refusal, .. } => refusal.status(),
        }
    }

    /// A word for the journal: the code of EKS, or what the agent has none for.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyRequests => "TooManyRequests",
            Self::InvalidAddress { .. } => "AccessDenied",
            Self::NoToken | Self::Unparsable(_) | Self::FailedClaims(_) => "RequestValidation",
            Self::NoPod => "InternalError",
            Self::Upstream { refusal, .. } => refusal.code(),
        }
    }

    /// The body: the message and a line end.
    pub fn body(&self) -> String {
        format!("{self}\n")
    }
}
