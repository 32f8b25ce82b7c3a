//! Whether a process lives by the simulated clock.

/// A process that lives by the machine's clock, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshifted {
    /// Its number.
    pub pid: i32,
    /// When it started, in ticks since the machine did: its number may have been another's before.
    started: u64,
    /// Why, in words for a report.
    pub why: String,
}

impl Unshifted {
    pub(crate) fn new(pid: i32, started: u64, why: String) -> Self {
        Self { pid, started, why }
    }
}
