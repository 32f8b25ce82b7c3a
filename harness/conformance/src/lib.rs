//! Rules, and the renderers of what a run found.

mod known;
pub mod report;
mod rule;

pub use known::KnownFailures;
pub use rule::{BadRules, Level, Rule, RuleBook, Source, SourceKind};
