//! What IAM refuses.

use thiserror::Error;

use crate::control_plane::Denied;

/// A refusal of IAM. The codes are `iam.error.codes`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IamError {
    /// The policies of who asks do not allow it.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// Nothing has that name.
    #[error("The {kind} with name {name} cannot be found.")]
    NoSuchEntity {
        /// `role`, `policy`, `instance profile`.
        kind: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The name is taken; names differ in more than case (`iam.names.case-insensitive`).
    #[error("{kind} with name {name} already exists.")]
    EntityAlreadyExists {
        /// `Role`, `Instance Profile`.
        kind: &'static str,
        /// The name asked for.
        name: String,
    },
    /// What is asked for is not there, in the words for its kind.
    #[error("{0}")]
    NoSuch(String),
    /// What is to be made is there already, in the words for its kind.
    #[error("{0}")]
    Exists(String),
    /// What is given cannot be as it is, in the words for its kind.
    #[error("{0}")]
    InvalidInput(String),
    /// More of something than there may be.
    #[error("Cannot exceed quota for {quota}: {max}")]
    QuotaExceeded {
        /// `AccessKeysPerUser`.
        quota: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// The codes of an MFA device are not its next two (`iam.mfa.two-codes`).
    #[error("Authentication code for device is not valid.")]
    InvalidAuthenticationCode,
    /// An MFA device is somebody's (`iam.mfa.delete-conflict`).
    #[error("Cannot delete entity, must deactivate MFA device first.")]
    MfaInUse,
    /// Whoever asks is no user, and names none (`iam.user.caller-is-default`).
    #[error("Must specify userName when calling with non-User credentials")]
    NoUserName,
    /// A profile holds one role (`iam.profile.one-role`).
    #[error("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")]
    SecondRoleInProfile,
    /// Something is still in it (`iam.profile.delete-conflict`).
    #[error("Cannot delete entity, must remove {what} first.")]
    DeleteConflict {
        /// `roles from instance profile`.
        what: &'static str,
    },
    /// The name breaks IAM's rules (`iam.names.form`).
    #[error(
        "The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- and be at most {max} characters long"
    )]
    InvalidName {
        /// `roleName`, `instanceProfileName`.
        field: &'static str,
        /// The longest name allowed.
        max: usize,
    },
    /// Sessions of a role last between 1 and 12 hours at most (`iam.role.max-session-duration`).
    #[error(
        "The value at maxSessionDuration is invalid. It must be between 3600 and 43200 seconds"
    )]
    InvalidMaxSessionDuration,
}

impl IamError {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "AccessDenied",
            Self::NoSuchEntity { .. } | Self::NoSuch(_) => "NoSuchEntity",
            Self::EntityAlreadyExists { .. } | Self::Exists(_) => "EntityAlreadyExists",
            Self::SecondRoleInProfile | Self::QuotaExceeded { .. } => "LimitExceeded",
            Self::DeleteConflict { .. } | Self::MfaInUse => "DeleteConflict",
            Self::InvalidInput(_) => "InvalidInput",
            Self::InvalidAuthenticationCode => "InvalidAuthenticationCode",
            Self::InvalidName { .. } | Self::InvalidMaxSessionDuration | Self::NoUserName => {
                "ValidationError"
            }
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Denied(_) | Self::InvalidAuthenticationCode => 403,
            Self::NoSuchEntity { .. } | Self::NoSuch(_) => 404,
            Self::EntityAlreadyExists { .. }
            | Self::Exists(_)
            | Self::SecondRoleInProfile
            | Self::QuotaExceeded { .. }
            | Self::MfaInUse
            | Self::DeleteConflict { .. } => 409,
            Self::InvalidName { .. }
            | Self::InvalidMaxSessionDuration
            | Self::InvalidInput(_)
            | Self::NoUserName => 400,
        }
    }
}
