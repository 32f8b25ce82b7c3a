//! JSON with the position of every value, which is what a message about a policy has to point at.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::complaint::Complaint;
use super::malformed::Fault;

/// A policy needs eight levels (document, statements, statement, `Condition`, operator, key,
/// values, value); the limit keeps a hostile document from exhausting the stack.
const DEPTH_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) span: Range<usize>,
    pub(super) value: Value<'t>,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    Null,
    /// A number or a Boolean, as written: that is how IAM compares them.
    Bare(&'t str),
    Text(String),
    List(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub(super) struct Member<'t> {
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) node: Node<'t>,
}

impl<'t> Node<'t> {
    /// Reads a whole text.
    pub(super) fn read(json: &'t str) -> Result<Self, Fault> {
        if json.trim().is_empty() {
            return Err(
                Fault::new(0..json.len(), "the document is empty").complain(Complaint::Json)
            );
        }
        // This settles the grammar, so that the walk below only has to find the pieces.
        serde_json::from_str::<IgnoredAny>(json).map_err(|error| syntax_fault(json, &error))?;
        Reader { json, at: 0 }.node(DEPTH_MAX)
    }

    /// The members of an object; anything else, and a name that occurs twice, is refused.
    pub(super) fn members(&self) -> Result<&[Member<'t>], Fault> {
        let Value::Object(members) = &self.value else {
            return Err(self.refuse(format!("expected an object, found {}", self.kind())));
        };
        // policy.document.duplicate-elements-refused
        for (position, member) in members.iter().enumerate() {
            if members[..position].iter().any(|m| m.name == member.name) {
                let message = format!("`{}` occurs twice", member.name);
                return Err(Fault::new(member.name_span.clone(), message));
            }
        }
        Ok(members)
    }

    /// The text of a string; anything else is refused.
    pub(super) fn text(&self) -> Result<&str, Fault> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.refuse(format!("expected a string, found {}", self.kind()))),
        }
    }

    /// The items of a list, or the node itself as the only item. An empty list is refused.
    pub(super) fn one_or_more(&self) -> Result<&[Self], Fault> {
        match &self.value {
            // policy.document.lists-not-empty
            Value::List(items) if items.is_empty() => Err(self.refuse("the list is empty")),
            Value::List(items) => Ok(items),
            _ => Ok(std::slice::from_ref(self)),
        }
    }

    pub(super) fn refuse(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.span.clone(), message)
    }

    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bare("true" | "false") => "a Boolean",
            Value::Bare(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

fn syntax_fault(json: &str, error: &serde_json::Error) -> Fault {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let line_start: usize = json
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let start = (line_start + error.column().saturating_sub(1)).min(json.len());
    Fault::new(
        start..(start + 1).min(json.len()),
        format!("not JSON: {message}"),
    )
    .complain(Complaint::Json)
}

/// Walks a text that is known to be JSON.
struct Reader<'t> {
    json: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn node(&mut self, depth: usize) -> Result<Node<'t>, Fault> {
        let first = self.peek();
        let start = self.at;
        if depth == 0 {
            return Err(Fault::new(start..start + 1, "nested too deeply"));
        }
        let value = match first {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            _ => match self.bare() {
                "null" => Value::Null,
                other => Value::Bare(other),
            },
        };
        let span = start..self.at;
        Ok(Node { span, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value<'t>, Fault> {
        let mut members = Vec::new();
        self.at += 1;
        while self.peek() == Some(b'"') {
            let start = self.at;
            let name = self.string()?;
            let name_span = start..self.at;
            self.skip(b':');
            let node = self.node(depth - 1)?;
            members.push(Member {
                name,
                name_span,
                node,
            });
            self.skip(b',');
        }
        self.skip(b'}');
        Ok(Value::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Value<'t>, Fault> {
        let mut items = Vec::new();
        self.at += 1;
        while self.peek().is_some_and(|byte| byte != b']') {
            items.push(self.node(depth - 1)?);
            self.skip(b',');
        }
        self.skip(b']');
        Ok(Value::List(items))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let bytes = self.json.as_bytes();
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if *byte == b'"' {
                break;
            }
        }
        let span = start..self.at.min(bytes.len());
        // Half of a surrogate pair passes the grammar, but is no character.
        serde_json::from_str(&self.json[span.clone()]).map_err(|_| {
            Fault::new(span, "not JSON: an escape that is no character").complain(Complaint::Json)
        })
    }

    fn bare(&mut self) -> &'t str {
        let rest = &self.json[self.at..];
        let length = rest
            .find(|c: char| c == ',' || c == ']' || c == '}' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.json.as_bytes()[self.at.min(self.json.len())..];
        let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.at += blank;
        rest.get(blank).copied()
    }

    fn skip(&mut self, wanted: u8) {
        if self.peek() == Some(wanted) {
            self.at += 1;
        }
    }
}
