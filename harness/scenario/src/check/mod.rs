//! The checkers: pure functions from what happened to what is wrong with it.
//!
//! One file for each thing that can be expected, and one for each invariant that holds whether or
//! not a scenario says so.

mod allowed;
mod calls;
mod denied;
mod facts;
mod fails;
mod identity;
mod live_credentials;
mod succeeds;
pub(crate) mod unspoken;
mod whole_set;
mod within;

pub(crate) use facts::{Facts, UsedSet, is_signed};

use crate::language::Expect;

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) expected: String,
    pub(crate) actual: String,
}

impl Difference {
    pub(crate) fn new(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            actual: actual.into(),
        }
    }
}

/// A checker: what is wrong with what happened.
type Check = fn(&Facts<'_>) -> Vec<Difference>;

/// What holds in every step of every scenario: the rule, and its check.
pub(crate) const ALWAYS: &[(&str, Check)] = &[
    (live_credentials::RULE, live_credentials::check),
    (unspoken::RULE, unspoken::check),
    (whole_set::RULE, whole_set::check),
];

/// The rules that hold in every step of every scenario.
pub const INVARIANTS: &[&str] = &[live_credentials::RULE, unspoken::RULE, whole_set::RULE];

/// Everything that is not as the step expects.
pub(crate) fn expected(expect: &Expect, facts: &Facts<'_>) -> Vec<Difference> {
    let mut differences = match (&expect.fails, &expect.denied) {
        (Some(_), _) => fails::check(facts),
        (None, Some(denied)) => denied::check(&denied.value, facts),
        (None, None) if expect.any_of.is_empty() => succeeds::check(facts),
        // Each alternative says for itself whether the action succeeds.
        (None, None) => Vec::new(),
    };
    if differences.is_empty() {
        if let Some(allowed) = &expect.allowed {
            differences.extend(allowed::check(&allowed.value, facts));
        }
        differences.extend(identity::check(expect, facts));
    }
    differences.extend(calls::check(
        "since the last step",
        &expect.calls,
        facts.calls,
    ));
    if let Some(budget) = &expect.within {
        differences.extend(within::check(budget.value, facts));
    }
    differences.extend(any_of(expect, facts));
    differences
}

/// At least one of the alternatives must hold; if none does, all are told.
fn any_of(expect: &Expect, facts: &Facts<'_>) -> Vec<Difference> {
    let alternatives: Vec<Vec<Difference>> = expect
        .any_of
        .iter()
        .map(|alternative| expected(&alternative.value, facts))
        .collect();
    if alternatives.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let numbered = alternatives.into_iter().enumerate();
    numbered
        .flat_map(|(index, differences)| {
            differences.into_iter().map(move |difference| Difference {
                expected: format!("alternative {}: {}", index + 1, difference.expected),
                ..difference
            })
        })
        .collect()
}

/// Requests since the start, as `expect-total` has them.
pub(crate) use calls::check as counts;
/// What is worth a word about a failure that was expected.
pub(crate) use fails::note as class_note;
