//! The tokens of service accounts: what they say, and when the next one comes.

use std::time::Duration;

use serde_json::json;

use super::cluster::PodIdentity;
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::journal::Happening;
use crate::jwt::Jwks;
use crate::secret::Secret;
use crate::world::{Due, World};

/// Who such a token is for (`container.pod.token-claims`).
pub(super) const AUDIENCE: &str = "pods.eks.amazonaws.com";

/// Who it is for where pods take it to STS (`container.pod.web-identity`).
const STS_AUDIENCE: &str = "sts.amazonaws.com";

/// The kubelet replaces a token that is older than this, however long it lives
/// (`container.pod.token-rotation`).
const AGE_MAX: Duration = Duration::from_hours(24);

impl World {
    /// What the token file of a pod holds; `None` if there is no such pod.
    pub fn pod_token(&self, uid: &str) -> Option<&Secret> {
        self.cluster.pods.get(uid).map(|pod| &pod.token)
    }

    /// Gives a pod its next token now, ahead of time; the one before it stays valid until its end.
    /// Answers whether there is such a pod.
    pub fn rotate_pod_token(&mut self, now: SimInstant, uid: &str) -> bool {
        self.advance_to(now);
        let there = self.cluster.pods.contains_key(uid);
        if there {
            self.replace_pod_token(now, uid);
        }
        there
    }

    /// The public keys of the cluster, as its issuer publishes them.
    pub fn cluster_jwks(&self) -> Jwks {
        self.cluster.jwks()
    }

    /// A planned token has come; void if another came before it.
    pub(crate) fn pod_token_due(&mut self, at: SimInstant, uid: &str, generation: u32) {
        let pod = self.cluster.pods.get(uid);
        if pod.is_some_and(|pod| pod.tokens == generation) {
            self.replace_pod_token(at, uid);
        }
    }

    fn replace_pod_token(&mut self, now: SimInstant, uid: &str) {
        self.issue_pod_token(now, uid);
        let source = Source::Pod(uid.to_owned());
        self.journal
            .happened(now, Happening::TokenIssued { source });
    }

    /// Signs the pod's next token, and plans the one after it.
    pub(super) fn issue_pod_token(&mut self, now: SimInstant, uid: &str) {
        let iss = self.cluster_issuer();
        let entropy = self.entropy.clone();
        let key = self.cluster.key(&entropy).clone();
        let Some(pod) = self.cluster.pods.get_mut(uid) else {
            return;
        };
        pod.tokens += 1;
        let draw = |label: &str| id::uuid(&entropy, label);
        let (namespace, account) = (&pod.namespace, &pod.service_account);
        let issued = now.epoch_millis().div_euclid(1000);
        let lifetime = i64::try_from(pod.token_lifetime.as_secs()).unwrap_or(i64::MAX);
        let audience = match pod.identity {
            PodIdentity::Agent => AUDIENCE,
            PodIdentity::WebIdentity => STS_AUDIENCE,
        };
        // container.pod.token-claims
        pod.token = key.sign(&json!({
            "aud": [audience],
            "exp": issued.saturating_add(lifetime),
            "iat": issued,
            "iss": iss,
            "jti": draw(&format!("pod-token/{uid}/{}", pod.tokens)),
            "kubernetes.io": {
                "namespace": namespace,
                "node": { "name": "ip-10-0-0-1.ec2.internal", "uid": draw("node") },
                "pod": { "name": pod.name, "uid": uid },
                "serviceaccount": {
                    "name": account,
                    "uid": draw(&format!("service-account/{namespace}/{account}")),
                },
            },
            "nbf": issued,
            "sub": format!("system:serviceaccount:{namespace}:{account}"),
        }));
        let next = now + age_at_rotation(pod.token_lifetime);
        let due = Due::PodToken {
            pod: uid.to_owned(),
            generation: pod.tokens,
        };
        self.agenda.enter(next, due);
    }

    /// The URL of the issuer of the cluster, in the form of EKS: roles for service accounts trust the identity
    /// provider of that URL.
    pub fn cluster_issuer(&self) -> String {
        let id = id::uuid(&self.entropy, "cluster").replace('-', "");
        let region = &self.region;
        format!(
            "https://oidc.eks.{region}.amazonaws.com/id/{}",
            id.to_uppercase()
        )
    }
}

/// How old a token is when the next one comes: four fifths of its life, or a day
/// (`container.pod.token-rotation`). A second at least, or time would never get past it.
fn age_at_rotation(lifetime: Duration) -> Duration {
    (lifetime / 5 * 4).min(AGE_MAX).max(Duration::from_secs(1))
}
