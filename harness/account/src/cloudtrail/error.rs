//! What CloudTrail refuses.

use thiserror::Error;

use crate::authenticate::{AuthenticationError, Stage};
use crate::control_plane::Denied;
use crate::policy::Decision;
use crate::sts::StsError;

/// A refusal of CloudTrail, worded as on the wire (`cloudtrail.errors.codes`).
#[derive(Clone, Debug, Error)]
pub enum CloudTrailError {
    /// The signature, or the session it was made with. The words are those of STS.
    #[error("{}", StsError::from(.0.clone()))]
    Unauthenticated(#[from] AuthenticationError),
    /// The policies of who asks do not allow it.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// Attributes that cannot be looked up.
    #[error("{0}")]
    InvalidLookupAttributes(String),
    /// A time that ends before it begins.
    #[error("The start time must be before the end time.")]
    InvalidTimeRange,
    /// More than a page has, or none.
    #[error("A value of {0} was specified for MaxResults. Specify a value between 1 and 50.")]
    InvalidMaxResults(i64),
    /// Of another lookup, or of none.
    #[error("The specified next token is not valid.")]
    InvalidNextToken,
    /// Events of a kind that is not recorded here.
    #[error("The event category {0} is not supported by this simulated account.")]
    InvalidEventCategory(String),
}

impl CloudTrailError {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(error) => match StsError::from(error.clone()).code() {
                "MissingAuthenticationToken" => "MissingAuthenticationTokenException",
                "IncompleteSignature" => "IncompleteSignatureException",
                "SignatureDoesNotMatch" => "InvalidSignatureException",
                "ExpiredToken" => "ExpiredTokenException",
                _ => "UnrecognizedClientException",
            },
            Self::Denied(_) => "AccessDeniedException",
            Self::InvalidLookupAttributes(_) => "InvalidLookupAttributesException",
            Self::InvalidTimeRange => "InvalidTimeRangeException",
            Self::InvalidMaxResults(_) => "InvalidMaxResultsException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::InvalidEventCategory(_) => "InvalidEventCategoryException",
        }
    }

    /// At which stage it was refused.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Unauthenticated(error) => error.stage(),
            Self::Denied(_) => Stage::Policy,
            _ => Stage::Parameters,
        }
    }

    /// What the policies said, if it came to that.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Denied(denied) => Some(&denied.decision),
            _ => None,
        }
    }

    /// More for whoever debugs it, never sent.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Unauthenticated(error) => Some(error.detail()),
            _ => None,
        }
    }
}
