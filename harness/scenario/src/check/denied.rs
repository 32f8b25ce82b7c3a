//! `expect.denied`: the service refused, with which code, for which reason.

use rolecall_account::policy::{Decision, PolicyType};

use super::Difference;
use super::facts::Facts;
use crate::act::Done;
use crate::language::{Denied, Reason};

pub(super) fn check(denied: &Denied, facts: &Facts<'_>) -> Vec<Difference> {
    let (code, decision) = match refusal(facts) {
        Ok(refusal) => refusal,
        Err(actual) => return vec![Difference::new("the service refuses", actual)],
    };
    let mut differences = Vec::new();
    if let Some(expected) = denied
        .code
        .as_ref()
        .filter(|expected| expected.value != code)
    {
        differences.push(Difference::new(
            format!("refused with {expected}"),
            format!("refused with {code}"),
        ));
    }
    let said = decision.map_or_else(
        || format!("{code}, and no policy was asked"),
        ToString::to_string,
    );
    if let Some(reason) = &denied.reason
        && decision.and_then(reason_of) != Some(reason.value)
    {
        differences.push(Difference::new(
            format!("refused for `{reason}`"),
            said.clone(),
        ));
    }
    if let Some(by) = &denied.by {
        let decided = matches!(decision, Some(Decision::ExplicitDeny { by: statement }) if facts.is_called(&statement.policy, &by.value));
        if !decided {
            differences.push(Difference::new(format!("denied by `{by}`"), said));
        }
    }
    differences
}

/// The code and the decision of the refusal, or what happened instead.
fn refusal<'a>(facts: &'a Facts<'_>) -> Result<(&'a str, Option<&'a Decision>), String> {
    match facts.done {
        Done::Refused { code, .. } => Ok((code, None)),
        Done::Changed(what) => Err(format!("the account made the change: {what}")),
        Done::Unsupported(why) | Done::Broken(why) | Done::Died(why) => Err(why.clone()),
        Done::Hung(words) => Err(format!("no answer after {words}")),
        Done::Begun { .. } => Err("it has only begun".to_owned()),
        Done::Resolved(Ok(_)) => Err("the provider gave credentials".to_owned()),
        Done::Resolved(Err(failure)) => Err(format!("the provider gave no credentials: {failure}")),
        Done::Called { answer: Ok(_), .. } => Err(
            match facts.last_signed().and_then(|it| it.decision.as_ref()) {
                Some(decision) => format!("the call was {decision}"),
                None => "the call was allowed".to_owned(),
            },
        ),
        Done::Called {
            answer: Err(failure),
            ..
        } => {
            let exchange = facts.last_signed();
            let exchange = exchange.ok_or_else(|| format!("it never got there: {failure}"))?;
            match (&exchange.refusal, &failure.code) {
                (Some(refusal), _) => Ok((&refusal.code, exchange.decision.as_ref())),
                // A fault said no in the service's place.
                (None, Some(code)) if exchange.fault.is_some() => Ok((code, None)),
                (None, _) => Err(format!("it never got there: {failure}")),
            }
        }
    }
}

fn reason_of(decision: &Decision) -> Option<Reason> {
    match decision {
        Decision::Allowed { .. } => None,
        Decision::ExplicitDeny { .. } => Some(Reason::ExplicitDeny),
        Decision::ImplicitDeny { missing } => Some(match missing {
            PolicyType::Identity => Reason::NoIdentityPolicy,
            PolicyType::PermissionsBoundary => Reason::NoBoundary,
            PolicyType::Session => Reason::NoSessionPolicy,
            PolicyType::Resource => Reason::NoResourcePolicy,
            PolicyType::Trust => Reason::NoTrustPolicy,
            PolicyType::ServiceControl => Reason::NoServiceControlPolicy,
            PolicyType::ResourceControl => Reason::NoResourceControlPolicy,
            PolicyType::VpcEndpoint => Reason::NoEndpointPolicy,
        }),
    }
}
