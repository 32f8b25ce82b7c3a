//! What the control routes take and give. The description is made of these types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::why::Why;

/// Nothing at all.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What time it is.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Clock {
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
    /// How far that is ahead of the machine's, in seconds, behind it if negative; absent in virtual
    /// time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ahead_seconds: Option<f64>,
}

/// How long to let time pass.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Simulated seconds; ten years at most.
    #[schemars(range(min = 0, max = 315_360_000))]
    pub(super) seconds: f64,
}

/// Until when to let time pass.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetClock {
    /// A time in RFC 3339, not before now and ten years ahead at most.
    #[schemars(extend("format" = "date-time"))]
    pub(super) time: String,
}

/// What was done.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Done {
    /// In words.
    pub(super) done: String,
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
}

/// An instance or a task.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    /// Its name, or its id.
    pub(super) name: String,
}

/// What a source issued when it was told to.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Rotation {
    /// In words.
    pub(super) done: String,
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
    /// The new set; absent if the role does not admit the source's service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issued: Option<Issued>,
}

/// A set of keys.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Issued {
    /// The how-manyeth of its source.
    pub(super) issue: u32,
    /// Its access key id.
    pub(super) access_key_id: String,
    /// When it expires, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub(super) expires_at: Option<String>,
}

/// Whose sets to revoke.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    /// The name or the id of an instance or a task.
    pub(super) name: String,
    /// Which issue, from 1; all that are still accepted if none is given.
    #[schemars(range(min = 1))]
    pub(super) issue: Option<u32>,
}

/// What was revoked.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Revocation {
    /// In words.
    pub(super) done: String,
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
    /// How many sets are no longer accepted.
    pub(super) ended: usize,
}

/// What a token of an identity provider is to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenWanted {
    /// Who signs it: a URL of `https`.
    pub(super) issuer: String,
    /// Who it is about.
    pub(super) subject: String,
    /// Who it is for; `sts.amazonaws.com` if it is not said.
    pub(super) audience: Option<String>,
    /// From its issue to its end, in simulated seconds; a day if it is not said.
    #[schemars(range(min = 0, max = 315_360_000))]
    pub(super) lifetime_seconds: Option<f64>,
    /// Claims besides, or in place of those that are made of the others.
    pub(super) claims: Option<serde_json::Map<String, Value>>,
}

/// A token of an identity provider.
#[derive(JsonSchema, Serialize)]
pub(super) struct TokenMade {
    /// A JSON Web Token.
    pub(super) token: String,
    /// When its time is over, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) expires_at: String,
}

/// The keys that an identity provider is to publish besides its own, in place of those it published
/// so before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysWanted {
    /// Whose they are: a URL of `https`.
    pub(super) issuer: String,
    /// As a JSON Web Key Set has them: RSA keys, and EC keys on P-256, each with its `kid`. What is
    /// said of private halves is not kept.
    pub(super) keys: Vec<Value>,
}

/// The keys that an identity provider publishes now besides its own.
#[derive(JsonSchema, Serialize)]
pub(super) struct KeysPublished {
    /// Their ids.
    pub(super) kids: Vec<String>,
}

/// A role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleNamed {
    /// Its name.
    pub(super) role: String,
}

/// A service of AWS that is to act in the account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceWanted {
    /// Its principal, such as `elasticmapreduce.amazonaws.com`.
    pub(super) service: String,
    /// The role it assumes: its ARN or, in the first account, its name.
    pub(super) role: String,
    /// The name of the session; `rolecall` if it is not said.
    pub(super) session_name: Option<String>,
}

/// What a service signs with.
#[derive(JsonSchema, Serialize)]
pub(super) struct ServiceSession {
    /// The ARN of the session.
    pub(super) arn: String,
    /// `ASIA…`.
    pub(super) access_key_id: String,
    /// 40 characters.
    pub(super) secret_access_key: String,
    /// Opaque.
    pub(super) session_token: Option<String>,
    /// When its time is over, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) expires_at: Option<String>,
}

/// A virtual MFA device.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MfaWanted {
    /// Its serial number, or the name of the user who has it.
    pub(super) device: String,
}

/// What a virtual MFA device shows.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct MfaShown {
    /// Its serial number.
    pub(super) serial: String,
    /// Six digits.
    pub(super) code: String,
    /// The six digits that come after those.
    pub(super) next: String,
    /// When they do, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) until: String,
    /// Whether the code was used, so that it is refused until then.
    pub(super) spent: bool,
}

/// An instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InstanceNamed {
    /// Its name, or its id.
    pub(super) instance: String,
}

