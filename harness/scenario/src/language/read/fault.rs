//! `[match.NAME]`, `[[fault]]`, `fault` and `gate`.

use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{Answer, Drip, Effect, Fault, Gate, Match};
use crate::language::shape;

pub(super) fn one_match(value: Value<'_>) -> Option<Match> {
    let table = value.table(&shape::MATCH)?;
    Some(Match {
        operation: table.optional("operation", Value::text),
        path: table.optional("path", Value::text),
        header_present: table.list("header-present", Value::text),
        header_absent: table.list("header-absent", Value::text),
        app: table.optional("app", Value::text),
    })
}

pub(super) fn fault(value: Value<'_>) -> Option<At<Fault>> {
    let table = value.table(&shape::FAULT)?;
    let name = table.required("name", Value::text);
    let on = table.required("on", Value::text);
    let nth = table.optional("nth", Value::positive);
    let times = table.optional("times", Value::positive);
    let effect = effect(&table);
    let name = name?;
    let span = name.span.clone();
    let fault = Fault {
        name,
        on: on?,
        nth: nth.unwrap_or_else(|| 1.into()),
        times,
        effect: effect?,
    };
    Some(At::new(fault, span))
}

fn effect(table: &Table<'_>) -> Option<At<Effect>> {
    let value = table.one_of(&["answer", "delay", "drip", "truncate", "stall", "reset"])?;
    let effect = match value.key {
        "answer" => answer(value).map(Effect::Answer),
        "delay" => value.duration().map(|delay| Effect::Delay(delay.value)),
        "drip" => drip(value).map(Effect::Drip),
        "truncate" => value.whole().map(|bytes| Effect::Truncate(bytes.value)),
        "stall" => value.word().map(|point| Effect::Stall(point.value)),
        _ => value.word().map(|point| Effect::Reset(point.value)),
    };
    if effect.is_none() {
        table.reader.miss();
    }
    Some(value.at_key(effect?))
}

fn answer(value: Value<'_>) -> Option<Answer> {
    let table = value.table(&shape::ANSWER)?;
    let status = table.required("status", |value| {
        let status: At<u16> = value.positive()?;
        if (100..=599).contains(&status.value) {
            return Some(status);
        }
        value.refuse(
            &format!("no HTTP status {status}"),
            "not from 100 to 599",
            None,
        )
    });
    if let (Some(body), Some(code)) = (table.get("body"), table.get("code")) {
        table.clash(&code, &[body]);
    }
    let code = table.optional("code", Value::text);
    let message = table.optional("message", Value::text);
    let body = table.optional("body", Value::text);
    let headers = table.texts("headers");
    Some(Answer {
        status: status?,
        code,
        message,
        body,
        headers,
    })
}

fn drip(value: Value<'_>) -> Option<Drip> {
    let table = value.table(&shape::DRIP)?;
    let bytes = table.required("bytes", Value::positive);
    let every = table.required("every", Value::duration);
    Some(Drip {
        bytes: bytes?,
        every: every?,
    })
}

pub(super) fn gate(value: Value<'_>) -> Option<Gate> {
    let table = value.table(&shape::GATE)?;
    let name = table.required("name", Value::text);
    let on = table.required("on", Value::text);
    let at = table.required("at", Value::word);
    let nth = table.optional("nth", Value::positive);
    Some(Gate {
        name: name?,
        on: on?,
        at: at?,
        nth: nth.unwrap_or_else(|| 1.into()),
    })
}
