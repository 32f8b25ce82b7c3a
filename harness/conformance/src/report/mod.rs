//! The renderers: one file a format, all of them readers of the same reports.

mod columns;
mod folder;
mod journal;
mod json;
mod simulated;
mod terminal;
mod why;

pub use columns::Columns;
pub use folder::write_folder;
pub use journal::{entry_in_full, entry_line};
pub use json::json;
pub use simulated::simulated;
pub use terminal::Terminal;
pub use why::why;
