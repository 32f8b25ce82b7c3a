//! What the policies say to one action: those of the caller, and that of the bucket.

use std::sync::Arc;

use super::action::sees_object_tags;
use super::begin::{Permit, Resource};
use super::bucket::Bucket;
use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::authorize::Asked;
use crate::instant::SimInstant;
use crate::policy::{Context, Decision, PolicyType};
use crate::session::Session;
use crate::sigv4::{Failure, Problem};
use crate::world::World;

impl World {
    /// What the policies say to whoever got `permit`, as a refusal if they do not allow it.
    pub(super) fn s3_allow_also(
        &self,
        now: SimInstant,
        permit: &Permit,
        action: &str,
        resource: &Resource,
    ) -> Result<Decision, S3Error> {
        let session = permit.session.as_ref();
        self.s3_allow(now, session, action, resource, &permit.signed)
    }

    /// What the policies say, as a refusal if they do not allow it. Nobody is somebody too: the
    /// bucket's policy alone decides on requests that nobody signed (`s3.anonymous.policy`).
    pub(super) fn s3_allow(
        &self,
        now: SimInstant,
        session: Option<&Arc<Session>>,
        action: &str,
        resource: &Resource,
        own: &Context,
    ) -> Result<Decision, S3Error> {
        let session = session.map(|session| &**session);
        // The name is of nobody's bucket yet, or of one that has no say in it.
        let name = resource.bucket().filter(|_| action != "s3:CreateBucket");
        let bucket = name.and_then(|name| self.s3_find_bucket(name));
        let mut context = own.clone();
        if let Some(bucket) = bucket {
            // s3.context.resource-account
            context.set("s3:ResourceAccount", [&bucket.owner]);
            context.set("aws:ResourceAccount", [&bucket.owner]);
        }
        let object = resource.object().filter(|_| sees_object_tags(action));
        if let Some(object) = object.and_then(|target| self.s3_object(target)) {
            for (key, value) in object.tags.iter() {
                context.set(&format!("s3:ExistingObjectTag/{key}"), [value]);
            }
        }
        let owner = bucket.map(|bucket| &*bucket.owner);
        let own_account = session.map(|session| &*session.identity.account);
        let outsider = owner.is_some() && owner != own_account;
        let decision = if outsider && bucket.is_some_and(Bucket::is_restricted) {
            // s3.public-access.restrict
            Decision::ImplicitDeny {
                missing: PolicyType::Resource,
            }
        } else {
            let asked = Asked {
                action,
                resource: &resource.arn(),
                owner,
                policy: bucket.and_then(Bucket::policy),
                own: &context,
            };
            self.decide_on(now, session, &asked)
        };
        if decision.allowed() {
            return Ok(decision);
        }
        Err(match session {
            Some(session) if !outsider => {
                S3Error::denied(session, action, &resource.arn(), decision)
            }
            Some(_) => denied_outside(decision),
            None if bucket.is_some_and(|bucket| bucket.policy().is_some()) => {
                denied_outside(decision)
            }
            None => nobody(decision),
        })
    }
}

/// Only the owner's own are told why (`s3.denied.outside-account`).
fn denied_outside(decision: Decision) -> S3Error {
    let mut error = S3Error::new(S3Code::AccessDenied, Stage::Policy);
    error.detail = Some(decision.to_string());
    error.decision = Some(decision);
    error
}

/// Nobody signed, and no policy speaks of that (`s3.anonymous.denied`).
fn nobody(decision: Decision) -> S3Error {
    let mut error = S3Error::from(Failure::from(Problem::AuthorizationMissing));
    error.decision = Some(decision);
    error
}
