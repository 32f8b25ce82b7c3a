//! Runs the command as its user does.

use std::path::PathBuf;
use std::process::Command;

/// What a run of the command left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `rolecall` from the root of the repository.
pub(crate) fn rolecall(arguments: &[&str]) -> Ran {
    rolecall_with(arguments, &[])
}

/// The same, with these variables.
pub(crate) fn rolecall_with(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(arguments)
        .current_dir(root())
        .env_remove("ROLECALL_LOG")
        .env_remove("CARGO_PKG_NAME")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
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
