//! A table that is being read: its keys are known beforehand.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::value::Value;
use crate::language::at::{At, Span};
use crate::language::shape::Shape;
use crate::language::suggest;
use crate::language::tree::{Entries, Entry};

/// A table of a known shape.
pub(super) struct Table<'a> {
    pub(super) reader: &'a Reader,
    /// What it belongs to, in messages: ``step `upload` ``.
    pub(super) place: &'a str,
    /// Where complaints about the table as a whole point.
    pub(super) span: &'a Span,
    shape: &'static Shape,
    entries: &'a Entries,
    /// Keys that were probably meant by unknown ones, about which enough is said.
    misspelt: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// Opens a table, and complains about its unknown keys.
    pub(super) fn open(
        reader: &'a Reader,
        place: &'a str,
        span: &'a Span,
        shape: &'static Shape,
        entries: &'a Entries,
    ) -> Self {
        let mut table = Self {
            reader,
            place,
            span,
            shape,
            entries,
            misspelt: Vec::new(),
        };
        for (key, entry) in entries {
            if !shape.keys().any(|known| known == key) {
                table.unknown(key, entry);
            }
        }
        table
    }

    fn unknown(&mut self, key: &str, entry: &Entry) {
        self.misspelt
            .extend(suggest::nearest(key, self.shape.keys()));
        let help = suggest::instead(key, self.shape.keys(), "it takes no keys: write `{}`");
        let message = format!("{} has no key `{key}`", self.shape.what);
        self.reader.report(
            self.reader
                .problem(self.place, &message, &entry.key, "unknown key")
                .with_help(Some(help)),
        );
    }

    /// The value of `key`, if there is one.
    pub(super) fn get(&self, key: &'static str) -> Option<Value<'a>> {
        debug_assert!(
            self.shape.keys().any(|known| known == key),
            "{} is read for `{key}`, which its shape lacks",
            self.shape.what
        );
        let entry = self.entries.get(key)?;
        Some(Value {
            reader: self.reader,
            place: self.place,
            key,
            key_span: &entry.key,
            node: &entry.node,
        })
    }

    /// The value of `key` as `read` reads it, if there is one.
    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Option<T> {
        self.get(key).and_then(read)
    }

    /// The value of `key` as `read` reads it; a complaint when there is none.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key);
        if value.is_none() {
            self.missing(&[key]);
        }
        let read = value.and_then(read);
        if read.is_none() {
            self.reader.miss();
        }
        read
    }

    /// The one of `keys` that is there; a complaint when there is none or more than one.
    pub(super) fn one_of(&self, keys: &[&'static str]) -> Option<Value<'a>> {
        let found: Vec<Value<'a>> = keys.iter().filter_map(|key| self.get(key)).collect();
        match found.as_slice() {
            [] => {
                self.missing(keys);
                self.reader.miss();
            }
            [_] => {}
            [first, others @ ..] => self.clash(first, others),
        }
        found.into_iter().next()
    }

    /// Complains about values that exclude each other.
    pub(super) fn clash(&self, first: &Value<'a>, others: &[Value<'a>]) {
        let keys: Vec<&str> = std::iter::once(first)
            .chain(others)
            .map(|value| value.key)
            .collect();
        let message = format!("{} exclude each other", suggest::list(&keys));
        let mut problem = self
            .reader
            .problem(self.place, &message, first.key_span, "either this");
        for other in others {
            problem = problem.and_label(other.key_span.clone(), "or this");
        }
        self.reader
            .report(problem.with_help(Some("keep one of them".to_owned())));
    }

    /// Whether an unknown key was probably meant to be one of `keys`.
    pub(super) fn meant_any(&self, mut keys: impl Iterator<Item = &'static str>) -> bool {
        keys.any(|key| self.misspelt.contains(&key))
    }

    fn missing(&self, keys: &[&'static str]) {
        if self.meant_any(keys.iter().copied()) {
            return;
        }
        let list = suggest::list(keys);
        let (needed, help) = match keys {
            [key] => (list, format!("add `{key} = ...`")),
            _ => (format!("one of {list}"), "say which".to_owned()),
        };
        let message = format!("{} needs {needed}", self.shape.what);
        self.reader.report(
            self.reader
                .problem(self.place, &message, self.span, "missing here")
                .with_help(Some(help)),
        );
    }

    /// The list under `key`, item by item; empty when there is none.
    pub(super) fn list<T>(
        &self,
        key: &'static str,
        read: impl Fn(Value<'a>) -> Option<T>,
    ) -> Vec<T> {
        self.optional(key, |value| value.list(read))
            .unwrap_or_default()
    }

    /// The named entries under `key`; none when it is not there.
    pub(super) fn named<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str, Value<'a>) -> Option<T>,
    ) -> BTreeMap<String, At<T>> {
        self.optional(key, |value| value.named(read))
            .unwrap_or_default()
    }

    /// The strings by name under `key`, each at its own place.
    pub(super) fn texts(&self, key: &'static str) -> BTreeMap<String, At<String>> {
        let texts = self.named(key, |_, value| value.text());
        let own_place = texts.into_iter().map(|(name, text)| (name, text.value));
        own_place.collect()
    }
}
