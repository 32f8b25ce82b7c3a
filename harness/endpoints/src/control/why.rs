//! Why policies let a request pass or not, as the control answers it.

use std::collections::BTreeMap;

use rolecall_account::policy::{
    Asked, Decision, Layer, Named, NearMiss, Say, StatementRef, Unmet, access_denied_message,
};
use schemars::JsonSchema;
use serde::Serialize;

/// What was decided on, what every policy said, and what that comes to.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Why {
    /// The ARN of who asked, of the session if there is one; empty if nobody signed.
    principal: String,
    /// As in `s3:PutObject`.
    action: String,
    /// The ARN of what it was asked of.
    resource: String,
    /// The condition keys of the request, in lower case.
    context: BTreeMap<String, Vec<String>>,
    /// `allowed`, `explicitly-denied` or `implicitly-denied`.
    outcome: &'static str,
    /// The same in words, with the statement that decided or the kind of policy that is missing.
    decision: String,
    /// What AWS tells the client, if it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The policies by kind, in the order in which they are evaluated.
    layers: Vec<Consulted>,
}

/// What the policies of one kind say.
#[derive(Debug, JsonSchema, Serialize)]
struct Consulted {
    /// The kind, in AWS's words; there may be no policy of it.
    kind: String,
    /// The level of the organization, from 1 for its root.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<usize>,
    /// Their names.
    policies: Vec<String>,
    /// `allows`, `denies` or `nothing`.
    says: &'static str,
    /// By which statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
    /// Whom a statement that allows names: the `sender` itself, the role or user `behind` the
    /// session, or the `account` alone, and then identity-based policies have to allow it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<&'static str>,
    /// What would have allowed it but for one thing.
    near_misses: Vec<Near>,
}

/// A statement of a policy.
#[derive(Debug, JsonSchema, Serialize)]
struct Statement {
    /// The name of the policy.
    policy: String,
    /// Its place in the policy, from 1.
    number: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// A statement that would have allowed it.
#[derive(Debug, JsonSchema, Serialize)]
struct Near {
    statement: Statement,
    /// What it lacks, in words.
    lacks: String,
    /// The conditions that do not hold, if that is what it lacks.
    conditions: Vec<Condition>,
}

/// A condition that does not hold.
#[derive(Debug, JsonSchema, Serialize)]
struct Condition {
    operator: String,
    key: String,
    /// The policy's values.
    wanted: Vec<String>,
    /// The request's values; none if it has no such key.
    actual: Vec<String>,
}

impl Why {
    /// Asks the policies again, as they stood then.
    pub(super) fn of(asked: &Asked) -> Self {
        let why = asked.explain();
        let principal = asked.principal.display_arn();
        let context = asked.context.iter();
        Self {
            principal: principal.to_owned(),
            action: asked.action.clone(),
            resource: asked.resource.clone(),
            context: context
                .filter(|(_, values)| !values.is_empty())
                .map(|(key, values)| (key.to_owned(), values.to_vec()))
                .collect(),
            outcome: match &why.decision {
                Decision::Allowed { .. } => "allowed",
                Decision::ExplicitDeny { .. } => "explicitly-denied",
                Decision::ImplicitDeny { .. } => "implicitly-denied",
            },
            decision: why.decision.to_string(),
            message: access_denied_message(
                principal,
                &asked.action,
                &asked.resource,
                &why.decision,
            ),
            layers: why.layers.iter().map(Consulted::of).collect(),
        }
    }
}

impl Consulted {
    fn of(layer: &Layer) -> Self {
        let (says, statement, names) = match &layer.says {
            Say::Denies { by } => ("denies", Some(by), None),
            Say::Allows { by, named } => {
                let names = match named {
                    Named::Sender => "sender",
                    Named::Behind => "behind",
                    Named::Account => "account",
                };
                ("allows", Some(by), Some(names))
            }
            Say::Nothing => ("nothing", None, None),
        };
        Self {
            kind: layer.policy_type.to_string(),
            level: layer.level,
            policies: layer.policies.clone(),
            says,
            statement: statement.map(Statement::of),
            names,
            near_misses: layer.near_misses.iter().map(Near::of).collect(),
        }
    }
}

impl Statement {
    fn of(statement: &StatementRef) -> Self {
        Self {
            policy: statement.policy.clone(),
            number: statement.index + 1,
            sid: statement.sid.clone(),
        }
    }
}

impl Near {
    fn of(miss: &NearMiss) -> Self {
        let conditions = match &miss.unmet {
            Unmet::Conditions(conditions) => conditions.as_slice(),
            Unmet::Resource { .. } | Unmet::Principal { .. } => &[],
        };
        Self {
            statement: Statement::of(&miss.statement),
            lacks: miss.unmet.to_string(),
            conditions: conditions
                .iter()
                .map(|condition| Condition {
                    operator: condition.operator.clone(),
                    key: condition.key.clone(),
                    wanted: condition.wanted.clone(),
                    actual: condition.actual.clone(),
                })
                .collect(),
        }
    }
}
