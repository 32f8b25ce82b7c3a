//! The cluster: its key, its pods, and the agent on its node.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::agent::AgentOptions;
use super::rate::Bucket;
use crate::entropy::Entropy;
use crate::iam::{IamError, Role};
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::{Assuming, Behind, Issuer, Issuing, KeySet, SessionName, Source};
use crate::jwt::{Claims, Jwks, SigningKey};
use crate::policy::Context;
use crate::secret::Secret;
use crate::stored;
use crate::world::World;

/// Who EKS is to a trust policy (`container.pod.trust`).
const SERVICE_PRINCIPAL: &str = "pods.eks.amazonaws.com";
/// The name of the one cluster of a world.
const NAME: &str = "simulated";
/// STS takes no longer name of a session (`sts.assume-role.parameter-forms`).
const SESSION_NAME_MAX: usize = 64;
const UUID_LENGTH: usize = 36;

/// How long the agent keeps a set before it fetches the next (`container.agent.cache`).
pub(super) const RETENTION_MAX: Duration = Duration::from_hours(3);

/// How long a token lives that nothing is said about: the webhook of EKS asks for 24 hours
/// (`container.pod.token-rotation`).
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// How a pod comes by the credentials of its role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodIdentity {
    /// EKS Pod Identity: from the agent of its node.
    #[default]
    Agent,
    /// A role for its service account: it takes its token to STS itself (`container.pod.web-identity`).
    WebIdentity,
}

/// What a pod is to be.
#[derive(Clone, Debug)]
pub struct RunPod {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its service account.
    pub service_account: String,
    /// The role that the service account is bound to.
    pub role: String,
    /// How it comes by the role's credentials.
    pub identity: PodIdentity,
    /// How long a token of the service account lives: 24 hours unless it is said.
    pub token_lifetime: Duration,
    /// How its credentials are issued.
    pub issuing: Issuing,
}

impl RunPod {
    /// A pod in the namespace `default` that runs as the service account `default`.
    pub fn new(name: impl Into<String>, role: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: "default".to_owned(),
            service_account: "default".to_owned(),
            role: role.into(),
            identity: PodIdentity::default(),
            token_lifetime: TOKEN_LIFETIME,
            issuing: Issuing::default(),
        }
    }
}

/// The cluster of a world.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cluster {
    /// Drawn when it is first needed: most worlds have no pods.
    key: Option<SigningKey>,
    pub(super) pods: BTreeMap<String, Pod>,
    pub(super) options: AgentOptions,
    /// What is left of the agent's limit, if it has one.
    pub(super) bucket: Option<Bucket>,
    /// How often the agent has asked EKS.
    pub(super) calls: u64,
}

/// One pod.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pod {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) service_account: String,
    role_id: String,
    pub(super) identity: PodIdentity,
    pub(super) token_lifetime: Duration,
    /// What its token file holds.
    #[serde(with = "stored::exposed")]
    pub(super) token: Secret,
    /// How many tokens it has had; the plan for the next is void if another came before.
    pub(super) tokens: u32,
    /// The token it has shown last, for which the agent goes on fetching.
    pub(super) shown: Option<Shown>,
    /// The sets that were fetched for tokens shown before that, by digest.
    pub(super) earlier: BTreeMap<String, KeySet>,
}

/// A token that the agent has fetched a set for.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shown {
    /// SHA-256, so that the token itself is not kept.
    pub(super) digest: String,
    pub(super) claims: Claims,
}

impl Cluster {
    pub(crate) fn key(&mut self, entropy: &Entropy) -> &SigningKey {
        self.key
            .get_or_insert_with(|| SigningKey::draw(entropy, NAME))
    }

    /// Where the agent listens does not change with the world.
    pub(crate) fn succeed(&mut self, before: &Self) {
        self.options.hosts.clone_from(&before.options.hosts);
    }

    pub(crate) fn name(&self, uid: &str) -> Option<&str> {
        self.pods.get(uid).map(|pod| pod.name.as_str())
    }

    pub(super) fn jwks(&self) -> Jwks {
        self.key.iter().fold(Jwks::default(), Jwks::with)
    }
}

impl World {
    /// Runs a pod; answers its uid. Its first credentials are issued when it first asks for them.
    ///
    /// # Errors
    /// No such role.
    pub fn run_pod(&mut self, now: SimInstant, run: RunPod) -> Result<String, IamError> {
        self.advance_to(now);
        let role_id = self.accounts.role_named(&run.role)?.id.clone();
        let label = format!("pod/{}/{}", run.name, self.cluster.pods.len());
        let uid = id::uuid(&self.entropy, &label);
        let source = Source::Pod(uid.clone());
        let assuming = self.assuming(&uid, &run);
        let issuer = Issuer::assuming(source.clone(), run.issuing, assuming);
        // container.agent.cache
        self.issuers
            .insert(source, issuer.renewing_within(RETENTION_MAX));
        let pod = Pod {
            name: run.name,
            namespace: run.namespace,
            service_account: run.service_account,
            role_id,
            identity: run.identity,
            token_lifetime: run.token_lifetime,
            token: Secret::new(""),
            tokens: 0,
            shown: None,
            earlier: BTreeMap::new(),
        };
        self.cluster.pods.insert(uid.clone(), pod);
        self.issue_pod_token(now, &uid);
        Ok(uid)
    }

    /// How EKS assumes the role for a pod.
    fn assuming(&self, uid: &str, run: &RunPod) -> Assuming {
        let arn = self.cluster_arn();
        // container.pod.session-tags
        let tags = [
            ("eks-cluster-arn", arn.as_str()),
            ("eks-cluster-name", NAME),
            ("kubernetes-namespace", &run.namespace),
            ("kubernetes-service-account", &run.service_account),
            ("kubernetes-pod-name", &run.name),
            ("kubernetes-pod-uid", uid),
        ];
        Assuming {
            service_principal: Some(SERVICE_PRINCIPAL.to_owned()),
            session_name: SessionName::Drawn(session_name_prefix(&run.name)),
            tags: tags
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            // container.pod.trust
            context: Context::new()
                .with("aws:SourceAccount", self.accounts.first())
                .with("aws:SourceArn", arn),
        }
    }

    fn cluster_arn(&self) -> String {
        let (region, account) = (&self.region, self.accounts.first());
        format!("arn:aws:eks:{region}:{account}:cluster/{NAME}")
    }

    pub(crate) fn role_behind_pod(&self, uid: &str) -> Behind<&Role> {
        let pod = self.cluster.pods.get(uid);
        let role = pod.and_then(|pod| {
            self.accounts
                .role_by_id(self.accounts.first(), &pod.role_id)
        });
        role.map_or(Behind::Nothing, Behind::Role)
    }
}

/// `eks-CLUSTER-POD-`, before a UUID (`container.pod.session-name`). The pod's name is cut where
/// the whole would be longer than a name of a session may be, and a character that no such name
/// may have becomes a dash.
fn session_name_prefix(pod: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let name = format!("eks-{NAME}-{pod}");
    let name = name.chars().take(SESSION_NAME_MAX - UUID_LENGTH - 1);
    let name: String = name.map(|c| if fits(c) { c } else { '-' }).collect();
    format!("{name}-")
}
