//! `[match.NAME]`, faults and gates: requests singled out.

use rolecall_endpoints::{Effect, glob};

use super::checker::{Checker, place_of};
use super::names::Noun;
use crate::language::at::At;
use crate::language::model::{Fault, Match, Place};
use crate::language::places::Places;

pub(super) fn check(checker: &Checker<'_>) {
    let operations = checker.vocabulary.operations();
    for (name, one) in &checker.scenario.matches {
        a_match(checker, &operations, name, one);
    }
    for fault in &checker.scenario.faults {
        let place = format!("fault `{}`", fault.value.name);
        a_fault(checker, &operations, &place, &fault.value);
    }
    for step in &checker.scenario.steps {
        let place = place_of(step);
        if let Some(gate) = &step.gate {
            singled_out(checker, &operations, &place, &gate.value.on);
        }
        if let Some(fault) = &step.fault {
            a_fault(checker, &operations, &place, &fault.value);
        }
    }
}

fn a_fault(checker: &Checker<'_>, operations: &[String], place: &str, fault: &Fault) {
    singled_out(checker, operations, place, &fault.on);
    if let Effect::OtherDocument(name) = &fault.effect.value {
        let name = At::new(name.clone(), fault.effect.span.clone());
        known_place(checker, place, &name);
    }
}

/// `on`: a match by its name, or a pattern of operations.
fn singled_out(checker: &Checker<'_>, operations: &[String], place: &str, on: &At<String>) {
    if !checker.scenario.matches.contains_key(&on.value) {
        let matches = checker.scenario.matches.keys();
        let known: Vec<&str> = operations
            .iter()
            .chain(matches)
            .map(String::as_str)
            .collect();
        pattern(checker, operations, &known, place, on);
    }
}

/// A pattern that agrees with no operation never means a request.
fn pattern(
    checker: &Checker<'_>,
    operations: &[String],
    known: &[&str],
    place: &str,
    pattern: &At<String>,
) {
    if !operations.iter().any(|one| glob(&pattern.value, one)) {
        let noun = Noun::Counted;
        let known = known.iter().copied();
        checker.unknown(place, noun.word(), pattern, known, noun.none());
    }
}

fn a_match(checker: &Checker<'_>, operations: &[String], name: &str, one: &At<Match>) {
    let place = format!("match `{name}`");
    checker.known_if_any(&place, Noun::App, one.value.app.as_ref());
    if let Some(at) = &one.value.place {
        known_place(checker, &place, at);
    }
    if let Some(operation) = &one.value.operation {
        let known: Vec<&str> = operations.iter().map(String::as_str).collect();
        pattern(checker, operations, &known, &place, operation);
    }
    if let (Some(from), Some(until)) = (&one.value.not_before, &one.value.before)
        && from.value >= until.value
    {
        checker.complain_of_two(
            &place,
            "`before` is not after `not-before`",
            (&until.span, "until then"),
            (&from.span, "from then on"),
            "no time is both: make `before` the later one",
        );
    }
    if one.value == Match::default() {
        checker.complain(
            &place,
            "says nothing",
            &one.span,
            "matches every request",
            "add `operation`, `path`, `header-present`, `header-absent`, `app`, `place`, \
             `not-before` or `before`; every request is `operation = \"*\"`",
        );
    }
    if operations.iter().any(|operation| operation == name) {
        checker.complain(
            &place,
            "the name is taken",
            &one.span,
            "already the word for a kind of request",
            "choose another",
        );
    }
}

/// An instance, a task or a pod, of the world or launched by a step.
fn known_place(checker: &Checker<'_>, place: &str, name: &At<String>) {
    let scenario = checker.scenario;
    let places = Places::of(&scenario.world, &scenario.steps);
    let is_there = places
        .find(&name.value)
        .is_some_and(|at| at != Place::Laptop);
    if !is_there {
        let known = places.names().filter(|name| *name != Place::LAPTOP);
        let none = "add `instance.NAME` to `[world]`";
        checker.unknown(place, "instance, task or pod", name, known, none);
    }
}
