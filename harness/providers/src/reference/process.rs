//! Programs that print credentials.

use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use super::conduct::{DocumentConduct, OddExpiry};
use super::document::{self, Form, Set};
use super::surroundings::Surroundings;
use super::trouble::Trouble;

/// What a document of version 1 may have.
const MEMBERS: [&str; 6] = [
    "Version",
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
    "AccountId",
];

/// Has a shell run a command, and reads what it prints. Everything waits for it: a program lives in
/// real time, and takes none of the simulated time.
pub(super) fn run(here: &Surroundings, command: &str) -> Result<Set, Trouble> {
    let set = printed(here, command);
    let is_final = here.conduct.process.failure_is_final;
    set.map_err(|trouble| {
        if is_final {
            trouble.for_good()
        } else {
            trouble
        }
    })
}

fn printed(here: &Surroundings, command: &str) -> Result<Set, Trouble> {
    let ran = Command::new("/bin/sh")
        .args(["-c", command])
        .env_clear()
        .envs(&here.app.environment)
        .stdin(Stdio::null())
        .output();
    let ran = ran.map_err(|error| Trouble::source(format!("the program does not run: {error}")))?;
    if !ran.status.success() && here.conduct.process.failure_counts {
        // What it says of that may hold a secret.
        return Err(Trouble::source(format!(
            "the program ended with {}",
            ran.status
        )));
    }
    let mut printed = ran.stdout;
    if here.conduct.process.reads_stderr {
        printed.extend(ran.stderr);
    }
    read(&printed, here)
}

fn read(printed: &[u8], here: &Surroundings) -> Result<Set, Trouble> {
    let conduct = &here.conduct.process;
    let document: Map<String, Value> = match serde_json::from_slice(printed) {
        Ok(document) => document,
        Err(_) if !conduct.refuses_nonsense => Map::new(),
        Err(_) => return Err(Trouble::source("the program printed no document")),
    };
    let is_ours = document.get("Version").and_then(Value::as_u64) == Some(1);
    if conduct.heeds_version && !is_ours {
        let why = "the program printed a document that is not of version 1";
        return Err(Trouble::source(why));
    }
    let known = |name: &String| MEMBERS.contains(&name.as_str());
    if conduct.refuses_unknown && !document.keys().all(known) {
        let why = "the program printed a member that is not known";
        return Err(Trouble::source(why));
    }
    let documents = &here.conduct.documents;
    let set = document::fields(&document, Form::Process, conduct.needed, documents)?;
    if !conduct.heeds_expiry || !document.contains_key("Expiration") {
        return Ok(set);
    }
    let strictly = DocumentConduct {
        odd_expiry: OddExpiry::IsAFailure,
        ..documents.clone()
    };
    let expiry = document::expiry(&document, &strictly)?;
    Ok(Set { expiry, ..set })
}
