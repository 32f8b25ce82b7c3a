//! The signatures within a body that comes in chunks: each is made of the one before it.
//!
//! Source: Amazon S3 API Reference, "Signature calculations for the Authorization header:
//! transferring payload in multiple chunks", and the same for trailing headers.

use std::fmt;

use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::problem::Problem;
use super::scope::CredentialScope;
use super::signature::{Signature, SigningKey};
use crate::SimInstant;

const CHUNK: &str = "AWS4-HMAC-SHA256-PAYLOAD";
const TRAILER: &str = "AWS4-HMAC-SHA256-TRAILER";

/// Verifies the chunks of one body, in their order (`s3.chunked.signed`).
pub struct ChunkSignatures {
    key: SigningKey,
    date: SimInstant,
    scope: CredentialScope,
    previous: Signature,
    chunks: u64,
    with_trailer: bool,
}

impl ChunkSignatures {
    /// Those of a body whose head has the signature `seed`.
    pub(super) fn new(
        key: SigningKey,
        date: SimInstant,
        scope: CredentialScope,
        seed: Signature,
        with_trailer: bool,
    ) -> Self {
        Self {
            key,
            date,
            scope,
            previous: seed,
            chunks: 0,
            with_trailer,
        }
    }

    /// Whether a trailer, which is signed too, follows the last chunk.
    pub fn with_trailer(&self) -> bool {
        self.with_trailer
    }

    /// Whether `sent` is the signature of the next chunk. The last one, which is empty, has one too.
    pub fn check_chunk(&mut self, data: &[u8], sent: Signature) -> Result<(), Failure> {
        self.chunks += 1;
        let (empty, own) = (Sha256::digest(b""), Sha256::digest(data));
        let hashes = format!("{}\n{}", hex::encode(empty), hex::encode(own));
        let chunk = self.chunks;
        self.check(CHUNK, &hashes, sent, Problem::ChunkMismatch { chunk })
    }

    /// Whether `sent` is the signature of the trailer: `name:value` and a line feed for each header
    /// of it, by name.
    pub fn check_trailer(&mut self, lines: &str, sent: Signature) -> Result<(), Failure> {
        let hash = hex::encode(Sha256::digest(lines));
        self.check(TRAILER, &hash, sent, Problem::TrailerMismatch)
    }

    fn check(
        &mut self,
        algorithm: &str,
        hashes: &str,
        sent: Signature,
        mismatch: Problem,
    ) -> Result<(), Failure> {
        let (date, scope, previous) = (self.date.amz_date(), &self.scope, self.previous);
        let signed = format!("{algorithm}\n{date}\n{scope}\n{previous}\n{hashes}");
        let own = self.key.sign(&signed);
        if own != sent {
            return Err(mismatch.into());
        }
        self.previous = own;
        Ok(())
    }
}

/// Leaves the key out, and the signature that the next one is made of.
impl fmt::Debug for ChunkSignatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSignatures")
            .field("chunks", &self.chunks)
            .field("with_trailer", &self.with_trailer)
            .finish_non_exhaustive()
    }
}
