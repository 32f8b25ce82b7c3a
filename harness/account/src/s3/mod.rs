//! Object storage: who may do what with which bucket and object.
//!
//! A request comes in two calls. [`World::s3_begin`] decides before a byte of the body is read and
//! answers a [`Permit`]; the calls that take the permit change or read the store.

mod action;
mod allow;
mod authentication;
mod begin;
mod bucket;
mod bucket_policy;
mod checksum;
mod chunked;
mod copy;
mod delete;
mod error;
mod limits;
mod listing;
mod multipart;
mod name;
mod object;
mod precondition;
mod public_access;
mod range;
mod tags;
#[cfg(test)]
mod tests;
mod uploads;
mod wishes;

pub use begin::{CopySource, Permit, Question, Resource, Target};
pub(crate) use bucket::Buckets;
pub use bucket::{Bucket, ListedBucket, Owner};
pub use checksum::{ChecksumAlgorithm, Checksums, check_checksums, require_checksum};
pub use chunked::{Decoded, decode_chunked};
pub use copy::{Copied, Description, MetadataDirective};
pub use delete::Deletion;
pub use error::{S3Code, S3Error};
pub use limits::{
    UPLOAD_BYTES_MAX, check_announced_length, check_headers, check_metadata, too_large,
};
pub use listing::{Page, Selection, continuation_token, name_in_token};
pub use multipart::{ClaimedPart, Completed, NewUpload};
pub use object::{NewObject, Object, Reading};
pub use precondition::Preconditions;
pub use public_access::PublicAccessBlock;
pub use range::ByteRange;
pub use tags::Tags;
pub use uploads::{ListedPart, ListedUpload, UploadSelection};
pub use wishes::{ENCRYPTION, Wishes};

#[cfg(doc)]
use crate::world::World;
