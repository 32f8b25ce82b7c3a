//! The lines of the contract between rolecall and its drivers, as types: what is written, what is
//! read, and what the published schema is made of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::class::Class;
use crate::contract::Use;

/// The version of the contract that is spoken here.
pub const CONTRACT: u32 = 1;

/// The longest line, in bytes, its end included.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// A line to a driver. Fields that a driver does not know it leaves alone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Request")]
pub struct Request {
    /// By which the answer is known. Never used twice.
    #[schemars(range(min = 1))]
    pub id: u64,
    /// What is asked.
    #[serde(flatten)]
    pub op: Op,
}

/// What a driver is asked for. One that it does not know it answers with `unsupported`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Op {
    /// Comes first. The answer says who speaks.
    Hello {
        /// The version of the contract.
        contract: u32,
    },
    /// Makes a client. One process may hold several.
    Open {
        /// What the client is called from now on.
        client: String,
        /// Which part of the library is used.
        #[serde(rename = "use")]
        #[schemars(with = "Use")]
        uses: String,
        /// What is said to it in code.
        #[schemars(with = "Settings")]
        settings: Map<String, Value>,
    },
    /// Asks for credentials.
    Resolve {
        /// The client.
        client: String,
        /// How many callers ask at one moment; one if left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        at_once: Option<u32>,
    },
    /// Makes a signed call.
    Call {
        /// The client.
        client: String,
        /// Which.
        #[serde(flatten)]
        call: Do,
        /// How many callers make it at one moment. If it is there, the answer has `answers`.
        #[serde(skip_serializing_if = "Option::is_none")]
        at_once: Option<u32>,
    },
    /// Has the library forget what it holds, as after a refusal.
    Invalidate {
        /// The client.
        client: String,
        /// The key that was refused.
        access_key_id: String,
    },
    /// Asks which region the client has.
    Region {
        /// The client.
        client: String,
    },
    /// Asks what the clocks of the process say.
    Now,
    /// Gives an earlier request up: that one is then answered with an error of class `cancelled`.
    Cancel {
        /// Its id.
        request: u64,
    },
    /// Ends a client.
    Close {
        /// Which.
        client: String,
    },
    /// Ends the process, after the answer. The end of standard input does so too.
    Bye,
}

impl Op {
    /// Its word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Open { .. } => "open",
            Self::Resolve { .. } => "resolve",
            Self::Call { .. } => "call",
            Self::Invalidate { .. } => "invalidate",
            Self::Region { .. } => "region",
            Self::Now => "now",
            Self::Cancel { .. } => "cancel",
            Self::Close { .. } => "close",
            Self::Bye => "bye",
        }
    }
}

/// A signed call.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Do {
    /// `GetCallerIdentity` of STS, answered with `arn`.
    CallerIdentity,
    /// `AssumeRole` of STS, answered with the `access_key_id` of the session. The client goes on with
    /// its own credentials.
    AssumeRole {
        /// The role.
        role_arn: String,
        /// The session's name; the driver's choice when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        role_session_name: Option<String>,
        /// The external id.
        #[serde(skip_serializing_if = "Option::is_none")]
        external_id: Option<String>,
        /// How long the session is to last, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_s: Option<u64>,
    },
    /// Stores an object: the key's UTF-8 bytes repeated and cut to `size`. Answered with nothing.
    PutObject {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// In bytes.
        size: u64,
        /// User metadata.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        metadata: BTreeMap<String, String>,
    },
    /// Reads an object. Answered with its `size` and the `sha256` of it in hexadecimal digits.
    GetObject {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// Stores an object in parts, one after the other: the body is that of `put-object` with the size
    /// of all parts together. Answered with nothing.
    UploadMultipart {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// How many parts.
        parts: u32,
        /// The size of each, in bytes.
        part_size: u64,
        /// User metadata.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        metadata: BTreeMap<String, String>,
    },
    /// Makes a presigned URL. Answered with `url`.
    Presign {
        /// What the URL is for: `GET`, `PUT`, `HEAD` or `DELETE`.
        method: String,
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// How long it is to work, in seconds.
        expires_s: u64,
    },
}

/// What is said to a client in code: a closed list. What environment and files can say is said there.
/// One that the library does not have is answered with `unsupported`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(
    dead_code,
    reason = "the schema is made of it; a scenario's settings are what the code has"
)]
struct Settings {
    /// The profile.
    profile: Option<String>,
    /// The region.
    region: Option<String>,
    /// Endpoints, by service.
    endpoint: Option<BTreeMap<String, String>>,
    /// Do not ask the instance metadata service.
    metadata_disabled: Option<bool>,
    /// Do not fall back to the first version of that service.
    metadata_v1_disabled: Option<bool>,
    /// How long to wait for that service, in seconds.
    metadata_timeout_s: Option<f64>,
    /// How often to ask that service.
    metadata_attempts: Option<u32>,
    /// How often to try a call.
    max_attempts: Option<u32>,
    /// How long before expiry to refresh, in seconds.
    refresh_before_s: Option<f64>,
    /// The role to assume.
    role_arn: Option<String>,
    /// The name of the session.
    role_session_name: Option<String>,
    /// The external id.
    external_id: Option<String>,
    /// How long the session is to last, in seconds.
    duration_s: Option<f64>,
}

