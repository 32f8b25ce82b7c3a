//! Rules, and the renderers of what a run found.

mod book;
mod known;
pub mod report;
mod rule;

pub use book::{BadRules, RuleBook};
pub use known::KnownFailures;
pub use rule::{Level, Rule, RuleSet, Source, SourceKind, Topic};
