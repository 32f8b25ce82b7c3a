//! The clients under test.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::language::at::At;
use crate::language::word::words;

/// `[app.NAME]`: one client.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// Where it runs.
    pub on: At<Place>,
    /// How it finds its identity. By default as an ordinary client does.
    pub use_: At<Use>,
    /// The profile of the shared configuration files.
    pub profile: Option<At<String>>,
    /// Environment variables, besides those the world sets.
    pub env: BTreeMap<String, At<String>>,
    /// What is said in code rather than in environment and files.
    pub settings: BTreeMap<Setting, At<SettingValue>>,
    /// How far its wall clock is ahead of the world's; negative when behind.
    pub clock_skew: Option<At<SignedDuration>>,
}

impl App {
    /// An ordinary client, with nothing said about it but where it runs.
    pub fn on(place: Place) -> Self {
        Self {
            on: place.into(),
            use_: Use::Client.into(),
            profile: None,
            env: BTreeMap::new(),
            settings: BTreeMap::new(),
            clock_skew: None,
        }
    }
}

/// Where an app runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On this instance.
    Instance(String),
    /// In this task.
    Task(String),
    /// In this pod.
    Pod(String),
    /// On a machine with no source of credentials of its own.
    Laptop,
}

impl Place {
    /// The word for [`Place::Laptop`]; no instance, task or pod may have this name.
    pub const LAPTOP: &'static str = "laptop";

    /// Its name as `on` has it.
    pub fn name(&self) -> &str {
        match self {
            Self::Instance(name) | Self::Task(name) | Self::Pod(name) => name,
            Self::Laptop => Self::LAPTOP,
        }
    }
}

words! {
    /// How an app finds its identity: the values of `use` in the driver contract.
    pub enum Use ("way to find credentials") {
        /// As an ordinary client of its SDK does.
        Client = "client",
        /// The SDK's default chain, without a client.
        DefaultChain = "default-chain",
        /// The instance metadata provider alone.
        Imds = "imds",
        /// The container provider alone.
        Container = "container",
        /// The assume-role provider alone.
        AssumeRole = "assume-role",
        /// The web identity provider alone.
        WebIdentity = "web-identity",
        /// The `credential_process` provider alone.
        Process = "process",
        /// The SSO provider alone.
        Sso = "sso",
        /// The profile provider alone.
        Profile = "profile",
    }
}

words! {
    /// What can be said to a client in code: the closed list of the driver contract, in its
    /// spelling, because it goes to the driver as it stands.
    pub enum Setting ("setting") {
        /// The profile.
        Profile = "profile",
        /// The region.
        Region = "region",
        /// Endpoints, by service.
        Endpoint = "endpoint",
        /// Do not ask the instance metadata service.
        MetadataDisabled = "metadata_disabled",
        /// Do not fall back to IMDSv1.
        MetadataV1Disabled = "metadata_v1_disabled",
        /// How long to wait for the instance metadata service, in seconds.
        MetadataTimeoutS = "metadata_timeout_s",
        /// How often to ask the instance metadata service.
        MetadataAttempts = "metadata_attempts",
        /// How often to try a call.
        MaxAttempts = "max_attempts",
        /// How long before expiry to refresh, in seconds.
        RefreshBeforeS = "refresh_before_s",
        /// The role to assume.
        RoleArn = "role_arn",
        /// The name of the session.
        RoleSessionName = "role_session_name",
        /// The external id.
        ExternalId = "external_id",
        /// How long the session is to last, in seconds.
        DurationS = "duration_s",
    }
}

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// A string.
    Text,
    /// True or false.
    Flag,
    /// A whole number.
    Count,
    /// Seconds, perhaps with a fraction.
    Seconds,
    /// A table of URLs by service.
    Endpoints,
}

impl Setting {
    /// What kind of value it takes.
    pub const fn kind(self) -> SettingKind {
        match self {
            Self::Profile
            | Self::Region
            | Self::RoleArn
            | Self::RoleSessionName
            | Self::ExternalId => SettingKind::Text,
            Self::MetadataDisabled | Self::MetadataV1Disabled => SettingKind::Flag,
            Self::MetadataAttempts | Self::MaxAttempts => SettingKind::Count,
            Self::MetadataTimeoutS | Self::RefreshBeforeS | Self::DurationS => SettingKind::Seconds,
            Self::Endpoint => SettingKind::Endpoints,
        }
    }
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// A string.
    Text(String),
    /// True or false.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// Seconds, perhaps with a fraction.
    Seconds(f64),
    /// URLs by service.
    Endpoints(BTreeMap<String, String>),
}

impl SettingValue {
    /// As the drivers' contract has it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Count(count) => (*count).into(),
            Self::Seconds(seconds) => (*seconds).into(),
            Self::Endpoints(urls) => urls
                .iter()
                .map(|(service, url)| (service.clone(), url.as_str().into()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}
