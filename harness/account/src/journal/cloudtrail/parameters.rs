//! What a request of the query protocol asked for: the `requestParameters` of a record.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::words::{camel, is_secret, typed};
use crate::journal::Exchange;
use crate::operation::{Operation, Service};

/// What is no parameter of the operation.
const PROTOCOL: &[&str] = &["Action", "Version"];

/// Names and values of a request, as they nest.
#[derive(Debug, Default)]
struct Tree<'a> {
    value: Option<&'a str>,
    below: BTreeMap<&'a str, Tree<'a>>,
}

/// The deepest that names are taken apart; no operation has deeper ones.
const DEPTH_MAX: usize = 12;

/// The parameters of a request of `operation`; null if there were none.
pub(super) fn of(operation: Operation, exchange: &Exchange) -> Value {
    let mut root = Tree::default();
    for (name, value) in &exchange.request.parameters {
        let signature = name.to_ascii_lowercase().starts_with("x-amz-");
        if !PROTOCOL.contains(&name.as_str()) && !signature {
            root.put(name, value);
        }
    }
    let shown = match operation.service() {
        Service::Ec2 => of_ec2(operation, &root),
        service => Value::Object(members(service, &root)),
    };
    if shown.as_object().is_some_and(Map::is_empty) {
        Value::Null
    } else {
        shown
    }
}

/// The members of a JSON document that a request consists of: the parameters of a request of the
/// JSON protocol.
pub(super) fn of_json(exchange: &Exchange) -> Value {
    let shown = exchange.request.parameters.iter().map(|(name, value)| {
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.as_str().into());
        (camel(name), lowered(value))
    });
    let shown: Map<String, Value> = shown.collect();
    if shown.is_empty() {
        Value::Null
    } else {
        Value::Object(shown)
    }
}

/// The same with all names of members in camel case.
fn lowered(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter();
            Value::Object(
                members
                    .map(|(name, value)| (camel(&name), lowered(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.into_iter().map(lowered).collect(),
        other => other,
    }
}

impl<'a> Tree<'a> {
    fn put(&mut self, name: &'a str, value: &'a str) {
        let mut at = self;
        for part in name.splitn(DEPTH_MAX, '.') {
            at = at.below.entry(part).or_default();
        }
        at.value = Some(value);
    }

    /// The members of a list, `1`, `2` and so on, in order; `None` if it is none.
    fn members(&self) -> Option<Vec<&Self>> {
        let numbered = |(number, tree)| Some((str::parse::<u32>(number).ok()?, tree));
        let members = self.below.iter().map(|(number, tree)| (*number, tree));
        let mut members: Vec<_> = members.map(numbered).collect::<Option<_>>()?;
        members.sort_by_key(|(number, _)| *number);
        let members = members.into_iter().map(|(_, tree)| tree);
        (!self.below.is_empty()).then(|| members.collect())
    }
}

/// IAM and STS: lists are `NAME.member.N` (`cloudtrail.request.names`).
fn members(service: Service, tree: &Tree<'_>) -> Map<String, Value> {
    let shown = tree.below.iter().filter(|(name, _)| !is_secret(name));
    shown
        .map(|(name, below)| (camel(name), value(service, name, below)))
        .collect()
}

fn value(service: Service, name: &str, tree: &Tree<'_>) -> Value {
    if let Some(text) = tree.value {
        return typed(service, name, text);
    }
    let list = tree.below.get("member").and_then(Tree::members);
    match list {
        Some(list) => list.iter().map(|one| value(service, name, one)).collect(),
        None => Value::Object(members(service, tree)),
    }
}

/// EC2: lists are `NAME.N`, and shown as sets of items. Of newer operations the whole is shown under
/// the name of the operation, in the spelling of the request (`cloudtrail.ec2.parameters`).
fn of_ec2(operation: Operation, root: &Tree<'_>) -> Value {
    if is_wrapped(operation) {
        let named = format!("{}Request", operation.name());
        return json!({ named: as_sent(root) });
    }
    let shown = root.below.iter().filter(|(name, _)| !is_secret(name));
    Value::Object(
        shown
            .map(|(name, tree)| member_of_ec2(name, tree))
            .collect(),
    )
}

fn is_wrapped(operation: Operation) -> bool {
    let name = operation.name();
    name.contains("IamInstanceProfile") || name == "ModifyInstanceMetadataOptions"
}

fn member_of_ec2(name: &str, tree: &Tree<'_>) -> (String, Value) {
    let Some(list) = tree.members() else {
        let value = match tree.value {
            Some(text) => typed(Service::Ec2, name, text),
            None => nested(tree),
        };
        return (camel(name), value);
    };
    let (set, item) = match name {
        "InstanceId" => ("instancesSet".to_owned(), "instanceId".to_owned()),
        "ResourceId" => ("resourcesSet".to_owned(), "resourceId".to_owned()),
        "Value" => ("valueSet".to_owned(), "value".to_owned()),
        _ => (format!("{}Set", camel(name)), camel(name)),
    };
    let items = list.iter().map(|one| match one.value {
        Some(text) => json!({ item.clone(): typed(Service::Ec2, name, text) }),
        None => nested(one),
    });
    (set, json!({ "items": items.collect::<Vec<_>>() }))
}

fn nested(tree: &Tree<'_>) -> Value {
    let shown = tree.below.iter().filter(|(name, _)| !is_secret(name));
    Value::Object(
        shown
            .map(|(name, tree)| member_of_ec2(name, tree))
            .collect(),
    )
}

fn as_sent(tree: &Tree<'_>) -> Value {
    let shown = tree.below.iter().filter(|(name, _)| !is_secret(name));
    let shown = shown.map(|(name, tree)| {
        let value = match tree.value {
            Some(text) => typed(Service::Ec2, name, text),
            None => as_sent(tree),
        };
        ((*name).to_owned(), value)
    });
    Value::Object(shown.collect())
}
