//! What EC2 refuses.

use thiserror::Error;

/// A refusal of EC2.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Ec2Error {
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
            Self::NoSuchInstance(_) => "InvalidInstanceID.NotFound",
            Self::NoSuchProfile(_) | Self::EmptyProfile(_) => "InvalidParameterValue",
            Self::AssociationExists(_) => "IncorrectState",
            Self::NoAssociation(_) => "InvalidAssociationID.NotFound",
            Self::IncorrectState { .. } => "IncorrectInstanceState",
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        400
    }
}
