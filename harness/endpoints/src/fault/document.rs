//! Documents of credentials that are not as they should be.

use std::time::Duration;

use bytes::Bytes;
use rolecall_account::{Session, SimInstant};
use serde_json::Value;

use super::dialect::Format;
use super::effect::{ErrorDocument, OddExpiration};

/// What happens to a field.
pub(super) enum Edit {
    Remove,
    Null,
    /// A number, written with these digits.
    Number(i64),
    Text(String),
}

/// A document that can be edited.
pub(super) struct Document {
    format: Format,
    content: Content,
}

enum Content {
    Json(serde_json::Map<String, Value>),
    Xml(String),
}

impl Document {
    /// `None` if the body is no document of that format.
    pub(super) fn read(format: Format, body: &[u8]) -> Option<Self> {
        let content = match format {
            Format::Json => Content::Json(serde_json::from_slice(body).ok()?),
            Format::Xml => Content::Xml(std::str::from_utf8(body).ok()?.to_owned()),
            Format::Text => return None,
        };
        Some(Self { format, content })
    }

    pub(super) fn write(self) -> Bytes {
        match self.content {
            Content::Json(members) => {
                let pretty = format!("{:#}", Value::Object(members));
                pretty.into()
            }
            Content::Xml(text) => text.into(),
        }
    }

    /// The text of a field, if it has that.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        match &self.content {
            Content::Json(members) => Some(members.get(name)?.as_str()?.to_owned()),
            Content::Xml(text) => {
                let (start, end) = element(text, name)?;
                Some(text[start..end].to_owned())
            }
        }
    }

    /// A field that is not there stays so, but for one that is given a text.
    pub(super) fn edit(&mut self, name: &str, edit: &Edit) {
        match &mut self.content {
            Content::Json(members) => {
                let value = match edit {
                    Edit::Remove => {
                        members.remove(name);
                        return;
                    }
                    Edit::Null => Value::Null,
                    Edit::Number(number) => (*number).into(),
                    Edit::Text(text) => text.as_str().into(),
                };
                if members.contains_key(name) {
                    members.insert(name.to_owned(), value);
                }
            }
            Content::Xml(text) => {
                let Some((start, end)) = element(text, name) else {
                    return;
                };
                match edit {
                    Edit::Remove => {
                        let tags = (format!("<{name}>").len(), format!("</{name}>").len());
                        text.replace_range(start - tags.0..end + tags.1, "");
                    }
                    Edit::Null => text.replace_range(start..end, ""),
                    Edit::Number(number) => text.replace_range(start..end, &number.to_string()),
                    Edit::Text(new) => text.replace_range(start..end, new),
                }
            }
        }
    }

    /// The name that this format has for the session token.
    fn token(&self) -> &'static str {
        match self.format {
            Format::Json | Format::Text => "Token",
            Format::Xml => "SessionToken",
        }
    }

    /// A field by the name that metadata has for it.
    pub(super) fn own_name<'a>(&self, name: &'a str) -> &'a str {
        match (self.token(), name) {
            ("SessionToken", "Token") => "SessionToken",
            ("Token", "SessionToken") => "Token",
            _ => name,
        }
    }

    /// The keys of another set.
    pub(super) fn hold(&mut self, session: &Session) {
        let expiration = session.expires_at.map(|expiry| expiry.to_string());
        let token = session.session_token.as_ref();
        let fields = [
            ("AccessKeyId", Some(session.access_key_id.clone())),
            (
                "SecretAccessKey",
                Some(session.secret_access_key.expose().to_owned()),
            ),
            (self.token(), token.map(|token| token.expose().to_owned())),
            ("Expiration", expiration),
            ("LastUpdated", Some(session.issued_at.to_string())),
        ];
        for (name, value) in fields {
            self.edit(name, &value.map_or(Edit::Remove, Edit::Text));
        }
    }

    pub(super) fn expire(&mut self, odd: OddExpiration, now: SimInstant) {
        const NAME: &str = "Expiration";
        const HOUR: Duration = Duration::from_hours(1);
        let truth = self.field(NAME).and_then(|text| SimInstant::parse(&text));
        let truth = truth.unwrap_or(now);
        let in_the_zone = |offset: Duration, suffix: &str| {
            let local = (truth + offset).to_string();
            Edit::Text(format!("{}{suffix}", local.trim_end_matches('Z')))
        };
        let edit = match odd {
            OddExpiration::Absent => Edit::Remove,
            OddExpiration::Past => Edit::Text((now - HOUR).to_string()),
            OddExpiration::Epoch => Edit::Number(truth.epoch_millis() / 1000),
            OddExpiration::Fraction => in_the_zone(Duration::ZERO, ".123456789Z"),
            OddExpiration::Offset => in_the_zone(2 * HOUR, "+02:00"),
            OddExpiration::Empty => Edit::Text(String::new()),
        };
        self.edit(NAME, &edit);
    }
}

/// Where the text of the first element of that name begins and ends.
fn element(text: &str, name: &str) -> Option<(usize, usize)> {
    let open = format!("<{name}>");
    let start = text.find(&open)? + open.len();
    let end = start + text[start..].find(&format!("</{name}>"))?;
    Some((start, end))
}

/// The document that stands in for credentials.
pub(super) fn error_document(error: &ErrorDocument, now: SimInstant) -> Bytes {
    let mut members = serde_json::Map::new();
    let mut put = |name: &str, value: &str| {
        members.insert(name.to_owned(), value.into());
    };
    put("Code", &error.code);
    if let Some(message) = &error.message {
        put("Message", message);
    }
    put("LastUpdated", &now.to_string());
    format!("{:#}", Value::Object(members)).into()
}
