//! The renderers: one file a format, all of them readers of the same reports.

mod columns;
mod counts;
mod escape;
mod folder;
mod html;
mod human;
mod journal;
mod json;
mod junit;
mod markdown;
mod simulated;
mod terminal;
mod why;
mod wire;

pub use columns::Columns;
pub use folder::write_folder;
pub use html::html;
pub use human::{Human, who_words};
pub use journal::{entry_in_full, entry_line};
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use simulated::simulated;
pub use terminal::Terminal;
pub use why::why;
