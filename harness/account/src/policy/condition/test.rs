//! One condition, compiled: an operator, a key and the values it is tested against.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::context::Context;
use super::super::pattern::Pattern;
use super::value::{self, Cidr, Comparison};
use crate::SimInstant;

/// A test of one condition key.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Condition {
    /// Lower case.
    pub(super) key: Box<str>,
    pub(super) set: Set,
    pub(super) if_exists: bool,
    /// The operator has `Not` in its name: it holds if `test` matches none of the policy's values.
    pub(super) negated: bool,
    pub(super) test: Test,
    pub(in super::super) written: Written,
}

/// A condition as it stands in the text, for whoever explains a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Written {
    pub(in super::super) operator: Box<str>,
    pub(in super::super) key: Box<str>,
    pub(in super::super) values: Box<[Box<str>]>,
}

/// What a request with several values for the key has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// No set operator.
    Single,
    /// `ForAllValues:`.
    All,
    /// `ForAnyValue:`.
    Any,
}

/// The comparison, in its positive form, and the values of the policy. Several values are
/// alternatives.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// `Null`: whether the key is wanted to be absent.
    Absent(Vec<bool>),
    /// String, ARN and Boolean operators.
    Text(Vec<Pattern>),
    Number(Comparison, Vec<f64>),
    Date(Comparison, Vec<SimInstant>),
    Binary(Vec<Vec<u8>>),
    Address(Vec<Cidr>),
}

impl Condition {
    pub(in super::super) fn holds(&self, context: &Context) -> bool {
        let values = context.lookup(&self.key);
        if let Test::Absent(wanted) = &self.test {
            // policy.condition.null
            return wanted.contains(&values.is_empty());
        }
        if values.is_empty() {
            // policy.condition.if-exists: also with `ForAnyValue:`, as the guide makes no
            // exception; observers of AWS report that it stays false there.
            return self.if_exists || self.holds_without_key();
        }
        // policy.condition.values-or: of a negated operator, all values have to differ.
        let holds = |value: &String| self.test.matches(value, context) != self.negated;
        match self.set {
            // AWS does not say what a key with several values does here; one of them has to
            // match, and for a negated operator none may.
            Set::Single if self.negated => values.iter().all(holds),
            Set::Single => values.iter().any(holds),
            // policy.condition.set-empty: an empty value is no value (multi-value page).
            Set::All => values.iter().filter(|value| !value.is_empty()).all(holds),
            Set::Any => values.iter().filter(|value| !value.is_empty()).any(holds),
        }
    }

    /// The pattern that the value at `index` in the text was compiled to, if it was to one.
    pub(in super::super) fn pattern(&self, index: usize) -> Option<&Pattern> {
        match &self.test {
            Test::Text(patterns) => patterns.get(index),
            _ => None,
        }
    }

    fn holds_without_key(&self) -> bool {
        match self.set {
            // policy.condition.missing-key: false, but true for negated operators.
            Set::Single => self.negated,
            // policy.condition.for-all-values-absent
            Set::All => true,
            // policy.condition.for-any-value-absent
            Set::Any => false,
        }
    }
}

impl Test {
    /// Whether one of the policy's values fits. A request value of the wrong type fits none.
    fn matches(&self, actual: &str, context: &Context) -> bool {
        match self {
            Self::Absent(_) => false,
            Self::Text(patterns) => patterns.iter().any(|p| p.matches(actual, context)),
            Self::Number(comparison, wanted) => value::number(actual).is_some_and(|actual| {
                let mut orders = wanted
                    .iter()
                    .filter_map(|wanted| actual.partial_cmp(wanted));
                orders.any(|order| comparison.accepts(order))
            }),
            Self::Date(comparison, wanted) => value::date(actual).is_some_and(|actual| {
                let fits = |wanted: &SimInstant| comparison.accepts(actual.cmp(wanted));
                wanted.iter().any(fits)
            }),
            // Contexts hold text, so a binary value is base64 on both sides.
            Self::Binary(wanted) => STANDARD
                .decode(actual)
                .is_ok_and(|actual| wanted.contains(&actual)),
            Self::Address(ranges) => actual
                .parse::<IpAddr>()
                .is_ok_and(|actual| ranges.iter().any(|range| range.contains(actual))),
        }
    }
}

/// Whether a text has the form of a condition key, `prefix:name`.
pub(in super::super) fn is_key(text: &str) -> bool {
    text.trim() == text
        && text
            .split_once(':')
            .is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
}
