//! The commands about what happened.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use rolecall_conformance::report::{entry_in_full, entry_line, why};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::super::stop_signal;
use super::arguments::{Journal, JournalFormat, Output};
use super::client::{Client, escaped};
use super::run::{print, say};
use super::trouble::Trouble;

/// How often a followed journal is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// A part of the journal.
#[derive(Deserialize)]
struct Entries {
    /// Where the next part begins.
    written: u64,
    entries: Vec<Value>,
}

pub(super) fn journal(client: &Client, wanted: &Journal) -> Result<(), Trouble> {
    let filter = filter(client, wanted)?;
    if wanted.follow {
        return follow(client, wanted, &filter);
    }
    say(&shown(wanted, &written_after(client, &filter, 0)?.entries))
}

fn written_after(client: &Client, filter: &str, after: u64) -> Result<Entries, Trouble> {
    client.get(&format!("/journal?after={after}{filter}"))
}

/// Until a signal says to stop, nobody reads on, or the world gives no answer.
fn follow(client: &Client, wanted: &Journal, filter: &str) -> Result<(), Trouble> {
    let broken = |error: io::Error| Trouble::no_answer(error.to_string());
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(broken)?;
    let done = runtime.block_on(async {
        let stop = stop_signal().map_err(broken)?;
        tokio::select! {
            () = stop => Ok(()),
            done = go_on(client, wanted, filter) => done,
        }
    });
    // An answer that has not come by now is not waited for.
    runtime.shutdown_background();
    done
}

async fn go_on(client: &Client, wanted: &Journal, filter: &str) -> Result<(), Trouble> {
    let mut after = 0;
    loop {
        let (asking, filter) = (client.clone(), filter.to_owned());
        let asked = spawn_blocking(move || written_after(&asking, &filter, after)).await;
        let part = asked.map_err(|error| Trouble::no_answer(error.to_string()))??;
        say(&shown(wanted, &part.entries))?;
        after = part.written;
        sleep(FOLLOW_EVERY).await;
    }
}

/// What is wanted, as the end of a query.
fn filter(client: &Client, wanted: &Journal) -> Result<String, Trouble> {
    let since = wanted.since.as_ref().map(|since| since.resolve(client));
    let since = since.transpose()?.map(|since| format!("{since:?}"));
    let mut query = String::new();
    for (name, value) in [
        ("operation", &wanted.operation),
        ("caller", &wanted.caller),
        ("status", &wanted.status),
        ("since", &since),
    ] {
        if let Some(value) = value {
            let _ = write!(query, "&{name}={}", escaped(value));
        }
    }
    if wanted.errors {
        query.push_str("&errors=true");
    }
    if wanted.format == JournalFormat::Cloudtrail {
        query.push_str("&format=cloudtrail");
    }
    Ok(query)
}

fn shown(wanted: &Journal, entries: &[Value]) -> String {
    let lines = || {
        let add = |text: String, entry| text + &Value::to_string(entry) + "\n";
        entries.iter().fold(String::new(), add)
    };
    match wanted.format {
        JournalFormat::Text => entries.iter().map(entry_line).collect(),
        JournalFormat::Json => lines(),
        // A file ends; what is followed does not.
        JournalFormat::Cloudtrail if wanted.follow => lines(),
        JournalFormat::Cloudtrail => format!("{:#}\n", json!({ "Records": entries })),
    }
}

/// The keys of a request, as they stand now.
#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    source: Option<String>,
    issue: Option<u32>,
    issued_at: String,
    expires_at: Option<String>,
    ended_at: Option<String>,
    ended: Option<String>,
}

pub(super) fn explain(client: &Client, id: &str, output: Output) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Explanation {
        entry: Value,
        keys: Option<Keys>,
        why: Option<Value>,
    }
    let answer: Value = client.get(&format!("/explain/{}", escaped(id)))?;
    print(output, &answer, |answer| {
        let Explanation {
            entry,
            keys,
            why: asked,
        } = Explanation::deserialize(answer)?;
        let mut text = entry_in_full(&entry);
        if let Some(keys) = keys {
            let _ = writeln!(text, "    = {}", in_words(&keys));
        }
        if let Some(asked) = asked {
            let _ = write!(text, "\n{}", why(&asked));
        }
        Ok(text.trim_end().to_owned())
    })
}

/// `ASIA…, issue 2 of `web`, from … until …; revoked at …`.
fn in_words(keys: &Keys) -> String {
    let mut text = keys.access_key_id.clone();
    if let (Some(issue), Some(source)) = (keys.issue, &keys.source) {
        let _ = write!(text, ", issue {issue} of `{source}`");
    }
    let _ = write!(text, ", from {}", keys.issued_at);
    if let Some(expiry) = &keys.expires_at {
        let _ = write!(text, " until {expiry}");
    }
    if let (Some(ended), Some(at)) = (&keys.ended, &keys.ended_at) {
        let _ = write!(text, "; {ended} at {at}");
    }
    text
}
