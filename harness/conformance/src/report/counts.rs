//! How many rules of each topic and level came to what.

use crate::matrix::{Cell, Matrix};
use crate::rule::Level;

/// The rules of one topic and level.
pub(super) struct Line<'a> {
    pub(super) topic: &'a str,
    pub(super) level: Level,
    /// For each run: what they came to in words, and the worst of it.
    pub(super) said: Vec<(String, Cell)>,
}

/// All lines that have any rule.
pub(super) fn counts<'a>(matrix: &Matrix<'a>, runs: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for topic in matrix.topics() {
        for level in Level::ALL {
            let said: Vec<(String, Cell)> = (0..runs)
                .map(|run| {
                    let counts = matrix.counts(topic, level, run);
                    let told = Cell::TESTED.iter().filter_map(|cell| {
                        let count = counts.get(cell)?;
                        Some(format!("{count} {}", cell.counted()))
                    });
                    let worst = counts.keys().max().copied().unwrap_or(Cell::Untested);
                    (told.collect::<Vec<_>>().join(", "), worst)
                })
                .collect();
            if said.iter().any(|(_, worst)| *worst != Cell::Untested) {
                lines.push(Line { topic, level, said });
            }
        }
    }
    lines
}
