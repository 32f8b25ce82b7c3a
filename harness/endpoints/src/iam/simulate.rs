//! Simulation: what policies would say.

use std::collections::BTreeSet;

use rolecall_account::policy::{Context, Decision, Document, DocumentKind, TextPosition};
use rolecall_account::{
    MatchedStatement, Operation, Page, Simulated, Simulation, World, iam_document,
};

use super::page;
use super::shape::{account, answered, flag, list, member, owned, text, text_member};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::SimulateCustomPolicy, simulate_custom_policy),
    (
        Operation::SimulatePrincipalPolicy,
        simulate_principal_policy,
    ),
    (
        Operation::GetContextKeysForCustomPolicy,
        get_context_keys_for_custom_policy,
    ),
    (
        Operation::GetContextKeysForPrincipalPolicy,
        get_context_keys_for_principal_policy,
    ),
];

const SOURCE: &str = "PolicySourceArn";
const INPUT: &str = "PolicyInputList";
const BOUNDARY: &str = "PermissionsBoundaryPolicyInputList";

fn simulate_custom_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    needed(call, INPUT)?;
    let simulation = simulation(call)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let results = account.simulate_custom_policy(simulation, &asked)?;
    Ok(answered(&account, told(results)))
}

fn simulate_principal_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let source = call.parameters.required(SOURCE)?;
    let simulation = simulation(call)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let results = account.simulate_principal_policy(source, simulation, &asked)?;
    Ok(answered(&account, told(results)))
}

fn get_context_keys_for_custom_policy(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    needed(call, INPUT)?;
    let policies = documents(call, INPUT)?;
    let mut account = account(world, call);
    let keys = account.get_context_keys_for_custom_policy(&policies)?;
    Ok(answered(&account, key_names(keys)))
}

fn get_context_keys_for_principal_policy(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let source = call.parameters.required(SOURCE)?;
    let policies = documents(call, INPUT)?;
    let mut account = account(world, call);
    let keys = account.get_context_keys_for_principal_policy(source, &policies)?;
    Ok(answered(&account, key_names(keys)))
}

fn key_names(keys: BTreeSet<String>) -> Vec<Element> {
    vec![list("ContextKeyNames", keys.into_iter().map(text_member))]
}

fn needed(call: &Call<'_>, name: &str) -> Result<(), QueryError> {
    let there = call.parameters.has(name);
    there
        .then_some(())
        .ok_or_else(|| QueryError::missing_parameter(name))
}

fn texts(call: &Call<'_>, name: &str) -> Result<Vec<String>, QueryError> {
    let members = call.parameters.members(name)?.into_iter();
    let texts = members.map(|member| Ok(call.parameters.required(&member)?.to_owned()));
    texts.collect()
}

fn documents(call: &Call<'_>, name: &str) -> Result<Vec<Document>, QueryError> {
    let texts = texts(call, name)?.into_iter();
    let documents = texts.map(|json| {
        let document = iam_document("policyInputList", &json, DocumentKind::Identity);
        Ok(document?)
    });
    documents.collect()
}

/// A part of AWS's operation that is not played (`iam.simulate.not-supported`).
fn refuse(message: &'static str) -> QueryError {
    rolecall_account::IamError::InvalidInput(message.to_owned()).into()
}

fn simulation(call: &Call<'_>) -> Result<Simulation, QueryError> {
    if call.parameters.has("ResourceHandlingOption") {
        return Err(refuse(
            "The parameter ResourceHandlingOption is not supported by this simulated account.",
        ));
    }
    needed(call, "ActionNames")?;
    let mut boundaries = documents(call, BOUNDARY)?;
    let boundary = boundaries.pop();
    if !boundaries.is_empty() {
        return Err(refuse("A permissions boundary is one policy."));
    }
    let resource_policy = call.parameters.text("ResourcePolicy").map(|json| {
        let document = iam_document("resourcePolicy", json, DocumentKind::Resource);
        document.map_err(QueryError::from)
    });
    Ok(Simulation {
        policies: documents(call, INPUT)?,
        boundary,
        actions: texts(call, "ActionNames")?,
        resources: texts(call, "ResourceArns")?,
        resource_policy: resource_policy.transpose()?,
        resource_owner: owned(call, "ResourceOwner"),
        caller: owned(call, "CallerArn"),
        context: context(call)?,
    })
}

fn context(call: &Call<'_>) -> Result<Context, QueryError> {
    let mut context = Context::new();
    for entry in call.parameters.members("ContextEntries")? {
        let name = call
            .parameters
            .required(&format!("{entry}.ContextKeyName"))?;
        let values = texts(call, &format!("{entry}.ContextKeyValues"))?;
        context.set(name, values);
    }
    Ok(context)
}

fn told(results: Page<Simulated>) -> Vec<Element> {
    page::told("EvaluationResults", results, |result| {
        member(shape(&result))
    })
}

/// `iam.simulate.answers`: what is about one resource is told of it again, and the context keys that
/// are missing are told there alone.
fn shape(result: &Simulated) -> Vec<Element> {
    let decision = match result.decision {
        Decision::Allowed { .. } => "allowed",
        Decision::ExplicitDeny { .. } => "explicitDeny",
        Decision::ImplicitDeny { .. } => "implicitDeny",
    };
    let matched = || list("MatchedStatements", result.matched.iter().map(statement));
    let missing = |keys: &[String]| {
        let keys = keys.iter().map(String::as_str);
        list("MissingContextValues", keys.map(text_member))
    };
    let within = || {
        result.within_boundary.map(|within| {
            let allowed = flag("AllowedByPermissionsBoundary", within);
            Element::Parent("PermissionsBoundaryDecisionDetail", vec![allowed])
        })
    };
    let anywhere = result.resource == "*";
    let mut members = vec![
        text("EvalActionName", result.action.as_str()),
        text("EvalResourceName", result.resource.as_str()),
        text("EvalDecision", decision),
        matched(),
        missing(if anywhere { &result.missing } else { &[] }),
    ];
    members.extend(within());
    if anywhere {
        return members;
    }
    let mut specific = vec![
        text("EvalResourceName", result.resource.as_str()),
        text("EvalResourceDecision", decision),
        matched(),
        missing(&result.missing),
        list("EvalDecisionDetails", []),
    ];
    specific.extend(within());
    members.push(list("EvalDecisionDetails", []));
    members.push(list("ResourceSpecificResults", [member(specific)]));
    members
}

fn statement(matched: &MatchedStatement) -> Element {
    let at = |name, TextPosition { line, column }: TextPosition| {
        let members = vec![
            text("Line", line.to_string()),
            text("Column", column.to_string()),
        ];
        Element::Parent(name, members)
    };
    member(vec![
        text("SourcePolicyId", matched.source.as_str()),
        // iam.simulate.source-ids
        text("SourcePolicyType", "IAM Policy"),
        at("StartPosition", matched.start),
        at("EndPosition", matched.end),
    ])
}
