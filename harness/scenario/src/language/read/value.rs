//! A value that is being read as what its key takes.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::reader::Reader;
use super::table::Table;
use crate::language::at::{At, Span};
use crate::language::shape::Shape;
use crate::language::suggest;
use crate::language::time;
use crate::language::tree::{Node, Tree};
use crate::language::word::Word;

/// A value, the key it is under, and what that belongs to.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) reader: &'a Reader,
    pub(super) place: &'a str,
    pub(super) key: &'a str,
    pub(super) key_span: &'a Span,
    pub(super) node: &'a Node,
}

impl<'a> Value<'a> {
    fn at<T>(&self, value: T) -> At<T> {
        At::new(value, self.node.span.clone())
    }

    /// Complains that this is not what the key takes.
    pub(super) fn wrong<T>(&self, takes: &str) -> Option<T> {
        let kind = self.node.value.kind();
        self.refuse(
            &format!("`{}` takes {takes}, not {kind}", self.key),
            &format!("this is {kind}"),
            None,
        )
    }

    /// Complains about the value.
    pub(super) fn refuse<T>(&self, message: &str, label: &str, help: Option<String>) -> Option<T> {
        let problem = self
            .reader
            .problem(self.place, message, &self.node.span, label);
        self.reader.report(problem.with_help(help));
        None
    }

    /// A string.
    pub(super) fn text(self) -> Option<At<String>> {
        match &self.node.value {
            Tree::Text(text) => Some(self.at(text.clone())),
            _ => self.wrong("a string"),
        }
    }

    /// True or false.
    pub(super) fn flag(self) -> Option<At<bool>> {
        match self.node.value {
            Tree::Flag(flag) => Some(self.at(flag)),
            _ => self.wrong("true or false"),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn whole<N: TryFrom<i64>>(self) -> Option<At<N>> {
        self.at_least(0)
    }

    /// A whole number that is positive.
    pub(super) fn positive<N: TryFrom<i64>>(self) -> Option<At<N>> {
        self.at_least(1)
    }

    fn at_least<N: TryFrom<i64>>(self, least: i64) -> Option<At<N>> {
        let Tree::Integer(number) = self.node.value else {
            return self.wrong("a whole number");
        };
        if number >= least
            && let Ok(fitting) = N::try_from(number)
        {
            return Some(self.at(fitting));
        }
        let (message, label) = if number < least {
            let message = format!("`{}` takes {least} or more, not {number}", self.key);
            (message, "too small")
        } else {
            (format!("`{}` cannot be {number}", self.key), "too large")
        };
        self.refuse(&message, label, None)
    }

    /// A number, perhaps with a fraction, that is not negative.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds beyond 2^52 are no time to wait"
    )]
    pub(super) fn seconds(self) -> Option<At<f64>> {
        let seconds = match self.node.value {
            Tree::Integer(whole) => whole as f64,
            Tree::Float(float) => float,
            _ => return self.wrong("a number of seconds"),
        };
        if seconds.is_finite() && seconds >= 0.0 {
            return Some(self.at(seconds));
        }
        let message = format!("`{}` takes seconds, not {seconds}", self.key);
        self.refuse(&message, "not a time to wait", None)
    }

    /// A duration that is not negative.
    pub(super) fn duration(self) -> Option<At<Duration>> {
        let signed = self.signed_duration()?;
        match Duration::try_from(signed.value) {
            Ok(duration) => Some(self.at(duration)),
            Err(_) => self.refuse(
                &format!("`{}` cannot be negative", self.key),
                "a negative duration",
                Some("leave out the sign".to_owned()),
            ),
        }
    }

    /// A duration, perhaps negative.
    pub(super) fn signed_duration(self) -> Option<At<SignedDuration>> {
        const FORMS: &str = "`6h`, `90m`, `21600s` or `1h 30m`";
        let Tree::Text(text) = &self.node.value else {
            return self.wrong(&format!("a duration in quotes, such as {FORMS}"));
        };
        match time::parse_signed_duration(text) {
            Some(duration) => Some(self.at(duration)),
            None => self.refuse(
                &format!("`{}`: no duration `{text}`", self.key),
                "not a duration",
                Some(format!("write it as {FORMS}; a day is `24h` or `1d`")),
            ),
        }
    }

