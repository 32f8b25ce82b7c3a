//! How far a run is, on a terminal, if it takes long enough to wonder.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rolecall_scenario::{Outcome, Report};

/// Before this nobody wonders.
const QUIET: Duration = Duration::from_secs(2);

/// One line on standard error, written over and over.
pub(super) struct Progress {
    began: Instant,
    all: usize,
    shown: bool,
    sofar: Mutex<Sofar>,
}

#[derive(Default)]
struct Sofar {
    played: usize,
    failed: usize,
    written: bool,
}

impl Progress {
    /// Of so many cases.
    pub(super) fn new(all: usize) -> Self {
        Self {
            began: Instant::now(),
            all,
            shown: io::stderr().is_terminal(),
            sofar: Mutex::default(),
        }
    }

    /// One more was played.
    pub(super) fn played(&self, report: &Report) {
        let mut sofar = self.sofar.lock().unwrap_or_else(PoisonError::into_inner);
        sofar.played += 1;
        sofar.failed += usize::from(report.outcome == Outcome::Failed);
        if self.shown && self.began.elapsed() > QUIET {
            let (played, all, failed) = (sofar.played, self.all, sofar.failed);
            let seconds = self.began.elapsed().as_secs();
            sofar.written = true;
            // Nobody may be there to read it.
            let _ = write!(
                io::stderr(),
                "\r\x1b[K{played} of {all} scenarios, {failed} failed, {seconds}s: {}",
                report.scenario
            );
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self
            .sofar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .written
        {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
