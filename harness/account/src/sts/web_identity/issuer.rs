//! The identity providers of the world, which sign whatever token they are asked for.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::id;
use crate::instant::SimInstant;
use crate::jwt::{Jwks, JwtError, PublicKey, SigningKey};
use crate::secret::Secret;
use crate::world::World;

/// What a token of an identity provider is to say.
#[derive(Clone, Debug, Default)]
pub struct WebIdentityToken {
    /// Who signs it: a URL of `https`. Every issuer has a key of its own, drawn from the seed; that
    /// of the pods' cluster signs with the cluster's.
    pub issuer: String,
    /// Who it is about.
    pub subject: String,
    /// Who it is for.
    pub audience: String,
    /// From its issue to its end.
    pub lifetime: Duration,
    /// Claims besides, or in place of those that are made of the others.
    pub claims: Map<String, Value>,
}

impl World {
    /// A token, signed by its issuer (`sts.web-identity.world-issuers`).
    pub fn web_identity_token(&mut self, now: SimInstant, asked: &WebIdentityToken) -> Secret {
        self.advance_to(now);
        let issued = now.epoch_millis().div_euclid(1000);
        let lifetime = i64::try_from(asked.lifetime.as_secs()).unwrap_or(i64::MAX);
        let (signer, subject) = (&asked.issuer, &asked.subject);
        let mut claims = json!({
            "aud": asked.audience,
            "exp": issued.saturating_add(lifetime),
            "iat": issued,
            "iss": signer,
            "jti": id::uuid(&self.entropy, &format!("web-identity/{signer}/{subject}/{issued}")),
            "nbf": issued,
            "sub": subject,
        });
        if let Value::Object(members) = &mut claims {
            members.extend(asked.claims.clone());
        }
        self.issuer_key(signer).sign(&claims)
    }

    /// Has an issuer publish the keys of a set (RFC 7517) besides its own, in place of those it
    /// published so before; answers their ids. Whoever has a private half may sign its tokens, with
    /// ES256 or RS256 (`sts.web-identity.published-keys`).
    ///
    /// # Errors
    /// A set without keys, or with one that is of another kind or not as it must be.
    pub fn publish_keys(
        &mut self,
        now: SimInstant,
        issuer: &str,
        set: &Value,
    ) -> Result<Vec<String>, JwtError> {
        self.advance_to(now);
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.filter(|keys| !keys.is_empty());
        let read = keys.ok_or(JwtError::Key)?.iter().map(PublicKey::read);
        let read = read.collect::<Result<Vec<_>, _>>()?;
        let ids = read.iter().map(|(id, _)| id.clone()).collect();
        // The public halves alone.
        let public = read.iter().map(|(id, key)| key.to_json(id));
        self.published_keys
            .insert(issuer.to_owned(), public.collect());
        Ok(ids)
    }

    /// What an issuer's signatures are checked with.
    pub(super) fn issuer_keys(&mut self, issuer: &str) -> Jwks {
        let published = self.published_keys.get(issuer).into_iter().flatten();
        let others = published.filter_map(|key| PublicKey::read(key).ok());
        let others = others.fold(Jwks::default(), |set, (id, key)| set.with_public(&id, key));
        others.with(&self.issuer_key(issuer))
    }

    /// What an issuer signs with.
    fn issuer_key(&mut self, issuer: &str) -> SigningKey {
        let entropy = self.entropy.clone();
        if issuer == self.cluster_issuer() {
            return self.cluster.key(&entropy).clone();
        }
        SigningKey::draw(&entropy, &format!("web-identity/{issuer}"))
    }
}
