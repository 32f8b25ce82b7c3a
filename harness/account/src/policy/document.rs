//! Policy documents.

use std::sync::Arc;

use super::malformed::Malformed;
use super::statement::Statement;
use super::trustee::Trustee;

/// A policy document that was read and compiled, and the text of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Shared, so that a copy costs nothing.
    pub(super) text: Arc<str>,
    /// The version of the policy language.
    pub version: Version,
    /// The `Id`, which only resource-based policies have.
    pub id: Option<String>,
    /// In the order of the text.
    pub statements: Vec<Statement>,
}

/// The version of the policy language, not of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, and documents that name none: `${...}` is plain text.
    V2008,
    /// `2012-10-17`: with policy variables.
    V2012,
}

/// Where a document is going to be attached, which decides what it has to contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// Attached to a user, group or role; boundaries and session policies too. Names no principal.
    Identity,
    /// The trust policy of a role. Names principals and no resource.
    Trust,
    /// Attached to a resource. Names principals and resources.
    Resource,
    /// Attached to a bucket of S3, to which every resource belongs: see
    /// [`Document::parse_for_bucket`].
    Bucket,
    /// A service control policy of an organization. Names no principal.
    ServiceControl,
    /// A resource control policy of an organization: denies, to everyone or to whom its conditions
    /// say.
    ResourceControl,
}

/// A document under the name by which people know it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPolicy {
    /// `AmazonS3FullAccess`, or the name of an inline policy.
    pub name: String,
    /// Shared with every principal it is attached to.
    pub document: Arc<Document>,
}

impl NamedPolicy {
    /// Gives a document a name.
    pub fn new(name: impl Into<String>, document: Arc<Document>) -> Self {
        Self {
            name: name.into(),
            document,
        }
    }
}

impl Document {
    /// Reads a document, as strictly as IAM does.
    ///
    /// ```
    /// use rolecall_account::policy::{Document, DocumentKind};
    ///
    /// let trust = Document::parse(
    ///     r#"{"Version": "2012-10-17", "Statement": [{
    ///         "Effect": "Allow",
    ///         "Principal": {"Service": "ec2.amazonaws.com"},
    ///         "Action": "sts:AssumeRole"}]}"#,
    ///     DocumentKind::Trust,
    /// );
    /// assert!(trust.is_ok());
    /// ```
    pub fn parse(json: &str, kind: DocumentKind) -> Result<Self, Malformed> {
        super::parse::document(json, kind, None).map_err(|fault| fault.locate(json, kind))
    }

    /// Reads the policy of the bucket of that name, in which every resource has to be.
    ///
    /// ```
    /// use rolecall_account::policy::Document;
    ///
    /// let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*",
    ///     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}}"#;
    /// assert!(Document::parse_for_bucket(policy, "photos").is_ok());
    /// let refused = Document::parse_for_bucket(policy, "letters").unwrap_err();
    /// assert_eq!(refused.told, "Policy has invalid resource");
    /// ```
    pub fn parse_for_bucket(json: &str, bucket: &str) -> Result<Self, Malformed> {
        let kind = DocumentKind::Bucket;
        super::parse::document(json, kind, Some(bucket)).map_err(|fault| fault.locate(json, kind))
    }

    /// The JSON that it was read from, as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Ties every user and role ARN among the principals to the unique id it has now, so that a
    /// successor of the same name is not trusted. IAM does this when it stores a trust policy.
    ///
    /// `unique_id` gives the id behind an ARN. Returns the ARNs for which it gave none: IAM
    /// refuses a trust policy that names somebody who does not exist.
    pub fn pin_principals(&mut self, unique_id: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let mut unknown = Vec::new();
        // policy.principal.pinned-to-unique-id
        let trustees = self.statements.iter_mut().flat_map(Statement::trustees_mut);
        for trustee in trustees {
            let Trustee::Arn { arn, pinned } = trustee else {
                continue;
            };
            // Sessions have no unique id that outlives them.
            if arn.split(':').nth(2) == Some("iam") {
                *pinned = unique_id(arn);
                if pinned.is_none() {
                    unknown.push(arn.clone());
                }
            }
        }
        unknown
    }
}
