//! JSON Web Tokens: made with a key of the world's, checked against a set of keys.
//!
//! One algorithm, ES256 (RFC 7518, section 3.4), with deterministic signatures (RFC 6979): the same
//! seed makes the same tokens, to the byte.

mod claims;
mod error;
mod key;
mod token;

pub use claims::Claims;
pub use error::{JwtError, Part};
pub use key::{Jwks, SigningKey};
pub use token::Unverified;

#[cfg(test)]
mod tests;
