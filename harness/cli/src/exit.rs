//! The exit codes. The most serious one of a run wins: 2 beats 1 beats 3 beats 0.

use std::process::ExitCode;

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

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.0.into()
    }
}

/// The code for a run.
pub(crate) fn of(reports: &[Report]) -> Exit {
    let any = |wanted: fn(&Outcome) -> bool| reports.iter().any(|report| wanted(&report.outcome));
    if any(|outcome| matches!(outcome, Outcome::Failed | Outcome::UnexpectedPass(_))) {
        FAILED
    } else if any(|outcome| matches!(outcome, Outcome::Inconclusive(_)))
        || !any(|outcome| matches!(outcome, Outcome::Passed | Outcome::ExpectedFailure(_)))
    {
        UNJUDGED
    } else {
        OK
    }
}
