//! The story that each of `tests/programs/waits.*` tells, and whether it is a good one.
//!
//! It reads the wall clock and its steady clocks, begins to wait for 300 ms in some ways, and prints
//! `ready`. Then the clock jumps. At the next line of its input it reads all clocks again, waits for
//! 300 ms in many ways at once, and in the end prints `done`. Its lines:
//!
//! - `reading SECONDS NAME`: the wall clock as read by NAME, since 1970;
//! - `steady SECONDS NAME`: a clock that does not jump, from wherever it counts;
//! - `wait MILLIS NAME`: how long a wait took that ended because its time was over;
//! - `wrong NAME`: something that should not be, such as a wait that ended otherwise;
//! - `lacks NAME`: something that this machine has not.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::host::Host;
use crate::tools::note;

/// How long each wait is to take, in milliseconds, less what clocks may differ by.
const SOON: i64 = 300 - 10;

/// Far less than any jump here, and far more than any story takes, in seconds.
const LEAP: f64 = 600.0;

/// What the coarsest clock is behind, in seconds.
const COARSE: f64 = 1.1;

#[derive(Default)]
struct Story {
    /// Since the jump.
    readings: usize,
    steady: BTreeMap<String, f64>,
    /// Clocks that were read a second time.
    compared: usize,
    waits: usize,
    wrong: Vec<String>,
}

/// Has the program tell its story, with a jump to `seconds` from the machine's time.
pub(crate) fn tell(command: Command, seconds: i64) {
    let host = Host::new();
    let name = format!("{command:?} at {seconds} s");
    let mut program = host.start(command);
    let mut story = Story::default();
    let mut open = BTreeSet::new();
    let mut asked = host.now();
    let mut jumped = false;
    loop {
        let line = match program.line() {
            Ok(line) => line.unwrap_or_else(|| panic!("{name}: ended before its end")),
            Err(error) => panic!("{name}: {error}, after\n{}", story.heard(&open)),
        };
        let now = host.now();
        open.insert(line.clone());
        match line.split_once(' ') {
            None if line == "ready" => {
                host.shift(seconds);
                asked = host.now();
                jumped = true;
                program.say("go");
            }
            None if line == "done" => break,
            Some((kind, rest)) => story.hear(kind, rest, asked..=now, jumped),
            None => story.wrong.push(line),
        }
    }
    assert!(program.end().success(), "{name}");
    assert!(story.wrong.is_empty(), "{name}: {:#?}", story.wrong);
    assert!(story.readings > 0 && story.waits > 0, "{name}");
    assert_eq!(story.compared, story.steady.len(), "{name}");
    assert!(host.page.attached() > 0, "{name}");
    let offset = host.page.offset_nanos();
    assert_eq!(host.page.last_seen_nanos(), Some(offset), "{name}");
}

impl Story {
    fn hear(&mut self, kind: &str, rest: &str, span: std::ops::RangeInclusive<f64>, jumped: bool) {
        let (figure, name) = rest.split_once(' ').unwrap_or((rest, ""));
        match (kind, figure.parse::<f64>()) {
            ("reading", Ok(seconds)) => {
                self.readings += usize::from(jumped);
                if seconds < span.start() - COARSE || seconds > *span.end() {
                    self.wrong
                        .push(format!("{name} reads {seconds} in {span:?}"));
                }
            }
            ("steady", Ok(seconds)) => {
                let before = self.steady.insert(name.to_owned(), seconds);
                self.compared += usize::from(before.is_some());
                let passed = seconds - before.unwrap_or(seconds);
                if !(0.0..LEAP).contains(&passed) {
                    self.wrong.push(format!("{name} leapt by {passed} s"));
                }
            }
            ("wait", Ok(_)) => {
                self.waits += 1;
                // That it ended at all is what bounds it from above: else it would take hours.
                if figure.parse::<i64>().unwrap() < SOON {
                    self.wrong.push(format!("{name} waited for {figure} ms"));
                }
            }
            ("lacks", _) => note(&format!("{rest}: this machine has it not")),
            _ => self.wrong.push(format!("{kind} {rest}")),
        }
    }

    /// What came so far, for who has to find out what did not.
    fn heard(&self, lines: &BTreeSet<String>) -> String {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        format!("{}\n{:#?}", lines.join("\n"), self.wrong)
    }
}
