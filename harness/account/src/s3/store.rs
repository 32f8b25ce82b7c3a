//! Buckets and their objects.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest, Md5};

use super::begin::{Permit, Target};
use super::checksum::ChecksumAlgorithm;
use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::world::World;

/// All buckets by name.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    by_name: BTreeMap<String, BTreeMap<String, Object>>,
}

impl Buckets {
    pub(super) fn exists(&self, bucket: &str) -> bool {
        self.by_name.contains_key(bucket)
    }
}

/// An object to store.
#[derive(Clone, Debug, Default)]
pub struct NewObject {
    /// Its content.
    pub bytes: Bytes,
    /// `Content-Type`, as sent; S3 has a default of its own.
    pub content_type: Option<String>,
    /// `Cache-Control`, as sent.
    pub cache_control: Option<String>,
    /// `Content-Disposition`, as sent.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`, as sent.
    pub content_encoding: Option<String>,
    /// `Content-Language`, as sent.
    pub content_language: Option<String>,
    /// `x-amz-meta-*`, without the prefix.
    pub metadata: BTreeMap<String, String>,
    /// The checksums it was sent with.
    pub checksums: Vec<(ChecksumAlgorithm, String)>,
}

/// A stored object.
#[derive(Clone, Debug)]
pub struct Object {
    /// What was stored.
    pub content: NewObject,
    /// The MD5 of the content in hex, without quotes.
    pub etag: String,
    /// When it was stored.
    pub last_modified: SimInstant,
}

impl World {
    /// Makes a bucket; one that exists stays as it is.
    pub fn create_bucket(&mut self, now: SimInstant, name: &str) {
        self.advance_to(now);
        self.buckets.by_name.entry(name.to_owned()).or_default();
        self.control(now, Operation::CreateBucket, name);
    }

    /// Stores an object; answers its `ETag` without quotes.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_put(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        content: NewObject,
    ) -> Result<String, S3Error> {
        self.advance_to(now);
        let bucket = self.buckets.by_name.get_mut(&permit.target.bucket);
        let bucket = bucket.ok_or_else(|| S3Error::new(S3Code::NoSuchBucket, Stage::Resource))?;
        let etag = hex::encode(Md5::digest(&content.bytes));
        let object = Object {
            content,
            etag: etag.clone(),
            last_modified: now,
        };
        bucket.insert(permit.target.key.clone(), object);
        Ok(etag)
    }

    /// An object, for whoever looks at the account from outside: no permission is asked.
    pub fn s3_object(&self, target: &Target) -> Option<&Object> {
        self.buckets.by_name.get(&target.bucket)?.get(&target.key)
    }

    /// Reads an object.
    ///
    /// # Errors
    /// There is none: told only to those who may list the bucket (`s3.get.missing-key`).
    pub fn s3_get(&mut self, now: SimInstant, permit: &Permit) -> Result<Object, S3Error> {
        self.advance_to(now);
        let target = &permit.target;
        let found = self
            .buckets
            .by_name
            .get(&target.bucket)
            .and_then(|bucket| bucket.get(&target.key));
        if let Some(object) = found {
            return Ok(object.clone());
        }
        let bucket = format!("arn:aws:s3:::{}", target.bucket);
        let decision = self.decide(now, &permit.session, "s3:ListBucket", &bucket);
        if decision.allowed() {
            return Err(S3Error::new(S3Code::NoSuchKey, Stage::Resource));
        }
        Err(S3Error::denied(
            &permit.session,
            "s3:ListBucket",
            &bucket,
            decision,
        ))
    }
}
