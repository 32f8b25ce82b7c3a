//! `[[step]]`.

use std::time::Duration;

use super::action::action;
use super::expect::{counts, expect};
use super::fault::{fault, gate};
use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{Act, Action, Move, Repeat, Step, Verb};
use crate::language::shape;
use crate::language::suggest;
use crate::language::word::Word;

pub(super) fn step(value: Value<'_>) -> Option<Step> {
    let table = value.table(&shape::STEP)?;
    let name = table.required("name", Value::text);
    let act = act(&table);
    let rest = Step {
        span: table.span.clone(),
        rule: table.optional("rule", Value::text),
        app: table.optional("app", Value::text),
        moves: moves(&table),
        gate: table.optional("gate", |value| Some(value.at_key(gate(value)?))),
        open: table.optional("open", Value::text),
        fault: table.optional("fault", |value| Some(value.at_key(fault(value)?.value))),
        clear_fault: table.optional("clear-fault", Value::text),
        at_once: table.optional("at-once", Value::positive),
        repeat: table.optional("repeat", |value| Some(value.at_key(repeat(value)?))),
        settle: table.optional("settle", Value::duration),
        expect: table.optional("expect", expect).unwrap_or_default(),
        expect_total: counts(&table, "expect-total"),
        ..Step::new("", Action::Resolve.into())
    };
    Some(Step {
        name: name?,
        act: act?,
        ..rest
    })
}

fn moves(table: &Table<'_>) -> Option<At<Move>> {
    let after = table.get("after");
    let wall_step = table.get("wall-step");
    if let (Some(after), Some(wall_step)) = (after, wall_step) {
        table.clash(&after, &[wall_step]);
    }
    let after = after.and_then(|value| Some(value.duration()?.map(Move::After)));
    let wall_step = wall_step.and_then(|value| Some(value.signed_duration()?.map(Move::WallStep)));
    after.or(wall_step)
}

/// The one thing a step does.
fn act(table: &Table<'_>) -> Option<At<Act>> {
    let doing = |key: &'static str| table.get(key);
    let mut found: Vec<Value<'_>> = Verb::words()
        .chain(["begin", "join"])
        .filter_map(doing)
        .collect();
    found.sort_by_key(|value| value.key_span.start);
    match found.as_slice() {
        [] => {
            nothing(table);
            None
        }
        [only] => one_act(*only),
        [first, others @ ..] => {
            too_much(table, first, others);
            one_act(*first)
        }
    }
}

fn one_act(value: Value<'_>) -> Option<At<Act>> {
    let act = match (value.key, Verb::of(value.key)) {
        (_, Some(verb)) => Act::Do(action(verb, value)?),
        ("begin", None) => begin(value)?,
        _ => Act::Join(value.text()?),
    };
    Some(value.at_key(act))
}

fn begin(value: Value<'_>) -> Option<Act> {
    let table = value.table(&shape::BEGIN)?;
    let name = table.required("as", Value::text);
    let found: Vec<Value<'_>> = Verb::words().filter_map(|key| table.get(key)).collect();
    let action = match found.as_slice() {
        [] => {
            nothing(&table);
            None
        }
        [first, others @ ..] => {
            if !others.is_empty() {
                too_much(&table, first, others);
            }
            Verb::of(first.key).and_then(|verb| Some(first.at_key(action(verb, *first)?)))
        }
    };
    Some(Act::Begin {
        name: name?,
        action: action?,
    })
}

fn nothing(table: &Table<'_>) {
    if table.meant_any(Verb::words().chain(["begin", "join"])) {
        return;
    }
    let verbs: Vec<&str> = Verb::words().collect();
    let problem = table
        .reader
        .problem(table.place, "no action", table.span, "does nothing")
        .with_help(Some(format!("add one of {}", suggest::list(&verbs))));
    table.reader.report(problem);
}

fn too_much(table: &Table<'_>, first: &Value<'_>, others: &[Value<'_>]) {
    let verbs: Vec<&str> = std::iter::once(first)
        .chain(others)
        .map(|value| value.key)
        .collect();
    let message = format!("{} actions: {}", verbs.len(), suggest::list(&verbs));
    let mut problem = table
        .reader
        .problem(table.place, &message, first.key_span, "this is one");
    for other in others {
        problem = problem.and_label(other.key_span.clone(), "this is another");
    }
    table
        .reader
        .report(problem.with_help(Some("make each a step of its own".to_owned())));
}

fn repeat(value: Value<'_>) -> Option<Repeat> {
    let table = value.table(&shape::REPEAT)?;
    let times = table.required("times", Value::positive);
    let every = table.optional("every", Value::duration);
    Some(Repeat {
        times: times?,
        every: every.unwrap_or_else(|| Duration::ZERO.into()),
    })
}
