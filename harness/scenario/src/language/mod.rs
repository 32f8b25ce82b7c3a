//! The scenario language: a TOML file that says what the world is like, what happens in it, and
//! what must then be so.
//!
//! [`Scenario::parse`] reads a file into the typed model, refuses everything the language does not
//! have, and checks that what the file names is there. Whoever runs a scenario may support less
//! than the language has: [`Scenario::constructs`] lists what a scenario uses.
//!
//! The same values can be made in code, without a file; their [`At`] spans are then empty. What the
//! language has to know about the account, it asks of a [`Vocabulary`].

mod at;
mod check;
mod constructs;
mod model;
mod places;
mod problem;
mod read;
mod shape;
mod source;
mod suggest;
mod time;
mod tree;
mod vocabulary;
mod word;

#[cfg(test)]
mod tests;

pub use at::{At, Span};
pub use model::*;
pub use problem::{BadScenario, Label, Problem};
pub use shape::words;
pub use source::Source;
pub use suggest::nearest;
pub use time::{parse_date, parse_duration, parse_signed_duration};
pub use vocabulary::{PolicyKind, PolicyProblem, Vocabulary};
pub use word::Word;
