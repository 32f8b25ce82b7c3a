//! Small TOML files, read with the places of everything in them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::manifest::Promise;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The file, and the line and column from one.
    place: String,
    start: usize,
    message: String,
}

impl Problem {
    /// One of the whole file.
    pub(super) fn of_file(name: &str, message: &str) -> Self {
        Self {
            place: name.to_owned(),
            start: 0,
            message: message.to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The outermost table of a file, and what is wrong with it so far.
pub(super) struct Table<'a> {
    name: &'a str,
    text: &'a str,
    entries: DeTable<'a>,
    problems: Vec<Problem>,
}

impl<'a> Table<'a> {
    /// Reads `text`; every error that makes it no TOML, if there are any.
    pub(super) fn read(name: &'a str, text: &'a str) -> Result<Self, Vec<Problem>> {
        let (document, errors) = DeTable::parse_recoverable(text);
        let mut table = Self {
            name,
            text,
            entries: document.into_inner(),
            problems: Vec::new(),
        };
        for error in errors {
            let message = error.message().trim().to_owned();
            table.at(&error.span().unwrap_or(0..0), message);
        }
        if table.problems.is_empty() {
            Ok(table)
        } else {
            Err(table.problems)
        }
    }

    /// No key but these may be there.
    pub(super) fn only(&mut self, known: &[&str]) {
        let unknown: Vec<_> = self
            .entries
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .map(|key| (key.span(), key.get_ref().to_string()))
            .collect();
        for (span, key) in unknown {
            let instead = instead(&key, known);
            self.at(&span, format!("no key `{key}`; {instead}"));
        }
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, key: &str) -> String {
        match self.value(key) {
            Some((_, DeValue::String(text))) => text.to_string(),
            Some((span, other)) => {
                let message = format!("`{key}` takes a string, not {}", kind(&other));
                self.at(&span, message);
                String::new()
            }
            None => {
                self.missing(key);
                String::new()
            }
        }
    }

    /// A list of texts that must be there.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        if self.value(key).is_none() {
            self.missing(key);
        }
        self.optional_texts(key)
    }

    /// A list of texts; none if it is left out.
    pub(super) fn optional_texts(&mut self, key: &str) -> Vec<String> {
        self.list(key).into_iter().map(|(_, text)| text).collect()
    }

