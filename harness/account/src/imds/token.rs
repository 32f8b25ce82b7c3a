//! Metadata tokens: who may read an instance's metadata, and for how long.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::ImdsError;
use crate::coherent::{Checked, possible, there};
use crate::ec2::{Ec2, HttpTokens, Instance, InstanceState, Switch};
use crate::id;
use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::secret::Secret;
use crate::world::World;

/// The longest time to live, six hours (`imds.token.ttl-range`).
const TTL_SECONDS_MAX: u32 = 21_600;

/// What a client asks for a token with.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenRequest<'a> {
    /// The header `X-aws-ec2-metadata-token-ttl-seconds`, as sent.
    pub ttl_seconds: Option<&'a str>,
    /// Whether it carries `X-Forwarded-For`.
    pub forwarded: bool,
    /// Whether it was sent to the path of a dated version.
    pub versioned: bool,
}

/// A token, and how long it will be accepted.
#[derive(Clone, Debug)]
pub struct TokenGrant {
    /// Opaque.
    pub token: Secret,
    /// Echoed in the reply (`imds.token.ttl-echo`).
    pub ttl_seconds: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    instance: String,
    expires_at: SimInstant,
}

/// All live tokens. Issuing one never revokes another (`imds.token.coexist`).
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetadataTokens {
    grants: BTreeMap<Arc<str>, Grant>,
    /// The same tokens, those that end first in front.
    by_expiry: BTreeSet<(SimInstant, Arc<str>)>,
    issued: u64,
}

impl MetadataTokens {
    fn enter(&mut self, token: &str, grant: Grant) {
        let token: Arc<str> = token.into();
        self.by_expiry
            .insert((grant.expires_at, Arc::clone(&token)));
        self.grants.insert(token, grant);
    }

    fn forget(&mut self, token: &str) {
        if let Some((token, grant)) = self.grants.remove_entry(token) {
            self.by_expiry.remove(&(grant.expires_at, token));
        }
    }

    /// Forgets what has expired, so that looking one up does not get slower with those long gone.
    fn forget_expired(&mut self, now: SimInstant) {
        while self.by_expiry.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, token)) = self.by_expiry.pop_first() {
                self.grants.remove(&token);
            }
        }
    }

    /// Whether all tokens are of instances that are there, and are forgotten when they are over, in a
    /// world that was read.
    pub(crate) fn check(&self, ec2: &Ec2) -> Checked {
        let one_each = self.grants.len() == self.by_expiry.len();
        possible(one_each, "metadata tokens and their ends do not agree")?;
        for (token, grant) in &self.grants {
            let end = (grant.expires_at, Arc::clone(token));
            let ends = self.by_expiry.contains(&end);
            possible(ends, "metadata tokens and their ends do not agree")?;
            let is_there = ec2.instance(&grant.instance).is_ok();
            let named = format!("the instance {}", grant.instance);
            there(is_there, "a metadata token", named)?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        assert_eq!(self.grants.len(), self.by_expiry.len());
        self.grants.len()
    }
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
    /// `PUT /latest/api/token`.
    ///
    /// # Errors
    /// A time to live that is missing, malformed or out of range; a request that is not allowed;
    /// an instance that does not run, or whose metadata endpoint is disabled.
    pub fn imds_token(
        &mut self,
        now: SimInstant,
        instance: &str,
        request: &TokenRequest<'_>,
    ) -> Result<TokenGrant, ImdsError> {
        self.advance_to(now);
        self.answering(instance)?;
        // imds.token.latest-only
        if request.versioned {
            return Err(ImdsError::VersionedToken);
        }
        // imds.token.no-forwarding
        if request.forwarded {
            return Err(ImdsError::Forwarded);
        }
        let ttl_seconds = request
            .ttl_seconds
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|seconds| (1..=TTL_SECONDS_MAX).contains(seconds))
            .ok_or(ImdsError::BadTtl)?;
        let tokens = &mut self.metadata_tokens;
        tokens.forget_expired(now);
        tokens.issued += 1;
        let token = id::metadata_token(&self.entropy, &format!("{instance}/{}", tokens.issued));
        let grant = Grant {
            instance: instance.to_owned(),
            expires_at: now + Duration::from_secs(ttl_seconds.into()),
        };
        tokens.enter(&token, grant);
        Ok(TokenGrant {
            token: Secret::new(token),
            ttl_seconds,
        })
    }

    /// Forgets a metadata token before its time: whoever has it is told that it is none.
    pub fn forget_metadata_token(&mut self, token: &str) {
        self.metadata_tokens.forget(token);
    }

    /// Whether the answer to a token request, of whatever status, is lost on its way to a client
    /// `hops` network hops away; journals it if so. Without `hops` the client is as far away as
    /// the instance says that its clients are.
    ///
    /// The packets of that answer live no longer than the instance's hop limit, so that the client
    /// waits in vain; answers to reads are not limited (`imds.token.hop-limit`).
    pub fn imds_put_reply_lost(
        &mut self,
        now: SimInstant,
        instance: &str,
        hops: Option<u8>,
    ) -> bool {
        self.advance_to(now);
        let Ok(found) = self.ec2.instance(instance) else {
            return false;
        };
        let hops = hops.unwrap_or(found.client_hops);
        let hop_limit = found.metadata_options.http_put_response_hop_limit;
        let lost = hops > hop_limit;
        if lost {
            let instance = instance.to_owned();
            self.journal.happened(
                now,
                Happening::ReplyLost {
                    instance,
                    hops,
                    hop_limit,
                },
            );
        }
        lost
    }

    /// Whether a read with this token, or none, is allowed; for how many seconds yet, if there is
    /// a token.
    pub(super) fn check_metadata_token(
        &self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
    ) -> Result<Option<u32>, ImdsError> {
        let found = self.answering(instance)?;
        let Some(token) = token else {
            // imds.token.required, imds.v1.optional
            return match found.metadata_options.http_tokens {
                HttpTokens::Optional => Ok(None),
                HttpTokens::Required => Err(ImdsError::Unauthorized),
            };
        };
        let grant = self.metadata_tokens.grants.get(token);
        let good = grant.filter(|grant| grant.instance == instance && now < grant.expires_at);
        let good = good.ok_or(ImdsError::Unauthorized)?;
        // imds.token.ttl-told: a second that has begun counts.
        let left = good.expires_at.since(now).as_millis().div_ceil(1000);
        Ok(Some(u32::try_from(left).unwrap_or(TTL_SECONDS_MAX)))
    }

    /// The instance, if its metadata service answers.
    pub(super) fn answering(&self, instance: &str) -> Result<&Instance, ImdsError> {
        let found = self.ec2.instance(instance);
        let found = found.map_err(|_| ImdsError::NotFound)?;
        if found.state != InstanceState::Running {
            return Err(ImdsError::NotFound);
        }
        // imds.endpoint.disabled
        match found.metadata_options.http_endpoint {
            Switch::Enabled => Ok(found),
            Switch::Disabled => Err(ImdsError::Disabled),
        }
    }
}
