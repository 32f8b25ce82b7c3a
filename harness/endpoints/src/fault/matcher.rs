//! Which requests a fault or a gate is for.

use http::HeaderMap;
use rolecall_account::{Operation, SimInstant};
use serde::{Deserialize, Serialize};

use crate::place::{Caller, Place};

/// A kind of request. Everything said must hold; what is left out holds for all.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Matcher {
    /// The operation's name in scenarios, such as `imds-token`; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The path, as sent; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Headers that are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_present: Vec<String>,
    /// Headers that are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_absent: Vec<String>,
    /// The client that sends it: in process the name of its app, over TCP that of the address it
    /// calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The instance, task or pod that it is sent from, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Not before this simulated time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<SimInstant>,
    /// Only before this simulated time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<SimInstant>,
}

/// A request that is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What it is taken for, if for anything.
    pub operation: Option<Operation>,
    /// Its path, as sent.
    pub path: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Who sends it, and from where.
    pub caller: &'a Caller,
    /// When, in simulated time.
    pub now: SimInstant,
}

impl Matcher {
    /// Whether it means this request.
    pub fn matches(&self, asked: &Asked<'_>) -> bool {
        let headers = asked.headers;
        let operation = asked.operation.map_or("", Operation::slug);
        self.is_from(asked.caller, asked.now)
            && agrees(self.operation.as_deref(), operation)
            && agrees(self.path.as_deref(), asked.path)
            && self
                .header_present
                .iter()
                .all(|name| headers.contains_key(name))
            && !self
                .header_absent
                .iter()
                .any(|name| headers.contains_key(name))
    }

    /// What can be told of a client before it has sent anything.
    pub(super) fn is_from(&self, caller: &Caller, now: SimInstant) -> bool {
        let place = match &caller.place {
            Place::Instance(id) | Place::Task(id) | Place::Pod(id) => id,
            Place::Laptop => "",
        };
        self.app.as_deref().is_none_or(|app| app == &*caller.name)
            && self.place.as_deref().is_none_or(|wanted| wanted == place)
            && self.not_before.is_none_or(|at| at <= now)
            && self.before.is_none_or(|at| now < at)
    }
}

fn agrees(pattern: Option<&str>, text: &str) -> bool {
    pattern.is_none_or(|pattern| glob(pattern, text))
}

/// Whether `text` is `pattern`, in which each `*` stands for any characters: what a [`Matcher`]
/// makes of operations and paths.
///
/// ```
/// assert!(rolecall_endpoints::glob("imds-*", "imds-token"));
/// ```
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        // The earliest place leaves the most for what follows.
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_stands_for_any_characters() {
        for (pattern, text, matches) in [
            ("imds-token", "imds-token", true),
            ("imds-token", "imds-tokens", false),
            ("imds-*", "imds-token", true),
            ("imds-*", "imds-", true),
            ("*", "", true),
            ("*-token", "imds-token", true),
            ("i*s-*n", "imds-token", true),
            ("*a*a", "a", false),
            ("*a*a", "aa", true),
            ("**", "anything", true),
            ("s3-*-object", "s3-put-object", true),
            ("s3-*-object", "s3-object", false),
            ("", "x", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }
}
