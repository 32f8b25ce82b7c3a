//! A program at a terminal: Ctrl-C, Ctrl-Z and `fg`.

use std::process::Command;

use crate::support::{User, has, said};

/// A session as somebody types it: `rolecall exec` in a shell, at a terminal.
const SESSION: &str = include_str!("terminal.py");

#[test]
fn a_program_is_interrupted_stopped_and_continued() {
    if !has("python3") || !has("bash") {
        return;
    }
    for clock in ["preload", "vdso"] {
        let user = User::new();
        let rolecall = env!("CARGO_BIN_EXE_rolecall");
        let output = Command::new("python3")
            .args(["-c", SESSION, rolecall, clock])
            .env("XDG_RUNTIME_DIR", user.runtime.path())
            .env_remove("ROLECALL_STATE")
            .env_remove("CARGO_PKG_NAME")
            .output()
            .unwrap();
        assert!(output.status.success(), "{clock}: {}", said(&output));
        assert!(user.left().is_empty(), "nothing is left behind");
    }
}
