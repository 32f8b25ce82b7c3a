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
            Self::NoSuchEntity { .. } => "NoSuchEntity",
            Self::EntityAlreadyExists { .. } => "EntityAlreadyExists",
            Self::SecondRoleInProfile => "LimitExceeded",
            Self::DeleteConflict { .. } => "DeleteConflict",
            Self::InvalidName { .. } | Self::InvalidMaxSessionDuration => "ValidationError",
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Denied(_) => 403,
            Self::NoSuchEntity { .. } => 404,
            Self::EntityAlreadyExists { .. }
            | Self::SecondRoleInProfile
            | Self::DeleteConflict { .. } => 409,
            Self::InvalidName { .. } | Self::InvalidMaxSessionDuration => 400,
        }
    }
}
