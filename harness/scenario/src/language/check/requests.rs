//! `[match.NAME]`, faults and gates: requests singled out.

use super::checker::{Checker, place_of};
use super::names::Noun;
use crate::language::model::Match;

pub(super) fn check(checker: &Checker<'_>) {
    matches(checker);
    for fault in &checker.scenario.faults {
        let place = format!("fault `{}`", fault.value.name);
        checker.known(&place, Noun::Counted, &fault.value.on);
    }
    for step in &checker.scenario.steps {
        let place = place_of(step);
        let of_gate = step.gate.as_ref().map(|gate| &gate.value.on);
        let of_fault = step.fault.as_ref().map(|fault| &fault.value.on);
        checker.known_if_any(&place, Noun::Counted, of_gate);
        checker.known_if_any(&place, Noun::Counted, of_fault);
    }
}

fn matches(checker: &Checker<'_>) {
    let counters = checker.vocabulary.counters();
    for (name, one) in &checker.scenario.matches {
        let place = format!("match `{name}`");
        checker.known_if_any(&place, Noun::App, one.value.app.as_ref());
        if one.value == Match::default() {
            checker.complain(
                &place,
                "says nothing",
                &one.span,
                "matches every request",
                "add `operation`, `path`, `header-present`, `header-absent` or `app`; every request \
                 is `operation = \"*\"`",
            );
        }
        if counters.contains(name) {
            checker.complain(
                &place,
                "the name is taken",
                &one.span,
                "already the word for a kind of request",
                "choose another",
            );
        }
    }
}
