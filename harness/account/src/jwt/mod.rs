//! JSON Web Tokens: made with a key of the world's, checked against a set of keys.
//!
//! Made with one algorithm, ES256 (RFC 7518, section 3.4), with deterministic signatures (RFC 6979):
//! the same seed makes the same tokens, to the byte. Tokens of others may also be of RS256 (section
//! 3.3), where their key is known.

mod claims;
mod error;
mod key;
mod rsa;
mod token;

pub use claims::Claims;
pub use error::{JwtError, Part};
pub use key::{Jwks, PublicKey, SigningKey};
pub use rsa::RsaKey;
#[cfg(test)]
pub(crate) use rsa::tests::{fixture, sign as sign_rs256};
pub use token::Unverified;

#[cfg(test)]
mod tests;
