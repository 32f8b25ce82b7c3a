//! Rules, and the renderers of what a run found.

pub mod report;
mod rule;

pub use rule::{BadRules, Level, Rule, RuleBook, Source, SourceKind};
