//! Readings while the clock jumps all the time: never a torn one, never one that goes back.

use std::process::Command;
use std::time::Duration;

use rolecall_clock::SimClock;

use crate::host::Host;
use crate::tools::{again, compiled};

const YEAR: i64 = 365 * 24 * 3600;

/// So far that nanoseconds carry over into seconds.
const JUMP: Duration = Duration::from_millis(700);

/// How many jumps there are at a stretch: as fast as can be, for a reading that is torn is one that
/// meets a jump half-way.
const JUMPS: usize = 256;

#[test]
fn no_reading_is_torn_or_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("storm");
    let Some(command) = compiled("cc", &["-O2", "-pthread"], "storm.c", &program) else {
        return;
    };
    // Behind the machine's clock all along, then ahead of it. One after the other: a reading has to
    // meet a jump, so that both must run at the same time.
    for start in [-YEAR, 0] {
        weather(again(&command), start);
    }
}

fn weather(command: Command, start: i64) {
    let host = Host::new();
    host.shift(start);
    let program = host.start(command);
    let clock = SimClock::with_offset(host.page.clone());
    let bad = loop {
        (0..JUMPS).for_each(|_| clock.jump(JUMP));
        if let Some(line) = program.line_if_any() {
            break line;
        }
    };
    assert_eq!(bad.as_deref(), Some("0"), "bad readings, from {start} s");
}
