//! The whole world, to a file and from one.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::Value;

use super::arguments::Output;
use super::client::Client;
use super::run::say;
use super::trouble::Trouble;
use super::verbs::tell_done;

/// Writes the world to `file`, or to standard output.
pub(super) fn dump(client: &Client, file: Option<&Path>) -> Result<(), Trouble> {
    let world: Value = client.get("/dump")?;
    let text = format!("{world:#}\n");
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        return say(&text);
    };
    write(file, &text).map_err(|error| Trouble::usage(format!("{}: {error}", file.display())))
}

/// Whole or not at all, and for nobody but its owner: every secret in it is in clear.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut to| to.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Has the world of `file` take the place of the one that is served.
pub(super) fn load(client: &Client, file: &Path, output: Output) -> Result<(), Trouble> {
    let name = file.display();
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().read_to_end(&mut text).map(drop)
    } else {
        fs::read(file).map(|bytes| text = bytes)
    };
    read.map_err(|error| Trouble::usage(format!("{name}: {error}")))?;
    let answer: Value = client
        .post_bytes("/load", &text)
        .map_err(|trouble| Trouble {
            message: trouble.message.map(|message| format!("{name}: {message}")),
            ..trouble
        })?;
    tell_done(output, &answer)
}
