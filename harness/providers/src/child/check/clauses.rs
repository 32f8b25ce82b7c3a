//! The clauses of the contract, each with how it is tried.

use std::time::Duration;

use serde_json::{Value, json};

use super::Found;
use super::talk::{NEAR, Talk, apart};
use crate::child::ending::Over;
use crate::child::message::{Answers, CallerIdentity, LINE_BYTES_MAX, Region};
use crate::child::read;
use crate::class::Class;
use crate::contract::BoxFuture;

type Tried = Result<Found, String>;

/// A clause.
pub(super) struct Clause {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// What the driver's author does if it is broken.
    pub(super) next: &'static str,
    pub(super) tried: for<'a> fn(&'a Talk<'_>) -> BoxFuture<'a, Tried>,
}

/// All of them, in the order in which they are tried: the last two end the process.
pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        name: "idle",
        about: "requests nothing before it is asked",
        next: "make clients when they are opened, not when the program starts",
        tried: |talk| Box::pin(idle(talk)),
    },
    Clause {
        name: "unknown-op",
        about: "answers an op it does not know with `unsupported`",
        next: r#"answer an unknown `op` with {"id":n,"unsupported":"why"}"#,
        tried: |talk| Box::pin(refused(talk, json!({ "op": "no-such-op" }))),
    },
    Clause {
        name: "unknown-use",
        about: "answers a use it does not know with `unsupported`",
        next: r#"answer an unknown `use` with {"id":n,"unsupported":"why"}"#,
        tried: |talk| {
            let open = json!({ "op": "open", "client": "u", "use": "no-such-use", "settings": {} });
            Box::pin(refused(talk, open))
        },
    },
    Clause {
        name: "unknown-setting",
        about: "answers a setting it does not know with `unsupported`",
        next: r#"answer an unknown setting with {"id":n,"unsupported":"why"}; never leave one out silently"#,
        tried: |talk| {
            let mut open = talk.open("s");
            open["settings"]["no_such_setting"] = json!(1);
            Box::pin(refused(talk, open))
        },
    },
    Clause {
        name: "open",
        about: "makes a client, several of them",
        next: r#"answer `open` with {"id":n,"ok":{}}, and keep the clients by name"#,
        tried: |talk| Box::pin(open(talk)),
    },
    Clause {
        name: "unknown-do",
        about: "answers a call it does not know with `unsupported`",
        next: r#"answer an unknown `do` with {"id":n,"unsupported":"why"}"#,
        tried: |talk| {
            Box::pin(refused(
                talk,
                json!({ "op": "call", "client": "a", "do": "no-such-call" }),
            ))
        },
    },
    Clause {
        name: "unknown-field",
        about: "ignores fields it does not know",
        next: "read the fields that you know, and no others",
        tried: |talk| Box::pin(unknown_field(talk)),
    },
    Clause {
        name: "resolve",
        about: "gives the world's credentials",
        next: "answer `resolve` with `answers`, each with `credentials` and `ms`; the page on drivers has an example",
        tried: |talk| Box::pin(resolve(talk)),
    },
    Clause {
        name: "at-once",
        about: "lets callers go at one moment",
        next: "build all callers first, release them by one latch; the `n` of all answers together are `at_once`",
        tried: |talk| Box::pin(at_once(talk)),
    },
    Clause {
        name: "call",
        about: "makes a signed call",
        next: r#"answer `caller-identity` with {"id":n,"ok":{"arn":...},"ms":[...]}"#,
        tried: |talk| Box::pin(call(talk)),
    },
    Clause {
        name: "interleaved",
        about: "answers each of many requests under its own id",
        next: "copy `id` from the request; write each answer as one line, under a lock",
        tried: |talk| Box::pin(interleaved(talk)),
    },
    Clause {
        name: "large-line",
        about: "reads a line of 1 MiB",
        next: "read whole lines, whatever the size of the buffer",
        tried: |talk| Box::pin(large_line(talk)),
    },
    Clause {
        name: "region",
        about: "says its client's region",
        next: r#"answer `region` with {"id":n,"ok":{"region":...}}, or leave `region` out of `can`"#,
        tried: |talk| Box::pin(region(talk)),
    },
    Clause {
        name: "cancel",
        about: "gives up what it is told to, and answers both",
        next: "answer `cancel` with `ok`, and what was given up with an error of class `cancelled`",
        tried: |talk| Box::pin(cancel(talk)),
    },
    Clause {
        name: "now",
        about: "says what its clocks say, and lives by ours",
        next: "read both clocks when asked; `wall` in UTC with a `Z`, `monotonic_ms` from a clock that nobody sets",
        tried: |talk| Box::pin(now(talk)),
    },
    Clause {
        name: "still-idle",
        about: "requests nothing while nothing is asked",
        next: "no timers, no refreshes and no retries of the driver's own",
        tried: |talk| Box::pin(idle(talk)),
    },
    Clause {
        name: "close",
        about: "ends a client, and goes on without it",
        next: "answer `close` with `ok`; what is asked of a closed client is an error",
        tried: |talk| Box::pin(close(talk)),
    },
    Clause {
        name: "closed-input",
        about: "ends when its standard input does",
        next: "end the program when there are no more lines, whatever its threads do",
        tried: |talk| Box::pin(closed_input(talk)),
    },
    Clause {
        name: "bye",
        about: "answers `bye`, and ends with status 0",
        next: r#"answer {"id":n,"ok":{}}, flush, and end the program"#,
        tried: |talk| Box::pin(bye(talk)),
    },
];

