//! The library's source is no package, so that cargo's formatter and linter pass it by.

use std::io::{self, Write, stderr};
use std::path::Path;
use std::process::Command;

/// Runs a tool over the source, which has to find no fault; says so if there is no such tool.
fn check(tool: &str, arguments: &[&str]) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(tool);
    command.args(arguments).arg("preload/preload.rs");
    match command.current_dir(package).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // The macros' output is kept back by the test runner.
            let line = format!("skipped: no {tool}\n");
            stderr().write_all(line.as_bytes()).unwrap();
        }
        output => {
            let output = output.unwrap();
            let found = String::from_utf8_lossy(&output.stdout).into_owned();
            let found = found + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{found}");
        }
    }
}

#[test]
fn it_is_formatted() {
    // The nearest file with options is found from the source's folder up.
    check("rustfmt", &["--check", "--edition", "2024"]);
}

/// What is warned of stands at the head of the source.
#[test]
fn it_is_lint_free() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = [
        ["--crate-type", "cdylib"],
        ["--edition", "2024"],
        ["-C", "panic=abort"],
        ["-C", "opt-level=s"],
        ["--emit", "metadata"],
        ["--out-dir", out],
        ["-D", "warnings"],
    ];
    check("clippy-driver", arguments.as_flattened());
}
