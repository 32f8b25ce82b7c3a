//! What EC2 refuses.

use std::fmt;

use thiserror::Error;

use crate::control_plane::Denied;

/// A refusal of EC2.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Ec2Error {
    /// The policies of who asks do not allow it (`ec2.errors.unauthorized`).
    #[error("You are not authorized to perform this operation. {denied}{}", tail(.encoded.as_ref()))]
    Denied {
        /// What was asked, and what the policies said.
        denied: Box<Denied>,
        /// The encoded authorization message, where there is one (`ec2.errors.encoded-message`).
        encoded: Option<String>,
    },
    /// It was only to be tried, and would have been done (`ec2.dry-run.codes`).
    #[error("Request would have succeeded, but DryRun flag is set.")]
    DryRun,
    /// Something that must be said is not.
    #[error("The request must contain the parameter {0}")]
    MissingParameter(&'static str),
    /// A parameter that is none of EC2's, or none that is simulated.
    #[error(
        "The parameter {0} is not recognized; EC2 has none of that name or it is not simulated here"
    )]
    UnknownParameter(String),
    /// A value that cannot be.
    #[error("{0}")]
    InvalidValue(String),
    /// Values that cannot be together.
    #[error("{0}")]
    InvalidCombination(String),
    /// A `NextToken` that is none.
    #[error("The pagination token '{0}' is not valid")]
    InvalidToken(String),
    /// The id of nothing that can have tags here.
    #[error("The ID '{0}' is not valid")]
    InvalidId(String),
    /// An id that is none.
    #[error("Invalid id: \"{id}\" (expecting \"{}-...\")", .kind.prefix())]
    Malformed {
        /// Of what.
        kind: Kind,
        /// As it was given.
        id: String,
    },
    /// Nothing has that id.
    #[error("{}", not_found(*.kind, .ids))]
    NotFound {
        /// What is missing.
        kind: Kind,
        /// As they were given.
        ids: Vec<String>,
    },
    /// No profile has that name or ARN. AWS's words are as programs report them.
    #[error("Value ({value}) for parameter iamInstanceProfile.{member} is invalid. Invalid IAM Instance Profile {}", profile_named_by(.member))]
    NoSuchProfile {
        /// `name` or `arn`.
        member: &'static str,
        /// As it was given.
        value: String,
    },
    /// The profile holds no role: such a one cannot be launched with (`ec2.launch.needs-a-role`).
    #[error("IAM Instance Profile \"{0}\" has no associated IAM Roles")]
    EmptyProfile(String),
    /// A token that was used with another request (`ec2.launch.client-token`).
    #[error(
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
    )]
    TokenMismatch,
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
    InvalidHopLimit(u32),
    /// The tags are part of the metadata and this one cannot be (`ec2.metadata-options.tag-keys`).
    #[error("'{0}' is not a valid tag key for an instance whose tags are in its metadata")]
    TagKeyNotInMetadata(String),
    /// More tags than an instance may have (`ec2.tags.limits`).
    #[error("The maximum number of Tags for a resource has been reached.")]
    TooManyTags,
    /// Only Spot Instances are interrupted.
    #[error("The instance '{0}' is not a Spot Instance")]
    NotSpot(String),
    /// None of the instance's active events has that id.
    #[error("The event ID '{0}' does not exist")]
    NoSuchEvent(String),
    /// The instance is in no state for that.
    #[error("The instance '{id}' is not in a state from which it can be {verb}.")]
    IncorrectState {
        /// The instance.
        id: String,
        /// `started`, `stopped`, …
        verb: &'static str,
    },
}

/// What is named by an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `i-…`.
    Instance,
    /// `iip-assoc-…`.
    Association,
    /// `ami-…`.
    Image,
    /// `subnet-…`.
    Subnet,
    /// `sg-…`.
    SecurityGroup,
    /// A key pair, by its name.
    KeyPair,
}