#[allow(
    clippy::unnecessary_wraps,
    reason = "every clause ends with one of them"
)]
fn good(says: impl Into<String>) -> Tried {
    Ok(Found::Good(says.into()))
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "every clause ends with one of them"
)]
fn skipped(why: impl Into<String>) -> Tried {
    Ok(Found::Skipped(why.into()))
}

async fn refused(talk: &Talk<'_>, fields: Value) -> Tried {
    good(talk.unsupported(fields).await?)
}

async fn idle(talk: &Talk<'_>) -> Tried {
    match talk.idle_requests().await {
        0 => good("no request"),
        requests => Err(format!("{requests} requests came while nothing was asked")),
    }
}

async fn open(talk: &Talk<'_>) -> Tried {
    talk.ok(talk.open("a")).await?;
    talk.ok(talk.open("b")).await?;
    good("two of them")
}

async fn unknown_field(talk: &Talk<'_>) -> Tried {
    talk.ok(json!({ "op": "now", "colour": "blue", "shade": { "of": ["blue"] } }))
        .await?;
    let mut open = talk.open("f");
    open["colour"] = json!("blue");
    talk.ok(open).await?;
    good("two requests with more than they need")
}

async fn answers(talk: &Talk<'_>, fields: Value, callers: u32) -> Result<Vec<String>, String> {
    let answers: Answers = read::fields(talk.ok(fields).await?)?;
    let keys = read::unfolded(answers, callers, Duration::ZERO, |outcome| {
        let keys = match read::one_of(outcome.credentials, outcome.error, "credentials")? {
            Ok(keys) => keys,
            Err(error) => return Err(format!("it gave none: {}", read::failure(error))),
        };
        talk.link.know_secret(&keys.secret_access_key);
        let id = keys.access_key_id.clone();
        read::credentials(keys).map(|_| id)
    })?;
    Ok(keys.into_iter().map(|key| key.answer).collect())
}

/// Why `resolve` is not there, if it is not: a program may have nothing that gives credentials.
async fn has_no_resolve(talk: &Talk<'_>) -> Result<Option<String>, String> {
    let reply = talk.ask(json!({ "op": "resolve", "client": "a" })).await?;
    let why = reply.unsupported.as_ref();
    Ok(why.map(|why| format!("it has no `resolve`: {why}")))
}

async fn resolve(talk: &Talk<'_>) -> Tried {
    if let Some(why) = has_no_resolve(talk).await? {
        return skipped(why);
    }
    let keys = answers(talk, json!({ "op": "resolve", "client": "a" }), 1).await?;
    good(keys.concat())
}

async fn at_once(talk: &Talk<'_>) -> Tried {
    const CALLERS: u32 = 8;
    if !talk.can("at-once") {
        return skipped("not among what it `can`: its callers are asked for one by one");
    }
    if let Some(why) = has_no_resolve(talk).await? {
        return skipped(why);
    }
    let asked = json!({ "op": "resolve", "client": "b", "at_once": CALLERS });
    let keys = answers(talk, asked, CALLERS).await?;
    good(format!("{} answers", keys.len()))
}

async fn call(talk: &Talk<'_>) -> Tried {
    let asked = json!({ "op": "call", "client": "a", "do": "caller-identity" });
    let reply = talk.ask(asked).await?;
    if let Some(why) = reply.unsupported {
        return skipped(why);
    }
    let shape = talk.shape(&reply);
    let ok = reply.ok.ok_or_else(|| format!("it answered {shape}"))?;
    good(read::fields::<CallerIdentity>(ok)?.arn)
}

