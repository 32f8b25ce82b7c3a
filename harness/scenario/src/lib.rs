//! Scenarios: the language they are written in, the simulation they play in, the runner that
//! plays them and the checkers that judge what happened.

mod act;
mod armed;
mod check;
mod control;
mod files;
mod flight;
mod happened;
mod judge;
pub mod language;
mod outcome;
mod panics;
mod recorded;
mod run;
mod simulation;
mod stage;
mod support;
mod url;
mod vocabulary;

pub use check::INVARIANTS;
pub use files::{FileError, Process, TokenFile};
pub use outcome::{Event, Finding, Outcome, Report, StepReport, TracedExchange};
pub use panics::keep_panics_of_clients;
pub use recorded::NoRecording;
pub use rolecall_account::RedactedExchange;
pub use rolecall_clock::SimClock;
pub use rolecall_endpoints::Livelock;
pub use run::{OverSockets, RunOptions, TimeKeeping, run};
pub use simulation::{
    ConfigFiles, Dump, DumpError, LoadError, SetupError, Simulation, resume, simulate,
};
pub use support::{PLAYED, check_support};
pub use vocabulary::AccountVocabulary;
