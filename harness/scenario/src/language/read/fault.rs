//! `[match.NAME]`, `[[fault]]`, `fault` and `gate`.

use super::effect::effect;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{Fault, Gate, Match};
use crate::language::shape;

pub(super) fn one_match(value: Value<'_>) -> Option<Match> {
    let table = value.table(&shape::MATCH)?;
    Some(Match {
        operation: table.optional("operation", Value::text),
        path: table.optional("path", Value::text),
        header_present: table.list("header-present", Value::text),
        header_absent: table.list("header-absent", Value::text),
        app: table.optional("app", Value::text),
        place: table.optional("place", Value::text),
        not_before: table.optional("not-before", Value::duration),
        before: table.optional("before", Value::duration),
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
