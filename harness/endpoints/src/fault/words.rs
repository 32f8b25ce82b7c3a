//! The vocabulary of faults, in one table: `docs/faults.md` is made of it.

use super::effect::Effect;

/// A word for an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultWord {
    /// The word, in scenarios, on the command line and on the control routes.
    pub word: &'static str,
    /// It with a value, as a scenario has it.
    pub example: &'static str,
    /// What the client meets.
    pub means: &'static str,
}

const fn word(word: &'static str, example: &'static str, means: &'static str) -> FaultWord {
    FaultWord {
        word,
        example,
        means,
    }
}

/// Every word, in the order of the table.
pub const FAULT_WORDS: &[FaultWord] = &[
    word(
        "answer",
        r#"answer = { status = 500, code = "InternalFailure", message = "…" }"#,
        "This answer in place of the service's own: any status, with an error as the service speaks errors, or any `body` and `headers`",
    ),
    word(
        "throttle",
        "throttle = { retry-after-seconds = 3 }",
        "What the service says to one who asks too often; `Retry-After` only if given",
    ),
    word(
        "redirect",
        r#"redirect = { to = "http://example.com/", status = 307 }"#,
        "A redirect; status 302 if left out",
    ),
    word(
        "delay",
        r#"delay = "2s", or { min = "1s", max = "3s" }"#,
        "The answer comes later; between two times it is drawn from the seed",
    ),
    word(
        "stall",
        r#"stall = "in-body", or { at = "before-body", lasts = "5s" }"#,
        "The answer stops at that point, for ever or for a while",
    ),
    word(
        "black-hole",
        "black-hole = true",
        "The request is read and never answered; the service never hears of it",
    ),
    word(
        "lost-reply",
        "lost-reply = true",
        "The service does what it is asked; its answer never arrives",
    ),
    word(
        "drip",
        r#"drip = { bytes = 16, every = "100ms" }"#,
        "The body comes in drops",
    ),
    word(
        "truncate",
        "truncate = 40",
        "The connection is closed after so many bytes of the body, fewer than announced",
    ),
    word(
        "reset",
        r#"reset = "before-headers""#,
        "The connection is reset at that point",
    ),
    word(
        "refuse-connection",
        "refuse-connection = true",
        "Nobody listens; over TCP a whole address is closed, matched by `app`, `place` and time alone",
    ),
    word(
        "empty-body",
        "empty-body = true",
        "The status and the headers, and no body",
    ),
    word(
        "malformed-body",
        "malformed-body = true",
        "JSON or XML that ends after two thirds",
    ),
    word(
        "content-length",
        "content-length = 10",
        "The `Content-Length` says this, whatever the body's is",
    ),
    word(
        "error-document",
        r#"error-document = { code = "AssumeRoleUnauthorizedAccess" }"#,
        "A document with status 200 whose `Code` is not `Success`, and no keys",
    ),
    word(
        "missing-field",
        r#"missing-field = "Token""#,
        "A field of the credentials is not there",
    ),
    word(
        "null-field",
        r#"null-field = "Token""#,
        "A field of the credentials is null; empty in XML",
    ),
    word(
        "mistyped-field",
        r#"mistyped-field = "AccessKeyId""#,
        "A field of the credentials is a number",
    ),
    word(
        "expiration",
        r#"expiration = "past""#,
        "The expiry is `absent`, `past`, a number of seconds (`epoch`), has nine digits behind the second (`fraction`), is in another time zone (`offset`) or `empty`",
    ),
    word(
        "stale-document",
        "stale-document = true",
        "The credentials of the issue before the one that is served",
    ),
    word(
        "same-document",
        "same-document = true",
        "The first answer, again and again, whatever has been issued since",
    ),
    word(
        "other-document",
        r#"other-document = "batch""#,
        "The credentials of another instance, task or pod",
    ),
    word(
        "roles",
        r#"roles = ["first", "second"]"#,
        "The listing of roles has these names",
    ),
    word(
        "revoke-token",
        "revoke-token = true",
        "The metadata token of the request is forgotten before it is looked at",
    ),
    word(
        "clock-skew",
        r#"clock-skew = "-5m""#,
        "The service's clock is wrong, in its `Date` and in what it makes of times",
    ),
];

impl Effect {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::Throttle(_) => "throttle",
            Self::Redirect(_) => "redirect",
            Self::Delay(_) => "delay",
            Self::Stall(_) => "stall",
            Self::BlackHole => "black-hole",
            Self::LostReply => "lost-reply",
            Self::Drip(_) => "drip",
            Self::Truncate(_) => "truncate",
            Self::Reset(_) => "reset",
            Self::RefuseConnection => "refuse-connection",
            Self::EmptyBody => "empty-body",
            Self::MalformedBody => "malformed-body",
            Self::ContentLength(_) => "content-length",
            Self::ErrorDocument(_) => "error-document",
            Self::MissingField(_) => "missing-field",
            Self::NullField(_) => "null-field",
            Self::MistypedField(_) => "mistyped-field",
            Self::Expiration(_) => "expiration",
            Self::StaleDocument => "stale-document",
            Self::SameDocument => "same-document",
            Self::OtherDocument(_) => "other-document",
            Self::Roles(_) => "roles",
            Self::RevokeToken => "revoke-token",
            Self::ClockSkew(_) => "clock-skew",
        }
    }
}
