//! Programs that are started in virtual time.
//!
//! A program lives in real time: to a paused runtime whoever waits for it looks idle, and time would
//! jump to the next timer, past the waiter's own timeout. So where programs may run, time is held
//! while one does: it takes none of the simulated time, however long it really takes.

use std::cell::Cell;
use std::fs;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::yield_now;

/// The programs that this thread has started and nobody has asked for since. Only Linux tells, and
/// not every kernel of it.
const CHILDREN: &str = "/proc/thread-self/children";

/// How often it is looked whether a program still runs.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// How often what is ready is collected after the last program has ended: its end, and the end of what
/// it said, come one after the other.
const COLLECTED: u32 = 8;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static HOLDING: Cell<bool> = const { Cell::new(false) };
}

/// From now on, until this thread's [`run_virtual`](crate::run_virtual) ends, time stands still while
/// a program runs that this thread has started. Answers whether that can be seen here: where it
/// cannot, nothing that waits for a program should be played in virtual time.
pub fn expect_programs() -> bool {
    let can_tell = fs::read(CHILDREN).is_ok();
    EXPECTED.set(can_tell);
    can_tell
}

/// As long as this lives, programs of this thread may hold time; none does before one is expected.
pub(crate) struct Unexpected;

impl Unexpected {
    pub(crate) fn begin() -> Self {
        EXPECTED.set(false);
        HOLDING.set(false);
        Self
    }
}

impl Drop for Unexpected {
    fn drop(&mut self) {
        EXPECTED.set(false);
    }
}

/// Called when nothing can run: gives the runtime something to do while a program runs, so that it
/// does not rest, which is when time jumps.
pub(crate) fn hold() {
    if EXPECTED.get() && !HOLDING.get() && one_runs() {
        HOLDING.set(true);
        Handle::current().spawn(async {
            while one_runs() {
                thread::sleep(LOOK_EVERY);
                // Collects what has come from programs, and does not move time.
                yield_now().await;
            }
            for _ in 0..COLLECTED {
                yield_now().await;
            }
            HOLDING.set(false);
        });
    }
}

fn one_runs() -> bool {
    fs::read(CHILDREN).is_ok_and(|children| !children.trim_ascii().is_empty())
}
