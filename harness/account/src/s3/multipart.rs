//! Uploads in parts.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::begin::{CopySource, Permit};
use super::checksum::{ChecksumAlgorithm, Checksums};
use super::copy::{Copied, Description, check_copy_size};
use super::error::{S3Code, S3Error};
use super::object::Object;
use super::range::ByteRange;
use super::uploads::{Part, Upload};
use crate::authenticate::Stage;
use crate::id;
use crate::instant::SimInstant;
use crate::world::World;

/// The least that a part has which is not the last, 5 MiB (`s3.multipart.part-size-min`).
const PART_BYTES_MIN: usize = 5 << 20;

/// The numbers that parts can have (`s3.multipart.part-number`).
const PART_NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;

/// An upload to begin.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// What describes the object.
    pub description: Description,
    /// The checksum that the object will have.
    pub algorithm: Option<ChecksumAlgorithm>,
    /// Whether that is one of the whole content, not of its parts' checksums.
    pub full_object: bool,
}

/// A part, as the one who completes an upload knows it.
#[derive(Clone, Debug)]
pub struct ClaimedPart {
    /// Its number.
    pub number: i32,
    /// Its `ETag`, without quotes.
    pub etag: String,
    /// Its checksums.
    pub checksums: Checksums,
}

/// An object made of parts.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The `ETag`, without quotes.
    pub etag: String,
    /// Its checksums.
    pub checksums: Checksums,
}

impl World {
    /// Begins an upload; answers its id.
    ///
    /// # Errors
    /// The checksum is none of that kind; the bucket is gone since the permit was given.
    pub fn s3_create_upload(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: NewUpload,
    ) -> Result<String, S3Error> {
        self.advance_to(now);
        check_kind(&upload)?;
        let target = permit.target()?;
        let number = self.s3_bucket_mut(permit)?.uploads.next_number();
        let label = format!("{}/{number}/{now}", target.bucket);
        let id = id::s3_upload_id(&self.entropy, &label);
        let upload = Upload {
            key: target.key.clone(),
            id: id.clone(),
            number,
            initiated: now,
            initiator: permit.initiator(),
            tags: permit.tags.clone().unwrap_or_default(),
            new: upload,
            parts: BTreeMap::new(),
        };
        self.s3_bucket_mut(permit)?.uploads.insert(upload);
        Ok(id)
    }

    /// Stores a part; answers its `ETag` without quotes, and its checksums. A part of the same
    /// number is replaced.
    ///
    /// # Errors
    /// No such upload; a number that no part has.
    pub fn s3_upload_part(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: &str,
        number: i32,
        bytes: Bytes,
        checksums: Checksums,
    ) -> Result<Completed, S3Error> {
        self.advance_to(now);
        check_part_number(number)?;
        let key = &permit.target()?.key;
        let upload = self.s3_bucket_mut(permit)?.uploads.find_mut(key, upload)?;
        Ok(upload.keep(now, number, bytes, checksums))
    }

    /// Makes a part of the permit's source, or of what the header `x-amz-copy-source-range` names
    /// of it.
    ///
    /// # Errors
    /// No such upload; a number that no part has. There is no source: told only to those who may
    /// list its bucket. What the permit says of it does not hold. The range is none, or not within the source; it is too much for one copy.
    pub fn s3_upload_part_copy(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: &str,
        number: i32,
        range: Option<&str>,
    ) -> Result<Copied, S3Error> {
        self.advance_to(now);
        check_part_number(number)?;
        let key = &permit.target()?.key;
        self.s3_bucket_mut(permit)?.uploads.find_mut(key, upload)?;
        let CopySource {
            target,
            preconditions,
        } = permit.source()?;
        let source = self.read(now, permit, target)?;
        preconditions.check_source(now, &source)?;
        let whole = source.content.bytes;
        let bytes = match range {
            Some(header) => ByteRange::of_copy(header, whole.len())?.slice(&whole),
            None => whole,
        };
        check_copy_size(bytes.len())?;
        let upload = self.s3_bucket_mut(permit)?.uploads.find_mut(key, upload)?;
        let Completed { etag, checksums } = upload.keep(now, number, bytes, Checksums::new());
        Ok(Copied {
            etag,
            last_modified: now,
            checksums,
        })
    }

