//! Documents of credentials that are not as they should be.

use std::time::Duration;

use bytes::Bytes;
use rolecall_account::{Session, SimInstant};
use serde_json::{Map, Value, json};

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

/// The member of the portal's answer that the credentials are in.
const PORTAL_MEMBER: &str = "roleCredentials";

/// A document that can be edited.
pub(super) struct Document {
    format: Format,
    content: Content,
}

enum Content {
    Json(Map<String, Value>),
    Xml(String),
}

impl Document {
    /// `None` if the body is no document of that format.
    pub(super) fn read(format: Format, body: &[u8]) -> Option<Self> {
        let content = match format {
            Format::Json => Content::Json(serde_json::from_slice(body).ok()?),
            Format::Portal => {
                let mut members: Map<String, Value> = serde_json::from_slice(body).ok()?;
                let Value::Object(inner) = members.remove(PORTAL_MEMBER)? else {
                    return None;
                };
                Content::Json(inner)
            }
            Format::Xml => Content::Xml(std::str::from_utf8(body).ok()?.to_owned()),
            Format::Text => return None,
        };
        Some(Self { format, content })
    }

    pub(super) fn write(self) -> Bytes {
        match self.content {
            Content::Json(members) => {
                let members = Value::Object(members);
                let document = match self.format {
                    Format::Portal => json!({ PORTAL_MEMBER: members }),
                    Format::Json | Format::Xml | Format::Text => members,
                };
                format!("{document:#}").into()
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
            Format::Portal => "sessionToken",
        }
    }

    /// A field by the name that metadata has for it.
    pub(super) fn own_name<'a>(&self, name: &'a str) -> &'a str {
        if self.format == Format::Portal {
            return match name {
                "AccessKeyId" => "accessKeyId",
                "SecretAccessKey" => "secretAccessKey",
                "Token" | "SessionToken" => "sessionToken",
                "Expiration" => "expiration",
                other => other,
            };
        }
        match (self.token(), name) {
            ("SessionToken", "Token") => "SessionToken",
            ("Token", "SessionToken") => "Token",
            _ => name,
        }
    }

    /// The keys of another set.
    pub(super) fn hold(&mut self, session: &Session) {
        let token = session.session_token.as_ref();
        let text = |text: &str| Edit::Text(text.to_owned());
        let fields = [
            ("AccessKeyId", text(&session.access_key_id)),
            ("SecretAccessKey", text(session.secret_access_key.expose())),
            (
                self.token(),
                token.map_or(Edit::Remove, |token| text(token.expose())),
            ),
            (
                "Expiration",
                session
                    .expires_at
                    .map_or(Edit::Remove, |expiry| self.instant(expiry)),
            ),
            ("LastUpdated", text(&session.issued_at.to_string())),
        ];
        for (name, edit) in fields {
            self.edit(self.own_name(name), &edit);
        }
    }

    /// A time as the format writes it.
    fn instant(&self, at: SimInstant) -> Edit {
        match self.format {
            // sso.role-credentials.document
            Format::Portal => Edit::Number(at.epoch_millis()),
            Format::Json | Format::Xml | Format::Text => Edit::Text(at.to_string()),
        }
    }

    /// When the credentials end, if the document says so.
    fn expiry(&self) -> Option<SimInstant> {
        let name = self.own_name("Expiration");
        match &self.content {
            Content::Json(members) if self.format == Format::Portal => {
                let millis = members.get(name)?.as_i64()?;
                Some(SimInstant::from_epoch_millis(millis))
            }
            Content::Json(_) | Content::Xml(_) => SimInstant::parse(&self.field(name)?),
        }
    }

    pub(super) fn expire(&mut self, odd: OddExpiration, now: SimInstant) {
        const HOUR: Duration = Duration::from_hours(1);
        let truth = self.expiry().unwrap_or(now);
        let in_the_zone = |offset: Duration, suffix: &str| {
            let local = (truth + offset).to_string();
            Edit::Text(format!("{}{suffix}", local.trim_end_matches('Z')))
        };
        let edit = match odd {
            OddExpiration::Absent => Edit::Remove,
            OddExpiration::Past => self.instant(now - HOUR),
            OddExpiration::Epoch => Edit::Number(truth.epoch_millis() / 1000),
            OddExpiration::Fraction => in_the_zone(Duration::ZERO, ".123456789Z"),
            OddExpiration::Offset => in_the_zone(2 * HOUR, "+02:00"),
            OddExpiration::Empty => Edit::Text(String::new()),
        };
        self.edit(self.own_name("Expiration"), &edit);
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
    let mut members = Map::new();
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
