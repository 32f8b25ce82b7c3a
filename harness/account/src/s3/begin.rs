//! Whether a request may go on.

use std::sync::Arc;

use super::error::{S3Code, S3Error};
use super::name;
use super::precondition::Preconditions;
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{Context, Decision};
use crate::session::Session;
use crate::world::World;

/// An object by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The bucket's name.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
}

impl Target {
    /// `arn:aws:s3:::bucket/key` (`s3.arn.form`).
    pub fn arn(&self) -> String {
        format!("arn:aws:s3:::{}/{}", self.bucket, self.key)
    }
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// All of the account's buckets.
    Account,
    /// The bucket of that name.
    Bucket(String),
    /// An object.
    Object(Target),
}

impl Resource {
    /// The ARN that a policy must match; `*` for the account (`s3.arn.form`).
    pub fn arn(&self) -> String {
        match self {
            Self::Account => "*".to_owned(),
            Self::Bucket(bucket) => bucket_arn(bucket),
            Self::Object(target) => target.arn(),
        }
    }

    /// The name of the bucket.
    pub fn bucket(&self) -> Option<&str> {
        match self {
            Self::Account => None,
            Self::Bucket(bucket) => Some(bucket),
            Self::Object(target) => Some(&target.bucket),
        }
    }

    /// The object.
    pub fn object(&self) -> Option<&Target> {
        match self {
            Self::Account | Self::Bucket(_) => None,
            Self::Object(target) => Some(target),
        }
    }
}

pub(super) fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySource {
    /// The object.
    pub target: Target,
    /// What must hold of it.
    pub preconditions: Preconditions,
}

/// What somebody who is recognised wants to do.
#[derive(Clone, Debug)]
pub struct Question {
    /// What.
    pub operation: Operation,
    /// With what.
    pub resource: Resource,
    /// What must hold of it.
    pub preconditions: Preconditions,
    /// What is copied.
    pub source: Option<CopySource>,
    /// The condition keys that the request brings (`s3.context.sent`).
    pub context: Context,
}

/// Leave to do one thing with one resource.
#[derive(Clone, Debug)]
pub struct Permit {
    /// What.
    pub operation: Operation,
    /// With what.
    pub resource: Resource,
    /// What must hold of it.
    pub preconditions: Preconditions,
    /// What is copied.
    pub source: Option<CopySource>,
    /// Who got it.
    pub session: Arc<Session>,
    /// Why; `None` if every key is decided on by itself.
    pub decision: Option<Decision>,
}

impl Permit {
    /// The bucket.
    pub(super) fn bucket(&self) -> Result<&str, S3Error> {
        self.resource.bucket().ok_or_else(not_that_permit)
    }

    /// The object.
    pub(super) fn target(&self) -> Result<&Target, S3Error> {
        self.resource.object().ok_or_else(not_that_permit)
    }

    /// What is copied.
    pub(super) fn source(&self) -> Result<&CopySource, S3Error> {
        self.source.as_ref().ok_or_else(not_that_permit)
    }
}

/// Our own bug: leave was given for something else.
fn not_that_permit() -> S3Error {
    S3Error::new(S3Code::InternalError, Stage::Operation)
}

/// The action that a policy must allow (`s3.put.action`, `s3.get.action`, `s3.tags.none`,
/// `s3.delete.action`, `s3.list.action`, `s3.bucket.actions`, `s3.multipart.actions`).
fn action(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::PutObject
        | Operation::CopyObject
        | Operation::CreateMultipartUpload
        | Operation::UploadPart
        | Operation::UploadPartCopy
        | Operation::CompleteMultipartUpload => Some("s3:PutObject"),
        Operation::GetObject | Operation::HeadObject => Some("s3:GetObject"),
        Operation::GetObjectTagging => Some("s3:GetObjectTagging"),
        Operation::DeleteObject | Operation::DeleteObjects => Some("s3:DeleteObject"),
        Operation::HeadBucket | Operation::ListObjects | Operation::ListObjectsV2 => {
            Some("s3:ListBucket")
        }
        Operation::CreateBucket => Some("s3:CreateBucket"),
        Operation::DeleteBucket => Some("s3:DeleteBucket"),
        Operation::GetBucketLocation => Some("s3:GetBucketLocation"),
        Operation::ListBuckets => Some("s3:ListAllMyBuckets"),
        Operation::AbortMultipartUpload => Some("s3:AbortMultipartUpload"),
        Operation::ListParts => Some("s3:ListMultipartUploadParts"),
        Operation::ListMultipartUploads => Some("s3:ListBucketMultipartUploads"),
        _ => None,
    }
}

impl World {
    /// Decides on an authenticated request, before its body is read.
    ///
    /// # Errors
    /// A name that cannot be; no such bucket; no policy allows it, or one denies it; no operation
    /// of S3.
    pub fn s3_begin(
        &mut self,
        now: SimInstant,
        session: &Arc<Session>,
        question: Question,
    ) -> Result<Permit, S3Error> {
        self.advance_to(now);
        let Some(action) = action(question.operation) else {
            return Err(S3Error::new(S3Code::NotImplemented, Stage::Operation));
        };
        self.names_exist(&question)?;
        // s3.copy.actions
        if let Some(source) = &question.source {
            let own = Context::new();
            self.s3_allow(now, session, "s3:GetObject", &source.target.arn(), &own)?;
        }
        // s3.delete.per-key
        let decision = if question.operation == Operation::DeleteObjects {
            None
        } else {
            let resource = question.resource.arn();
            let decision = self.s3_allow(now, session, action, &resource, &question.context)?;
            // s3.put.preconditions
            if action == "s3:PutObject" && question.preconditions.if_match.is_some() {
                self.s3_allow(now, session, "s3:GetObject", &resource, &Context::new())?;
            }
            Some(decision)
        };
        let Question {
            operation,
            resource,
            preconditions,
            source,
            context: _,
        } = question;
        Ok(Permit {
            operation,
            resource,
            preconditions,
            source,
            session: Arc::clone(session),
            decision,
        })
    }

    /// Whether a missing bucket or a missing permission is told first is unsourced.
    fn names_exist(&self, question: &Question) -> Result<(), S3Error> {
        let source = question.source.as_ref().map(|source| &source.target);
        for target in question.resource.object().into_iter().chain(source) {
            name::check_key(&target.key)?;
        }
        if question.operation == Operation::CreateBucket {
            return question
                .resource
                .bucket()
                .map_or(Ok(()), name::check_bucket);
        }
        let source = source.map(|source| &*source.bucket);
        for bucket in question.resource.bucket().into_iter().chain(source) {
            if !self.buckets.exists(bucket) {
                name::check_bucket(bucket)?;
                return Err(S3Error::resource(S3Code::NoSuchBucket));
            }
        }
        Ok(())
    }

    /// What the policies say, as a refusal if they do not allow it.
    pub(super) fn s3_allow(
        &self,
        now: SimInstant,
        session: &Session,
        action: &str,
        resource: &str,
        own: &Context,
    ) -> Result<Decision, S3Error> {
        let decision = self.decide_with(now, session, action, resource, own);
        if decision.allowed() {
            return Ok(decision);
        }
        Err(S3Error::denied(session, action, resource, decision))
    }
}
