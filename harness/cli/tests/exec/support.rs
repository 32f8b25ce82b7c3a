//! What the tests of `exec` share.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use tempfile::TempDir;

use crate::served::command;

/// How long to wait for what must come; never waited out when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// How far a clock may be off, in seconds: more than a loaded machine needs to answer, and far less
/// than any offset of these tests.
const TOLERANCE: i64 = 600;

/// 2031-05-01T00:00:00Z, in seconds since 1970.
pub(crate) const MAY_2031: i64 = 1_935_360_000;
pub(crate) const AT_MAY_2031: [&str; 2] = ["--at", "2031-05-01T00:00:00Z"];

/// A user with a runtime folder of their own, where nothing is served.
pub(crate) struct User {
    pub(crate) runtime: TempDir,
}

impl User {
    pub(crate) fn new() -> Self {
        let runtime = tempfile::tempdir().unwrap();
        Self { runtime }
    }

    /// `rolecall` as this user types it.
    pub(crate) fn rolecall(&self, arguments: &[&str]) -> Command {
        let mut rolecall = command(Path::new(""));
        rolecall
            .args(arguments)
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env_remove("ROLECALL_STATE")
            .stdin(Stdio::null());
        rolecall
    }

    /// Runs `rolecall exec` to its end.
    pub(crate) fn exec(&self, arguments: &[&str]) -> Output {
        self.rolecall(&["exec"]).args(arguments).output().unwrap()
    }

    /// What `rolecall exec` prints, all being well.
    #[track_caller]
    pub(crate) fn told(&self, arguments: &[&str]) -> String {
        let output = self.exec(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The folders and files of runs.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let folder = self.runtime.path().join("rolecall");
        let entries = folder.read_dir().into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// What was said on standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A program that is run by `exec`, and answers lines.
pub(crate) struct Running {
    pub(crate) child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(mut rolecall: Command) -> Self {
        let mut child = rolecall
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            input,
            lines,
        }
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        self.lines.next().expect("it goes on").unwrap()
    }

    /// What it prints when it is given a line.
    pub(crate) fn answer(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").unwrap();
        self.line()
    }

    /// Sends a signal to `rolecall`, and to nobody else.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Its exit code, once it has nothing more to read.
    pub(crate) fn end(self) -> Option<i32> {
        let Self {
            mut child, input, ..
        } = self;
        drop(input);
        child.wait().unwrap().code()
    }
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

/// Whether there is such a program here; says so if not.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_err() {
        println!("skipped: there is no {program} here");
    }
    found.is_ok()
}

/// Seconds since 1970 on this machine.
pub(crate) fn machine_now() -> i64 {
    i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

/// Asserts that what was told is about that time, both in seconds since 1970.
#[track_caller]
pub(crate) fn assert_about(told: &str, time: i64) {
    let told: i64 = told.trim().parse().unwrap_or_else(|_| panic!("{told:?}"));
    let off = told - time;
    assert!(off.abs() < TOLERANCE, "{off} s off");
}
