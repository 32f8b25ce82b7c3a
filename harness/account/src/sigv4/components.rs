//! What an `Authorization` header is made of, and what it may be instead.

use std::fmt;

use super::problem::excerpt;

/// A component of the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// `Credential`.
    Credential,
    /// `Signature`.
    Signature,
    /// `SignedHeaders`.
    SignedHeaders,
}

impl Component {
    /// All of them, in the order in which AWS names those it misses.
    pub const ALL: [Self; 3] = [Self::Credential, Self::Signature, Self::SignedHeaders];

    /// The name in the header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credential => "Credential",
            Self::Signature => "Signature",
            Self::SignedHeaders => "SignedHeaders",
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A way to sign, or to authenticate, that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnsupportedAlgorithm {
    /// Signature Version 2: `AWS AKID:signature`.
    SigV2,
    /// `SigV4a`, for several regions at once: `AWS4-ECDSA-P256-SHA256`.
    SigV4a,
    /// Another scheme, such as `Basic`.
    Scheme(String),
    /// A value without a scheme. It may be a bare secret, so it is not kept.
    Nameless,
}

impl UnsupportedAlgorithm {
    /// `scheme` is what precedes the first space of the header, `rest` what follows.
    pub(super) fn named(scheme: &str, rest: &str) -> Self {
        match scheme {
            "AWS" => Self::SigV2,
            "AWS4-ECDSA-P256-SHA256" => Self::SigV4a,
            _ if rest.is_empty() || scheme.is_empty() => Self::Nameless,
            other => Self::Scheme(excerpt(other)),
        }
    }
}

impl fmt::Display for UnsupportedAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SigV2 => f.write_str("Signature Version 2"),
            Self::SigV4a => f.write_str("SigV4a (AWS4-ECDSA-P256-SHA256)"),
            Self::Scheme(scheme) => write!(f, "the scheme `{scheme}`"),
            Self::Nameless => f.write_str("no scheme"),
        }
    }
}
