//! What happened in a step, in a line.

use rolecall_account::{Exchange, SimInstant};

use crate::act::Done;
use crate::check::Facts;
use crate::url::Presigned;

/// In a line, for one caller.
pub(crate) fn happened(facts: &Facts<'_>) -> String {
    match facts.done {
        Done::Begun { callers } => begun(*callers),
        Done::Hung(words) => format!("no answer after {words}"),
        Done::Changed(what) | Done::Unsupported(what) | Done::Broken(what) | Done::Died(what) => {
            what.clone()
        }
        Done::Refused { code, message } => format!("{code}: {message}"),
        Done::Resolved(Err(failure)) => format!("no credentials: {}", failure.class),
        Done::Resolved(Ok(credentials)) => {
            let expiry = credentials
                .expiry()
                .map_or("never".to_owned(), |at| SimInstant::from(at).to_string());
            match facts.used() {
                Some(used) => format!("{} issue {}, expires {expiry}", used.role, used.issue),
                None => format!("{}, expires {expiry}", credentials.access_key_id()),
            }
        }
        Done::Called { call, answer } if Presigned::of(call, answer).is_some() => {
            let who = facts.used();
            let who = who.map_or("nobody known".to_owned(), |it| {
                format!("{} issue {}", it.role, it.issue)
            });
            format!("a URL, presigned by {who}")
        }
        Done::Called { answer, .. } => match facts.last_signed() {
            None => match answer {
                Ok(_) => "done, unsigned".to_owned(),
                Err(failure) => format!("no credentials: {}; nothing was signed", failure.class),
            },
            Some(exchange) => {
                let status = status(exchange);
                let who = facts.used().map_or("nobody known".to_owned(), |it| {
                    format!("{} issue {}", it.role, it.issue)
                });
                match (&exchange.refusal, &exchange.decision) {
                    (Some(refusal), Some(decision)) => {
                        format!("{status} {} as {who}: {decision}", refusal.code)
                    }
                    (Some(refusal), None) => {
                        format!("{status} {} as {who}, at {}", refusal.code, refusal.stage)
                    }
                    (None, Some(decision)) => format!("{status} as {who}, {decision}"),
                    (None, None) => format!("{status} as {who}"),
                }
            }
        },
    }
}

/// The status of an answer, in words if there was none.
fn status(exchange: &Exchange) -> String {
    let status = exchange.status();
    status.map_or("no answer".to_owned(), |status| status.as_u16().to_string())
}

fn begun(in_the_air: usize) -> String {
    match in_the_air {
        0 => "begun, and already at its end".to_owned(),
        1 => "begun, and in flight".to_owned(),
        callers => format!("begun, {callers} callers in flight"),
    }
}

/// In a line, for all callers: what several have in common is said once.
pub(crate) fn summed_up(lines: &[String]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for line in lines {
        match counted.iter_mut().find(|(known, _)| known == line) {
            Some((_, count)) => *count += 1,
            None => counted.push((line, 1)),
        }
    }
    let [(only, 1)] = counted.as_slice() else {
        let said = counted
            .iter()
            .map(|(line, count)| format!("{count} callers: {line}"));
        return said.collect::<Vec<_>>().join("; ");
    };
    (*only).to_owned()
}

/// In a line, for all repetitions, in their order: the same again and again is said once.
pub(crate) fn one_after_the_other(lines: &[String]) -> String {
    let mut runs: Vec<(&str, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((known, times)) if known == line => *times += 1,
            _ => runs.push((line, 1)),
        }
    }
    let said = runs.iter().map(|(line, times)| match times {
        1 => format!("once: {line}"),
        times => format!("{times} times: {line}"),
    });
    said.collect::<Vec<_>>().join("; then ")
}
