//! The identity providers of the world, which sign whatever token they are asked for.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::id;
use crate::instant::SimInstant;
use crate::jwt::SigningKey;
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

    /// What an issuer signs with.
    pub(super) fn issuer_key(&mut self, issuer: &str) -> SigningKey {
        let entropy = self.entropy.clone();
        if issuer == self.cluster_issuer() {
            return self.cluster.key(&entropy).clone();
        }
        SigningKey::draw(&entropy, &format!("web-identity/{issuer}"))
    }
}
