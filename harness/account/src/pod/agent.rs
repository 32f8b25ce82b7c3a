//! The agent on the node: `GET /v1/credentials`.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::cluster::{Cluster, Pod, RETENTION_MAX, Shown};
use super::error::{AgentError, EksRefusal};
use super::rate::{Bucket, RateLimit};
use super::token::AUDIENCE;
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::{Issuer, KeySet, Serving, Source};
use crate::jwt::{Claims, Unverified};
use crate::secret::Secret;
use crate::session::Session;
use crate::world::World;

/// The agent's own addresses (`container.agent.address`).
const ADDRESSES: [&str; 2] = ["169.254.170.23", "fd00:ec2::23"];

/// A set with less left than this is not handed out again (`container.agent.cache`).
const LEFT_MIN: Duration = Duration::from_secs(15);

/// What the agent keeps its sets by (`container.agent.cache`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentCache {
    /// By the token: a pod that shows its next token gets a new set.
    #[default]
    PerToken,
    /// By the pod: one that shows another good token gets the set that it has, as the agent has
    /// done since it checks tokens itself.
    PerPod,
}

/// How the agent is set up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentOptions {
    /// The hosts it answers as; its two link-local addresses unless more is said.
    pub hosts: BTreeSet<String>,
    /// What it keeps its sets by.
    pub cache: AgentCache,
    /// How often it answers; `None` is as often as it is asked.
    pub rate_limit: Option<RateLimit>,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            hosts: ADDRESSES.map(str::to_owned).into(),
            cache: AgentCache::default(),
            rate_limit: None,
        }
    }
}

impl AgentOptions {
    /// Refuses a request to another host than the agent's (`container.agent.host-check`).
    fn check_host(&self, header: &str) -> Result<(), AgentError> {
        let host = without_port(header);
        if self.hosts.contains(host) {
            return Ok(());
        }
        Err(AgentError::InvalidAddress {
            hosts: self.hosts.iter().cloned().collect(),
            host: host.to_owned(),
        })
    }
}

impl Cluster {
    fn check_rate(&mut self, now: SimInstant) -> Result<(), AgentError> {
        let Some(limit) = self.options.rate_limit else {
            return Ok(());
        };
        let bucket = self.bucket.get_or_insert_with(|| Bucket::full(limit, now));
        let answered = bucket.take(now);
        answered.then_some(()).ok_or(AgentError::TooManyRequests)
    }

    /// What a token says, if the cluster has signed it, for EKS.
    fn accept(&self, token: &str) -> Option<Claims> {
        let claims = self.jwks().verify(token).ok()?;
        claims.has_audience(AUDIENCE).then_some(claims)
    }
}

impl World {
    /// Sets the agent up, and fills its limit.
    pub fn set_up_pod_agent(&mut self, options: AgentOptions) {
        self.cluster.bucket = None;
        self.cluster.options = options;
    }

    /// How the agent is set up.
    pub fn pod_agent(&self) -> &AgentOptions {
        &self.cluster.options
    }

    /// The document of a pod's credentials, for whoever shows its token as `authorization` to the
    /// agent at `host`, as the header of that name has it (`container.agent.request`).
    ///
    /// # Errors
    /// Asked too often, or at another address; no token, or not a good one; no role, or one that
    /// does not admit EKS.
    pub fn pod_credentials(
        &mut self,
        now: SimInstant,
        host: &str,
        authorization: &str,
    ) -> Result<Bytes, AgentError> {
        self.advance_to(now);
        self.cluster.check_rate(now)?;
        self.cluster.options.check_host(host)?;
        let claims = read(now, authorization)?;
        let pod = claims.text(&["kubernetes.io", "pod", "uid"]);
        let Some(uid) = pod else {
            return Err(self.of_no_pod());
        };
        match self.cached(now, uid, authorization) {
            Some(document) => Ok(document),
            None => self.fetch(now, uid, authorization),
        }
    }

    /// An agent that keeps its sets by the token asks EKS without looking for the pod.
    fn of_no_pod(&mut self) -> AgentError {
        match self.cluster.options.cache {
            AgentCache::PerPod => AgentError::NoPod,
            AgentCache::PerToken => self.upstream(EksRefusal::InvalidToken),
        }
    }

    /// The set that the agent has already, unless too little of it is left
    /// (`container.agent.cache`).
    fn cached(&mut self, now: SimInstant, uid: &str, token: &str) -> Option<Bytes> {
        let digest = digest(token);
        // Only a token that is new to a pod has to be checked.
        let is_new = !self.cluster.pods.get(uid)?.has_shown(&digest);
        let accepted = (is_new && self.cluster.options.cache == AgentCache::PerPod)
            .then(|| self.cluster.accept(token))
            .flatten();
        let pod = self.cluster.pods.get_mut(uid)?;
        if let (Some(claims), Some(shown)) = (accepted, &mut pod.shown) {
            shown.claims = claims;
            shown.digest.clone_from(&digest);
        }
        if !pod.has_shown(&digest) {
            let kept = pod.earlier.get(&digest);
            return Some(kept.filter(|kept| is_good(now, kept))?.document(document));
        }
        let issuer = self.issuers.get(&Source::Pod(uid.to_owned()))?;
        let keys = issuer.keys()?;
        let is_served = issuer.gets_stale() || is_left(now, &keys.session);
        is_served.then(|| keys.document(document))
    }

