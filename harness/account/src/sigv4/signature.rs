//! Steps two to four: the string to sign, the signing key, the signature.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::authorization::ALGORITHM;
use super::canonical::CanonicalRequest;
use super::failure::Failure;
use super::problem::{Problem, excerpt};
use super::scope::{CredentialScope, TERMINATOR};
use crate::SimInstant;

/// Step two: the digest of a canonical request, with the date and the scope.
pub fn string_to_sign(
    date: SimInstant,
    scope: &CredentialScope,
    canonical: &CanonicalRequest,
) -> String {
    format!(
        "{ALGORITHM}\n{}\n{scope}\n{}",
        date.amz_date(),
        hex::encode(canonical.digest())
    )
}

/// Step three: a secret access key, narrowed to a scope.
///
/// ```
/// use rolecall_account::SimInstant;
/// use rolecall_account::sigv4::{CredentialScope, derive_signing_key};
///
/// let day = SimInstant::parse("2031-05-01T06:00:00Z").unwrap();
/// let key = derive_signing_key("a secret", &CredentialScope::new(day, "us-east-1", "s3"));
/// assert_eq!(format!("{key:?}"), "SigningKey");
/// ```
pub fn derive_signing_key(secret_access_key: &str, scope: &CredentialScope) -> SigningKey {
    let secret = format!("AWS4{secret_access_key}");
    let date = hmac(secret.as_bytes(), scope.date());
    let region = hmac(&date, scope.region());
    let service = hmac(&region, scope.service());
    SigningKey(hmac(&service, TERMINATOR))
}

/// A secret narrowed to one day, one region and one service. Never shown.
#[derive(Clone)]
pub struct SigningKey(pub(super) [u8; 32]);

impl SigningKey {
    /// Step four: signs a string.
    pub fn sign(&self, string_to_sign: &str) -> Signature {
        Signature(hmac(&self.0, string_to_sign))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// A signature. Two are compared in constant time.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads 64 lower-case hex digits.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        parse_digest(text).map(Self).ok_or_else(|| {
            Problem::SignatureMalformed {
                found: excerpt(text),
            }
            .into()
        })
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Signature {}

/// 64 lower-case hex digits.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

/// Reads 32 bytes as AWS writes them: 64 hex digits, none in upper case.
pub(super) fn parse_digest(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok()?;
    Some(digest)
}

fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length, RFC 2104");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}
