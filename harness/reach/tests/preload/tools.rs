//! What makes and runs the programs, where the machine has it.

use std::ffi::OsStr;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says something that is seen also when the test passes.
pub(crate) fn note(text: &str) {
    // The macros' output is kept back by the test runner.
    let line = format!("skipped: {text}\n");
    stderr().write_all(line.as_bytes()).unwrap();
}

/// A tool of the machine, or a note that what was to be tested with it is not.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        note(&format!("no {name}"));
    }
    found
}

/// One of `tests/programs`.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/programs")
        .join(name)
}

/// Makes a program from `source` as the file `to`; none if there is no such compiler here.
pub(crate) fn compiled(compiler: &str, flags: &[&str], from: &str, to: &Path) -> Option<Command> {
    let mut command = Command::new(tool(compiler)?);
    // What this very build is made with is not for it.
    command.env_remove("RUSTFLAGS");
    run(command.args(flags).arg(source(from)).arg("-o").arg(to));
    Some(Command::new(to))
}

/// Runs a command that has to end well.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaints}");
}

/// The same program, to be run once more.
pub(crate) fn again(command: &Command) -> Command {
    let mut other = Command::new(command.get_program());
    other.args(command.get_args().map(OsStr::to_owned));
    other
}
