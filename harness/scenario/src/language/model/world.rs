//! The world as it is before the first step.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::config::ConfigProfile;
use super::issuing::{Issuing, IssuingChanges};
use super::organization::{Guardrails, Organization};
use super::sources::Sso;
use crate::language::at::At;
use crate::language::word::words;

/// The accounts, their contents and their clock at the start. Names are the keys of the maps; the
/// span of an entry is where its name was written.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The first instant. Default `2031-05-01T00:00:00Z`.
    pub start: At<Timestamp>,
    /// Where everything is. Default `us-east-1`.
    pub region: At<String>,
    /// Buckets without a policy, in the first account.
    pub buckets: Vec<At<String>>,
    /// What the world says about how sources issue credentials; see [`World::issuing`].
    pub issuing: IssuingChanges,
    /// How long after an association the instance sees its role. Default zero: AWS documents no
    /// time.
    pub association_delay: At<Duration>,
    /// How long after a change of IAM it is seen by whatever is decided with it. Default zero: AWS
    /// publishes no time.
    pub consistency_delay: At<Duration>,
    /// The organization that the accounts are in, if they are in one.
    pub organization: Option<At<Organization>>,
    /// Further accounts, and what is said of the first.
    pub accounts: BTreeMap<String, At<Account>>,
    /// IAM users.
    pub users: BTreeMap<String, At<User>>,
    /// IAM roles.
    pub roles: BTreeMap<String, At<Role>>,
    /// Instance profiles.
    pub profiles: BTreeMap<String, At<Profile>>,
    /// EC2 instances, running.
    pub instances: BTreeMap<String, At<Instance>>,
    /// ECS tasks.
    pub tasks: BTreeMap<String, At<Task>>,
    /// Kubernetes pods.
    pub pods: BTreeMap<String, At<Pod>>,
    /// Buckets with something to say about them.
    pub bucket_tables: BTreeMap<String, At<Bucket>>,
    /// Profiles of the shared configuration files.
    pub config_profiles: BTreeMap<String, At<ConfigProfile>>,
    /// Portals of IAM Identity Center.
    pub sso: BTreeMap<String, At<Sso>>,
}

impl World {
    /// 2031-05-01T00:00:00Z, in seconds since the epoch.
    const START_SECONDS: i64 = 1_935_360_000;

    /// How sources issue credentials, unless they say otherwise.
    pub fn issuing(&self) -> Issuing {
        Issuing::default().with(&self.issuing)
    }

    /// Every bucket's name, once, in order.
    pub fn bucket_names(&self) -> std::collections::BTreeSet<&str> {
        let plain = self.buckets.iter().map(|bucket| bucket.value.as_str());
        plain
            .chain(self.bucket_tables.keys().map(String::as_str))
            .collect()
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            start: Timestamp::from_second(Self::START_SECONDS)
                .unwrap_or_default()
                .into(),
            region: "us-east-1".into(),
            buckets: Vec::new(),
            issuing: IssuingChanges::default(),
            association_delay: Duration::ZERO.into(),
            consistency_delay: Duration::ZERO.into(),
            organization: None,
            accounts: BTreeMap::new(),
            users: BTreeMap::new(),
            roles: BTreeMap::new(),
            profiles: BTreeMap::new(),
            instances: BTreeMap::new(),
            tasks: BTreeMap::new(),
            pods: BTreeMap::new(),
            bucket_tables: BTreeMap::new(),
            config_profiles: BTreeMap::new(),
            sso: BTreeMap::new(),
        }
    }
}

/// `account.NAME`.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its twelve digits.
    pub id: At<String>,
    /// What the organization attaches to it.
    pub guardrails: Guardrails,
}

/// `user.NAME`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// Managed policies, by name or ARN.
    pub policies: Vec<At<String>>,
    /// Inline policies: JSON documents by name.
    pub inline: BTreeMap<String, At<String>>,
    /// The account it is in, by name; the first when left out.
    pub account: Option<At<String>>,
}

/// `role.NAME`.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Who may assume it.
    pub trust: At<Trust>,
    /// Managed policies, by name or ARN.
    pub policies: Vec<At<String>>,
    /// Inline policies: JSON documents by name.
    pub inline: BTreeMap<String, At<String>>,
    /// The longest session that may be asked for. The account decides when it is left out.
    pub max_session_duration: Option<At<Duration>>,
    /// The account it is in, by name; the first when left out.
    pub account: Option<At<String>>,
}

impl Role {
    /// A role without policies.
    pub const fn new(trust: At<Trust>) -> Self {
        Self {
            trust,
            policies: Vec::new(),
            inline: BTreeMap::new(),
            max_session_duration: None,
            account: None,
        }
    }
}

/// Who may assume a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// An AWS service.
    Service(Service),
    /// The service accounts of the cluster, by web identity.
    WebIdentity,
    /// Whoever this JSON policy document says.
    Policy(String),
}