impl Kind {
    /// What ids of it begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Instance => "i",
            Self::Association => "iip-assoc",
            Self::Image => "ami",
            Self::Subnet => "subnet",
            Self::SecurityGroup => "sg",
            Self::KeyPair => "key",
        }
    }

    fn not_found(self) -> &'static str {
        match self {
            Self::Instance => "InvalidInstanceID.NotFound",
            Self::Association => "InvalidAssociationID.NotFound",
            Self::Image => "InvalidAMIID.NotFound",
            Self::Subnet => "InvalidSubnetID.NotFound",
            Self::SecurityGroup => "InvalidGroup.NotFound",
            Self::KeyPair => "InvalidKeyPair.NotFound",
        }
    }

    fn malformed(self) -> &'static str {
        match self {
            Self::Instance => "InvalidInstanceID.Malformed",
            // Said otherwise: see `check`.
            Self::Association => "InvalidParameterValue",
            Self::Image => "InvalidAMIID.Malformed",
            Self::Subnet => "InvalidSubnetID.Malformed",
            Self::SecurityGroup => "InvalidGroupId.Malformed",
            Self::KeyPair => "InvalidKeyPair.Format",
        }
    }

    /// An id of the form that AWS gives: the prefix and 8 or 17 hex digits.
    pub(super) fn check(self, id: &str) -> Result<(), Ec2Error> {
        let digits = id.strip_prefix(self.prefix());
        let digits = digits.and_then(|rest| rest.strip_prefix('-'));
        let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let formed = |digits: &str| matches!(digits.len(), 8 | 17) && digits.bytes().all(lower_hex);
        if digits.is_some_and(formed) {
            return Ok(());
        }
        if self == Self::Association {
            // ec2.association.unknown
            return Err(Ec2Error::InvalidValue(
                "Invalid value for associationId.".to_owned(),
            ));
        }
        let id = id.to_owned();
        Err(Ec2Error::Malformed { kind: self, id })
    }
}

impl Ec2Error {
    /// No instance has that id.
    pub(super) fn no_such_instance(id: &str) -> Self {
        Self::not_found(Kind::Instance, id)
    }

    pub(super) fn not_found(kind: Kind, id: &str) -> Self {
        let ids = vec![id.to_owned()];
        Self::NotFound { kind, ids }
    }

    /// AWS's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "UnauthorizedOperation",
            Self::DryRun => "DryRunOperation",
            Self::MissingParameter(_) => "MissingParameter",
            Self::UnknownParameter(_) => "UnknownParameter",
            Self::InvalidCombination(_) => "InvalidParameterCombination",
            Self::InvalidToken(_) => "InvalidNextToken",
            Self::InvalidId(_) => "InvalidID",
            Self::Malformed { kind, .. } => kind.malformed(),
            Self::NotFound { kind, .. } => kind.not_found(),
            Self::InvalidValue(_)
            | Self::NoSuchProfile { .. }
            | Self::EmptyProfile(_)
            | Self::InvalidHopLimit(_)
            | Self::TagKeyNotInMetadata(_) => "InvalidParameterValue",
            Self::TokenMismatch => "IdempotentParameterMismatch",
            Self::TooManyTags => "TagLimitExceeded",
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
            Self::Denied { .. } => 403,
            Self::DryRun => 412,
            _ => 400,
        }
    }
}

fn tail(encoded: Option<&String>) -> impl fmt::Display {
    encoded.map_or(String::new(), |encoded| {
        format!(". Encoded authorization failure message: {encoded}")
    })
}

fn not_found(kind: Kind, ids: &[String]) -> String {
    let plural = if ids.len() == 1 { "" } else { "s" };
    let verb = if ids.len() == 1 { "does" } else { "do" };
    let ids = ids.join(", ");
    match kind {
        Kind::Instance => format!("The instance ID{plural} '{ids}' {verb} not exist"),
        Kind::Association => format!("An invalid association-id of '{ids}' was given"),
        Kind::Image => format!("The image id{plural} '[{ids}]' {verb} not exist"),
        Kind::Subnet => format!("The subnet ID{plural} '{ids}' {verb} not exist"),
        Kind::SecurityGroup => format!("The security group{plural} '{ids}' {verb} not exist"),
        Kind::KeyPair => format!("The key pair{plural} '{ids}' {verb} not exist"),
    }
}

fn profile_named_by(member: &str) -> &'static str {
    match member {
        "arn" => "ARN",
        _ => "name",
    }
}
