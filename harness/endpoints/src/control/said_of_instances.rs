//! What the routes about instances and about the console take and give.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The instances there are.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct InstanceList {
    /// By name.
    pub(super) instances: Vec<ListedInstance>,
}

/// An instance.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ListedInstance {
    /// Its name.
    pub(super) name: String,
    /// `i-…`.
    pub(super) id: String,
    /// The twelve digits of its account.
    pub(super) account: String,
    /// Where it is in its life.
    pub(super) state: &'static str,
    /// Such as `m5.large`.
    pub(super) instance_type: String,
    /// The ARN of its instance profile, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<String>,
    /// `optional` or `required`.
    pub(super) http_tokens: &'static str,
    /// `enabled` or `disabled`.
    pub(super) http_protocol_ipv6: &'static str,
}

/// An instance to launch.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Launch {
    /// Its `Name` tag, which nothing else that is served may have.
    pub(super) name: String,
    /// The name of an instance profile, if it is to have one.
    pub(super) profile: Option<String>,
    /// Such as `m5.large`, which it is if none is given.
    pub(super) instance_type: Option<String>,
    /// `optional`, which it is if none is given, or `required`.
    #[schemars(regex(pattern = r"^(optional|required)$"))]
    pub(super) http_tokens: Option<String>,
    /// How far answers to token requests may travel, 1 if none is given.
    #[schemars(range(min = 1, max = 64))]
    pub(super) hop_limit: Option<u8>,
    /// Whether it is a Spot Instance.
    #[serde(default)]
    pub(super) spot: bool,
}

/// What was launched.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Launched {
    /// In words.
    pub(super) done: String,
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
    /// Its name.
    pub(super) name: String,
    /// `i-…`.
    pub(super) id: String,
}

/// A role as the console makes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsoleRole {
    /// Its name.
    pub(super) name: String,
    /// The service that may assume it, such as `ec2` or `lambda`.
    pub(super) trust: String,
    /// Names or ARNs of managed policies to attach.
    #[serde(default)]
    pub(super) policies: Vec<String>,
}

/// The role that an instance is to have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsoleInstance {
    /// The name or the id of the instance.
    pub(super) instance: String,
    /// The role, by the name of its instance profile; none at all if none is given.
    pub(super) role: Option<String>,
}
