//! Documents with credentials.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::conduct::{DocumentConduct, OddExpiry};
use super::trouble::Trouble;

/// The provider's name in the credentials that it gives.
const NAME: &str = "reference";

/// One set of credentials.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) access_key_id: String,
    pub(super) secret: String,
    pub(super) session_token: Option<String>,
    /// Without one it is good for ever.
    pub(super) expiry: Option<SystemTime>,
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set")
            .field("access_key_id", &self.access_key_id)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

impl Set {
    /// One without a value.
    pub(super) fn nothing() -> Self {
        Self {
            access_key_id: String::new(),
            secret: String::new(),
            session_token: None,
            expiry: None,
        }
    }

    /// Its keys with the session token of another.
    pub(super) fn with_token_of(self, other: Self) -> Self {
        Self {
            session_token: other.session_token,
            ..self
        }
    }

    /// As the SDK knows it.
    pub(super) fn credentials(&self) -> Credentials {
        Credentials::new(
            self.access_key_id.clone(),
            self.secret.clone(),
            self.session_token.clone(),
            self.expiry,
            NAME,
        )
    }
}

/// What the fields of a document are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As the metadata service and containers call them: with `Token`.
    Endpoint,
    /// As programs for credentials do: with `SessionToken`.
    Process,
}

impl Form {
    const fn token(self) -> &'static str {
        match self {
            Self::Endpoint => "Token",
            Self::Process => "SessionToken",
        }
    }
}

/// Reads a document of an endpoint.
pub(super) fn read(body: &[u8], conduct: &DocumentConduct) -> Result<Set, Trouble> {
    // What is wrong with it is told without its text, which may hold a secret.
    let document: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(document) => document,
        Err(_) if !conduct.refuses_nonsense => Map::new(),
        Err(_) => {
            let why = "the document with credentials is none";
            return Err(Trouble::source(with_text(why, body, conduct)));
        }
    };
    if conduct.heeds_code {
        check_code(&document)?;
    }
    let set = fields(&document, Form::Endpoint, conduct.needed, conduct).map_err(|trouble| {
        let text = with_text(&trouble.text, body, conduct);
        Trouble { text, ..trouble }
    })?;
    let expiry = expiry(&document, conduct)?;
    let expiry = expiry.map(|expiry| expiry + conduct.put_off);
    Ok(Set { expiry, ..set })
}

/// What is wrong with a document, with the document itself for those who tell that.
fn with_text(why: &str, body: &[u8], conduct: &DocumentConduct) -> String {
    if conduct.quotes {
        format!("{why}: {}", String::from_utf8_lossy(body))
    } else {
        why.to_owned()
    }
}

/// The keys of a document, without their expiry.
pub(super) fn fields(
    document: &Map<String, Value>,
    form: Form,
    needed: &[&str],
    conduct: &DocumentConduct,
) -> Result<Set, Trouble> {
    let field = |name: &str| {
        let found = text(document.get(name), conduct);
        match found {
            None if needed.contains(&name) => {
                Err(Trouble::source(format!("the document has no `{name}`")))
            }
            other => Ok(other),
        }
    };
    Ok(Set {
        access_key_id: field("AccessKeyId")?.unwrap_or_default(),
        secret: field("SecretAccessKey")?.unwrap_or_default(),
        session_token: field(form.token())?,
        expiry: None,
    })
}

fn check_code(document: &Map<String, Value>) -> Result<(), Trouble> {
    let code = document.get("Code").and_then(Value::as_str);
    match code {
        None | Some("Success") => Ok(()),
        Some(code) => {
            let message = document.get("Message").and_then(Value::as_str);
            let said = format!("{code}: {}", message.unwrap_or("no message"));
            Err(match code {
                "AssumeRoleUnauthorizedAccess" => Trouble::config(said),
                _ => Trouble::source(said),
            })
        }
    }
}

fn text(value: Option<&Value>, conduct: &DocumentConduct) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Null if conduct.null_is_absent => None,
        other if other.is_null() || !conduct.refuses_mistyped => Some(other.to_string()),
        _ => None,
    }
}

/// When the credentials of a document end.
pub(super) fn expiry(
    document: &Map<String, Value>,
    conduct: &DocumentConduct,
) -> Result<Option<SystemTime>, Trouble> {
    let written = document.get("Expiration").and_then(Value::as_str);
    match written.and_then(|written| date(written, conduct)) {
        Some(expiry) => Ok(Some(expiry)),
        None => match conduct.odd_expiry {
            OddExpiry::IsNever => Ok(None),
            OddExpiry::IsAFailure => Err(Trouble::source(match written {
                None => "the document has no `Expiration`",
                Some(_) => "the `Expiration` of the document is no date",
            })),
        },
    }
}

/// Reads a date as RFC 3339 has it.
fn date(written: &str, conduct: &DocumentConduct) -> Option<SystemTime> {
    if !conduct.takes_fractions && written.contains('.') {
        return None;
    }
    let date: Timestamp = if conduct.heeds_zone {
        written.parse().ok()?
    } else {
        let (local, _) = written.split_at_checked("2031-05-01T00:00:00".len())?;
        format!("{local}Z").parse().ok()?
    };
    let seconds = u64::try_from(date.as_second()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
