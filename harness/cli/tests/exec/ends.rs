//! How a program ends is how `exec` ends.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::support::{Running, User, has, said};

#[test]
fn the_exit_code_is_passed_on() {
    let user = User::new();
    for code in [0, 1, 7, 125, 255] {
        let output = user.exec(&["--", "sh", "-c", &format!("exit {code}")]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(said(&output), "");
    }
    assert!(user.left().is_empty(), "nothing is left behind");
}

/// As shells have it.
#[test]
fn a_signal_is_128_and_its_number() {
    let user = User::new();
    for (signal, code) in [("TERM", 143), ("KILL", 137), ("INT", 130)] {
        for clock in ["preload", "vdso"] {
            let script = format!("kill -{signal} $$");
            let output = user.exec(&["--clock", clock, "--", "sh", "-c", &script]);
            assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        }
    }
}

/// What is sent to `rolecall` alone is meant for the program, which does with it what it likes.
#[test]
fn signals_are_passed_on() {
    let user = User::new();
    for clock in ["preload", "vdso"] {
        let script = "for s in TERM INT HUP QUIT USR1; do trap \"echo $s\" $s; done; echo ready; while read line; do echo \"$line\"; done; exit 3";
        // The shell reads a line at a time, and takes a signal between two.
        let mut running =
            Running::start(user.rolecall(&["exec", "--clock", clock, "--", "bash", "-c", script]));
        assert_eq!(running.line(), "ready");
        for signal in ["TERM", "INT", "HUP", "QUIT", "USR1"] {
            running.signal(&format!("-{signal}"));
            // Once, and not again with what comes next.
            assert_eq!(running.line(), signal);
            assert_eq!(running.answer("and on"), "and on");
        }
        assert_eq!(running.end(), Some(3));
    }
}

#[test]
fn a_signal_ends_a_program_that_does_not_care() {
    let user = User::new();
    let script = "echo ready; exec cat";
    let mut running = Running::start(user.rolecall(&["exec", "--", "sh", "-c", script]));
    assert_eq!(running.line(), "ready");
    running.signal("-TERM");
    let status = running.child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(143), None));
}

/// Signals that were ignored or held back are so in the program, as without `exec`.
#[test]
fn the_program_begins_with_no_signal_held_back() {
    let user = User::new();
    let status = user.told(&["--", "cat", "/proc/self/status"]);
    let held = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
    assert_eq!(held.unwrap().trim(), "0000000000000000");
}

#[test]
fn what_is_not_there_is_127_and_what_cannot_run_126() {
    let user = User::new();
    let output = user.exec(&["--", "no-such-program"]);
    assert_eq!(output.status.code(), Some(127));
    assert_eq!(said(&output), "rolecall: no-such-program: not found\n");
    let file = user.runtime.path().join("plain");
    std::fs::write(&file, "text").unwrap();
    let output = user.exec(&["--", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(126), "{}", said(&output));
}

/// A program on a clock that cannot be shifted is not begun, unless the machine's clock is asked for.
#[test]
fn what_cannot_be_shifted_is_126_and_is_not_begun() {
    if !has("gcc") {
        return;
    }
    let user = User::new();
    let source = user.runtime.path().join("begun.c");
    let program = user.runtime.path().join("begun");
    std::fs::write(
        &source,
        "#include <stdio.h>\nint main(void) { puts(\"begun\"); }\n",
    )
    .unwrap();
    let built = Command::new("gcc")
        .args(["-static", "-o"])
        .args([&program, &source])
        .status()
        .unwrap();
    assert!(built.success());
    let program = program.to_str().unwrap();
    let output = user.exec(&["--clock", "preload", "--", program]);
    assert_eq!(output.status.code(), Some(126));
    assert_eq!(output.stdout, b"", "it has not begun");
    assert!(
        said(&output).contains("is linked statically"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("--clock none"), "{}", said(&output));
    assert_eq!(user.told(&["--clock", "none", "--", program]), "begun\n");
    assert_eq!(user.told(&["--", program]), "begun\n");
}

#[test]
fn our_own_failures_are_125() {
    let user = User::new();
    for (arguments, words) in [
        (&["--", "true", "--no-such"][..], None),
        (&["--no-such", "--", "true"], Some("--no-such")),
        (&[], Some("COMMAND")),
        (
            &["--world", "no-such.toml", "--", "true"],
            Some("no-such.toml"),
        ),
        (
            &["--role", "r=NoSuchPolicy", "--", "true"],
            Some("NoSuchPolicy"),
        ),
        (&["--as", "wbe", "--", "true"], Some("did you mean `web`?")),
        (&["--clock", "faketime", "--", "true"], Some("vdso")),
        (
            &["--at", "1999-01-01T00:00:00Z", "--", "true"],
            Some("September 2001"),
        ),
    ] {
        let output = user.exec(arguments);
        let expected = if words.is_some() { 125 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
        let words = words.unwrap_or_default();
        assert!(
            said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    assert!(user.left().is_empty(), "nothing is left behind");
}
