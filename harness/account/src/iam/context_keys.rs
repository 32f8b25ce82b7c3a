//! Which condition keys a policy asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::policy::{self, Document, DocumentKind, NamedPolicy, Policies, Request};

/// The keys in conditions and policy variables, as they are written (`iam.simulate.context-keys`).
pub(super) fn context_keys(document: &Document) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for statement in statements(document) {
        collect(&statement, &mut keys);
    }
    keys
}

/// [`context_keys`] of those statements alone that are about the action and the resource.
pub(super) fn keys_needed(document: &Document, request: &Request<'_>) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for statement in statements(document) {
        if concerns(&statement, request) {
            collect(&statement, &mut keys);
        }
    }
    keys
}

fn statements(document: &Document) -> Vec<Value> {
    let read: Value = serde_json::from_str(document.text()).unwrap_or_default();
    match read.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

/// Whether it would match if its condition held; where its resource depends on a variable, whether it
/// could.
fn concerns(statement: &Value, request: &Request<'_>) -> bool {
    let mut bare = statement.clone();
    let Some(members) = bare.as_object_mut() else {
        return false;
    };
    for member in ["Condition", "Principal", "NotPrincipal", "Sid"] {
        members.remove(member);
    }
    let varies = |name| {
        members
            .get(name)
            .is_some_and(|it| it.to_string().contains("${"))
    };
    if varies("Resource") || varies("NotResource") {
        members.remove("NotResource");
        members.insert("Resource".to_owned(), "*".into());
    }
    members.insert("Effect".to_owned(), "Allow".into());
    let text = serde_json::json!({ "Version": "2012-10-17", "Statement": bare }).to_string();
    let Ok(document) = Document::parse(&text, DocumentKind::Identity) else {
        return false;
    };
    let bare = NamedPolicy::new("bare", Arc::new(document));
    let policies = Policies {
        identity: std::slice::from_ref(&bare),
        ..Policies::default()
    };
    let within = Request {
        resource_account: None,
        ..*request
    };
    policy::evaluate(&within, &policies).allowed()
}

fn collect(statement: &Value, keys: &mut BTreeSet<String>) {
    let operators = statement.get("Condition").and_then(Value::as_object);
    for tests in operators.into_iter().flat_map(|them| them.values()) {
        let tests = tests.as_object();
        keys.extend(tests.into_iter().flat_map(|them| them.keys().cloned()));
    }
    variables(statement, keys);
}

/// What stands in `${…}`, but for the three that stand for a character.
fn variables(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            for part in text.split("${").skip(1) {
                let inside = part.split_once('}').map_or("", |(inside, _)| inside);
                let key = inside.split(',').next().unwrap_or_default().trim();
                if key.contains(':') {
                    keys.insert(key.to_owned());
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| variables(item, keys)),
        Value::Object(members) => members.values().for_each(|item| variables(item, keys)),
        _ => {}
    }
}
