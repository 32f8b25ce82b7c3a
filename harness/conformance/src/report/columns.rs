//! Text in aligned columns.

use std::fmt::Write;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// Rows of cells, aligned when they are printed. Spaces separate the columns, so that a row can be
/// copied and searched.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<(String, Style)>>,
    /// The column that is wrapped where a row is wider than the terminal, and its width.
    wrapped: Option<(usize, usize)>,
}

const GAP: usize = 2;

impl Columns {
    /// Wraps column `index` so that no row is wider than `width`.
    #[must_use]
    pub fn wrapping(mut self, index: usize, width: Option<usize>) -> Self {
        self.wrapped = width.map(|width| (index, width));
        self
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = (S, Style)>) {
        self.rows.push(
            cells
                .into_iter()
                .map(|(text, style)| (text.into(), style))
                .collect(),
        );
    }

    /// The rows, each on a line of its own (or some, where it is wrapped), after `indent` spaces.
    pub fn print(&self, indent: usize) -> String {
        let widths = self.widths(indent);
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&widths)
                .map(|((cell, _), width)| wrap(cell, *width))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..height {
                let mut owed = indent;
                for (index, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                    if let Some(part) = cell.get(line).filter(|part| !part.is_empty()) {
                        let style = row[index].1;
                        let _ = write!(text, "{}{style}{part}{style:#}", " ".repeat(owed));
                        owed = width - part.width();
                    } else {
                        owed += width;
                    }
                    owed += GAP;
                }
                text.push('\n');
            }
        }
        text
    }

    fn widths(&self, indent: usize) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |index: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(index))
                .map(|(cell, _)| cell.width())
                .max()
        };
        let mut widths: Vec<usize> = (0..count).map(|index| widest(index).unwrap_or(0)).collect();
        if let Some((index, width)) = self.wrapped.filter(|(index, _)| *index < count) {
            let all: usize = widths.iter().sum::<usize>() + GAP * (count - 1) + indent;
            let excess = all.saturating_sub(width);
            // Narrower than this nothing can be read.
            widths[index] = widths[index]
                .saturating_sub(excess)
                .max(24.min(widths[index]));
        }
        widths
    }
}

/// Breaks `text` at spaces into lines of at most `width`; a longer word stays whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.width());
        match lines.last_mut() {
            Some(last) if line == 0 => last.push_str(word),
            Some(last) if line + 1 + word.width() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(width: Option<usize>) -> String {
        let mut columns = Columns::default().wrapping(1, width);
        columns.row([
            ("0s", Style::new()),
            ("a short one", Style::new()),
            ("passed", Style::new()),
        ]);
        columns.row([
            ("5h 56m", Style::new()),
            ("a much longer one that says a lot of things", Style::new()),
            ("failed", Style::new()),
        ]);
        columns.print(2)
    }

    #[test]
    fn columns_are_aligned() {
        assert_eq!(
            table(None),
            "  0s      a short one                                  passed\n  5h 56m  a much longer one that says a lot of things  failed\n"
        );
    }

    #[test]
    fn one_column_gives_way() {
        assert_eq!(
            table(Some(44)),
            "  0s      a short one                 passed\n  5h 56m  a much longer one that      failed\n          says a lot of things\n"
        );
    }
}
