//! What the parameters of an operation may be, and how AWS says that they are not.
//!
//! All violations are told at once, `;` between them (`sts.errors.validation-form`).

use std::fmt;
use std::ops::RangeInclusive;

/// A parameter by the name that AWS's messages have for it: lower camel case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a>(pub(crate) &'a str);

/// The characters that a text may have, and AWS's pattern for them.
pub(crate) struct Alphabet {
    pub(crate) pattern: &'static str,
    pub(crate) has: fn(char) -> bool,
}

/// What is wrong with the parameters of a request, all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violated(String);

impl Violated {
    /// In the operation's own words.
    pub(crate) fn said(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A word that is none of a set.
    pub(crate) fn one_of(field: Field<'_>, value: &str, words: &[&str]) -> Self {
        let mut constraints = Constraints::default();
        let words = words.join(", ");
        let constraint = format!("Member must satisfy enum value set: [{words}]");
        constraints.violated(field, value, &constraint);
        constraints.told()
    }
}

/// The violations found so far.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    violations: Vec<String>,
}

impl Constraints {
    /// A text of so many characters, all of them of an alphabet.
    pub(crate) fn text(
        &mut self,
        field: Field<'_>,
        value: &str,
        length: RangeInclusive<usize>,
        alphabet: &Alphabet,
    ) {
        if !value.chars().all(alphabet.has) {
            let constraint = format!(
                "Member must satisfy regular expression pattern: {}",
                alphabet.pattern
            );
            self.violated(field, value, &constraint);
        }
        let (count, what) = (value.chars().count(), "Member must have length");
        self.within(field, value, &count, &length, what);
    }

    /// A text of so many characters, which is not said: it is a secret.
    pub(super) fn length(&mut self, field: Field<'_>, count: usize, range: RangeInclusive<usize>) {
        let (shown, what) = ("****", "Member must have length");
        self.within(field, shown, &count, &range, what);
    }

    /// A number of a range, if there is one.
    pub(crate) fn number(
        &mut self,
        field: Field<'_>,
        value: Option<u32>,
        range: RangeInclusive<u32>,
    ) {
        if let Some(value) = value {
            self.within(field, value, &value, &range, "Member must have value");
        }
    }

    /// A list of at most so many members.
    pub(crate) fn list(&mut self, field: Field<'_>, shown: &str, count: usize, max: usize) {
        let what = "Member must have length";
        self.within(field, shown, &count, &(0..=max), what);
    }

    fn within<T: PartialOrd + fmt::Display>(
        &mut self,
        field: Field<'_>,
        shown: impl fmt::Display + Copy,
        value: &T,
        range: &RangeInclusive<T>,
        what: &str,
    ) {
        if value > range.end() {
            let constraint = format!("{what} less than or equal to {}", range.end());
            self.violated(field, shown, &constraint);
        }
        if value < range.start() {
            let constraint = format!("{what} greater than or equal to {}", range.start());
            self.violated(field, shown, &constraint);
        }
    }

    /// A constraint that is not met.
    pub(super) fn violated(
        &mut self,
        Field(field): Field<'_>,
        value: impl fmt::Display,
        constraint: &str,
    ) {
        self.violations.push(format!(
            "Value '{value}' at '{field}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Refuses if anything is violated.
    pub(crate) fn check(self) -> Result<(), Violated> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(self.told())
    }

    fn told(self) -> Violated {
        let count = self.violations.len();
        let plural = if count == 1 { "" } else { "s" };
        Violated(format!(
            "{count} validation error{plural} detected: {}",
            self.violations.join("; ")
        ))
    }
}
