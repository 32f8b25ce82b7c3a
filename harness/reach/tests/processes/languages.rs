//! Programs of many kinds under the patch: while they run, their clock jumps ahead and back.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::atomic::Ordering;

use rolecall_clock::OffsetWord;
use rolecall_reach::{Child, Launcher, Method, Wish, choose};

use crate::programs::{self, source, tool};
use crate::support::{BOTH_WAYS, assert_shifted, launcher, piped, set_offset};

/// A program that is asked by lines.
struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talk {
    fn with(launcher: &Launcher, command: Command) -> Self {
        let mut child = launcher.launch(command, &Method::Vdso).unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn hear(&mut self) -> Vec<i64> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_ne!(line, "", "it has ended");
        let numbers = line.split_whitespace().map(|word| word.parse().unwrap());
        numbers.collect()
    }

    fn ask(&mut self, line: &str) -> Vec<i64> {
        self.say(line);
        self.hear()
    }
}

/// Asserts that each way to read the wall clock follows it, that the monotonic one does not, and
/// that waits are as long as ever.
fn lives_by_the_clock(command: Command) {
    let name = format!("{command:?}");
    let (_folder, launcher) = launcher();
    let mut talk = Talk::with(&launcher, command);
    let (_, before) = told(&talk.ask("now"), 0, &name);
    for offset in BOTH_WAYS {
        set_offset(&launcher, offset);
        let (ways, monotonic) = told(&talk.ask("now"), offset, &name);
        assert!(ways > 0);
        let passed = (monotonic - before) / 1000;
        assert!(
            (0..3600).contains(&passed),
            "{name}: {passed} s have passed"
        );
        for taken in talk.ask("sleep") {
            // Milliseconds, rounded down once or twice. A busy machine may be late.
            assert!((198..60_000).contains(&taken), "{name}: slept {taken} ms");
        }
    }
    assert_eq!(talk.child.unshifted(), []);
    drop(talk.input);
    assert!(talk.child.wait().unwrap().success(), "{name}");
}

/// The readings are of the shifted clock, the last one of the monotonic.
fn told(numbers: &[i64], offset: i64, name: &str) -> (usize, i64) {
    let (monotonic, readings) = numbers.split_last().unwrap();
    for reading in readings {
        assert_shifted(*reading, offset, name);
    }
    (readings.len(), *monotonic)
}

/// Each test makes its own program, so that they are made side by side.
macro_rules! live_by_the_clock {
    ($($name:ident: $method:literal,)*) => {$(
        #[test]
        fn $name() {
            let Some(program) = programs::$name() else {
                return;
            };
            let command = piped(program.to_str().unwrap(), &[]);
            assert_eq!(choose(&command, Wish::Auto).method.as_str(), $method);
            lives_by_the_clock(command);
        }
    )*};
}

live_by_the_clock! {
    c: "preload",
    c_static: "vdso",
    musl_static: "vdso",
    cpp_static: "vdso",
    rust_static: "vdso",
    go_static: "vdso",
    go_with_c: "vdso",
}

#[test]
fn python() {
    if let Some(python) = tool("python3") {
        let source = source("clock.py");
        lives_by_the_clock(piped(python.to_str().unwrap(), &[&source]));
    }
}

#[test]
fn node() {
    if let Some(node) = tool("node") {
        let source = source("clock.js");
        lives_by_the_clock(piped(node.to_str().unwrap(), &[&source]));
    }
}

#[test]
fn java() {
    if let Some((java, folder)) = programs::java() {
        let folder = folder.to_str().unwrap();
        let arguments = ["-Xint", "-Xshare:auto", "-cp", folder, "Clock"];
        lives_by_the_clock(piped(java.to_str().unwrap(), &arguments));
    }
}

#[test]
fn a_program_made_by_go_may_be_a_grandchild_and_have_one() {
    let Some(program) = programs::go_static() else {
        return;
    };
    let (_folder, launcher) = launcher();
    let command = piped(
        "sh",
        &["-c", "env -i \"$0\"; true", program.to_str().unwrap()],
    );
    let mut talk = Talk::with(&launcher, command);
    let date = tool("date").unwrap();
    for offset in BOTH_WAYS {
        set_offset(&launcher, offset);
        told(&talk.ask("now"), offset, "the grandchild");
        let told = talk.ask(&format!("run {}", date.display()));
        assert_shifted(told[0], offset, "its own child");
    }
    // A thread that runs another program takes the place of all of them.
    let told = talk.ask(&format!("become {}", date.display()));
    assert_shifted(told[0], BOTH_WAYS[1], "what took its place");
    assert!(talk.child.wait().unwrap().success());
}

/// However fast the clock is moved, no reading is torn, and none goes back while the clock does not.
fn holds_in_a_storm(program: Option<std::path::PathBuf>) {
    const JUMPS: i64 = 2_000_000;
    /// How many readings have to meet a jump.
    const MET: i64 = 10_000;
    const JUMP: i64 = 700_000_000;
    let Some(program) = program else {
        return;
    };
    let (_folder, launcher) = launcher();
    let word = launcher.page().nanos();
    let mut talk = Talk::with(&launcher, piped(program.to_str().unwrap(), &[]));
    let mut met = 0;
    while met < MET {
        // From an offset that is negative to one that is not.
        word.store(-(JUMPS / 2) * JUMP, Ordering::SeqCst);
        assert_eq!(talk.ask("storm"), [0]);
        for _ in 0..JUMPS {
            word.fetch_add(JUMP, Ordering::SeqCst);
            std::hint::spin_loop();
        }
        let counts = talk.ask("");
        assert_eq!(counts[0], 0, "beside {} that met a jump", counts[1]);
        met += counts[1];
    }
}

#[test]
fn c_static_in_a_storm() {
    holds_in_a_storm(programs::c_static());
}

#[test]
fn go_static_in_a_storm() {
    holds_in_a_storm(programs::go_static());
}
