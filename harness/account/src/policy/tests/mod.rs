//! Tables: one row is one case, with the decision and the statement behind it.

mod accounts;
mod cases;
mod conditions;
mod malformed;
mod patterns;
mod properties;
mod refusals;
mod statements;
mod trust;

use std::sync::Arc;

use super::*;

const ACCOUNT: &str = "111122223333";
const ROLE_ID: &str = "AROAEXAMPLEEXAMPLE123";
const USER_ID: &str = "AIDAEXAMPLEEXAMPLE123";

fn web() -> Principal {
    Principal::role_session(ACCOUNT, "web", "i-0abc", ROLE_ID)
}

fn ann() -> Principal {
    Principal::user(ACCOUNT, "ann", USER_ID)
}

/// A policy from its statements, written without `Version`.
fn policy(name: &str, statements: &str, kind: DocumentKind) -> NamedPolicy {
    versioned(name, statements, kind, r#""Version": "2012-10-17","#)
}

fn versioned(name: &str, statements: &str, kind: DocumentKind, version: &str) -> NamedPolicy {
    let text = format!(r#"{{{version} "Statement": [{statements}]}}"#);
    match Document::parse(&text, kind) {
        Ok(document) => NamedPolicy::new(name, Arc::new(document)),
        Err(refused) => panic!("{refused}\n{text}"),
    }
}

fn identity(statements: &str) -> NamedPolicy {
    policy("id", statements, DocumentKind::Identity)
}

/// `allow id#2`, `deny bucket#1`, `no session policy`, `root`: numbers count from 1.
fn brief(decision: &Decision) -> String {
    match decision {
        Decision::Allowed { by: None } => "root".to_owned(),
        Decision::Allowed { by: Some(by) } => format!("allow {}#{}", by.policy, by.index + 1),
        Decision::ExplicitDeny { by } => format!("deny {}#{}", by.policy, by.index + 1),
        Decision::ImplicitDeny { missing } => format!("no {missing}"),
    }
}

/// The decision by one identity-based policy.
fn decide(statements: &str, action: &str, resource: &str, context: &Context) -> String {
    let request = Request {
        principal: &web(),
        action,
        resource,
        resource_account: None,
        context,
    };
    let identity = [identity(statements)];
    let policies = Policies {
        identity: &identity,
        ..Policies::default()
    };
    brief(&evaluate(&request, &policies))
}
