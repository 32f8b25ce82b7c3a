//! The published table, read back: who passes which rule.

use std::collections::BTreeMap;

use crate::matrix::Cell;

/// Who passes which rule, as the published table has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    cells: BTreeMap<String, BTreeMap<String, Cell>>,
}

impl Table {
    /// Reads the page that [`markdown`](crate::report::markdown) made. What is no row of a rule is no
    /// concern of it.
    pub fn parse(page: &str) -> Self {
        let mut providers: Vec<&str> = Vec::new();
        let mut table = Self::default();
        for line in page.lines() {
            let Some(row) = line
                .strip_prefix('|')
                .and_then(|line| line.strip_suffix('|'))
            else {
                continue;
            };
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            match cells.as_slice() {
                ["rule", "level", ids @ ..] => providers = ids.to_vec(),
                [slug, _, said @ ..] if slug.starts_with('`') => {
                    let read = providers
                        .iter()
                        .zip(said)
                        .filter_map(|(id, word)| Some(((*id).to_owned(), Cell::of_word(word)?)));
                    let slug = slug.trim_matches('`').to_owned();
                    table.cells.insert(slug, read.collect());
                }
                _ => {}
            }
        }
        table
    }

    /// Who came to what with a rule, by the ids of the providers.
    pub fn of(&self, rule: &str) -> impl Iterator<Item = (&str, Cell)> {
        let cells = self.cells.get(rule).into_iter().flatten();
        cells.map(|(id, cell)| (id.as_str(), *cell))
    }

    /// The column of a provider: what it came to, by rule.
    pub fn column(&self, provider: &str) -> BTreeMap<&str, Cell> {
        let rows = self.cells.iter();
        let found = rows.filter_map(|(slug, row)| Some((slug.as_str(), *row.get(provider)?)));
        found.filter(|(_, cell)| *cell != Cell::Untested).collect()
    }
}
