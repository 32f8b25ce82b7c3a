//! What was decided, by which statement, and how AWS words it.

use std::fmt;

/// The kinds of policy that take part in a decision, by AWS's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyType {
    /// Attached to the user, its groups or the role.
    Identity,
    /// The most that the identity-based policies can give.
    PermissionsBoundary,
    /// Passed when the session was made.
    Session,
    /// Attached to the resource, such as a bucket policy.
    Resource,
    /// The resource-based policy of a role.
    Trust,
    /// Of the organization, for the principals of its accounts.
    ServiceControl,
    /// Of the organization, for the resources of its accounts.
    ResourceControl,
    /// Of the VPC endpoint by which the request came.
    VpcEndpoint,
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::VpcEndpoint => "VPC endpoint policy",
        })
    }
}

/// One statement of one policy.
///
/// ```
/// use rolecall_account::policy::{PolicyType, StatementRef};
///
/// let statement = StatementRef {
///     policy: "AmazonS3FullAccess".to_owned(),
///     policy_type: PolicyType::Identity,
///     index: 0,
///     sid: None,
/// };
/// assert_eq!(statement.to_string(), "`AmazonS3FullAccess`, statement 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRef {
    /// The name of the policy.
    pub policy: String,
    /// What kind of policy it is.
    pub policy_type: PolicyType,
    /// Position of the statement in the document, from 0.
    pub index: usize,
    /// Its `Sid`, if it has one.
    pub sid: Option<String>,
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, statement ", self.policy)?;
        match &self.sid {
            Some(sid) => write!(f, "`{sid}`"),
            None => write!(f, "{}", self.index + 1),
        }
    }
}

/// The outcome of a request, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The request may go on.
    Allowed {
        /// The statement that allows it; `None` for the root user, who needs none.
        by: Option<StatementRef>,
    },
    /// A `Deny` matched.
    ExplicitDeny {
        /// The statement that denies it.
        by: StatementRef,
    },
    /// No `Deny` matched, and an `Allow` that is needed is missing.
    ImplicitDeny {
        /// The kind of policy that should have allowed it.
        missing: PolicyType,
    },
}

impl Decision {
    /// Whether the request may go on.
    pub fn allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }

    /// The end of AWS's access-denied message; `None` if the request is allowed.
    ///
    /// Source: IAM User Guide, "Troubleshoot access denied error messages".
    pub fn because(&self, action: &str) -> Option<String> {
        // policy.denial.names-policy-type
        match self {
            Self::Allowed { .. } => None,
            Self::ExplicitDeny { by } => {
                let article = match by.policy_type {
                    PolicyType::Identity => "an",
                    PolicyType::Trust => "the",
                    PolicyType::PermissionsBoundary
                    | PolicyType::Session
                    | PolicyType::Resource
                    | PolicyType::ServiceControl
                    | PolicyType::ResourceControl
                    | PolicyType::VpcEndpoint => "a",
                };
                let policy = by.policy_type;
                Some(format!("with an explicit deny in {article} {policy}"))
            }
            Self::ImplicitDeny { missing } => {
                Some(format!("because no {missing} allows the {action} action"))
            }
        }
    }
}

/// As a report says it: who decided, or what was missing.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed { by: Some(by) } => write!(f, "allowed by {by}"),
            Self::Allowed { by: None } => f.write_str("allowed to the root user"),
            Self::ExplicitDeny { by } => write!(f, "explicitly denied by {by}"),
            Self::ImplicitDeny { missing } => write!(f, "no {missing} allows it"),
        }
    }
}

/// AWS's access-denied message; `None` if the request is allowed.
///
/// S3 puts the resource in quotation marks (unsourced), the other services do not.
///
/// ```
/// use rolecall_account::policy::{Decision, PolicyType, access_denied_message};
///
/// let decision = Decision::ImplicitDeny { missing: PolicyType::Identity };
/// let user = "arn:aws:iam::111122223333:user/ann";
/// assert_eq!(
///     access_denied_message(user, "s3:PutObject", "arn:aws:s3:::b/k", &decision).unwrap(),
///     "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:PutObject on \
///      resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:PutObject \
///      action",
/// );
/// ```
pub fn access_denied_message(
    principal: &str,
    action: &str,
    resource: &str,
    decision: &Decision,
) -> Option<String> {
    let because = decision.because(action)?;
    let quote = if action.starts_with("s3:") { "\"" } else { "" };
    Some(format!(
        "User: {principal} is not authorized to perform: {action} on resource: \
         {quote}{resource}{quote} {because}"
    ))
}
