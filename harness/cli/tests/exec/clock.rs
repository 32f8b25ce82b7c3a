//! A program lives by the world's time.

use std::process::Command;

use crate::support::{AT_MAY_2031, MAY_2031, Running, User, assert_about, has, machine_now, said};

const HOURS_6: i64 = 6 * 3600;

#[test]
fn it_is_when_the_world_begins() {
    let user = User::new();
    assert_about(&user.told(&["--", "date", "+%s"]), machine_now());
    for clock in ["auto", "preload", "vdso"] {
        let told =
            user.told(&[&AT_MAY_2031[..], &["--clock", clock, "--", "date", "+%s"]].concat());
        assert_about(&told, MAY_2031);
    }
    let told = user.told(&[&AT_MAY_2031[..], &["--clock", "none", "--", "date", "+%s"]].concat());
    assert_about(&told, machine_now());
    let past = ["--at", "2010-01-01T00:00:00Z", "--", "date", "+%s"];
    assert_about(&user.told(&past), 1_262_304_000);
}

/// From another terminal, without being told where: the world of the program is the only one.
#[test]
fn it_moves_while_the_program_runs() {
    if !has("python3") {
        return;
    }
    let user = User::new();
    let script = "import sys, time\nfor line in sys.stdin: print(int(time.time()), flush=True)";
    for clock in ["preload", "vdso"] {
        for (at, begins) in [
            ("2031-05-01T00:00:00Z", MAY_2031),
            ("2010-01-01T00:00:00Z", 1_262_304_000),
        ] {
            let arguments = [
                "exec", "--clock", clock, "--at", at, "--", "python3", "-c", script,
            ];
            let mut running = Running::start(user.rolecall(&arguments));
            assert_about(&running.answer(""), begins);
            let advanced = user.rolecall(&["ctl", "advance", "6h"]).output().unwrap();
            assert!(advanced.status.success(), "{}", said(&advanced));
            assert_about(&running.answer(""), begins + HOURS_6);
            // A world that begins again does so at its own time, not the machine's.
            let reset = user.rolecall(&["ctl", "reset"]).output().unwrap();
            assert!(reset.status.success(), "{}", said(&reset));
            assert_about(&running.answer(""), begins);
            assert_eq!(running.end(), Some(0));
        }
    }
}

/// The dynamic loader is told by the environment; a program that is started without one is reached
/// all the same if `exec` can see it coming, or is asked to.
#[test]
fn what_is_started_without_its_environment_is_reached() {
    let user = User::new();
    let told = user.told(&[&AT_MAY_2031[..], &["--", "env", "-i", "date", "+%s"]].concat());
    assert_about(&told, MAY_2031);
    let script = "sh -c 'env -i date +%s'; true";
    let told = user.told(
        &[
            &AT_MAY_2031[..],
            &["--clock", "vdso", "--", "sh", "-c", script],
        ]
        .concat(),
    );
    assert_about(&told, MAY_2031);
}

#[test]
fn a_program_of_go_is_reached() {
    let source = "package main\nimport (\"fmt\"; \"time\")\nfunc main() { fmt.Println(time.Now().Unix()) }\n";
    let user = User::new();
    let file = user.runtime.path().join("now.go");
    let program = user.runtime.path().join("now");
    std::fs::write(&file, source).unwrap();
    let mut go = Command::new("go");
    go.args(["build", "-o"]).args([&program, &file]);
    let built = go
        .env("GOTOOLCHAIN", "local")
        .env("GO111MODULE", "off")
        .status();
    let Ok(built) = built else {
        return println!("skipped: there is no go here");
    };
    assert!(built.success());
    let told = user.told(&[&AT_MAY_2031[..], &["--", program.to_str().unwrap()]].concat());
    assert_about(&told, MAY_2031);
}

/// Which way it is, and why, is told on demand.
#[test]
fn the_way_is_told() {
    let user = User::new();
    let output = user.exec(&["--verbose", "--", "date"]);
    let said = said(&output);
    assert!(
        said.contains("the clock of date: preload (date is linked dynamically)"),
        "{said}"
    );
    assert!(said.contains("as `web` in a world of its own"), "{said}");
    assert!(said.contains("ctl advance 6h"), "{said}");
}
