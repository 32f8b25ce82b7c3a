//! What an operation of the query protocol answered: the `responseElements` of a record.

use serde_json::{Map, Value, json};

use super::words::{camel, is_secret, typed};
use crate::journal::{BodyRecord, Exchange};
use crate::operation::{Operation, Service};

/// The deepest that documents are read.
const DEPTH_MAX: usize = 32;

/// The answer to a request that changed something; null if it said nothing, or refused.
pub(super) fn of(operation: Operation, exchange: &Exchange) -> Value {
    let document = exchange
        .response
        .as_ref()
        .filter(|_| exchange.refusal.is_none());
    let text = match document.map(|response| &response.body) {
        Some(BodyRecord::Document(text)) => str::from_utf8(text).unwrap_or_default(),
        _ => return Value::Null,
    };
    let service = operation.service();
    let root =
        Elements::new(text).find(|(name, _)| *name == format!("{}Response", operation.name()));
    let Some((_, inside)) = root else {
        return Value::Null;
    };
    let shown = if service == Service::Ec2 {
        members(service, inside, 0)
    } else {
        // What is said is in the result; beside it stands the request's id.
        let wanted = format!("{}Result", operation.name());
        let result = Elements::new(inside).find(|(name, _)| *name == wanted);
        result.map_or_else(Map::new, |(_, inside)| members(service, inside, 0))
    };
    if shown.is_empty() {
        Value::Null
    } else {
        Value::Object(shown)
    }
}

fn members(service: Service, inside: &str, depth: usize) -> Map<String, Value> {
    let elements = Elements::new(inside).filter(|(name, _)| !is_secret(&pascal(name)));
    elements
        .map(|(name, inside)| {
            (
                spelt(service, name),
                value(service, name, inside, depth + 1),
            )
        })
        .collect()
}

/// An element `return` is `_return` there (`cloudtrail.ec2.parameters`).
fn spelt(service: Service, name: &str) -> String {
    match (service, name) {
        (Service::Ec2, "return") => "_return".to_owned(),
        _ => camel(name),
    }
}

fn pascal(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn value(service: Service, name: &str, inside: &str, depth: usize) -> Value {
    let mut elements = Elements::new(inside).peekable();
    let Some((first, _)) = elements.peek().copied().filter(|_| depth < DEPTH_MAX) else {
        return typed(service, &pascal(name), &unescaped(inside));
    };
    match first {
        "member" | "item" => {
            let items: Vec<Value> = elements
                .map(|(_, inside)| value(service, name, inside, depth + 1))
                .collect();
            match service {
                Service::Ec2 => json!({ "items": items }),
                _ => items.into(),
            }
        }
        _ => Value::Object(members(service, inside, depth)),
    }
}

/// The elements at the top of a document of our own, each with what is inside it.
struct Elements<'a>(&'a str);

impl<'a> Elements<'a> {
    const fn new(document: &'a str) -> Self {
        Self(document)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (_, rest) = self.0.split_once('<')?;
            let (tag, rest) = rest.split_once('>')?;
            self.0 = rest;
            // The declaration.
            if tag.starts_with(['?', '/', '!']) {
                continue;
            }
            let name = tag.split_whitespace().next().unwrap_or_default();
            let name = name.strip_suffix('/').unwrap_or(name);
            if tag.ends_with('/') {
                return Some((name, ""));
            }
            let end = closing(rest, name)?;
            let inside = &rest[..end];
            self.0 = rest[end..].split_once('>')?.1;
            return Some((name, inside));
        }
    }
}

/// Where the element `name`, which has begun, ends.
fn closing(document: &str, name: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut from = 0;
    loop {
        let at = from + document.get(from..)?.find('<')?;
        let tag = document.get(at + 1..)?.split('>').next()?;
        let bare = tag.trim_start_matches('/');
        let is_it = bare.split_whitespace().next() == Some(name);
        match (is_it, tag.starts_with('/'), tag.ends_with('/')) {
            (true, true, _) => open -= 1,
            (true, false, false) => open += 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
        from = at + 1 + tag.len();
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
