//! Why a token is not accepted.

use thiserror::Error;

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwtError {
    /// Not three parts with dots between them.
    #[error("it has not three parts")]
    Parts,
    /// A part is not base64url without padding.
    #[error("its {0} is not base64url")]
    Encoding(Part),
    /// A part is not a JSON object.
    #[error("its {0} is not a JSON object")]
    Json(Part),
    /// The header names no algorithm.
    #[error("its header names no algorithm")]
    NoAlgorithm,
    /// The header names an algorithm other than ES256 and RS256, or not that of the key.
    #[error("its algorithm is not ES256 or RS256, or not that of its key")]
    Algorithm,
    /// No key of that id is known.
    #[error("no key is known that has its key id")]
    UnknownKey,
    /// A public key is not of a kind that is known, or not as it must be.
    #[error("no P-256 key, and no RSA key of 2048 to 8192 bits with a small odd exponent")]
    Key,
    /// The signature is not that key's.
    #[error("its signature does not match")]
    Signature,
    /// A date is not a number.
    #[error("its claim `{0}` is not a number")]
    NotANumber(&'static str),
    /// Its time is over.
    #[error("it is expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYet,
}

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Header,
    /// The second.
    Claims,
    /// The third.
    Signature,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Claims => "set of claims",
            Self::Signature => "signature",
        })
    }
}
