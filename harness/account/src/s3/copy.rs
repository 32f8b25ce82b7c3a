//! Objects copied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::begin::Permit;
use super::checksum::{ChecksumAlgorithm, Checksums};
use super::error::{S3Code, S3Error};
use super::object::{NewObject, Object};
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::world::World;

/// The most that one copy can take, 5 GiB (`s3.copy.size-max`).
const COPY_BYTES_MAX: usize = 5 << 30;

/// What describes an object, apart from its content.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// `Content-Type`, as sent.
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
}

impl Description {
    /// An object with this description.
    pub fn of(self, bytes: bytes::Bytes, checksums: Checksums) -> NewObject {
        NewObject {
            bytes,
            content_type: self.content_type,
            cache_control: self.cache_control,
            content_disposition: self.content_disposition,
            content_encoding: self.content_encoding,
            content_language: self.content_language,
            metadata: self.metadata,
            checksums,
        }
    }
}

/// How a copy is described (`s3.copy.metadata-directive`).
#[derive(Clone, Debug)]
pub enum MetadataDirective {
    /// As the source is.
    Copy,
    /// As the request says.
    Replace(Description),
}

/// A copy.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The `ETag`, without quotes.
    pub etag: String,
    /// When it was stored.
    pub last_modified: SimInstant,
    /// Its checksums.
    pub checksums: Checksums,
}

pub(super) fn check_copy_size(bytes: usize) -> Result<(), S3Error> {
    if bytes <= COPY_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "The specified copy source is larger than the maximum allowable size for a copy source: {COPY_BYTES_MAX}"
    );
    let (code, stage) = (S3Code::InvalidRequest, Stage::Resource);
    Err(S3Error::with_message(code, stage, message))
}

impl World {
    /// Stores a copy of the permit's source. A checksum of its own is computed if one is named, and
    /// a copy of an object in parts is whole.
    ///
    /// # Errors
    /// There is no source: told only to those who may list its bucket. It is too much for one
    /// copy. What the permit is bound to does not hold. A copy onto itself that changes nothing (`s3.copy.onto-itself`).
    pub fn s3_copy(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        directive: MetadataDirective,
        algorithm: Option<ChecksumAlgorithm>,
    ) -> Result<Copied, S3Error> {
        const ONTO_ITSELF: &str = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        self.advance_to(now);
        let (source, target) = (permit.source()?, permit.target()?);
        if source.target == *target && matches!(directive, MetadataDirective::Copy) {
            let (code, stage) = (S3Code::InvalidRequest, Stage::Operation);
            return Err(S3Error::with_message(code, stage, ONTO_ITSELF));
        }
        let object = self.read(now, permit, &source.target)?;
        source.preconditions.check_source(now, &object)?;
        let mut content = object.content;
        let bytes = content.bytes.clone();
        check_copy_size(bytes.len())?;
        let algorithm = algorithm.or(content.checksums.first().map(|(algorithm, _)| *algorithm));
        let checksums: Checksums = algorithm
            .map(|algorithm| (algorithm, algorithm.of(&bytes)))
            .into_iter()
            .collect();
        match directive {
            MetadataDirective::Copy => content.checksums.clone_from(&checksums),
            MetadataDirective::Replace(description) => {
                content = description.of(bytes, checksums.clone());
            }
        }
        // s3.copy.tags
        let tags = permit.tags.clone().unwrap_or(object.tags);
        let object = Object::whole(content, tags, now);
        let etag = object.etag.clone();
        let bucket = self.s3_bucket_mut(permit)?;
        let there = bucket.objects.get(&target.key);
        permit.preconditions.check_write(there)?;
        bucket.objects.insert(target.key.clone(), object);
        Ok(Copied {
            etag,
            last_modified: now,
            checksums,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // s3.copy.size-max
    #[test]
    fn five_gibibytes_can_be_copied_and_no_more() {
        assert!(check_copy_size(5 << 30).is_ok());
        let refused = check_copy_size((5 << 30) + 1).unwrap_err();
        assert_eq!(refused.code, S3Code::InvalidRequest);
        assert!(refused.message.ends_with(": 5368709120"), "{refused}");
    }
}