/// A profile for an instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Placement {
    /// The name or the id of the instance.
    pub(super) instance: String,
    /// The name of the instance profile.
    pub(super) profile: String,
}

/// A role for a profile.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileRole {
    /// The name of the instance profile.
    pub(super) profile: String,
    /// The name of its new role.
    pub(super) role: String,
}

/// A managed policy of a role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Attachment {
    /// The name of the role.
    pub(super) role: String,
    /// The name or the ARN of the managed policy.
    pub(super) policy: String,
}

/// An inline policy of a role, new or replaced.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutPolicy {
    /// The name of the role.
    pub(super) role: String,
    /// The name of the policy.
    pub(super) name: String,
    /// The JSON document, as text.
    pub(super) document: String,
}

/// Which entries of the journal. Those that meet everything that is said.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    /// Only what was written since: the `written` of an earlier answer.
    pub(super) after: u64,
    /// Only what happened at this time, in RFC 3339, or later.
    #[schemars(extend("format" = "date-time"))]
    pub(super) since: Option<String>,
    /// The operation, with wildcards: `s3:*`, `s3:Put*`, `imds-credentials`.
    pub(super) operation: Option<String>,
    /// Who asked, with wildcards: the name of the caller, its user or role, ARN or access key id.
    pub(super) caller: Option<String>,
    /// The status of the answer: `403`, `4xx`.
    #[schemars(regex(pattern = r"^([1-5]xx|[1-5][0-9][0-9])$"))]
    pub(super) status: Option<String>,
    /// Only what was refused, or not answered at all.
    pub(super) errors: bool,
    /// In which form.
    pub(super) format: Form,
}

/// The journal's own form, or the records that CloudTrail would make of it.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    #[default]
    Json,
    Cloudtrail,
}

/// A part of the journal.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Entries {
    /// Up to where this goes: the `after` of the next request.
    pub(super) written: u64,
    /// Each an object, by number.
    pub(super) entries: Vec<Value>,
}

/// What became of a request.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Explanation {
    /// The entry of the journal.
    pub(super) entry: Value,
    /// The keys that it was signed with, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<Keys>,
    /// Why the policies let it pass or not, if they were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<Why>,
}

/// A set of keys and what has become of it.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Keys {
    /// The access key id.
    pub(super) access_key_id: String,
    /// The ARN of whoever has them.
    pub(super) identity: String,
    /// The name of the instance or task that handed them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// The how-manyeth set of that source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issue: Option<u32>,
    /// Since when they were accepted, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) issued_at: String,
    /// Until when, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub(super) expires_at: Option<String>,
    /// Since when they are not accepted before their time, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub(super) ended_at: Option<String>,
    /// Why: `superseded` or `revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<&'static str>,
}

/// A fault to set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddFault {
    /// What to clear it by; a fault of the same name is replaced.
    pub(super) name: String,
    /// Only this operation, with wildcards, such as `imds-*`.
    pub(super) operation: Option<String>,
    /// Only this path, with wildcards.
    pub(super) path: Option<String>,
    /// Only what comes to the address of this name; `client` is the AWS endpoint.
    pub(super) app: Option<String>,
    /// Only from this instance or task, by its name or its id.
    pub(super) place: Option<String>,
    /// The first of those requests that suffers it, from 1, which it is if none is given.
    #[schemars(range(min = 1))]
    pub(super) nth: Option<u32>,
    /// How many suffer it from there on; all if none is given.
    #[schemars(range(min = 1))]
    pub(super) times: Option<u32>,
    /// A word for a fault, or an object of one word and its value.
    pub(super) effect: Value,
}

/// Which fault to lift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearFault {
    /// Its name; every fault is lifted and every gate opened if none is given.
    pub(super) name: Option<String>,
}

/// What was lifted.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Cleared {
    /// In words.
    pub(super) done: String,
    /// The simulated time, in RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub(super) now: String,
    /// How many faults that were.
    pub(super) lifted: usize,
}

/// The faults there are.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct FaultList {
    /// In the order in which they are looked up.
    pub(super) faults: Vec<ListedFault>,
}

/// A fault, and what has come of it.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ListedFault {
    /// Its name.
    pub(super) name: String,
    /// The word for what it does.
    pub(super) word: &'static str,
    /// Which requests it is for.
    pub(super) on: Value,
    /// What it does.
    pub(super) effect: Value,
    /// How many requests it was for.
    pub(super) seen: u32,
    /// How many of them it struck.
    pub(super) struck: u32,
}