    /// A date with time and offset, in quotes or not.
    pub(super) fn date(self) -> Option<At<Timestamp>> {
        let (Tree::Text(text) | Tree::Date(text)) = &self.node.value else {
            return self.wrong("a date such as `2031-05-01T00:00:00Z`");
        };
        match time::parse_date(text) {
            Some(date) => Some(self.at(date)),
            None => self.refuse(
                &format!("`{}`: no date `{text}`", self.key),
                "not a date with time and offset",
                Some("write it as `2031-05-01T00:00:00Z`".to_owned()),
            ),
        }
    }

    /// One of a closed list of words.
    pub(super) fn word<W: Word>(self) -> Option<At<W>> {
        let text = self.text()?.value;
        W::of(&text)
            .map(|word| self.at(word))
            .or_else(|| self.unknown_word::<W, _>(&text))
    }

    /// Complains that `text` is none of the words.
    pub(super) fn unknown_word<W: Word, T>(&self, text: &str) -> Option<T> {
        self.refuse(
            &format!("no {} `{text}`", W::NOUN),
            "unknown",
            Some(suggest::instead(text, W::words(), "there is none")),
        )
    }

    /// Complains that the key is none of the words.
    pub(super) fn unknown_key<W: Word, T>(&self) -> Option<T> {
        let message = format!("no {} `{}`", W::NOUN, self.key);
        let help = suggest::instead(self.key, W::words(), "there is none");
        let problem = self
            .reader
            .problem(self.place, &message, self.key_span, "unknown");
        self.reader.report(problem.with_help(Some(help)));
        None
    }

    /// A list, item by item. Items that cannot be read are left out, and count as missing.
    pub(super) fn list<T>(self, read: impl Fn(Self) -> Option<T>) -> Option<Vec<T>> {
        let Tree::List(items) = &self.node.value else {
            return self.wrong("a list");
        };
        let item = |node: &'a Node| self.needed(read(Self { node, ..self }));
        Some(items.iter().filter_map(item).collect())
    }

    /// A list of tables that have names, each begun by `[[noun]]`. Complaints about one go by its
    /// name, or by its number when it has none.
    pub(super) fn tables<T>(
        self,
        noun: &str,
        read: impl Fn(Value<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Tree::List(items) = &self.node.value else {
            return self.wrong(&format!("a list of tables, each begun by `[[{noun}]]`"));
        };
        let mut tables = Vec::new();
        for (index, node) in items.iter().enumerate() {
            let place = match node.value.name() {
                Some(name) => format!("{noun} `{name}`"),
                None => format!("{noun} {}", index + 1),
            };
            let table = Value { node, ..self };
            tables.extend(self.needed(read(table.within(&place))));
        }
        Some(tables)
    }

    /// Entries under names of the file's choice; the span of each is that of its name.
    pub(super) fn named<T>(
        self,
        read: impl Fn(&str, Self) -> Option<T>,
    ) -> Option<BTreeMap<String, At<T>>> {
        let Tree::Table(entries) = &self.node.value else {
            return self.wrong("a table");
        };
        let mut named = BTreeMap::new();
        for (name, entry) in entries {
            let value = Self {
                key: name,
                key_span: &entry.key,
                node: &entry.node,
                ..self
            };
            if let Some(read) = self.needed(read(name, value)) {
                named.insert(name.clone(), At::new(read, entry.key.clone()));
            }
        }
        Some(named)
    }

    /// Without this, what else the file says cannot be judged.
    fn needed<T>(&self, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.reader.miss();
        }
        read
    }

    /// A table of this shape.
    pub(super) fn table(self, shape: &'static Shape) -> Option<Table<'a>> {
        match &self.node.value {
            Tree::Table(entries) => Some(Table::open(
                self.reader,
                self.place,
                &self.node.span,
                shape,
                entries,
            )),
            _ => self.wrong("a table"),
        }
    }

    /// `read`, at the place of the key.
    pub(super) fn at_key<T>(&self, read: T) -> At<T> {
        At::new(read, self.key_span.clone())
    }

    /// The same value, told to belong to `place`.
    pub(super) fn within(self, place: &'a str) -> Self {
        Self { place, ..self }
    }
}
