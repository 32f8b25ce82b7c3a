//! The keys that tokens are signed and checked with.

use std::collections::BTreeMap;
use std::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{self, Signature, VerifyingKey};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::claims::Claims;
use super::error::{JwtError, Part};
use super::token::{Unverified, decode, encode, part};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// A private key, drawn from the world's seed.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    key: ecdsa::SigningKey,
}

impl SigningKey {
    /// The key of the stream called `label`.
    #[expect(clippy::missing_panics_doc, reason = "almost every draw is a key")]
    pub fn draw(entropy: &Entropy, label: &str) -> Self {
        // One draw in 2^32 is no key of the curve; then the next is taken.
        let mut draws = (0_u32..).map(|draw| entropy.bytes::<32>(&format!("jwt/{label}/{draw}")));
        let key = draws.find_map(|bytes| ecdsa::SigningKey::from_slice(&bytes).ok());
        let key = key.expect("almost every draw is a key");
        let id = key_id(key.verifying_key());
        Self { id, key }
    }

    /// Its id, `kid`: 40 hex digits, as the keys of EKS have them (`container.pod.token-claims`).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> Secret {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "JWT" });
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        Secret::new(format!("{signed}.{}", encode(signature.to_bytes())))
    }
}

/// Says which key it is and leaves the key out.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.id).finish()
    }
}

/// Public keys, by their ids: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: BTreeMap<String, VerifyingKey>,
}

impl Jwks {
    /// The set with the public half of `key` besides.
    #[must_use]
    pub fn with(mut self, key: &SigningKey) -> Self {
        let public = *key.key.verifying_key();
        self.keys.insert(key.id.clone(), public);
        self
    }

    /// The set as it is published.
    pub fn to_json(&self) -> Value {
        let keys = self.keys.iter().map(|(id, key)| {
            let point = key.to_sec1_point(false);
            json!({
                "alg": "ES256",
                "crv": "P-256",
                "kid": id,
                "kty": "EC",
                "use": "sig",
                "x": point.x().map(encode),
                "y": point.y().map(encode),
            })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    /// What a token says, if one of these keys has signed it. Whether its time has come, and who it
    /// is for, is the caller's to check.
    ///
    /// # Errors
    /// It is no token, of another algorithm, or not signed by any of these.
    pub fn verify(&self, token: &str) -> Result<Claims, JwtError> {
        let read = Unverified::read(token)?;
        let of_header = |name: &str| read.header.get(name).and_then(Value::as_str);
        // The algorithm is ours to choose, not the token's.
        if of_header("alg") != Some("ES256") {
            return Err(JwtError::Algorithm);
        }
        let key = of_header("kid").and_then(|id| self.keys.get(id));
        let key = key.ok_or(JwtError::UnknownKey)?;
        let signature = decode(read.signature, Part::Signature)?;
        let signature = Signature::from_slice(&signature).map_err(|_| JwtError::Signature)?;
        key.verify(read.signed.as_bytes(), &signature)
            .map_err(|_| JwtError::Signature)?;
        Ok(read.claims)
    }
}

fn key_id(key: &VerifyingKey) -> String {
    hex::encode(Sha1::digest(key.to_sec1_point(false).as_bytes()))
}
