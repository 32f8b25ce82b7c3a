//! The exit codes. The most serious one of a run wins: 2 beats 1 beats 3 beats 0.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

use rolecall_scenario::{Outcome, Report};

/// An exit code of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(u8);

/// Judged, and as expected.
pub(crate) const OK: Exit = Exit(0);
/// An unexpected failure, or an unexpected pass.
pub(crate) const FAILED: Exit = Exit(1);
/// Wrong usage, or a file that cannot be used.
pub(crate) const USAGE: Exit = Exit(2);
/// Setting up failed, something could not be judged, or nothing was.
pub(crate) const UNJUDGED: Exit = Exit(3);

/// The program that `exec` was to run was not begun, and that is not its fault.
pub(crate) const NOT_BEGUN: Exit = Exit(125);
/// The program is there, and cannot be run, or not on the simulated clock.
pub(crate) const NOT_RUNNABLE: Exit = Exit(126);
/// There is no such program.
pub(crate) const NOT_FOUND: Exit = Exit(127);

/// The code of a program that was run: its own, or, as shells have it, 128 and the number of the signal
/// that ended it.
pub(crate) fn of_program(status: ExitStatus) -> Exit {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or_else(|| of_signal(status.signal().unwrap_or_default()), Exit)
}

/// The code of what was ended by a signal.
pub(crate) fn of_signal(signal: i32) -> Exit {
    let number = u8::try_from(signal & 0x7f).unwrap_or_default();
    Exit(128 | number)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.0.into()
    }
}

impl Exit {
    /// The more serious one of two codes of runs.
    pub(crate) fn and(self, other: Self) -> Self {
        const GRAVITY: [Exit; 4] = [OK, UNJUDGED, FAILED, USAGE];
        let gravity = |exit: &Self| GRAVITY.iter().position(|one| one == exit);
        if gravity(&other) > gravity(&self) {
            other
        } else {
            self
        }
    }
}

/// The code for the suite on one provider, of which so many scenarios have to come to a verdict.
pub(crate) fn of_suite(reports: &[Report], judged_min: usize) -> Exit {
    let judged = |report: &&Report| report.outcome.is_judged();
    let unjudged = |report: &Report| matches!(report.outcome, Outcome::Inconclusive(_));
    let failed =
        |report: &Report| matches!(report.outcome, Outcome::Failed | Outcome::UnexpectedPass(_));
    if reports.iter().any(failed) {
        FAILED
    } else if reports.iter().any(unjudged) || reports.iter().filter(judged).count() < judged_min {
        UNJUDGED
    } else {
        OK
    }
}

/// The code for a run: one scenario at least has to come to a verdict.
pub(crate) fn of(reports: &[Report]) -> Exit {
    of_suite(reports, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_serious_code_wins() {
        let in_order = [OK, UNJUDGED, FAILED, USAGE];
        for (index, graver) in in_order.into_iter().enumerate() {
            for milder in &in_order[..=index] {
                assert_eq!(graver.and(*milder), graver);
                assert_eq!(milder.and(graver), graver);
            }
        }
    }
}
