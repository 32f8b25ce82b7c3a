//! Followed processes are stopped, continued and killed as any others are.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_reach::{Child, Group, Launcher, Method};

use crate::support::{assert_shifted, launcher, number, piped, read_to_end, set_offset, shell};

const SIGUSR1: i32 = 10;
const SIGCONT: i32 = 18;
const SIGSTOP: i32 = 19;
const SIGTSTP: i32 = 20;

/// Tells a test that it is to play a part in another one.
const PART: &str = "ROLECALL_REACH_TEST_PART";

fn launch(launcher: &Launcher, command: Command) -> Child {
    launcher.launch(command, &Method::Vdso).unwrap()
}

/// One of these tests in a process of its own, where `PART` is set.
fn part(test: &str) -> Command {
    let mut command = piped(env::current_exe().unwrap().to_str().unwrap(), &[]);
    command
        .args(["--exact", test, "--nocapture"])
        .env(PART, "1");
    command
}

/// Whether the process is stopped, be it by its tracer.
fn is_stopped(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let state = stat.rsplit(") ").next().unwrap();
    state.starts_with(['t', 'T'])
}

/// Any signal stops a traced process for a moment; this is longer.
fn stays_stopped(pid: i32) -> bool {
    (0..200).all(|_| {
        thread::yield_now();
        is_stopped(pid)
    })
}

/// As Ctrl-Z and `fg` do it.
#[test]
fn a_tree_is_stopped_and_continued() {
    let (_folder, launcher) = launcher();
    for stop in [SIGTSTP, SIGSTOP] {
        // The shell waits; what it runs answers each line.
        let script = "echo $$; sh -c 'echo $$; while read line; do echo $line; done'; true";
        let mut child = launch(&launcher, shell(script));
        let pids: [i32; 2] = [number(&mut child), number(&mut child)];
        for answer in [41, 42] {
            child.signal(stop).unwrap();
            let patience = Instant::now() + Duration::from_secs(30);
            while !pids.iter().all(|pid| stays_stopped(*pid)) {
                assert!(Instant::now() < patience, "it is not stopped");
            }
            let input = child.stdin.as_mut().unwrap();
            writeln!(input, "{answer}").unwrap();
            assert!(pids.iter().all(|pid| stays_stopped(*pid)));
            child.signal(SIGCONT).unwrap();
            assert_eq!(number::<i32>(&mut child), answer);
        }
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}

/// Signals that come while a process is being changed reach it afterwards, and disturb nothing.
#[test]
fn signals_do_not_disturb_the_change() {
    let (_folder, launcher) = launcher();
    set_offset(&launcher, 6 * 3600);
    // What is ignored stays so in whatever is run, but its tracer hears of it.
    let script = "trap '' USR1; echo 0; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do date +%s; done";
    let mut child = launch(&launcher, shell(script));
    number::<i32>(&mut child);
    let mut out = child.stdout.take().unwrap();
    let told = thread::scope(|scope| {
        let bombarded = scope.spawn(|| {
            while child.try_wait().unwrap().is_none() {
                for signal in [SIGUSR1, SIGSTOP, SIGUSR1, SIGCONT] {
                    child.signal(signal).unwrap();
                }
            }
        });
        let mut told = String::new();
        out.read_to_string(&mut told).unwrap();
        bombarded.join().unwrap();
        told
    });
    assert!(child.wait().unwrap().success());
    assert_eq!(child.unshifted(), []);
    assert_eq!(told.lines().count(), 12);
    for line in told.lines() {
        assert_shifted(line.parse().unwrap(), 6 * 3600, "date");
    }
}

/// Launches one process after the other in its own group.
#[test]
fn part_that_launches_many() {
    if env::var_os(PART).is_some() {
        let (_folder, launcher) = launcher();
        let launcher = launcher.in_group(Group::Ours);
        for _ in 0..100 {
            let child = launch(&launcher, Command::new("true"));
            assert!(child.wait().unwrap().success());
        }
    }
}

/// Signals that come while a process is being started, too: as from a terminal, they go to a group.
#[test]
fn signals_do_not_disturb_the_start() {
    let (_folder, launcher) = launcher();
    let part = part("jobs::part_that_launches_many");
    let mut command = shell("trap '' USR1; echo 0; exec \"$0\" \"$@\"");
    command.arg(part.get_program()).args(part.get_args());
    command.env(PART, "1");
    let none = Method::None("a test".to_owned());
    let mut child = launcher.launch(command, &none).unwrap();
    number::<i32>(&mut child);
    while child.try_wait().unwrap().is_none() {
        child.signal(SIGUSR1).unwrap();
        thread::yield_now();
    }
    let said = read_to_end(&mut child);
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn a_tree_ends_whenever_it_is_killed() {
    let (_folder, launcher) = launcher();
    for pause in 0..60 {
        let mut child = launch(&launcher, shell("date; date & date; date"));
        for _ in 0..pause * 4 {
            thread::yield_now();
        }
        child.kill();
        let status = child.wait().unwrap();
        assert!(status.success() || status.signal() == Some(9), "{status}");
        // Ends when all of them have.
        read_to_end(&mut child);
    }
}

/// Starts a process that runs until it is killed, and never ends itself.
#[test]
fn part_that_launches_and_waits() {
    if env::var_os(PART).is_some() {
        let (_folder, launcher) = launcher();
        let mut command = Command::new("sh");
        command.args(["-c", "echo; echo launched; sleep 600 & sleep 600"]);
        launch(&launcher, command).wait().unwrap();
    }
}

#[test]
fn whoever_launched_it_cannot_die_without_it() {
    let mut command = part("jobs::part_that_launches_and_waits");
    let mut launching = command.stderr(Stdio::null()).spawn().unwrap();
    let mut out = BufReader::new(launching.stdout.take().unwrap());
    let mut line = String::new();
    while line != "launched\n" {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it was not launched");
    }
    // The signal that nobody can prepare for.
    launching.kill().unwrap();
    launching.wait().unwrap();
    // Ends when the last who could write is gone.
    out.read_to_end(&mut Vec::new()).unwrap();
}

/// Tries to launch where it is traced itself.
#[test]
fn part_that_is_traced() {
    if env::var_os(PART).is_some() {
        let (_folder, launcher) = launcher();
        let refused = launcher.launch(Command::new("true"), &Method::Vdso);
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("traced already, by process "), "{refused}");
        // The other way is open.
        let preloaded = launcher.launch(Command::new("true"), &Method::Preload);
        assert!(preloaded.unwrap().wait().unwrap().success());
    }
}

#[test]
fn what_is_traced_already_is_refused() {
    let (_folder, launcher) = launcher();
    let mut child = launch(&launcher, part("jobs::part_that_is_traced"));
    let said = read_to_end(&mut child);
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
