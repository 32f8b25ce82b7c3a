//! Objects copied.

use std::collections::BTreeMap;

use super::begin::Permit;
use super::checksum::{ChecksumAlgorithm, Checksums};
use super::error::{S3Code, S3Error};
use super::object::{NewObject, Object};
use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::world::World;

/// What describes an object, apart from its content.
#[derive(Clone, Debug, Default)]
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

impl World {
    /// Stores a copy of the permit's source. A checksum of its own is computed if one is named, and
    /// a copy of an object in parts is whole.
    ///
    /// # Errors
    /// There is no source: told only to those who may list its bucket. A copy onto itself that
    /// changes nothing (`s3.copy.onto-itself`).
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
        if source == target && matches!(directive, MetadataDirective::Copy) {
            let (code, stage) = (S3Code::InvalidRequest, Stage::Operation);
            return Err(S3Error::with_message(code, stage, ONTO_ITSELF));
        }
        let mut content = self.read(now, permit, source)?.content;
        let bytes = content.bytes.clone();
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
        let object = Object::whole(content, now);
        let etag = object.etag.clone();
        let bucket = self.s3_bucket_mut(permit)?;
        bucket.objects.insert(target.key.clone(), object);
        Ok(Copied {
            etag,
            last_modified: now,
            checksums,
        })
    }
}
