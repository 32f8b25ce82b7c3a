//! Runs the command as its user does.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the command left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `rolecall` from the root of the repository.
pub(crate) fn rolecall(arguments: &[&str]) -> Ran {
    ran(command(&root(), arguments))
}

/// The same, with these variables.
#[allow(dead_code, reason = "each topic uses its own part of this")]
pub(crate) fn rolecall_with(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = command(&root(), arguments);
    command.envs(variables.iter().copied());
    ran(command)
}

/// Runs `rolecall` from another folder.
#[allow(dead_code, reason = "each topic uses its own part of this")]
pub(crate) fn rolecall_in(folder: &Path, arguments: &[&str]) -> Ran {
    ran(command(folder, arguments))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("ROLECALL_LOG")
        .env_remove("CARGO_PKG_NAME");
    command
}

fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}
