//! Object storage: who may do what with which object.
//!
//! A request comes in two calls. [`World::s3_begin`] decides before a byte of the body is read and
//! answers a [`Permit`]; the calls that take the permit change or read the store.

mod authentication;
mod begin;
mod checksum;
mod error;
mod store;

pub use begin::{Permit, Target};
pub use checksum::{ChecksumAlgorithm, check_checksums};
pub use error::{S3Code, S3Error};
pub(crate) use store::Buckets;
pub use store::{NewObject, Object};

#[cfg(doc)]
use crate::world::World;
