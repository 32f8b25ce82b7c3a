//! What EC2 refuses.

use thiserror::Error;

use crate::control_plane::Denied;

/// A refusal of EC2.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Ec2Error {
    /// The policies of who asks do not allow it (`ec2.errors.unauthorized`).
    #[error("You are not authorized to perform this operation. {0}")]
    Denied(#[from] Denied),
    /// No instance has that id.
    #[error("The instance ID '{0}' does not exist")]
    NoSuchInstance(String),
    /// No profile has that name. AWS's words here are unsourced.
    #[error(
        "Value ({0}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
    )]
    NoSuchProfile(String),
    /// The profile holds no role: such a one cannot be launched with (`ec2.launch.needs-a-role`).
    #[error(
        "Value ({0}) for parameter iamInstanceProfile.name is invalid. The instance profile contains no role"
    )]
    EmptyProfile(String),
    /// One association per instance (`ec2.associate.one-per-instance`).
    #[error("There is an existing association for instance {0}")]
    AssociationExists(String),
    /// There is nothing to replace or to take away.
    #[error("The instance {0} has no association with an instance profile")]
    NoAssociation(String),
    /// Between 1 and 64 hops (`ec2.metadata-options.hop-limit-range`).
    #[error(
        "Value ({0}) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64"
    )]
    InvalidHopLimit(u8),
    /// The tags are part of the metadata and this one cannot be (`ec2.metadata-options.tag-keys`).
    #[error("'{0}' is not a valid tag key for an instance whose tags are in its metadata")]
    TagKeyNotInMetadata(String),
    /// Only Spot Instances are interrupted.
    #[error("The instance '{0}' is not a Spot Instance")]
    NotSpot(String),
    /// None of the instance's active events has that id.
    #[error("The event ID '{0}' does not exist")]
    NoSuchEvent(String),
    /// The instance is in no state for that.
    #[error("The instance '{id}' is not in a state from which it can be {verb}")]
    IncorrectState {
        /// The instance.
        id: String,
        /// `started`, `stopped`, …
        verb: &'static str,
    },
}

impl Ec2Error {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "UnauthorizedOperation",
            Self::NoSuchInstance(_) => "InvalidInstanceID.NotFound",
            Self::NoSuchProfile(_)
            | Self::EmptyProfile(_)
            | Self::InvalidHopLimit(_)
            | Self::TagKeyNotInMetadata(_) => "InvalidParameterValue",
            Self::NotSpot(_) => "UnsupportedOperation",
            Self::NoSuchEvent(_) => "InvalidInstanceEventIDNotFound",
            Self::AssociationExists(_) => "IncorrectState",
            Self::NoAssociation(_) => "InvalidAssociationID.NotFound",
            Self::IncorrectState { .. } => "IncorrectInstanceState",
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Denied(_) => 403,
            _ => 400,
        }
    }
}
