//! What is named by an earlier step: steps, presigned URLs, calls that were begun, gates and faults.

use std::collections::BTreeMap;

use super::checker::{Checker, place_of};
use crate::language::at::{At, Span};
use crate::language::model::{Act, Action, Expect, Step};

/// The names that the steps so far have given, each with its place.
#[derive(Default)]
struct Earlier<'a> {
    steps: BTreeMap<&'a str, &'a Span>,
    begun: BTreeMap<&'a str, &'a Span>,
    joined: BTreeMap<&'a str, &'a Span>,
    gates: BTreeMap<&'a str, &'a Span>,
    faults: BTreeMap<&'a str, &'a Span>,
    presigned: BTreeMap<&'a str, &'a Span>,
}

pub(super) fn check(checker: &Checker<'_>) {
    let mut earlier = Earlier::default();
    for fault in &checker.scenario.faults {
        let name = &fault.value.name;
        give(checker, "", "faults", &mut earlier.faults, name);
    }
    for step in &checker.scenario.steps {
        one_step(checker, step, &mut earlier);
    }
    for (name, span) in &earlier.begun {
        if !earlier.joined.contains_key(name) {
            checker.complain(
                "",
                &format!("`{name}` is begun, and never joined"),
                span,
                "what comes of it is not judged",
                &format!("add a step with `join = \"{name}\"`"),
            );
        }
    }
}

/// In the order in which a step does things: faults and gates first, the action, what is expected.
fn one_step<'a>(checker: &Checker<'_>, step: &'a Step, earlier: &mut Earlier<'a>) {
    let place = place_of(step);
    if let Some(fault) = &step.fault {
        let name = &fault.value.name;
        give(checker, &place, "faults", &mut earlier.faults, name);
    }
    if let Some(gate) = &step.gate {
        let name = &gate.value.name;
        give(checker, &place, "gates", &mut earlier.gates, name);
    }
    take(
        checker,
        &place,
        "fault",
        &earlier.faults,
        step.clear_fault.as_ref(),
    );
    take(checker, &place, "gate", &earlier.gates, step.open.as_ref());
    match &step.act.value {
        Act::Begin { name, .. } => {
            give(checker, &place, "calls", &mut earlier.begun, name);
        }
        Act::Join(name) => {
            take(checker, &place, "call begun as", &earlier.begun, Some(name));
            if let Some(first) = earlier.joined.insert(&name.value, &name.span) {
                checker.complain_of_two(
                    &place,
                    &format!("`{name}` is joined twice"),
                    (&name.span, "again"),
                    (first, "first here"),
                    "a call ends once: leave one out",
                );
            }
        }
        Act::Do(_) => {}
    }
    if let Some(Action::UseUrl(of)) = step.act.value.action() {
        let noun = "earlier step that presigns";
        take(checker, &place, noun, &earlier.presigned, Some(of));
    }
    if let Act::Do(Action::Presign(_)) = &step.act.value {
        earlier.presigned.insert(&step.name.value, &step.name.span);
    }
    same_sets(checker, &place, &earlier.steps, &step.expect);
    give(checker, "", "steps", &mut earlier.steps, &step.name);
}

/// Notes a name; complains when it was given before.
fn give<'a>(
    checker: &Checker<'_>,
    place: &str,
    nouns: &str,
    given: &mut BTreeMap<&'a str, &'a Span>,
    name: &'a At<String>,
) {
    if let Some(first) = given.get(name.value.as_str()) {
        checker.complain_of_two(
            place,
            &format!("two {nouns} are called `{name}`"),
            (&name.span, "again"),
            (first, "first here"),
            "give each its own name",
        );
    } else {
        given.insert(&name.value, &name.span);
    }
}

/// Complains when no earlier step gave this name.
fn take(
    checker: &Checker<'_>,
    place: &str,
    noun: &str,
    given: &BTreeMap<&str, &Span>,
    name: Option<&At<String>>,
) {
    if let Some(name) = name
        && !given.contains_key(name.value.as_str())
    {
        let none = "no step before this one has any";
        checker.unknown(place, noun, name, given.keys().copied(), none);
    }
}

fn same_sets(checker: &Checker<'_>, place: &str, steps: &BTreeMap<&str, &Span>, expect: &Expect) {
    take(
        checker,
        place,
        "earlier step",
        steps,
        expect.same_set_as.as_ref(),
    );
    for nested in expect.nested() {
        same_sets(checker, place, steps, &nested.value);
    }
}
