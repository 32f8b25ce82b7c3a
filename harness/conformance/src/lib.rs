//! Rules, verdicts by them, and the renderers of what a run found.

mod book;
mod findings;
mod known;
mod matrix;
mod merge;
mod play;
pub mod report;
mod results;
mod rule;
mod suite;
mod table;
mod timeline;

pub use book::{BadRules, RuleBook};
pub use findings::Published;
pub use known::KnownFailures;
pub use matrix::{Cell, Matrix};
pub use merge::{NotMerged, merge};
pub use play::side_by_side;
pub use results::{BadResults, CaseResult, Results, RuleCard, Run, Subject, SuiteId};
pub use rule::{Level, Rule, RuleSet, Source, SourceKind, Topic};
pub use suite::{Case, Filter, SUITE_VERSION, Shard, fingerprint};
pub use table::Table;
pub use timeline::{Bar, Mark, MarkKind, Timeline};
