//! The keys that tokens are signed and checked with.

use std::collections::BTreeMap;
use std::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{self, Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::claims::Claims;
use super::error::{JwtError, Part};
use super::rsa::RsaKey;
use super::token::{Unverified, decode, encode, part};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// A private key, drawn from the world's seed.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
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
        Self::of(key)
    }

    fn of(key: ecdsa::SigningKey) -> Self {
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
/// The private key, in hex: the form in which a world's state is written.
impl From<SigningKey> for String {
    fn from(key: SigningKey) -> Self {
        hex::encode(key.key.to_bytes())
    }
}

impl TryFrom<String> for SigningKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = hex::decode(text).ok();
        let key = bytes.and_then(|bytes| ecdsa::SigningKey::from_slice(&bytes).ok());
        key.map(Self::of).ok_or("no private key of the curve P-256")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.id).finish()
    }
}

/// Public keys, by their ids: a JSON Web Key Set (RFC 7517).
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: BTreeMap<String, PublicKey>,
}

/// What a signature is checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// On the curve P-256, for ES256.
    Ec(VerifyingKey),
    /// For RS256.
    Rsa(RsaKey),
}

impl PublicKey {
    /// A public key and its id, as a set of keys publishes it (RFC 7517, RFC 7518 section 6). What
    /// else is said of it, such as its private half, is not read.
    ///
    /// # Errors
    /// It has no `kid`, is of another kind than P-256 or RSA or for another algorithm, or is none.
    pub fn read(jwk: &Value) -> Result<(String, Self), JwtError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).ok_or(JwtError::Key);
        let bytes = |name: &str| decode(text(name)?, Part::Signature).map_err(|_| JwtError::Key);
        let id = text("kid")?.to_owned();
        let (algorithm, key) = match text("kty")? {
            "RSA" => ("RS256", Self::Rsa(RsaKey::new(&bytes("n")?, &bytes("e")?)?)),
            "EC" if text("crv")? == "P-256" => {
                let point = [&[4][..], &bytes("x")?, &bytes("y")?].concat();
                let key = VerifyingKey::from_sec1_bytes(&point);
                ("ES256", Self::Ec(key.map_err(|_| JwtError::Key)?))
            }
            _ => return Err(JwtError::Key),
        };
        match jwk.get("alg") {
            Some(said) if said != algorithm => Err(JwtError::Key),
            _ => Ok((id, key)),
        }
    }

    /// As a set of keys publishes it.
    pub(crate) fn to_json(&self, id: &str) -> Value {
        match self {
            Self::Ec(key) => {
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
            }
            Self::Rsa(key) => json!({
                "alg": "RS256",
                "e": encode(key.exponent()),
                "kid": id,
                "kty": "RSA",
                "n": encode(key.modulus()),
                "use": "sig",
            }),
        }
    }

    /// Whether it has signed the message with that algorithm, which is the key's to choose and not
    /// the token's.
    fn verify(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        match (self, algorithm) {
            (Self::Ec(key), "ES256") => {
                let signature = Signature::from_slice(signature);
                let signature = signature.map_err(|_| JwtError::Signature)?;
                key.verify(message, &signature)
                    .map_err(|_| JwtError::Signature)
            }
            (Self::Rsa(key), "RS256") => key.verify(message, signature),
            _ => Err(JwtError::Algorithm),
        }
    }
}

impl Jwks {
    /// The set with the public half of `key` besides.
    #[must_use]
    pub fn with(mut self, key: &SigningKey) -> Self {
        let public = *key.key.verifying_key();
        self.keys.insert(key.id.clone(), PublicKey::Ec(public));
        self
    }

    /// The set with a key of that id besides.
    #[must_use]
    pub fn with_public(mut self, id: &str, key: PublicKey) -> Self {
        self.keys.insert(id.to_owned(), key);
        self
    }

    /// The set as it is published.
    pub fn to_json(&self) -> Value {
        let keys = self.keys.iter().map(|(id, key)| key.to_json(id));
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
        let algorithm = of_header("alg").filter(|said| ["ES256", "RS256"].contains(said));
        let algorithm = algorithm.ok_or(JwtError::Algorithm)?;
        let key = of_header("kid").and_then(|id| self.keys.get(id));
        let key = key.ok_or(JwtError::UnknownKey)?;
        let signature = decode(read.signature, Part::Signature)?;
        key.verify(algorithm, read.signed.as_bytes(), &signature)?;
        Ok(read.claims)
    }
}

fn key_id(key: &VerifyingKey) -> String {
    hex::encode(Sha1::digest(key.to_sec1_point(false).as_bytes()))
}
