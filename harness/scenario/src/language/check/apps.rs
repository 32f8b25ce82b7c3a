//! Which app acts in a step.

use super::checker::{Checker, place_of};
use super::names::Noun;
use crate::language::at::At;
use crate::language::model::{Act, Action, Actor, Step, Verb};
use crate::language::suggest;
use crate::language::word::Word as _;

pub(super) fn check(checker: &Checker<'_>) {
    let mut without_any = None;
    for step in &checker.scenario.steps {
        let verb = step.act.value.action().map(Action::verb);
        callers(checker, step, verb);
        begun(checker, step);
        match (&step.app, verb) {
            (Some(app), _) => named(checker, step, app, verb),
            (None, Some(verb)) if verb.actor() != Actor::World => {
                match checker.scenario.apps.len() {
                    0 => without_any = without_any.or(Some((step, verb))),
                    1 => {}
                    _ => which(checker, step, verb),
                }
            }
            (None, _) => {}
        }
    }
    if let Some((step, verb)) = without_any {
        no_app(checker, step, verb);
    }
}

fn named(checker: &Checker<'_>, step: &Step, app: &At<String>, verb: Option<Verb>) {
    let place = place_of(step);
    checker.known(&place, Noun::App, app);
    let (what, by) = match verb {
        None => ("join", "the app that began it"),
        Some(verb) if verb.actor() == Actor::World => (verb.word(), "the world"),
        Some(_) => return,
    };
    checker.complain(
        &place,
        &format!("`{what}` is done by {by}"),
        &app.span,
        "not by this app",
        "leave out `app`",
    );
}

fn which(checker: &Checker<'_>, step: &Step, verb: Verb) {
    let apps: Vec<&str> = checker.scenario.apps.keys().map(String::as_str).collect();
    let message = format!("more than one app could do `{verb}`");
    let help = format!("add `app = ...`: there is {}", suggest::list(&apps));
    let span = &step.act.span;
    checker.complain(&place_of(step), &message, span, "done by an app", &help);
}

/// Once for the whole file: all steps lack the same app.
fn no_app(checker: &Checker<'_>, step: &Step, verb: Verb) {
    let message = format!("no app to do `{verb}`");
    let help = "write `[app.NAME]` with `on`: only a world with exactly one instance, task or pod \
                has an app of its own";
    let span = &step.act.span;
    checker.complain(&place_of(step), &message, span, "done by an app", help);
}

/// Only what an app does takes time.
fn begun(checker: &Checker<'_>, step: &Step) {
    if let Act::Begin { action, .. } = &step.act.value
        && action.value.verb().actor() != Actor::App
    {
        checker.complain(
            &place_of(step),
            &format!("`begin` with `{}`", action.value.verb()),
            &action.span,
            "done at once",
            "leave out `begin`: only what an app does can be in flight",
        );
    }
}

/// `at-once` and `repeat` belong where the action is.
fn callers(checker: &Checker<'_>, step: &Step, verb: Option<Verb>) {
    let place = place_of(step);
    let repeat = step.repeat.as_ref().map(|repeat| ("repeat", &repeat.span));
    let at_once = step.at_once.as_ref().map(|n| ("at-once", &n.span));
    if matches!(step.act.value, Act::Join(_)) {
        for (word, span) in repeat.into_iter().chain(at_once) {
            checker.complain(
                &place,
                &format!("`{word}` with `join`"),
                span,
                "nothing is begun here",
                "say it in the step with `begin`",
            );
        }
    } else if let (Some((_, span)), Some(verb)) = (at_once, verb)
        && verb.actor() != Actor::App
    {
        checker.complain(
            &place,
            &format!("`at-once` with `{verb}`"),
            span,
            "only an app has callers",
            "use `repeat`, or steps of their own",
        );
    }
}
