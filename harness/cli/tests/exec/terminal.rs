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

/// Starts a program at a terminal, types `exit`, and prints all that is shown.
const EXIT: &str = r#"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
os.write(terminal, b"exit\r")
try:
    while shown := os.read(terminal, 4096):
        sys.stdout.buffer.write(shown)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// What is typed there may be anything: it is said once what the chosen way does not reach.
#[test]
fn a_shell_says_what_its_clock_does_not_reach() {
    if !has("python3") {
        return;
    }
    let user = User::new();
    for (more, is_told) in [(&[][..], true), (&["--clock", "preload"], false)] {
        let output = Command::new("python3")
            .args(["-c", EXIT, env!("CARGO_BIN_EXE_rolecall"), "exec"])
            .args(more)
            .args(["--", "sh"])
            .env("XDG_RUNTIME_DIR", user.runtime.path())
            .env_remove("ROLECALL_STATE")
            .env_remove("CARGO_PKG_NAME")
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{shown}{}", said(&output));
        assert_eq!(
            shown.contains("`--clock vdso` reaches them"),
            is_told,
            "{shown}"
        );
    }
}