impl Trust {
    /// The word for [`Trust::WebIdentity`].
    pub const WEB_IDENTITY: &'static str = "web-identity";
}

words! {
    /// An AWS service that assumes roles for what runs on it.
    pub enum Service ("trusted service") {
        /// `ec2.amazonaws.com`.
        Ec2 = "ec2",
        /// `ecs-tasks.amazonaws.com`.
        EcsTasks = "ecs-tasks",
        /// `credentials.iot.amazonaws.com`: what runs under Greengrass.
        IotCredentials = "iot-credentials",
        /// `lambda.amazonaws.com`.
        Lambda = "lambda",
        /// `pods.eks.amazonaws.com`.
        Pods = "pods",
    }
}

/// `profile.NAME`: an instance profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Its role; a profile may be empty.
    pub role: Option<At<String>>,
}

/// `instance.NAME`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    /// The instance profile it is launched with.
    pub profile: Option<At<String>>,
    /// Whether its metadata service insists on a metadata token.
    pub http_tokens: Option<At<HttpTokens>>,
    /// The account it is in, by name; the first when left out.
    pub account: Option<At<String>>,
    /// How its credentials are issued, where that differs from the world.
    pub issuing: IssuingChanges,
    /// What its metadata service answers, in place of ours; then nothing else is said.
    pub recorded: Option<At<Recorded>>,
}

/// `recorded`: a recording, by the name of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The file, as it is written; the ending `.json` may be left out.
    pub file: PathBuf,
    /// The folder of the file that says so. A relative name is looked for there, and in the folders
    /// above it.
    pub folder: PathBuf,
}

words! {
    /// The metadata option `HttpTokens`.
    pub enum HttpTokens ("token mode") {
        /// IMDSv1 and IMDSv2: the default.
        Optional = "optional",
        /// IMDSv2 only.
        Required = "required",
    }
}

/// `task.NAME`: an ECS task, or what finds credentials as one does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Task {
    /// Its task role; none only if it is recorded.
    pub role: Option<At<String>>,
    /// What runs it. Default ECS.
    pub kind: Option<At<TaskKind>>,
    /// What its clients must send in `Authorization`. Default nothing for ECS; the others draw it.
    pub authorization_token: Option<At<String>>,
    /// The file that its clients read that from. Default none: they are told it in their
    /// environment.
    pub authorization_token_file: Option<At<String>>,
    /// How its credentials are issued, where that differs from the world.
    pub issuing: IssuingChanges,
    /// What its endpoint answers, in place of ours; then nothing else is said.
    pub recorded: Option<At<Recorded>>,
}

impl Task {
    /// A task of ECS with this role, of which nothing else is said.
    pub fn new(role: impl Into<At<String>>) -> Self {
        Self {
            role: Some(role.into()),
            ..Self::default()
        }
    }
}

words! {
    /// What runs a task.
    pub enum TaskKind ("kind of task") {
        /// Amazon ECS: the default.
        Ecs = "ecs",
        /// AWS CloudShell.
        CloudShell = "cloudshell",
        /// AWS IoT Greengrass.
        Greengrass = "greengrass",
        /// AWS Lambda SnapStart.
        SnapStart = "snapstart",
    }
}

words! {
    /// How a pod comes by the credentials of its role.
    pub enum PodIdentity ("pod identity") {
        /// EKS Pod Identity: from the agent of its node. The default.
        PodIdentity = "pod-identity",
        /// A role for its service account: from STS, by its token.
        WebIdentity = "web-identity",
    }
}

/// `pod.NAME`: a Kubernetes pod whose service account is bound to a role.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// The role.
    pub role: At<String>,
    /// Its namespace. Default `default`, as in Kubernetes.
    pub namespace: At<String>,
    /// How it comes by the role's credentials. Default EKS Pod Identity.
    pub identity: At<PodIdentity>,
    /// Its service account. Default `default`, as in Kubernetes.
    pub service_account: At<String>,
    /// How long a token of its service account lives. Default 24 hours, as EKS asks for.
    pub token_lifetime: Option<At<Duration>>,
    /// How its credentials are issued, where that differs from the world.
    pub issuing: IssuingChanges,
}

impl Pod {
    /// A pod with this role, of which nothing else is said.
    pub fn new(role: impl Into<At<String>>) -> Self {
        Self {
            role: role.into(),
            identity: PodIdentity::PodIdentity.into(),
            namespace: "default".into(),
            service_account: "default".into(),
            token_lifetime: None,
            issuing: IssuingChanges::default(),
        }
    }
}

/// `bucket.NAME`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Its bucket policy, a JSON document.
    pub policy: Option<At<String>>,
    /// The account it is in, by name; the first when left out.
    pub account: Option<At<String>>,
}
