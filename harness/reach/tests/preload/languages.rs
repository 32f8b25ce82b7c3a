//! What each language's ways to read the clock and to wait make of a jump, ahead and back.

use std::path::Path;
use std::process::Command;
use std::thread;

use crate::story;
use crate::tools::{again, compiled, run, source, tool};

const AHEAD: i64 = 6 * 3600;
const BACK: i64 = -3600;

/// Both ways at once.
fn both_ways(command: &Command) {
    thread::scope(|scope| {
        for seconds in [AHEAD, BACK] {
            let command = again(command);
            scope.spawn(move || story::tell(command, seconds));
        }
    });
}

/// Has a program made and tell its story, if there is what makes it.
fn compiled_program(compiler: &str, flags: &[&str], from: &str) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    if let Some(command) = compiled(compiler, flags, from, &program) {
        both_ways(&command);
    }
}

/// Has an interpreter tell the story, if there is one.
fn script(interpreter: &str, name: &str) {
    if let Some(interpreter) = tool(interpreter) {
        let mut command = Command::new(interpreter);
        command.arg(source(name));
        both_ways(&command);
    }
}

#[test]
fn c() {
    compiled_program("cc", &["-pthread", "-lrt"], "waits.c");
}

#[test]
fn c_with_musl() {
    compiled_program("musl-gcc", &[], "waits.c");
}

#[test]
fn cpp() {
    compiled_program("g++", &["-std=c++20", "-pthread"], "waits.cpp");
}

#[test]
fn rust() {
    compiled_program("rustc", &["--edition", "2024"], "waits.rs");
}

#[test]
fn python() {
    script("python3", "waits.py");
}

#[test]
fn node() {
    script("node", "waits.mjs");
}

#[test]
fn java() {
    let (Some(compiler), Some(machine)) = (tool("javac"), tool("java")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    make_class(&compiler, folder.path());
    let mut command = Command::new(machine);
    // Starts quicker.
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
    both_ways(command.arg(folder.path()).arg("Waits"));
}

fn make_class(compiler: &Path, folder: &Path) {
    let mut command = Command::new(compiler);
    run(command.arg("-d").arg(folder).arg(source("Waits.java")));
}