/// A line from a driver: one of `ok`, `error` and `unsupported`. Answers come in any order.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "Answer")]
pub struct Reply {
    /// Of the request.
    pub id: u64,
    /// What was asked for; what is in it depends on `op`, and for a call on `do`.
    #[serde(default)]
    pub ok: Option<Map<String, Value>>,
    /// Why there is nothing.
    #[serde(default)]
    pub error: Option<Failure>,
    /// Why the library, or the driver, cannot be asked that.
    #[serde(default)]
    pub unsupported: Option<String>,
    /// How long it took, in milliseconds of the monotonic clock.
    #[serde(default)]
    pub ms: Option<Vec<f64>>,
}

/// What `hello` answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Hello {
    /// The library's name, as the driver's manifest has it.
    pub name: String,
    /// Its exact version, likewise, and never one that was written into the driver.
    pub version: String,
    /// The language's, such as `CPython 3.11.7`.
    #[serde(default)]
    pub runtime: Option<String>,
    /// What the wall clock says.
    #[schemars(extend("format" = "date-time"))]
    pub wall: String,
    /// What of the contract is there that need not be: `at-once`, `cancel`, `invalidate`, `region`,
    /// `settings`.
    #[serde(default)]
    pub can: Vec<String>,
    /// What callers at one moment are: `threads`, `tasks` or the like. With `processes` each call is one
    /// of its own, which keeps nothing.
    #[serde(default)]
    pub callers: Option<String>,
}

/// What `now` answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Now {
    /// What the wall clock says.
    #[schemars(extend("format" = "date-time"))]
    pub wall: String,
    /// What the monotonic clock says, in milliseconds since a moment of its choice.
    pub monotonic_ms: f64,
}

/// What `region` answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Region {
    /// The region; nothing if the client has none.
    #[serde(default)]
    pub region: Option<String>,
}

/// What `resolve` answers, and `call` with `at_once`.
#[derive(Deserialize, JsonSchema)]
pub struct Answers {
    /// One for each caller; equal ones may be folded.
    pub answers: Vec<Outcome>,
    /// Where the credentials came from, in the library's words; advisory.
    #[serde(default)]
    pub source: Option<String>,
}

/// What came of one caller's question, or of the equal questions of some: one of `credentials`, `ok`
/// and `error`.
#[derive(Deserialize, JsonSchema)]
pub struct Outcome {
    /// How many callers got this.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub n: u32,
    /// What `resolve` is after.
    #[serde(default)]
    pub credentials: Option<Keys>,
    /// What `call` is after.
    #[serde(default)]
    pub ok: Option<Map<String, Value>>,
    /// Why there is nothing.
    #[serde(default)]
    pub error: Option<Failure>,
    /// How long it took, in milliseconds of the monotonic clock: one for each caller, or of folded ones
    /// the quickest and the slowest.
    #[serde(default)]
    pub ms: Vec<f64>,
}

const fn one() -> u32 {
    1
}

/// A set of credentials. It has no `Debug`: these are secrets.
#[derive(Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Credentials")]
pub struct Keys {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token.
    #[serde(default)]
    pub session_token: Option<String>,
    /// When the library believes the set to end.
    #[serde(default)]
    #[schemars(extend("format" = "date-time"))]
    pub expiration: Option<String>,
    /// The account.
    #[serde(default)]
    pub account_id: Option<String>,
}

/// Why there is nothing.
#[derive(Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct Failure {
    /// What kind of error it is, by the driver's author: advisory.
    pub class: Class,
    /// The library's own name for it.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The service's error code, if it was a service that refused.
    #[serde(default)]
    pub code: Option<String>,
    /// The HTTP status, likewise.
    #[serde(default)]
    pub status: Option<u16>,
    /// In the library's words.
    #[serde(default)]
    pub text: Option<String>,
}

/// What `call` answers with `do` = `caller-identity`.
#[derive(Deserialize, JsonSchema)]
pub struct CallerIdentity {
    /// Who signed.
    pub arn: String,
}

/// What `call` answers with `do` = `assume-role`.
#[derive(Deserialize, JsonSchema)]
pub struct AssumedRole {
    /// Of the session's set.
    pub access_key_id: String,
}

/// What `call` answers with `do` = `get-object`.
#[derive(Deserialize, JsonSchema)]
pub struct Read {
    /// In bytes.
    pub size: u64,
    /// Of the content, in hexadecimal digits.
    pub sha256: String,
}

/// What `call` answers with `do` = `presign`.
#[derive(Deserialize, JsonSchema)]
pub struct Presigned {
    /// The URL.
    pub url: String,
}