    /// Asks EKS for a new set: `AssumeRoleForPodIdentity`.
    fn fetch(&mut self, now: SimInstant, uid: &str, token: &str) -> Result<Bytes, AgentError> {
        let Some(claims) = self.cluster.accept(token) else {
            return Err(self.upstream(EksRefusal::InvalidToken));
        };
        let source = Source::Pod(uid.to_owned());
        let before = self.issuers.get(&source).and_then(Issuer::keys).cloned();
        let Some(pod) = self.cluster.pods.get_mut(uid) else {
            return Err(self.upstream(EksRefusal::NotFound));
        };
        pod.show(now, digest(token), claims, before);
        self.issue(now, &source);
        let refusal = match self.issuers.get(&source).and_then(Issuer::serving) {
            Some(Serving::Keys(keys)) => return Ok(keys.main.document(document)),
            Some(Serving::Refused { .. }) => EksRefusal::AccessDenied,
            Some(Serving::NoRole { .. } | Serving::NoProfile { .. }) | None => EksRefusal::NotFound,
        };
        // Nothing is kept of a refusal, and nothing renewed.
        self.stop_issuing(&source);
        Err(self.upstream(refusal))
    }

    fn upstream(&mut self, refusal: EksRefusal) -> AgentError {
        self.cluster.calls += 1;
        let label = format!("eks-auth/{}", self.cluster.calls);
        AgentError::Upstream {
            request_id: id::uuid(&self.entropy, &label),
            refusal,
        }
    }

    /// Whether the agent may fetch the next set of a pod by itself: only as long as the token that
    /// the pod has shown is good.
    pub(crate) fn may_renew(&self, at: SimInstant, uid: &str) -> bool {
        let pod = self.cluster.pods.get(uid);
        let shown = pod.and_then(|pod| pod.shown.as_ref());
        shown.is_some_and(|shown| shown.claims.check_times(at).is_ok())
    }
}

impl Pod {
    fn has_shown(&self, digest: &str) -> bool {
        self.shown
            .as_ref()
            .is_some_and(|shown| shown.digest == digest)
    }

    /// Remembers the token that the next set is fetched for; the set of the one before is kept for
    /// as long as it is good.
    fn show(&mut self, now: SimInstant, digest: String, claims: Claims, before: Option<KeySet>) {
        self.earlier.retain(|_, kept| is_good(now, kept));
        self.earlier.remove(&digest);
        let earlier = self.shown.replace(Shown { digest, claims });
        if let (Some(earlier), Some(keys)) = (earlier, before)
            && !self.has_shown(&earlier.digest)
        {
            self.earlier.insert(earlier.digest, keys);
        }
    }
}

/// Whether a set may still be handed out for a token that was shown before another.
fn is_good(now: SimInstant, kept: &KeySet) -> bool {
    now.since(kept.session.issued_at) < RETENTION_MAX && is_left(now, &kept.session)
}

/// What the agent itself looks at (`container.agent.token-check`); the signature is for EKS.
fn read(now: SimInstant, token: &str) -> Result<Claims, AgentError> {
    if token.is_empty() {
        return Err(AgentError::NoToken);
    }
    let read = Unverified::read(token).map_err(AgentError::Unparsable)?;
    let claims = read.claims();
    claims.check_times(now).map_err(AgentError::FailedClaims)?;
    Ok(claims.clone())
}

fn is_left(now: SimInstant, session: &Session) -> bool {
    session
        .expires_at
        .is_none_or(|end| end.since(now) > LEFT_MIN)
}

fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// `container.agent.document`.
fn document(session: &Session) -> String {
    json!({
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose(),
        "Token": session.session_token.as_ref().map(Secret::expose),
        "AccountId": session.identity.account,
        // container.agent.expiration-nanos
        "Expiration": session.expires_at.map(SimInstant::rfc3339_nano),
    })
    .to_string()
}

/// `HOST`, of `HOST`, `HOST:PORT`, `[HOST]` and `[HOST]:PORT`.
fn without_port(header: &str) -> &str {
    if let Some((host, rest)) = header
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        && (rest.is_empty() || rest.starts_with(':'))
    {
        return host;
    }
    match header.split_once(':') {
        Some((host, port)) if !port.contains(':') => host,
        _ => header,
    }
}
