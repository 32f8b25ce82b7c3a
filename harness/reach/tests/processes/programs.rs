//! The programs in `tests/programs`, made with what this machine has.

use std::env;
use std::fs;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Says what is not tested, also when the test passes.
pub(crate) fn skip(why: &str) {
    // What the macros print is kept back by the test runner.
    let line = format!("skipped: {why}\n");
    stderr().write_all(line.as_bytes()).unwrap();
}

/// A tool of this machine, or a word that it is missing.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let mut folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    // Where Go's own installer puts it, which is rarely in the path.
    folders.push("/usr/local/go/bin".into());
    let found = folders.into_iter().map(|folder| folder.join(name));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("no {name}"));
    }
    found
}

pub(crate) fn source(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    folder.join(name).to_str().unwrap().to_owned()
}

/// Makes the program `name` with a tool of this machine, if that is there.
fn made(name: &str, with: &str, arguments: &[&str]) -> Option<PathBuf> {
    made_by(name, &mut Command::new(tool(with)?), arguments)
}

/// Makes the program `name`, if the libraries for that are there.
fn made_by(name: &str, command: &mut Command, arguments: &[&str]) -> Option<PathBuf> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    // Another test, or another run, may be using the last one.
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let fresh = temporary(&format!("{name}-{}-{number}", std::process::id()));
    // What this package is made with is not for others. Go wants its sources last.
    command.env_remove("RUSTFLAGS").arg("-o").arg(&fresh);
    let output = command.args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("cannot find -l") {
        skip(&format!("no static libraries for {name}"));
        return None;
    }
    assert!(output.status.success(), "{name}: {complaint}");
    let program = temporary(name);
    fs::rename(fresh, &program).unwrap();
    Some(program)
}

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

pub(crate) fn c() -> Option<PathBuf> {
    made("c", "gcc", &["-O1", "-pthread", &source("clock.c")])
}

pub(crate) fn c_static() -> Option<PathBuf> {
    let arguments = ["-O1", "-pthread", "-static", &source("clock.c")];
    made("c-static", "gcc", &arguments)
}

pub(crate) fn musl_static() -> Option<PathBuf> {
    let arguments = ["-O1", "-pthread", "-static", &source("clock.c")];
    made("musl-static", "musl-gcc", &arguments)
}

pub(crate) fn cpp_static() -> Option<PathBuf> {
    let arguments = ["-O1", "-pthread", "-static", &source("clock.cc")];
    made("cpp-static", "g++", &arguments)
}

pub(crate) fn rust_static() -> Option<PathBuf> {
    let arguments = ["-C", "target-feature=+crt-static", &source("clock.rs")];
    made("rust-static", "rustc", &arguments)
}

pub(crate) fn go_static() -> Option<PathBuf> {
    go("go-static", "0", &["clock.go"])
}

/// One that has a C library, too, and is loaded dynamically.
pub(crate) fn go_with_c() -> Option<PathBuf> {
    tool("gcc")?;
    go("go-with-c", "1", &["clock.go", "clock_with_c.go"])
}

fn go(name: &str, with_c: &str, sources: &[&str]) -> Option<PathBuf> {
    let mut command = Command::new(tool("go")?);
    command
        .arg("build")
        .env("CGO_ENABLED", with_c)
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        // Kept from run to run: the standard library takes longer than all else.
        .env("GOCACHE", temporary("go"));
    let sources: Vec<_> = sources.iter().map(|name| source(name)).collect();
    // Not optimised, it is made a good deal sooner.
    let mut arguments = vec!["-gcflags=all=-N -l", "-ldflags=-s -w"];
    arguments.extend(sources.iter().map(String::as_str));
    made_by(name, &mut command, &arguments)
}

/// The folder of the class `Clock`.
pub(crate) fn java() -> Option<(PathBuf, PathBuf)> {
    let (compiler, java) = (tool("javac")?, tool("java")?);
    let folder = temporary("java");
    let mut command = Command::new(compiler);
    command.arg("-d").arg(&folder).arg(source("Clock.java"));
    assert!(command.status().unwrap().success());
    Some((java, folder))
}
