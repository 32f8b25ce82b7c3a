//! `expect` and `expect-total`.

use std::collections::BTreeMap;

use super::checker::{Checker, place_of};
use super::names::Noun;
use crate::language::at::{At, Span};
use crate::language::model::{Act, Count, Expect, Step};

pub(super) fn check(checker: &Checker<'_>) {
    for step in &checker.scenario.steps {
        let place = place_of(step);
        let repeated = is_repeated(checker, step);
        one(checker, &place, &step.expect, repeated);
        only_counts_at_the_beginning(checker, &place, step);
        counts(checker, &place, &step.expect_total);
    }
}

/// What has only begun has come to nothing yet, but for the requests it has made.
fn only_counts_at_the_beginning(checker: &Checker<'_>, place: &str, step: &Step) {
    let Act::Begin { name, .. } = &step.act.value else {
        return;
    };
    let counts = Expect {
        calls: step.expect.calls.clone(),
        ..Expect::default()
    };
    if step.expect != counts {
        checker.complain(
            place,
            "`begin` can only expect `calls`",
            &step.act.span,
            "has not ended yet",
            &format!("say the rest in the step with `join = \"{name}\"`"),
        );
    }
}

/// Whether the action of a step, or what it joins, is repeated.
fn is_repeated(checker: &Checker<'_>, step: &Step) -> bool {
    let Act::Join(joined) = &step.act.value else {
        return step.repeat.is_some();
    };
    checker.scenario.steps.iter().any(|earlier| {
        let begins = matches!(&earlier.act.value, Act::Begin { name, .. } if name == joined);
        begins && earlier.repeat.is_some()
    })
}

fn one(checker: &Checker<'_>, place: &str, expect: &Expect, repeated: bool) {
    contradictions(checker, place, expect);
    names(checker, place, expect);
    counts(checker, place, &expect.calls);
    let of_repetitions = [("each", &expect.each), ("last", &expect.last)];
    for (word, nested) in of_repetitions {
        let Some(nested) = nested else { continue };
        if !repeated {
            checker.complain(
                place,
                &format!("`expect.{word}` without `repeat`"),
                &nested.span,
                "nothing is repeated",
                "add `repeat = { times = ..., every = ... }`, or say it in `expect` itself",
            );
        }
        one(checker, place, &nested.value, false);
    }
    for nested in expect.any_of.iter().chain(expect.under.values()) {
        one(checker, place, &nested.value, repeated);
    }
}

/// Without credentials nothing can be asked; a call is either allowed or denied.
fn contradictions(checker: &Checker<'_>, place: &str, expect: &Expect) {
    let fails = span_of("fails", expect.fails.as_ref());
    let allowed = span_of("allowed", expect.allowed.as_ref());
    let denied = span_of("denied", expect.denied.as_ref());
    let identity = span_of("identity", expect.identity.as_ref());
    let issue = span_of("issue", expect.issue.as_ref());
    let same_set = span_of("same-set-as", expect.same_set_as.as_ref());
    let pairs = [
        (fails, allowed),
        (fails, denied),
        (fails, identity),
        (fails, issue),
        (fails, same_set),
        (allowed, denied),
    ];
    for (one, other) in pairs {
        let (Some((word, span)), Some((other_word, other_span))) = (one, other) else {
            continue;
        };
        let help = if word == "fails" {
            "a provider that gives no credentials sends no request: keep one of them"
        } else {
            "keep one of them, or put both into `expect.any-of`"
        };
        checker.complain_of_two(
            place,
            &format!("`expect.{word}` and `expect.{other_word}` exclude each other"),
            (span, "either this"),
            (other_span, "or this"),
            help,
        );
    }
}

fn span_of<'a, T>(word: &'static str, at: Option<&'a At<T>>) -> Option<(&'static str, &'a Span)> {
    at.map(|at| (word, &at.span))
}

fn names(checker: &Checker<'_>, place: &str, expect: &Expect) {
    checker.known_if_any(place, Noun::Principal, expect.identity.as_ref());
    if let Some(allowed) = &expect.allowed {
        checker.known_if_any(place, Noun::Policy, allowed.value.by.as_ref());
        checker.known_if_any(place, Noun::Principal, allowed.value.identity.as_ref());
    }
    if let Some(denied) = &expect.denied {
        checker.known_if_any(place, Noun::Policy, denied.value.by.as_ref());
    }
}

fn counts(checker: &Checker<'_>, place: &str, counts: &BTreeMap<String, At<Count>>) {
    for (counted, count) in counts {
        let name = At::new(counted.clone(), count.span.clone());
        checker.known(place, Noun::Counted, &name);
    }
}
