//! Whether a request may go on.

use std::sync::Arc;

use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::Decision;
use crate::session::Session;
use crate::world::World;

/// Which object a request is about.
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

/// Leave to do one thing with one object.
#[derive(Clone, Debug)]
pub struct Permit {
    /// With what.
    pub target: Target,
    /// Who got it.
    pub session: Arc<Session>,
    /// Why.
    pub decision: Decision,
}

/// The action that a policy must allow (`s3.put.action`, `s3.get.action`).
fn action(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::PutObject => Some("s3:PutObject"),
        Operation::GetObject | Operation::HeadObject => Some("s3:GetObject"),
        _ => None,
    }
}

impl World {
    /// Decides on an authenticated request, before its body is read.
    ///
    /// # Errors
    /// No such bucket; no policy allows it, or one denies it; no operation of S3.
    pub fn s3_begin(
        &mut self,
        now: SimInstant,
        session: &Arc<Session>,
        operation: Operation,
        target: Target,
    ) -> Result<Permit, S3Error> {
        self.advance_to(now);
        let Some(action) = action(operation) else {
            return Err(S3Error::new(S3Code::NotImplemented, Stage::Operation));
        };
        // Whether a missing bucket or a missing permission is told first is unsourced.
        if !self.buckets.exists(&target.bucket) {
            return Err(S3Error::new(S3Code::NoSuchBucket, Stage::Resource));
        }
        let resource = target.arn();
        let decision = self.decide(now, session, action, &resource);
        if decision.allowed() {
            return Ok(Permit {
                target,
                session: Arc::clone(session),
                decision,
            });
        }
        Err(S3Error::denied(session, action, &resource, decision))
    }
}
