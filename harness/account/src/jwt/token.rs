//! The form of a token: three parts, of which two are JSON.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::claims::Claims;
use super::error::{JwtError, Part};

/// A token that has been read, and nothing in it believed.
#[derive(Clone, Debug)]
pub struct Unverified<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Claims,
    /// Everything before the last dot.
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Unverified<'a> {
    /// Reads a token in its compact form.
    ///
    /// # Errors
    /// It is none.
    pub fn read(token: &'a str) -> Result<Self, JwtError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Parts)?;
        let (header, claims) = signed.split_once('.').ok_or(JwtError::Parts)?;
        if claims.contains('.') {
            return Err(JwtError::Parts);
        }
        let header = object(header, Part::Header)?;
        if !header.get("alg").is_some_and(Value::is_string) {
            return Err(JwtError::NoAlgorithm);
        }
        Ok(Self {
            header,
            claims: Claims::new(object(claims, Part::Claims)?),
            signed,
            signature,
        })
    }

    /// What it says, true or not.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }
}

pub(super) fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

pub(super) fn decode(text: &str, part: Part) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JwtError::Encoding(part))
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn object(text: &str, part: Part) -> Result<Map<String, Value>, JwtError> {
    let bytes = decode(text, part)?;
    serde_json::from_slice(&bytes).map_err(|_| JwtError::Json(part))
}
