//! What of a canonical request must not be shown.

use sha2::{Digest, Sha256};

/// Headers and query parameters whose values are secrets: session tokens, the keys a client
/// encrypts its objects with, cookies.
const SENSITIVE: &[&str] = &[
    "cookie",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-security-token",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-s3session-token",
];

pub(super) fn is_sensitive(name: &str) -> bool {
    SENSITIVE
        .iter()
        .any(|sensitive| name.eq_ignore_ascii_case(sensitive))
}

/// Enough of a secret's digest to tell two apart: `sha256:` and eight hex digits.
pub(super) fn fingerprint(secret: &[u8]) -> String {
    format!("sha256:{}", hex::encode(&Sha256::digest(secret)[..4]))
}
