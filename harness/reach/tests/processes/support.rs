//! What the tests of processes share.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::UNIX_EPOCH;

use rolecall_clock::OffsetWord;
use rolecall_reach::{Child, ClockPage, Launcher};
use tempfile::TempDir;

/// Six hours ahead and one hour back, in seconds.
pub(crate) const BOTH_WAYS: [i64; 2] = [6 * 3600, -3600];

/// How far a clock may be off in a test, in seconds: more than a loaded machine needs to answer, and
/// far less than any offset.
const TOLERANCE: i64 = 60;

/// The folder must outlive what is launched.
pub(crate) fn launcher() -> (TempDir, Launcher) {
    let folder = TempDir::new().unwrap();
    let page = ClockPage::create_in(folder.path()).unwrap();
    (folder, Launcher::new(page))
}

/// Sets the clock so many seconds from the machine's.
pub(crate) fn set_offset(launcher: &Launcher, seconds: i64) {
    let word = launcher.page().nanos();
    word.store(seconds * 1_000_000_000, Ordering::SeqCst);
}

/// With its input and output piped.
pub(crate) fn piped(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

pub(crate) fn shell(script: &str) -> Command {
    piped("sh", &["-c", script])
}

/// The number in the next line that the child prints.
pub(crate) fn number<T: std::str::FromStr>(child: &mut Child) -> T {
    let mut line = String::new();
    // One byte at a time: nothing of what follows is lost.
    let out = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, out)
        .read_line(&mut line)
        .unwrap();
    let number = line.trim().parse();
    number.unwrap_or_else(|_| panic!("a number, not {line:?}"))
}

/// Waits until the other end of the pipe is closed, that is until nobody is left who holds it.
pub(crate) fn read_to_end(child: &mut Child) -> String {
    let mut text = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut text).unwrap();
    text
}

/// Asserts that a clock which said `told`, in seconds since 1970, is `offset` seconds from ours.
#[track_caller]
pub(crate) fn assert_shifted(told: i64, offset: i64, what: &str) {
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let off = told - now - offset;
    assert!(
        off.abs() < TOLERANCE,
        "{what}: {off} s from what was wanted"
    );
}
