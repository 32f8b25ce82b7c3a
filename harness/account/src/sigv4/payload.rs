//! The hash of the body that enters a signature, or what stands in for it.

use std::fmt;

use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::problem::{Problem, excerpt};
use super::signature::parse_digest;

/// What a canonical request ends with, and Amazon S3's `x-amz-content-sha256` holds.
///
/// Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)". Its two
/// forms for `SigV4a` are not among these, for neither is their algorithm.
///
/// ```
/// use rolecall_account::sigv4::PayloadHash;
///
/// assert_eq!(PayloadHash::parse("UNSIGNED-PAYLOAD")?, PayloadHash::Unsigned);
/// let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// assert_eq!(PayloadHash::parse(empty)?, PayloadHash::of(b""));
/// # Ok::<(), rolecall_account::sigv4::Failure>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadHash {
    /// SHA-256 of the whole body.
    Sha256([u8; 32]),
    /// The body is not signed.
    Unsigned,
    /// The body comes in chunks, each with a signature.
    StreamingSigned,
    /// The body comes in chunks, each with a signature, and a signed trailer.
    StreamingSignedTrailer,
    /// The body comes in chunks without signatures, and a trailer without one.
    StreamingUnsignedTrailer,
}

impl PayloadHash {
    /// The values that are words; every other is a hash.
    const WORDS: [(&'static str, Self); 4] = [
        ("UNSIGNED-PAYLOAD", Self::Unsigned),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Self::StreamingSigned),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            Self::StreamingSignedTrailer,
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Self::StreamingUnsignedTrailer,
        ),
    ];

    /// The hash of a whole body.
    pub fn of(body: &[u8]) -> Self {
        Self::Sha256(Sha256::digest(body).into())
    }

    /// Reads the value of `x-amz-content-sha256`: one of four words, or 64 lower-case hex digits.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::WORDS
            .into_iter()
            .find(|(word, _)| *word == text)
            .map(|(_, payload)| payload)
            .or_else(|| parse_digest(text).map(Self::Sha256))
            .ok_or_else(|| {
                Problem::PayloadHashUnknown {
                    found: excerpt(text),
                }
                .into()
            })
    }
}

/// As it stands in the header and in the canonical request.
impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha256(digest) => return f.write_str(&hex::encode(digest)),
            Self::Unsigned => Self::WORDS[0].0,
            Self::StreamingSigned => Self::WORDS[1].0,
            Self::StreamingSignedTrailer => Self::WORDS[2].0,
            Self::StreamingUnsignedTrailer => Self::WORDS[3].0,
        })
    }
}

/// Whether a body that came whole is the one that was signed.
///
/// A body declared to come in chunks is refused: its framing is still in it, and the chunks carry
/// what there is to check.
pub fn check_payload(declared: PayloadHash, body: &[u8]) -> Result<(), Failure> {
    match declared {
        PayloadHash::Unsigned => Ok(()),
        PayloadHash::Sha256(declared) => {
            let computed: [u8; 32] = Sha256::digest(body).into();
            if computed == declared {
                Ok(())
            } else {
                Err(Problem::PayloadHashMismatch { declared, computed }.into())
            }
        }
        PayloadHash::StreamingSigned
        | PayloadHash::StreamingSignedTrailer
        | PayloadHash::StreamingUnsignedTrailer => Err(Problem::PayloadChunked { declared }.into()),
    }
}
