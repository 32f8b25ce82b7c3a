//! Whether a request may go on.

use std::sync::Arc;

use super::action::{action, is_decided_later, owners_method};
use super::error::{S3Code, S3Error};
use super::name;
use super::precondition::Preconditions;
use super::tags::Tags;
use super::wishes::Wishes;
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{Context, Decision};
use crate::session::Session;
use crate::world::World;

/// The canonical user id of whoever did not sign (`s3.anonymous.id`).
const NOBODY: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

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
    /// The tags that the object is to have; `None` if the request says nothing of them.
    pub tags: Option<Tags>,
    /// What it wishes for what it makes.
    pub wishes: Wishes,
    /// The condition keys that say how the request is signed (`s3.context.signature`).
    pub signed: Context,
    /// The same, with those that the request brings besides (`s3.context.sent`).
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
    /// The tags that the object is to have; `None` if the request says nothing of them.
    pub tags: Option<Tags>,
    /// The condition keys that say how the request is signed.
    pub signed: Context,
    /// Who got it; `None` if nobody signed.
    pub session: Option<Arc<Session>>,
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

    /// By which name the uploads of the caller are listed: an ARN, or the id that S3 has for nobody.
    pub(super) fn initiator(&self) -> String {
        let session = self.session.as_ref();
        session.map_or_else(
            || NOBODY.to_owned(),
            |session| session.identity.caller_arn(),
        )
    }

    /// The account of the caller, who must be somebody.
    pub(super) fn account(&self) -> Result<&str, S3Error> {
        let session = self.session.as_ref().ok_or_else(not_that_permit)?;
        Ok(&session.identity.account)
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

impl World {
    /// Decides on an authenticated request, or on one that nobody signed, before its body is read.
    ///
    /// # Errors
    /// A name that cannot be; no such bucket; no policy allows it, or one denies it; no operation
    /// of S3.
    pub fn s3_begin(
        &mut self,
        now: SimInstant,
        session: Option<&Arc<Session>>,
        question: Question,
    ) -> Result<Permit, S3Error> {
        self.advance_to(now);
        let Some(action) = action(question.operation) else {
            return Err(S3Error::new(S3Code::NotImplemented, Stage::Operation));
        };
        self.names_exist(&question)?;
        let Question {
            operation,
            resource,
            preconditions,
            source,
            tags,
            wishes,
            signed,
            mut context,
        } = question;
        if let Some(tags) = &tags {
            tags.name_in(&mut context);
        }
        let mut permit = Permit {
            operation,
            resource,
            preconditions,
            source,
            tags,
            signed,
            session: session.map(Arc::clone),
            decision: None,
        };
        self.allow_source(now, &permit)?;
        // s3.delete.per-key
        if !is_decided_later(operation) {
            let resource = &permit.resource;
            permit.decision = Some(self.s3_allow(now, session, action, resource, &context)?);
            self.allow_besides(now, &permit, action, &context)?;
            self.s3_grant(now, &permit, &wishes, &context)?;
            self.check_owner(&permit)?;
        }
        Ok(permit)
    }

    /// `s3.copy.actions`, `s3.copy.tags`.
    fn allow_source(&self, now: SimInstant, permit: &Permit) -> Result<(), S3Error> {
        let Some(source) = &permit.source else {
            return Ok(());
        };
        let resource = Resource::Object(source.target.clone());
        self.s3_allow_also(now, permit, "s3:GetObject", &resource)?;
        if permit.operation == Operation::CopyObject && permit.tags.is_none() {
            let object = self.s3_object(&source.target);
            if object.is_some_and(|object| !object.tags.is_empty()) {
                self.s3_allow_also(now, permit, "s3:GetObjectTagging", &resource)?;
                self.s3_allow_also(now, permit, "s3:PutObjectTagging", &permit.resource)?;
            }
        }
        Ok(())
    }

    /// What a write needs leave for besides (`s3.put.preconditions`, `s3.put.tagging`).
    fn allow_besides(
        &self,
        now: SimInstant,
        permit: &Permit,
        action: &str,
        context: &Context,
    ) -> Result<(), S3Error> {
        let (session, resource) = (permit.session.as_ref(), &permit.resource);
        if action == "s3:PutObject" && permit.preconditions.if_match.is_some() {
            self.s3_allow_also(now, permit, "s3:GetObject", resource)?;
        }
        if permit.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
            self.s3_allow(now, session, "s3:PutObjectTagging", resource, context)?;
        }
        Ok(())
    }

    /// `s3.policy.owner-only`.
    fn check_owner(&self, permit: &Permit) -> Result<(), S3Error> {
        let bucket = permit.resource.bucket();
        let owner = bucket.and_then(|name| self.s3_find_bucket(name));
        let account = permit.session.as_ref().map(|it| &it.identity.account);
        match (owners_method(permit.operation), owner) {
            (Some(method), Some(bucket)) if Some(&bucket.owner) != account => {
                let error = S3Error::new(S3Code::MethodNotAllowed, Stage::Policy);
                let error = error.and("Method", &method);
                Err(error.and("ResourceType", &"BUCKETPOLICY"))
            }
            _ => Ok(()),
        }
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
}
