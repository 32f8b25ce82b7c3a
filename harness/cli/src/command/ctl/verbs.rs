//! The commands that change the world.

use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{Attachment, Instance, Output, Placement};
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;

/// The most that is read as a policy: more than IAM takes.
const POLICY_BYTES_MAX: u64 = 64 << 10;

/// Asks for it, and says what was done.
pub(super) fn change(
    client: &Client,
    path: &str,
    body: &Value,
    output: Output,
) -> Result<(), Trouble> {
    let answer: Value = client.post(path, body)?;
    tell_done(output, &answer)
}

/// Says what was done.
pub(super) fn tell_done(output: Output, answer: &Value) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Done {
        done: String,
        issued: Option<Issued>,
    }
    #[derive(Deserialize)]
    struct Issued {
        access_key_id: String,
        expires_at: Option<String>,
    }
    print(output, answer, |answer| {
        let Done { done, issued } = Done::deserialize(answer)?;
        let keys = issued.map(|issued| {
            let until = issued.expires_at.map(|expiry| format!(" until {expiry}"));
            format!(": {}{}", issued.access_key_id, until.unwrap_or_default())
        });
        Ok(format!("{done}{}", keys.unwrap_or_default()))
    })
}

pub(super) fn place(client: &Client, path: &str, asked: &Placement) -> Result<(), Trouble> {
    let body = json!({ "instance": asked.instance, "profile": asked.profile });
    change(client, path, &body, asked.output)
}

pub(super) fn instance(client: &Client, path: &str, asked: &Instance) -> Result<(), Trouble> {
    let body = json!({ "instance": asked.instance });
    change(client, path, &body, asked.output)
}

pub(super) fn attach(client: &Client, path: &str, asked: &Attachment) -> Result<(), Trouble> {
    let body = json!({ "role": asked.role, "policy": asked.policy });
    change(client, path, &body, asked.output)
}

pub(super) fn revoke(
    client: &Client,
    (name, issue, role): (Option<&str>, Option<u32>, Option<&str>),
    output: Output,
) -> Result<(), Trouble> {
    match (name, role) {
        (_, Some(role)) => change(client, "/revoke-role", &json!({ "role": role }), output),
        (name, None) => {
            let body = json!({ "name": name, "issue": issue });
            change(client, "/revoke", &body, output)
        }
    }
}

pub(super) fn put_policy(
    client: &Client,
    (role, name, file): (&str, &str, &Path),
    output: Output,
) -> Result<(), Trouble> {
    let document = read(file)?;
    let body = json!({ "role": role, "name": name, "document": document });
    change(client, "/put-policy", &body, output).map_err(|trouble| Trouble {
        message: trouble
            .message
            .map(|message| message.replace("`document`", &file.display().to_string())),
        ..trouble
    })
}

fn read(file: &Path) -> Result<String, Trouble> {
    let mut text = String::new();
    let limit = POLICY_BYTES_MAX + 1;
    let read = if file == Path::new("-") {
        std::io::stdin().take(limit).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    let name = file.display();
    read.map_err(|error| Trouble::usage(format!("{name}: {error}")))?;
    if text.len() as u64 > POLICY_BYTES_MAX {
        return Err(Trouble::usage(format!(
            "{name}: larger than any policy, which has {POLICY_BYTES_MAX} bytes at most"
        )));
    }
    Ok(text)
}