    /// One of some words, which must be there.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &str,
        all: &[T],
        word: impl Fn(&T) -> &'static str,
    ) -> Option<T> {
        if self.value(key).is_none() {
            self.missing(key);
        }
        self.optional_word(key, all, word)
    }

    /// One of some words, if it is there.
    pub(super) fn optional_word<T: Copy>(
        &mut self,
        key: &str,
        all: &[T],
        word: impl Fn(&T) -> &'static str,
    ) -> Option<T> {
        let (span, value) = self.value(key)?;
        let DeValue::String(text) = value else {
            self.at(
                &span,
                format!("`{key}` takes a string, not {}", kind(&value)),
            );
            return None;
        };
        let found = all.iter().find(|one| word(one) == text).copied();
        if found.is_none() {
            let words: Vec<_> = all.iter().map(word).collect();
            let instead = instead(&text, &words);
            self.at(&span, format!("no {key} `{text}`; {instead}"));
        }
        found
    }

    /// A list of some words, which must be there.
    pub(super) fn words<T: Copy>(
        &mut self,
        key: &str,
        all: &[T],
        word: impl Fn(&T) -> &'static str,
    ) -> Vec<T> {
        if self.value(key).is_none() {
            self.missing(key);
        }
        self.optional_words(key, all, word)
    }

    /// A list of some words; none if it is left out.
    pub(super) fn optional_words<T: Copy>(
        &mut self,
        key: &str,
        all: &[T],
        word: impl Fn(&T) -> &'static str,
    ) -> Vec<T> {
        let mut good = Vec::new();
        for (span, text) in self.list(key) {
            if let Some(one) = all.iter().find(|one| word(one) == text) {
                good.push(*one);
                continue;
            }
            let words: Vec<_> = all.iter().map(&word).collect();
            let instead = instead(&text, &words);
            self.at(&span, format!("`{key}` has no `{text}`; {instead}"));
        }
        good
    }

    /// Promises by what they are about: each a text, or a table of `value` and `source`.
    pub(super) fn promises(&mut self, key: &str) -> BTreeMap<String, Promise> {
        let table = match self.value(key) {
            Some((_, DeValue::Table(table))) => table,
            Some((span, other)) => {
                self.at(
                    &span,
                    format!("`{key}` takes a table, not {}", kind(&other)),
                );
                return BTreeMap::new();
            }
            None => return BTreeMap::new(),
        };
        let mut promises = BTreeMap::new();
        for (name, value) in table {
            let (span, name) = (value.span(), name.get_ref().to_string());
            let value = value.into_inner();
            if let Some(promise) = promise(&value) {
                promises.insert(name, promise);
            } else {
                let not = match &value {
                    DeValue::Table(_) => "another table",
                    other => kind(other),
                };
                let message = format!(
                    "`{name}` takes a string, or a table of `value` and `source`, not {not}"
                );
                self.at(&span, message);
            }
        }
        promises
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes what is wrong with the value of a key.
    pub(super) fn problem(&mut self, key: &str, message: String) {
        let span = self.value(key).map_or(0..0, |(span, _)| span);
        self.at(&span, message);
    }

    /// Everything that was wrong, in the order of the file.
    pub(super) fn end(mut self) -> Result<(), Vec<Problem>> {
        self.problems.sort_by_key(|problem| problem.start);
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }

    fn value(&self, key: &str) -> Option<(Range<usize>, DeValue<'a>)> {
        let value = self.entries.get(key)?;
        Some((value.span(), value.get_ref().clone()))
    }

    fn missing(&mut self, key: &str) {
        self.at(&(0..0), format!("`{key}` is missing"));
    }

    fn list(&mut self, key: &str) -> Vec<(Range<usize>, String)> {
        let (span, value) = match self.value(key) {
            Some((_, DeValue::Array(items))) => {
                return items
                    .iter()
                    .filter_map(|item| Some((item.span(), self.item(key, item)?)))
                    .collect();
            }
            Some(other) => other,
            None => return Vec::new(),
        };
        let message = format!("`{key}` takes a list of strings, not {}", kind(&value));
        self.at(&span, message);
        Vec::new()
    }

    fn item(&mut self, key: &str, item: &Spanned<DeValue<'a>>) -> Option<String> {
        if let DeValue::String(text) = item.get_ref() {
            return Some(text.to_string());
        }
        let message = format!("`{key}` lists strings, not {}", kind(item.get_ref()));
        self.at(&item.span(), message);
        None
    }

    fn at(&mut self, span: &Range<usize>, message: String) {
        let before = &self.text[..self.text.floor_char_boundary(span.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        self.problems.push(Problem {
            place: format!("{}:{line}:{column}", self.name),
            start: span.start,
            message,
        });
    }
}

fn promise(value: &DeValue<'_>) -> Option<Promise> {
    let (value, source) = match value {
        DeValue::String(text) => (text.to_string(), None),
        DeValue::Table(table) => {
            let text = |key: &str| match table.get(key)?.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            };
            let known =
                |key: &Spanned<_>| ["value", "source"].contains(&AsRef::as_ref(key.get_ref()));
            if !table.keys().all(known) {
                return None;
            }
            (text("value")?, Some(text("source")?))
        }
        _ => return None,
    };
    Some(Promise { value, source })
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The help for an unknown word: the nearest one, else all there are.
pub(super) fn instead(word: &str, known: &[&str]) -> String {
    let slips = |name: &&&str| strsim::damerau_levenshtein(word, name);
    let nearest = known.iter().min_by_key(slips);
    let near = nearest.filter(|name| slips(name) <= word.chars().count().div_ceil(3).max(1));
    near.map_or_else(
        || {
            let all: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("there is {}", all.join(", "))
        },
        |name| format!("did you mean `{name}`?"),
    )
}
