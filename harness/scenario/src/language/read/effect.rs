//! What a fault does: one reader for each word of the fault engine.

use std::time::Duration;

use rolecall_endpoints::{
    Answer, Delay, Drip, Effect, ErrorDocument, FAULT_WORDS, Point, REDIRECT_STATUS, Redirect,
    Skew, Stall, Throttle,
};

use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::shape;
use crate::language::tree::Tree;

/// The one effect of a fault. The span is that of the word for it.
pub(super) fn effect(table: &Table<'_>) -> Option<At<Effect>> {
    let words: Vec<&'static str> = FAULT_WORDS.iter().map(|word| word.word).collect();
    let value = table.one_of(&words)?;
    let effect = read(value);
    if effect.is_none() {
        table.reader.miss();
    }
    Some(value.at_key(effect?))
}

fn read(value: Value<'_>) -> Option<Effect> {
    let text = |value: Value<'_>| Some(value.text()?.value);
    Some(match value.key {
        "answer" => Effect::Answer(answer(value)?),
        "throttle" => Effect::Throttle(throttle(value)?),
        "redirect" => Effect::Redirect(redirect(value)?),
        "delay" => Effect::Delay(delay(value)?),
        "stall" => Effect::Stall(stall(value)?),
        "black-hole" => only_true(value, Effect::BlackHole)?,
        "lost-reply" => only_true(value, Effect::LostReply)?,
        "drip" => Effect::Drip(drip(value)?),
        "truncate" => Effect::Truncate(value.whole()?.value),
        "reset" => Effect::Reset(value.word()?.value),
        "refuse-connection" => only_true(value, Effect::RefuseConnection)?,
        "empty-body" => only_true(value, Effect::EmptyBody)?,
        "malformed-body" => only_true(value, Effect::MalformedBody)?,
        "content-length" => Effect::ContentLength(value.whole()?.value),
        "error-document" => Effect::ErrorDocument(error_document(value)?),
        "missing-field" => Effect::MissingField(text(value)?),
        "null-field" => Effect::NullField(text(value)?),
        "mistyped-field" => Effect::MistypedField(text(value)?),
        "expiration" => Effect::Expiration(value.word()?.value),
        "stale-document" => only_true(value, Effect::StaleDocument)?,
        "same-document" => only_true(value, Effect::SameDocument)?,
        "other-document" => Effect::OtherDocument(text(value)?),
        "roles" => Effect::Roles(value.list(text)?),
        "revoke-token" => only_true(value, Effect::RevokeToken)?,
        "clock-skew" => Effect::ClockSkew(skew(value)?),
        word => return value.refuse(&format!("no effect `{word}`"), "unknown", None),
    })
}

/// A word without anything to say about it is written as `true`.
fn only_true(value: Value<'_>, effect: Effect) -> Option<Effect> {
    if value.flag()?.value {
        return Some(effect);
    }
    value.refuse(
        &format!("`{}` takes true", value.key),
        "this is false",
        Some("leave the fault out".to_owned()),
    )
}

fn answer(value: Value<'_>) -> Option<Answer> {
    let table = value.table(&shape::ANSWER)?;
    let status = table.required("status", |value| status(value, 100..=599));
    if let (Some(body), Some(code)) = (table.get("body"), table.get("code")) {
        table.clash(&code, &[body]);
    }
    let text = |key| {
        let text = table.optional(key, Value::text);
        text.map(|text| text.value)
    };
    let (code, message, body) = (text("code"), text("message"), text("body"));
    let headers = table.texts("headers").into_iter();
    Some(Answer {
        status: status?,
        code,
        message,
        body,
        headers: headers.map(|(name, text)| (name, text.value)).collect(),
    })
}

fn status(value: Value<'_>, range: std::ops::RangeInclusive<u16>) -> Option<u16> {
    let status: At<u16> = value.positive()?;
    if range.contains(&status.value) {
        return Some(status.value);
    }
    let label = format!("not from {} to {}", range.start(), range.end());
    let what = if *range.start() == 300 {
        "no status of a redirect"
    } else {
        "no HTTP status"
    };
    value.refuse(&format!("{what} {status}"), &label, None)
}

fn throttle(value: Value<'_>) -> Option<Throttle> {
    let table = value.table(&shape::THROTTLE)?;
    let seconds = table.optional("retry-after-seconds", Value::whole);
    Some(Throttle {
        retry_after_seconds: seconds.map(|seconds| seconds.value),
    })
}

fn redirect(value: Value<'_>) -> Option<Redirect> {
    let table = value.table(&shape::REDIRECT)?;
    let to = table.required("to", Value::text);
    let status = table.optional("status", |value| status(value, 300..=399));
    Some(Redirect {
        to: to?.value,
        status: status.unwrap_or(REDIRECT_STATUS),
    })
}

/// A duration, or two between which it is drawn.
fn delay(value: Value<'_>) -> Option<Delay> {
    if !matches!(value.node.value, Tree::Table(_)) {
        return Some(value.duration()?.value.into());
    }
    let table = value.table(&shape::DELAY)?;
    let min = table.required("min", Value::duration);
    let max = table.required("max", Value::duration);
    let (min, max): (Duration, Duration) = (min?.value, max?.value);
    if min > max {
        return value.refuse("`min` is more than `max`", "never both", None);
    }
    Some(Delay { min, max })
}

/// A point, or a point and how long it lasts.
fn stall(value: Value<'_>) -> Option<Stall> {
    if !matches!(value.node.value, Tree::Table(_)) {
        let at: At<Point> = value.word()?;
        return Some(Stall {
            at: at.value,
            lasts: None,
        });
    }
    let table = value.table(&shape::STALL)?;
    let at: Option<At<Point>> = table.required("at", Value::word);
    let lasts = table.optional("lasts", Value::duration);
    Some(Stall {
        at: at?.value,
        lasts: lasts.map(|lasts| lasts.value),
    })
}

fn drip(value: Value<'_>) -> Option<Drip> {
    let table = value.table(&shape::DRIP)?;
    let bytes = table.required("bytes", Value::positive);
    let every = table.required("every", Value::duration);
    Some(Drip {
        bytes: bytes?.value,
        every: every?.value,
    })
}

fn error_document(value: Value<'_>) -> Option<ErrorDocument> {
    let table = value.table(&shape::ERROR_DOCUMENT)?;
    let code = table.required("code", Value::text);
    let message = table.optional("message", Value::text);
    Some(ErrorDocument {
        code: code?.value,
        message: message.map(|message| message.value),
    })
}

fn skew(value: Value<'_>) -> Option<Skew> {
    let by = value.signed_duration()?.value;
    let distance = by.unsigned_abs();
    Some(if by.is_negative() {
        Skew::Behind(distance)
    } else {
        Skew::Ahead(distance)
    })
}
