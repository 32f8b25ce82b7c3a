//! Programs that are started in virtual time.
//!
//! A program lives in real time: to a paused runtime whoever waits for it looks idle, and time would
//! jump to the next timer, past the waiter's own timeout. So where programs may run, time is held
//! while one does: it takes none of the simulated time, however long it really takes.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::yield_now;

/// The programs that this thread has started and nobody has asked for since. Only Linux tells, and
/// not every kernel of it.
const CHILDREN: &str = "/proc/thread-self/children";

/// The threads of this process, each with its own children.
const THREADS: &str = "/proc/self/task";

/// How often it is looked whether a program still runs.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// How often what is ready is collected after the last program has ended: its end, and the end of what
/// it said, come one after the other.
const COLLECTED: u32 = 8;

/// The processes that were children of this one before it expected any: whoever was replaced by it has
/// started them, and they may hold for ever what was handed down to both.
static FOUND: OnceLock<BTreeSet<String>> = OnceLock::new();

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static HOLDING: Cell<bool> = const { Cell::new(false) };
}

/// From now on, until this thread's [`run_virtual`](crate::run_virtual) ends, time stands still while
/// a program runs that this thread has started. Answers whether that can be seen here: where it
/// cannot, nothing that waits for a program should be played in virtual time.
pub fn expect_programs() -> bool {
    FOUND.get_or_init(|| children().collect());
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
            while one_runs() || one_begins() {
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
    let children = fs::read_to_string(CHILDREN).unwrap_or_default();
    children.split_whitespace().any(|child| !was_found(child))
}

/// Whether another thread is about to start a program. Until that is well on its way it is a copy of this
/// process, and holds open what other programs have written to: who reads what one has said, and has ended,
/// does not see the end of it before. The three that each program is given for itself are no sign of it.
fn one_begins() -> bool {
    let ours: BTreeSet<PathBuf> = pipes("self").map(|(_, pipe)| pipe).collect();
    let is_copy = |child: &str| pipes(child).any(|(fd, pipe)| fd > 2 && ours.contains(&pipe));
    children().any(|child| !was_found(&child) && is_copy(&child))
}

fn was_found(child: &str) -> bool {
    FOUND.get().is_some_and(|found| found.contains(child))
}

/// The children of all threads.
fn children() -> impl Iterator<Item = String> {
    let threads = fs::read_dir(THREADS).into_iter().flatten().flatten();
    let of_each =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    of_each.flat_map(|children| {
        let children = children.split_whitespace().map(str::to_owned);
        children.collect::<Vec<_>>()
    })
}

/// The pipes that a process has open, none if it has ended.
fn pipes(process: &str) -> impl Iterator<Item = (u32, PathBuf)> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter();
    open.flatten().flatten().filter_map(|entry| {
        let fd = entry.file_name().to_str()?.parse().ok()?;
        let target = fs::read_link(entry.path()).ok()?;
        target
            .to_str()?
            .starts_with("pipe:")
            .then_some((fd, target))
    })
}
