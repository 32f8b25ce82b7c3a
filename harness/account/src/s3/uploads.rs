//! The uploads in parts that have begun, and their listings.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::begin::Permit;
use super::checksum::{ChecksumAlgorithm, Checksums};
use super::error::{S3Code, S3Error};
use super::listing::{Listed, Page, Selection, page};
use super::multipart::{ClaimedPart, NewUpload};
use super::tags::Tags;
use crate::instant::SimInstant;
use crate::stored;
use crate::world::World;

/// The uploads of a bucket, by key and then in the order in which they began
/// (`s3.multipart.list-order`).
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Uploads {
    #[serde(with = "stored::pairs")]
    by_key: BTreeMap<(String, u64), Upload>,
    begun: u64,
}

/// An upload that has begun.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) id: String,
    /// The how-manyeth of its bucket.
    pub(super) number: u64,
    pub(super) initiated: SimInstant,
    /// The ARN of who began it.
    pub(super) initiator: String,
    pub(super) tags: Tags,
    pub(super) new: NewUpload,
    pub(super) parts: BTreeMap<i32, Part>,
}

/// A part that has come.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    #[serde(with = "stored::base64")]
    pub(super) bytes: Bytes,
    #[serde(with = "stored::digest")]
    pub(super) md5: [u8; 16],
    pub(super) checksums: Checksums,
    pub(super) last_modified: SimInstant,
}

impl Part {
    pub(super) fn etag(&self) -> String {
        hex::encode(self.md5)
    }

    pub(super) fn checksum(&self, algorithm: ChecksumAlgorithm) -> Option<&str> {
        let mut checksums = self.checksums.iter();
        checksums
            .find(|(own, _)| *own == algorithm)
            .map(|(_, checksum)| &**checksum)
    }

    /// Whether it is the part that is claimed.
    pub(super) fn is(&self, claim: &ClaimedPart) -> bool {
        let same = |(algorithm, checksum): &(ChecksumAlgorithm, String)| {
            self.checksum(*algorithm).is_none_or(|own| own == checksum)
        };
        self.etag() == claim.etag && claim.checksums.iter().all(same)
    }
}

impl Uploads {
    /// The number of the next upload.
    /// Whether each is kept under its own key and number.
    pub(super) fn is_in_order(&self) -> bool {
        let mut kept = self.by_key.iter();
        kept.all(|((key, number), upload)| *key == upload.key && *number == upload.number)
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    pub(super) fn insert(&mut self, upload: Upload) {
        let at = (upload.key.clone(), upload.number);
        self.by_key.insert(at, upload);
    }

    pub(super) fn find_mut(&mut self, key: &str, id: &str) -> Result<&mut Upload, S3Error> {
        let of_key = (key.to_owned(), 0)..=(key.to_owned(), u64::MAX);
        let mut uploads = self.by_key.range_mut(of_key).map(|(_, upload)| upload);
        uploads.find(|upload| upload.id == id).ok_or_else(gone)
    }

    pub(super) fn remove(&mut self, key: &str, id: &str) -> Result<(), S3Error> {
        let number = self.find_mut(key, id)?.number;
        self.by_key.remove(&(key.to_owned(), number));
        Ok(())
    }

    /// Those behind the markers: of one key, those that began after the upload of that id.
    fn behind(&self, key: Option<&str>, id: Option<&str>) -> impl Iterator<Item = &Upload> {
        let start = match key {
            None => Bound::Unbounded,
            Some(key) => {
                let of_key = |upload: &&Upload| upload.key == key && Some(&*upload.id) == id;
                let number = self.by_key.values().find(of_key);
                let number = number.map_or(u64::MAX, |upload| upload.number);
                Bound::Excluded((key.to_owned(), number))
            }
        };
        let rest = self.by_key.range((start, Bound::Unbounded));
        rest.map(|(_, upload)| upload)
    }
}

fn gone() -> S3Error {
    S3Error::resource(S3Code::NoSuchUpload)
}

/// A part in a listing.
#[derive(Clone, Debug)]
pub struct ListedPart {
    /// Its number.
    pub number: i32,
    /// Its `ETag`, without quotes.
    pub etag: String,
    /// How many bytes it has.
    pub size: usize,
    /// When it came.
    pub last_modified: SimInstant,
    /// Its checksums.
    pub checksums: Checksums,
}

/// An upload in a listing.
#[derive(Clone, Debug)]
pub struct ListedUpload {
    /// The key of the object it is to become.
    pub key: String,
    /// Its id.
    pub id: String,
    /// When it began.
    pub initiated: SimInstant,
    /// The ARN of who began it.
    pub initiator: String,
}

impl ListedUpload {
    fn of(upload: &Upload) -> Self {
        Self {
            key: upload.key.clone(),
            id: upload.id.clone(),
            initiated: upload.initiated,
            initiator: upload.initiator.clone(),
        }
    }
}

/// Which part of the listing of uploads is asked for.
#[derive(Clone, Copy, Debug)]
pub struct UploadSelection<'a> {
    /// By key; `after` is the key marker.
    pub by_key: Selection<'a>,
    /// Behind which upload of that key it begins.
    pub upload_marker: Option<&'a str>,
}

impl World {
    /// At most `max` parts of an upload, behind the one numbered `after`; the upload; whether there
    /// are more.
    ///
    /// # Errors
    /// No such upload.
    pub fn s3_list_parts(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        upload: &str,
        after: i32,
        max: usize,
    ) -> Result<(ListedUpload, Vec<ListedPart>, bool), S3Error> {
        self.advance_to(now);
        let key = &permit.target()?.key;
        let upload = &*self.s3_bucket_mut(permit)?.uploads.find_mut(key, upload)?;
        let mut rest = upload
            .parts
            .range((Bound::Excluded(after), Bound::Unbounded));
        let parts = rest.by_ref().take(max).map(|(number, part)| ListedPart {
            number: *number,
            etag: part.etag(),
            size: part.bytes.len(),
            last_modified: part.last_modified,
            checksums: part.checksums.clone(),
        });
        let parts = parts.collect();
        let more = max > 0 && rest.next().is_some();
        Ok((ListedUpload::of(upload), parts, more))
    }

    /// A page of the bucket's uploads that have begun.
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_list_uploads(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        selection: &UploadSelection<'_>,
    ) -> Result<Page<ListedUpload>, S3Error> {
        let bucket = self.s3_bucket(now, permit)?;
        let by_key = &selection.by_key;
        let rest = bucket.uploads.behind(by_key.after, selection.upload_marker);
        let listed = rest.map(|upload| Listed {
            name: &upload.key,
            item: upload,
        });
        Ok(page(listed, by_key).map(ListedUpload::of))
    }
}
