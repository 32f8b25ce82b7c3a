//! What AWS tells a client whose document it refuses.

use super::document::DocumentKind;

/// Why AWS refuses a document, as far as its answers tell reasons apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Complaint {
    /// The text is no JSON.
    Json,
    /// An element has a value it cannot have, and nothing more is said.
    Syntax,
    /// `Allow` or `Deny` in other letters, a date that is none, an ARN that is too short.
    Legacy,
    /// An element is not there, or is an empty list.
    Missing(&'static str),
    /// An element that this kind of policy does not have.
    Prohibited(String),
    /// An element that no policy has.
    Unknown(String),
    Effect(String),
    Operator(String),
    SidTwice,
    SidLetters,
    /// An action without a colon.
    ActionWithoutService,
    ActionService(String),
    ActionColons,
    /// Not one that a trust policy may name.
    ActionOfTrust,
    /// Not one of the service whose policy it is.
    ActionForeign,
    ResourceNoArn(String),
    ResourceService,
    ResourcePartition {
        partition: String,
        resource: String,
    },
    ResourceRegion(String),
    /// Not in the bucket whose policy it is.
    ResourceForeign,
    /// The actions of a statement are about objects and the resources are buckets, or the reverse.
    ActionWithoutResource,
    Principal {
        kind: String,
        name: String,
    },
}

impl Complaint {
    /// The message on the wire.
    pub(super) fn told(&self, kind: DocumentKind) -> String {
        match kind {
            DocumentKind::Identity | DocumentKind::Trust => self.by_iam(kind),
            DocumentKind::Bucket | DocumentKind::Resource => self.by_s3(),
            // policy.organization.refusal
            DocumentKind::ServiceControl | DocumentKind::ResourceControl => {
                "The provided policy document does not meet the requirements of the specified \
                 policy type."
                    .to_owned()
            }
        }
    }

    /// policy.document.words-of-iam
    fn by_iam(&self, kind: DocumentKind) -> String {
        match self {
            Self::Json if kind == DocumentKind::Trust => "This policy contains invalid Json".into(),
            Self::Legacy => "The policy failed legacy parsing".into(),
            Self::Missing("Action") => "Policy statement must contain actions.".into(),
            Self::Missing("Resource") => "Policy statement must contain resources.".into(),
            Self::Missing("Principal") => missing("Principal"),
            Self::Prohibited(element) if kind == DocumentKind::Trust => {
                format!("Has prohibited field {element}")
            }
            Self::Prohibited(_) => "Policy document should not specify a principal.".into(),
            Self::SidTwice => "Statement IDs (SID) in a single policy must be unique.".into(),
            Self::SidLetters => "Statement IDs (SID) must be alpha-numeric. Check that your input \
                                 satisfies the regular expression [0-9A-Za-z]*"
                .into(),
            Self::ActionWithoutService => {
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".into()
            }
            Self::ActionService(service) => format!("Vendor {service} is not valid"),
            Self::ActionColons => "Actions/Condition can contain only one colon.".into(),
            Self::ActionOfTrust => {
                "AssumeRole policy may only specify STS AssumeRole actions.".into()
            }
            Self::ResourceNoArn(resource) => {
                format!("Resource {resource} must be in ARN format or \"*\".")
            }
            Self::ResourceService => {
                "Resource vendor must be fully qualified and cannot contain regexes.".into()
            }
            Self::ResourcePartition {
                partition,
                resource,
            } => format!("Partition \"{partition}\" is not valid for resource \"{resource}\"."),
            Self::ResourceRegion(resource) if resource.contains(":iam:") => {
                format!("IAM resource {resource} cannot contain region information.")
            }
            Self::ResourceRegion(resource) => {
                format!("Resource {resource} can not contain region information.")
            }
            Self::Principal { kind, name } => {
                format!("Invalid principal in policy: \"{kind}\":\"{name}\"")
            }
            Self::Json
            | Self::Syntax
            | Self::Missing(_)
            | Self::Unknown(_)
            | Self::Effect(_)
            | Self::Operator(_)
            | Self::ActionForeign
            | Self::ResourceForeign
            | Self::ActionWithoutResource => "Syntax errors in policy.".into(),
        }
    }

    /// policy.document.words-of-s3
    fn by_s3(&self) -> String {
        match self {
            Self::Json => "Policies must be valid JSON and the first byte must be '{'".into(),
            Self::Missing(element) => missing(element),
            Self::Prohibited(field) => format!("Has prohibited field {field}"),
            Self::Unknown(field) => format!("Unknown field {field}"),
            Self::Effect(effect) => format!("Invalid effect: {effect}"),
            Self::Operator(operator) => format!("Invalid Condition type : {operator}"),
            Self::ActionWithoutService
            | Self::ActionService(_)
            | Self::ActionColons
            | Self::ActionOfTrust
            | Self::ActionForeign => "Policy has invalid action".into(),
            Self::ResourceNoArn(_)
            | Self::ResourceService
            | Self::ResourcePartition { .. }
            | Self::ResourceRegion(_)
            | Self::ResourceForeign => "Policy has invalid resource".into(),
            Self::ActionWithoutResource => {
                "Action does not apply to any resource(s) in statement".into()
            }
            Self::Principal { .. } => "Invalid principal in policy".into(),
            Self::Syntax | Self::Legacy | Self::SidTwice | Self::SidLetters => {
                "Invalid policy syntax.".into()
            }
        }
    }
}

fn missing(element: &str) -> String {
    format!("Missing required field {element}")
}
