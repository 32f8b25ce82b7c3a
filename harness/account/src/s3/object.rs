//! Objects: stored and read.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::begin::{Permit, Resource, Target};
use super::checksum::Checksums;
use super::error::{S3Code, S3Error};
use super::range::ByteRange;
use super::tags::Tags;
use crate::instant::SimInstant;
use crate::stored;
use crate::world::World;

/// An object to store.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewObject {
    /// Its content.
    #[serde(with = "stored::base64")]
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
    pub checksums: Checksums,
}

/// A stored object.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// What was stored.
    pub content: NewObject,
    /// The MD5 of the content in hex, or of the MD5s of its parts, without quotes.
    pub etag: String,
    /// When it was stored.
    pub last_modified: SimInstant,
    /// Its tags.
    pub tags: Tags,
}

impl Object {
    /// Stored whole, in one request.
    pub(super) fn whole(content: NewObject, tags: Tags, now: SimInstant) -> Self {
        Self {
            etag: hex::encode(Md5::digest(&content.bytes)),
            content,
            last_modified: now,
            tags,
        }
    }
}

/// An object that is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// It.
    pub object: Object,
    /// The part of it that was asked for; `None` for the whole.
    pub range: Option<ByteRange>,
    /// Whether the reader has it already, and is told no more than that.
    pub unmodified: bool,
    /// How many tags it has, if it has any and the reader may read them.
    pub tag_count: Option<usize>,
}

impl World {
    /// Stores an object; answers its `ETag` without quotes.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given. What the permit is bound to does not hold.
    pub fn s3_put(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        content: NewObject,
    ) -> Result<String, S3Error> {
        self.advance_to(now);
        let key = permit.target()?.key.clone();
        let bucket = self.s3_bucket_mut(permit)?;
        let there = bucket.objects.get(&key);
        permit.preconditions.check_write(there)?;
        let tags = permit.tags.clone().unwrap_or_default();
        let object = Object::whole(content, tags, now);
        let etag = object.etag.clone();
        bucket.objects.insert(key, object);
        Ok(etag)
    }

    /// An object, for whoever looks at the account from outside: no permission is asked.
    pub fn s3_object(&self, target: &Target) -> Option<&Object> {
        let bucket = self.s3_find_bucket(&target.bucket)?;
        bucket.objects.get(&target.key)
    }

    /// Reads an object, or what the header `Range` names of it.
    ///
    /// # Errors
    /// There is none: told only to those who may list the bucket (`s3.get.missing-key`). What the
    /// permit is bound to does not hold. The range lies outside of it.
    pub fn s3_get(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        range: Option<&str>,
    ) -> Result<Reading, S3Error> {
        self.advance_to(now);
        let object = self.read(now, permit, permit.target()?)?;
        let unmodified = !permit.preconditions.is_news(now, &object)?;
        let range = match range.filter(|_| !unmodified) {
            Some(header) => ByteRange::of(header, object.content.bytes.len())?,
            None => None,
        };
        Ok(Reading {
            tag_count: self.s3_tag_count(now, permit, &object),
            object,
            range,
            unmodified,
        })
    }

    /// The object at `target`, which the permit allows to be read.
    pub(super) fn read(
        &self,
        now: SimInstant,
        permit: &Permit,
        target: &Target,
    ) -> Result<Object, S3Error> {
        if let Some(object) = self.s3_object(target) {
            return Ok(object.clone());
        }
        let bucket = Resource::Bucket(target.bucket.clone());
        self.s3_allow_also(now, permit, "s3:ListBucket", &bucket)?;
        Err(S3Error::resource(S3Code::NoSuchKey))
    }
}