async fn interleaved(talk: &Talk<'_>) -> Tried {
    // One that has no `resolve` is asked for the time alone.
    let first = match has_no_resolve(talk).await? {
        None => json!({ "op": "resolve", "client": "a" }),
        Some(_) => json!({ "op": "now" }),
    };
    let mut sent = Vec::new();
    for round in 0..4 {
        sent.push((true, talk.send(first.clone())?));
        sent.push((true, talk.send(json!({ "op": "now", "round": round }))?));
        sent.push((false, talk.send(json!({ "op": "no-such-op" }))?));
    }
    let count = sent.len();
    for (known, (id, answer)) in sent {
        let reply = talk.answer(answer).await?;
        if reply.unsupported.is_none() != known {
            return Err(format!(
                "request {id} got the answer of another: {}",
                talk.shape(&reply)
            ));
        }
    }
    good(format!("{count} requests, sent together"))
}

async fn large_line(talk: &Talk<'_>) -> Tried {
    // Room for the other fields of the request.
    let padding = "x".repeat(LINE_BYTES_MAX - 64);
    talk.ok(json!({ "op": "now", "padding": padding })).await?;
    good("a request of 1 MiB")
}

async fn region(talk: &Talk<'_>) -> Tried {
    if !talk.can("region") {
        return skipped("not among what it `can`");
    }
    let said: Region = read::fields(talk.ok(json!({ "op": "region", "client": "a" })).await?)?;
    let region = said.region.unwrap_or_default();
    if region == talk.app.region {
        return good(region);
    }
    Err(format!(
        "it says `{region}`, and was opened with `{}`",
        talk.app.region
    ))
}

async fn cancel(talk: &Talk<'_>) -> Tried {
    if !talk.can("cancel") {
        return skipped("not among what it `can`: it is killed instead");
    }
    let to_give_up = match has_no_resolve(talk).await? {
        None => json!({ "op": "resolve", "client": "a" }),
        Some(_) => json!({ "op": "call", "client": "a", "do": "caller-identity" }),
    };
    let (request, asked) = talk.send(to_give_up)?;
    talk.ok(json!({ "op": "cancel", "request": request }))
        .await?;
    let reply = talk.answer(asked).await?;
    talk.ok(json!({ "op": "cancel", "request": request }))
        .await?;
    match (&reply.ok, &reply.error) {
        // It may have been faster.
        (Some(_), _) => good("what was asked was answered before"),
        (None, Some(error)) if error.class == Class::Cancelled => {
            good("what was asked was given up")
        }
        _ => Err(format!(
            "what was given up was answered {}",
            talk.shape(&reply)
        )),
    }
}

async fn now(talk: &Talk<'_>) -> Tried {
    const JUMP: Duration = Duration::from_hours(1);
    let clock = &talk.app.clock;
    let first = talk.clocks().await?;
    if let Some(why) = &talk.unshifted {
        let second = talk.clocks().await?;
        if second.monotonic < first.monotonic {
            return Err("`monotonic_ms` went back".to_owned());
        }
        return skipped(format!("its clocks go on; ours cannot reach it: {why}"));
    }
    let far = apart(first.wall, clock.now());
    if far > NEAR {
        return Err(format!(
            "`wall` is {} s from the simulated time",
            far.as_secs()
        ));
    }
    clock.jump(JUMP);
    let second = talk.clocks().await?;
    let far = apart(second.wall, clock.now());
    if far > NEAR {
        return Err(format!(
            "`wall` is {} s from the simulated time, after that jumped",
            far.as_secs()
        ));
    }
    match second.monotonic.checked_sub(first.monotonic) {
        None => Err("`monotonic_ms` went back".to_owned()),
        Some(passed) if passed >= JUMP / 2 => {
            Err("`monotonic_ms` jumped with the wall clock: it is that of another clock".to_owned())
        }
        Some(_) => good("`wall` moved by an hour, `monotonic_ms` did not"),
    }
}

async fn close(talk: &Talk<'_>) -> Tried {
    talk.ok(json!({ "op": "close", "client": "b" })).await?;
    let reply = talk.ask(json!({ "op": "resolve", "client": "b" })).await?;
    if reply.ok.is_some() {
        return Err("a closed client was asked, and answered".to_owned());
    }
    talk.clocks().await?;
    good("asking it is an error then")
}

async fn closed_input(talk: &Talk<'_>) -> Tried {
    talk.link.close_input();
    match talk.end().await? {
        Over::Ended { how, .. } => good(how),
        other => Err(other.to_string()),
    }
}

async fn bye(talk: &Talk<'_>) -> Tried {
    talk.ok(json!({ "op": "bye" })).await?;
    match talk.end().await? {
        Over::Ended { how, .. } if how == "exit status 0" => good(how),
        Over::Ended { how, .. } => Err(format!("it ended with {how}")),
        other => Err(other.to_string()),
    }
}
