//! Metadata tokens: who may read an instance's metadata, and for how long.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::error::ImdsError;
use crate::ec2::{HttpTokens, InstanceState};
use crate::id;
use crate::instant::SimInstant;
use crate::secret::Secret;
use crate::world::World;

/// The longest time to live, six hours (`imds.token.ttl-range`).
const TTL_SECONDS_MAX: u32 = 21_600;

/// A token, and how long it will be accepted.
#[derive(Clone, Debug)]
pub struct TokenGrant {
    /// Opaque.
    pub token: Secret,
    /// Echoed in the reply (`imds.token.ttl-echo`).
    pub ttl_seconds: u32,
}

struct Grant {
    instance: String,
    expires_at: SimInstant,
}

/// All live tokens. Issuing one never revokes another (`imds.token.coexist`).
#[derive(Default)]
pub(crate) struct MetadataTokens {
    grants: BTreeMap<String, Grant>,
    issued: u64,
}

/// Says how many there were and leaves the tokens out.
impl fmt::Debug for MetadataTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataTokens")
            .field("issued", &self.issued)
            .finish_non_exhaustive()
    }
}

impl World {
    /// `PUT /latest/api/token`; `ttl_seconds` is the header as sent.
    ///
    /// # Errors
    /// A time to live that is missing, malformed or out of range; an instance that does not run.
    pub fn imds_token(
        &mut self,
        now: SimInstant,
        instance: &str,
        ttl_seconds: Option<&str>,
    ) -> Result<TokenGrant, ImdsError> {
        self.advance_to(now);
        self.running(instance)?;
        let ttl_seconds = ttl_seconds
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|seconds| (1..=TTL_SECONDS_MAX).contains(seconds))
            .ok_or(ImdsError::BadTtl)?;
        let tokens = &mut self.metadata_tokens;
        tokens.issued += 1;
        let token = id::metadata_token(&self.entropy, &format!("{instance}/{}", tokens.issued));
        let expires_at = now + Duration::from_secs(ttl_seconds.into());
        tokens.grants.insert(
            token.clone(),
            Grant {
                instance: instance.to_owned(),
                expires_at,
            },
        );
        Ok(TokenGrant {
            token: Secret::new(token),
            ttl_seconds,
        })
    }

    /// Forgets a metadata token before its time: whoever has it is told that it is none.
    pub fn forget_metadata_token(&mut self, token: &str) {
        self.metadata_tokens.grants.remove(token);
    }

    /// Whether a read with this token, or none, is allowed.
    pub(super) fn check_metadata_token(
        &self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
    ) -> Result<(), ImdsError> {
        let http_tokens = self.running(instance)?;
        let Some(token) = token else {
            // imds.token.required, imds.v1.optional
            return match http_tokens {
                HttpTokens::Optional => Ok(()),
                HttpTokens::Required => Err(ImdsError::Unauthorized),
            };
        };
        let grant = self.metadata_tokens.grants.get(token);
        let good = grant.is_some_and(|grant| grant.instance == instance && now < grant.expires_at);
        good.then_some(()).ok_or(ImdsError::Unauthorized)
    }

    fn running(&self, instance: &str) -> Result<HttpTokens, ImdsError> {
        match self.ec2.instance(instance) {
            Ok(found) if found.state == InstanceState::Running => Ok(found.http_tokens),
            _ => Err(ImdsError::NotFound),
        }
    }
}
