//! What a fault does.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::span;

/// What happens to a request that a fault strikes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It is answered in place of the service, which never hears of it.
    Answer(Answer),
    /// It is told to come back later, as its service says that; the service never hears of it.
    Throttle(Throttle),
    /// It is sent elsewhere; the service never hears of it.
    Redirect(Redirect),
    /// The answer comes so much later.
    Delay(Delay),
    /// The answer stops for a while, or for ever.
    Stall(Stall),
    /// The request is read and never answered; the service never hears of it.
    BlackHole,
    /// The service does what it is asked, and its answer never arrives.
    LostReply,
    /// The body comes in drops.
    Drip(Drip),
    /// The connection is closed after so many bytes of the body, fewer than announced.
    Truncate(u64),
    /// The connection is reset.
    Reset(Point),
    /// Nobody listens. Over TCP there is no request yet that could be matched by what it asks for:
    /// there the fault concerns whole addresses.
    RefuseConnection,
    /// The answer has no body.
    EmptyBody,
    /// The body is cut to two thirds, and the length says so: JSON or XML that does not end.
    MalformedBody,
    /// The `Content-Length` of the answer is this, whatever its body's is.
    ContentLength(u64),
    /// The credentials are a document, with status 200, that tells of an error.
    ErrorDocument(ErrorDocument),
    /// A field of the credentials' document is not there.
    MissingField(String),
    /// A field of the credentials' document is null; in XML it is there and empty.
    NullField(String),
    /// A field of the credentials' document is a number; in XML, of digits.
    MistypedField(String),
    /// The credentials' document says something odd of their expiry.
    Expiration(OddExpiration),
    /// The document of the set before the one that is served; its own if there is none before.
    StaleDocument,
    /// The first answer, again and again.
    SameDocument,
    /// The document of another instance, task or pod, by name.
    OtherDocument(String),
    /// The listing of roles has these names.
    Roles(Vec<String>),
    /// The metadata token of the request is forgotten before it is looked at.
    RevokeToken,
    /// The service's clock is wrong by so much, in its `Date` and in what it makes of a signature's.
    ClockSkew(Skew),
}

/// An answer in place of the service's own.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// An error code, spoken as the service at hand speaks errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message of that error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The body, word for word, instead of `code` and `message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Further headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// See [`Effect::Throttle`].
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Throttle {
    /// What the `Retry-After` header says, in seconds; without it there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

/// See [`Effect::Redirect`].
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// What the `Location` header says.
    pub to: String,
    /// The HTTP status, 302 if left out.
    #[serde(default = "found")]
    pub status: u16,
}

/// The status of a [`Redirect`] that names none.
pub const REDIRECT_STATUS: u16 = 302;

fn found() -> u16 {
    REDIRECT_STATUS
}

/// See [`Effect::Delay`]. The time is drawn, from the world's seed, between the two; they may be
/// the same.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// The least.
    #[serde(with = "span")]
    pub min: Duration,
    /// The most.
    #[serde(with = "span")]
    pub max: Duration,
}

impl From<Duration> for Delay {
    fn from(exactly: Duration) -> Self {
        Self {
            min: exactly,
            max: exactly,
        }
    }
}

/// See [`Effect::Stall`].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Where it stops.
    pub at: Point,
    /// For how long; for ever if left out.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub lasts: Option<Duration>,
}

/// See [`Effect::Drip`].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Drip {
    /// Bytes of each drop.
    pub bytes: u64,
    /// The time from one to the next.
    #[serde(with = "span")]
    pub every: Duration,
}

/// A place in an exchange.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    /// When the request has arrived; the service never hears of it.
    OnArrival,
    /// When the service has decided, before the head of its answer.
    BeforeHeaders,
    /// Between the head and the first byte of the body.
    BeforeBody,
    /// In the middle of the body.
    InBody,
}

/// See [`Effect::ErrorDocument`].
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorDocument {
    /// Its `Code`.
    pub code: String,
    /// Its `Message`; it has one only if this is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a document says of the expiry, in place of the truth.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OddExpiration {
    /// Nothing.
    Absent,
    /// An hour ago.
    Past,
    /// The truth, as a number of seconds since 1970.
    Epoch,
    /// The truth, with nine digits behind the second.
    Fraction,
    /// The truth, in the time of a place two hours ahead of UTC.
    Offset,
    /// A string without characters.
    Empty,
}

/// A wrong clock: ahead, or behind.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skew {
    /// Ahead of the simulated time.
    Ahead(#[serde(with = "span")] Duration),
    /// Behind the simulated time.
    Behind(#[serde(with = "span")] Duration),
}
