//! What IAM refuses.

use thiserror::Error;

use crate::constraint::Violated;
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
    /// No managed policy has that name or ARN (`iam.managed.attachable`).
    #[error("Policy {0} does not exist or is not attachable.")]
    NoSuchPolicy(String),
    /// No instance profile has that name.
    #[error("Instance Profile {0} cannot be found.")]
    NoSuchProfile(String),
    /// What is asked for is not there, in the words for its kind.
    #[error("{0}")]
    NoSuch(String),
    /// What is to be made is there already, in the words for its kind.
    #[error("{0}")]
    Exists(String),
    /// What is given cannot be as it is, in the words for its kind.
    #[error("{0}")]
    InvalidInput(String),
    /// More than there may be (`iam.quotas`).
    #[error("Cannot exceed quota for {quota}: {max}")]
    QuotaExceeded {
        /// AWS's name for what is counted, such as `PoliciesPerRole`.
        quota: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// The codes of an MFA device are not its next two (`iam.mfa.two-codes`).
    #[error("Authentication code for device is not valid.")]
    InvalidAuthenticationCode,
    /// Whoever asks is no user, and names none (`iam.user.caller-is-default`).
    #[error("Must specify userName when calling with non-User credentials")]
    NoUserName,
    /// Inline policies larger than they may be together (`iam.policies.size`).
    #[error("Maximum policy size of {max} bytes exceeded for {kind} {name}")]
    PolicyTooLarge {
        /// `role`, `user`, `group`.
        kind: &'static str,
        /// Whose policies they are.
        name: String,
        /// How large they may be.
        max: usize,
    },
    /// Something is still in it (`iam.profile.delete-conflict`).
    #[error("Cannot delete entity, must {what} first.")]
    DeleteConflict {
        /// As in `remove roles from instance profile`.
        what: &'static str,
    },
    /// A managed policy is still in use (`iam.managed.delete-conflict`).
    #[error("{why}")]
    PolicyInUse {
        /// By what.
        why: &'static str,
    },
    /// Parameters that cannot be as they are.
    #[error("{0}")]
    Invalid(#[from] Violated),
    /// The name breaks IAM's rules (`iam.names.form`).
    #[error(
        "The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
    )]
    InvalidName {
        /// `roleName`, `instanceProfileName`.
        field: &'static str,
    },
    /// The path is none (`iam.paths.form`).
    #[error(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."
    )]
    InvalidPath,
    /// The beginning of paths is none (`iam.paths.prefix`).
    #[error(
        "The specified value for pathPrefix is invalid. It must begin with the / character and contain only alphanumeric characters and/or / characters."
    )]
    InvalidPathPrefix,
    /// A marker that no page of this list has given (`iam.lists.marker-validated`).
    #[error("Invalid Marker.")]
    InvalidMarker,
    /// Something that is no ARN where one has to be (`iam.managed.arn-needed`).
    #[error("ARN {arn} is not valid.")]
    InvalidArn {
        /// What it is.
        arn: String,
    },
    /// The policies that AWS manages are read-only, and another account's are its own. What AWS says
    /// of the first is unsourced.
    #[error("Policy {arn} cannot be changed by this account.")]
    PolicyOfAnother {
        /// The ARN asked for.
        arn: String,
    },
    /// The five versions are used up (`iam.managed.versions-max`).
    #[error(
        "A managed policy can have up to {max} versions. Before you create a new version, you must delete an existing version."
    )]
    TooManyVersions {
        /// How many it may have.
        max: usize,
    },
    /// A document is none, or names a principal that is not there (`iam.trust.principals-exist`).
    #[error("{message}")]
    MalformedPolicyDocument {
        /// Why, in AWS's words.
        message: String,
        /// Where, and what to do about it; never sent.
        detail: Option<String>,
    },
    /// Two tags with one key (`iam.tags.case-insensitive-on-principals`).
    #[error("Duplicate tag keys found. Please note that Tag keys are case insensitive.")]
    DuplicateTagKeys,
    /// The thing would have more tags than it may (`iam.tags.limits`).
    #[error("The number of tags has reached the maximum limit.")]
    TooManyTags,
    /// A key that only AWS sets (`iam.tags.reserved-prefix`). The wording is ours.
    #[error("Tag keys that begin with aws: are reserved: {key}")]
    ReservedTagKey {
        /// The key.
        key: String,
    },
}

impl IamError {
    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) | Self::PolicyOfAnother { .. } => "AccessDenied",
            Self::NoSuchEntity { .. }
            | Self::NoSuchPolicy(_)
            | Self::NoSuchProfile(_)
            | Self::NoSuch(_) => "NoSuchEntity",
            Self::EntityAlreadyExists { .. } | Self::Exists(_) => "EntityAlreadyExists",
            Self::QuotaExceeded { .. }
            | Self::PolicyTooLarge { .. }
            | Self::TooManyVersions { .. }
            | Self::TooManyTags => "LimitExceeded",
            Self::DeleteConflict { .. } | Self::PolicyInUse { .. } => "DeleteConflict",
            Self::InvalidInput(_)
            | Self::InvalidArn { .. }
            | Self::DuplicateTagKeys
            | Self::ReservedTagKey { .. } => "InvalidInput",
            Self::InvalidAuthenticationCode => "InvalidAuthenticationCode",
            Self::MalformedPolicyDocument { .. } => "MalformedPolicyDocument",
            Self::Invalid(_)
            | Self::InvalidName { .. }
            | Self::InvalidPath
            | Self::InvalidPathPrefix
            | Self::InvalidMarker
            | Self::NoUserName => "ValidationError",
        }
    }

    /// More for whoever debugs it, never sent.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::MalformedPolicyDocument { detail, .. } => detail.as_deref(),
            _ => None,
        }
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        match self.code() {
            "AccessDenied" | "InvalidAuthenticationCode" => 403,
            "NoSuchEntity" => 404,
            "EntityAlreadyExists" | "LimitExceeded" | "DeleteConflict" => 409,
            _ => 400,
        }
    }
}