    /// Makes an object of the parts of an upload, and ends it. `whole` are checksums that the
    /// caller knows the whole content has.
    ///
    /// # Errors
    /// No such upload; parts out of order, unknown or too small; a checksum that is not the
    /// content's. What the permit is bound to does not hold.
    pub fn s3_complete_upload(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: &str,
        claimed: &[ClaimedPart],
        whole: &Checksums,
    ) -> Result<Completed, S3Error> {
        self.advance_to(now);
        let key = &permit.target()?.key;
        let bucket = self.s3_bucket_mut(permit)?;
        let found = bucket.uploads.find_mut(key, upload)?;
        let parts = chosen(found, claimed)?;
        let there = bucket.objects.get(key);
        permit.preconditions.check_write(there)?;
        let mut content = BytesMut::new();
        for part in &parts {
            content.extend_from_slice(&part.bytes);
        }
        let content = content.freeze();
        let checksums = checksums_of(found, &parts, &content, whole)?;
        let object = Object {
            etag: etag_of(&parts),
            content: (found.new.description.clone()).of(content, checksums.clone()),
            last_modified: now,
            tags: found.tags.clone(),
        };
        let etag = object.etag.clone();
        bucket.uploads.remove(key, upload)?;
        bucket.objects.insert(key.clone(), object);
        Ok(Completed { etag, checksums })
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// No such upload.
    pub fn s3_abort_upload(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: &str,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        let key = &permit.target()?.key;
        self.s3_bucket_mut(permit)?.uploads.remove(key, upload)
    }
}

impl Upload {
    /// Keeps a part, in place of the one that has its number. It gets the checksum that the upload
    /// asks for if it came without.
    fn keep(
        &mut self,
        now: SimInstant,
        number: i32,
        bytes: Bytes,
        mut checksums: Checksums,
    ) -> Completed {
        if let Some(algorithm) = self.new.algorithm
            && !checksums.iter().any(|(own, _)| *own == algorithm)
        {
            checksums.push((algorithm, algorithm.of(&bytes)));
        }
        let part = Part {
            md5: Md5::digest(&bytes).into(),
            bytes,
            checksums: checksums.clone(),
            last_modified: now,
        };
        let etag = part.etag();
        self.parts.insert(number, part);
        Completed { etag, checksums }
    }
}

/// `s3.multipart.checksum-type`.
fn check_kind(upload: &NewUpload) -> Result<(), S3Error> {
    let Some(algorithm) = upload.algorithm else {
        return Ok(());
    };
    if algorithm.can_be(upload.full_object) {
        return Ok(());
    }
    let kind = if upload.full_object {
        "FULL_OBJECT"
    } else {
        "COMPOSITE"
    };
    let name = algorithm.name().to_lowercase();
    let message =
        format!("The {kind} checksum type cannot be used with the {name} checksum algorithm.");
    let (code, stage) = (S3Code::InvalidRequest, Stage::Parameters);
    Err(S3Error::with_message(code, stage, message))
}

fn check_part_number(number: i32) -> Result<(), S3Error> {
    if PART_NUMBERS.contains(&number) {
        return Ok(());
    }
    let message = "Part number must be an integer between 1 and 10000, inclusive";
    let error = S3Error::argument(message).and("ArgumentName", &"partNumber");
    Err(error.and("ArgumentValue", &number))
}

/// The parts that are claimed (`s3.multipart.complete`).
fn chosen<'a>(upload: &'a Upload, claimed: &[ClaimedPart]) -> Result<Vec<&'a Part>, S3Error> {
    if claimed.is_empty() {
        return Err(S3Error::resource(S3Code::MalformedXML));
    }
    if !claimed.is_sorted_by(|one, next| one.number < next.number) {
        return Err(S3Error::resource(S3Code::InvalidPartOrder));
    }
    let found = claimed.iter().map(|claim| {
        let part = upload.parts.get(&claim.number);
        part.filter(|part| part.is(claim))
    });
    let parts = found.collect::<Option<Vec<_>>>();
    let parts = parts.ok_or_else(|| S3Error::resource(S3Code::InvalidPart))?;
    let but_last = parts.iter().rev().skip(1);
    if but_last
        .into_iter()
        .any(|part| part.bytes.len() < PART_BYTES_MIN)
    {
        return Err(S3Error::resource(S3Code::EntityTooSmall));
    }
    Ok(parts)
}

/// The MD5 of the parts' MD5s, and how many they are (`s3.multipart.etag`).
fn etag_of(parts: &[&Part]) -> String {
    let digests: Vec<u8> = parts.iter().flat_map(|part| part.md5).collect();
    format!("{}-{}", hex::encode(Md5::digest(digests)), parts.len())
}

/// `s3.multipart.checksum`.
fn checksums_of(
    upload: &Upload,
    parts: &[&Part],
    content: &Bytes,
    whole: &Checksums,
) -> Result<Checksums, S3Error> {
    for (algorithm, claimed) in whole {
        let own = if claimed.contains('-') {
            composite(*algorithm, parts)
        } else {
            algorithm.of(content)
        };
        if *claimed != own {
            let name = algorithm.name();
            let message =
                format!("The {name} you specified did not match the calculated checksum.");
            let (code, stage) = (S3Code::BadDigest, Stage::Resource);
            return Err(S3Error::with_message(code, stage, message));
        }
    }
    let Some(algorithm) = upload.new.algorithm else {
        return Ok(Checksums::new());
    };
    let checksum = if upload.new.full_object {
        algorithm.of(content)
    } else {
        composite(algorithm, parts)
    };
    Ok(vec![(algorithm, checksum)])
}

/// The checksum of the parts' checksums, of which those are computed that did not come.
fn composite(algorithm: ChecksumAlgorithm, parts: &[&Part]) -> String {
    let of_part = |part: &&Part| match part.checksum(algorithm) {
        Some(own) => own.to_owned(),
        None => algorithm.of(&part.bytes),
    };
    let of_parts: Vec<String> = parts.iter().map(of_part).collect();
    algorithm.composite(of_parts.iter().map(String::as_str))
}
