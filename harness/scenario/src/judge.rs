//! From differences to findings: for all callers, by the rules that fail with them.

use std::collections::BTreeSet;

use rolecall_account::{Entry, Exchange, Happening, Operation};

use crate::check::Difference;
use crate::language::{Scenario, Step};
use crate::outcome::Finding;

/// A source of credentials that gave no answer of its own. STS is one for those who assume a role.
pub(crate) fn is_failing_source(exchange: &Exchange) -> bool {
    let answered = exchange
        .status()
        .is_some_and(|status| !status.is_server_error());
    let is_source = exchange.operation.is_some_and(|asked| {
        let gives_sessions = [
            Operation::StsAssumeRole,
            Operation::StsAssumeRoleWithWebIdentity,
        ];
        !asked.is_signed() || gives_sessions.contains(&asked)
    });
    is_source && (!answered || exchange.fault.is_some())
}

/// What there are several of in a step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Many {
    Callers(usize),
    Repetitions(usize),
}

/// The differences of all, each once; those that not all have say how many have them.
pub(crate) fn of_many(
    many: Many,
    differences: impl Iterator<Item = Vec<Difference>>,
) -> Vec<Difference> {
    let mut counted: Vec<(Difference, usize)> = Vec::new();
    for difference in differences.flatten() {
        match counted.iter_mut().find(|(known, _)| *known == difference) {
            Some((_, count)) => *count += 1,
            None => counted.push((difference, 1)),
        }
    }
    let (all, noun) = match many {
        Many::Callers(all) => (all, "callers"),
        Many::Repetitions(all) => (all, "repetitions"),
    };
    let said = counted.into_iter().map(|(difference, count)| match count {
        count if count >= all => difference,
        count => Difference {
            actual: format!("{}, for {count} of {all} {noun}", difference.actual),
            ..difference
        },
    });
    said.collect()
}

pub(crate) fn exchanges(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &Exchange)> {
    entries.iter().filter_map(|entry| match &entry.happening {
        Happening::Exchange(exchange) => Some((entry, &**exchange)),
        _ => None,
    })
}

/// What differences come to by the rules they break: findings, or notes where all of these rules are
/// among the `harmless`, which fail nobody.
pub(crate) fn weighed(
    rules: &[String],
    harmless: &BTreeSet<String>,
    differences: Vec<Difference>,
) -> (Vec<Finding>, Vec<String>) {
    let (light, heavy): (Vec<String>, Vec<String>) = rules
        .iter()
        .cloned()
        .partition(|rule| harmless.contains(rule));
    if heavy.is_empty() && !light.is_empty() {
        let names: Vec<String> = light.iter().map(|rule| format!("`{rule}`")).collect();
        let names = names.join(", ");
        let notes = differences
            .into_iter()
            .map(|Difference { expected, actual }| {
                format!(
                    "under {names}, by which nobody fails: expected {expected}, actual {actual}"
                )
            });
        return (Vec::new(), notes.collect());
    }
    let found = differences
        .into_iter()
        .map(|Difference { expected, actual }| Finding {
            rules: heavy.clone(),
            expected,
            actual,
        });
    (found.collect(), Vec::new())
}

/// A failed step fails its own rule, else all of the file's.
pub(crate) fn rules_of(scenario: &Scenario, step: &Step) -> Vec<String> {
    match &step.rule {
        Some(rule) => vec![rule.value.clone()],
        None => scenario
            .rules
            .iter()
            .map(|rule| rule.value.clone())
            .collect(),
    }
}
