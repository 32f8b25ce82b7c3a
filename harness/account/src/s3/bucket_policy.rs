//! The policy of a bucket.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::is_about_objects;
use super::begin::{Permit, bucket_arn};
use super::bucket::Bucket;
use super::error::{S3Code, S3Error};
use super::public_access::is_public;
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::policy::{self, Document, DocumentKind, NamedPolicy};
use crate::world::World;

/// A policy as it was sent, and as it is evaluated.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketPolicy {
    text: String,
    #[serde(deserialize_with = "policy::stored::resource")]
    named: NamedPolicy,
    is_public: bool,
}

impl Bucket {
    /// What is evaluated with the policies of the caller (`s3.policy.evaluated`).
    pub(super) fn policy(&self) -> Option<&NamedPolicy> {
        self.policy.as_ref().map(|policy| &policy.named)
    }

    /// Whether its policy grants something to everyone; `None` if it has no policy.
    pub(super) fn is_public(&self) -> Option<bool> {
        self.policy.as_ref().map(|policy| policy.is_public)
    }
}

impl World {
    /// Gives the bucket a policy, in place of the one it has.
    ///
    /// # Errors
    /// The document is none that a bucket can have (`s3.policy.malformed`); public policies are
    /// blocked (`s3.public-access.block-policy`); the bucket is gone since the permit was given.
    pub fn s3_put_policy(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        text: &str,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        let name = permit.bucket()?.to_owned();
        let document = Document::parse(text, DocumentKind::Resource)
            .map_err(|refused| malformed(refused.to_string()))?;
        let value: Value = serde_json::from_str(text).map_err(|_| malformed(NO_JSON))?;
        check(&value, &name)?;
        let is_public = is_public(&value);
        let bucket = self.s3_bucket_mut(permit)?;
        if is_public && bucket.blocks_public_policies() {
            return Err(blocked(permit, &name));
        }
        let policy = format!("the policy of {name}");
        bucket.policy = Some(BucketPolicy {
            text: text.to_owned(),
            named: NamedPolicy::new(policy, Arc::new(document)),
            is_public,
        });
        Ok(())
    }

    /// The policy of the bucket, as it was sent.
    ///
    /// # Errors
    /// It has none; the bucket is gone since the permit was given.
    pub fn s3_get_policy(&mut self, now: SimInstant, permit: &Permit) -> Result<String, S3Error> {
        let bucket = self.s3_bucket(now, permit)?;
        let policy = bucket.policy.as_ref();
        let policy = policy.ok_or_else(|| none(permit))?;
        Ok(policy.text.clone())
    }

    /// Takes the policy of the bucket away, if it has one.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_delete_policy(&mut self, now: SimInstant, permit: &Permit) -> Result<(), S3Error> {
        self.advance_to(now);
        self.s3_bucket_mut(permit)?.policy = None;
        Ok(())
    }

    /// Whether the policy of the bucket makes it public (`s3.public-access.meaning`).
    ///
    /// # Errors
    /// It has none; the bucket is gone since the permit was given.
    pub fn s3_policy_is_public(
        &mut self,
        now: SimInstant,
        permit: &Permit,
    ) -> Result<bool, S3Error> {
        let bucket = self.s3_bucket(now, permit)?;
        bucket.is_public().ok_or_else(|| none(permit))
    }
}

const NO_JSON: &str = "Policies must be valid JSON and the first byte must be '{'";

fn none(permit: &Permit) -> S3Error {
    let name = permit.bucket().unwrap_or_default();
    S3Error::resource(S3Code::NoSuchBucketPolicy).and("BucketName", &name)
}

fn malformed(message: impl Into<String>) -> S3Error {
    S3Error::with_message(S3Code::MalformedPolicy, Stage::Parameters, message)
}

fn blocked(permit: &Permit, bucket: &str) -> S3Error {
    let caller = permit.session.as_ref();
    let caller = caller.map_or_else(String::new, |session| session.identity.caller_arn());
    let message = format!(
        "User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" \
         because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public \
         Access.",
        bucket_arn(bucket)
    );
    S3Error::with_message(S3Code::AccessDenied, Stage::Policy, message)
}

/// Whether every statement is about S3 and this bucket (`s3.policy.resources`).
fn check(document: &Value, bucket: &str) -> Result<(), S3Error> {
    for statement in listed(&document["Statement"]) {
        let actions = texts(&statement["Action"]);
        let any = |action: &&str| **action == *"*" || action.to_lowercase().starts_with("s3:");
        let every = actions
            .iter()
            .chain(&texts(&statement["NotAction"]))
            .all(any);
        if !every {
            return Err(malformed("Policy has invalid action"));
        }
        let resources = texts(&statement["Resource"]);
        let excepted = texts(&statement["NotResource"]);
        let kinds = resources.iter().chain(&excepted).map(|it| kind(it, bucket));
        let kinds = kinds.collect::<Option<Vec<_>>>();
        let kinds = kinds.ok_or_else(|| malformed("Policy has invalid resource"))?;
        let applies = |action: &&str| {
            let about_objects = is_about_objects(action);
            excepted.len() == kinds.len()
                || about_objects.is_none_or(|objects| {
                    kinds
                        .iter()
                        .any(|(bucket, object)| if objects { *object } else { *bucket })
                })
        };
        if !actions.iter().all(applies) {
            let message = "Action does not apply to any resource(s) in statement";
            return Err(malformed(message));
        }
    }
    Ok(())
}

/// Whether a resource can be the bucket, and whether it can be an object of it; `None` if neither.
fn kind(resource: &str, bucket: &str) -> Option<(bool, bool)> {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let ["arn", _, "s3", _, _, name] = parts[..] else {
        return None;
    };
    let rest = name.strip_prefix(bucket)?;
    match rest.chars().next() {
        None => Some((true, false)),
        Some('/') => Some((false, true)),
        Some('*' | '?') => Some((true, true)),
        Some(_) => None,
    }
}

/// What is one or a list of them.
pub(super) fn listed(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

pub(super) fn texts(value: &Value) -> Vec<&str> {
    listed(value).iter().filter_map(Value::as_str).collect()
}
