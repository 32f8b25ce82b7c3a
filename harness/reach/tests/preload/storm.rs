//! Readings while the clock jumps all the time: never a torn one, never one that goes back.

use std::hint::spin_loop;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rolecall_clock::SimClock;

use crate::host::Host;
use crate::tools::{again, compiled};

const YEAR: i64 = 365 * 24 * 3600;

/// So far that nanoseconds carry over into seconds.
const JUMP: Duration = Duration::from_millis(700);

#[test]
fn no_reading_is_torn_or_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("storm");
    let Some(command) = compiled("cc", &["-O2", "-pthread"], "storm.c", &program) else {
        return;
    };
    thread::scope(|scope| {
        // Behind the machine's clock all along, and ahead of it.
        for start in [-YEAR, 0] {
            let command = again(&command);
            scope.spawn(move || weather(command, start));
        }
    });
}

fn weather(command: Command, start: i64) {
    let host = Host::new();
    host.shift(start);
    let program = host.start(command);
    let clock = SimClock::with_offset(host.page.clone());
    let bad = loop {
        clock.jump(JUMP);
        if let Some(line) = program.line_if_any() {
            break line;
        }
        // Not so often that the years run out before the readers are done.
        (0..50).for_each(|_| spin_loop());
    };
    assert_eq!(bad.as_deref(), Some("0"), "bad readings, from {start} s");
}
