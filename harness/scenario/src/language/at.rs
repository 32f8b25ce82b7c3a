//! A value together with the place it was written at.

use std::fmt;
use std::ops::Range;

/// A range of bytes in a scenario's text. Empty for what was made in code rather than read.
pub type Span = Range<usize>;

/// A value and where the file says it, for whatever has to be said about it later.
///
/// Two are equal when their values are, wherever they were written: a scenario built in code equals
/// the same scenario read from a file.
///
/// ```
/// use rolecall_scenario::language::At;
///
/// let bucket: At<String> = "photos".into();
/// assert_eq!(bucket, At::new("photos".to_owned(), 4..12));
/// ```
#[derive(Clone, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was written: a scalar itself, or the key that introduces a table.
    pub span: Span,
}

impl<T> At<T> {
    /// `value`, written at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At::new(change(self.value), self.span)
    }
}

/// Made in code: the span is empty.
impl<T> From<T> for At<T> {
    fn from(value: T) -> Self {
        Self::new(value, 0..0)
    }
}

impl From<&str> for At<String> {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for At<T> {}

impl<T: fmt::Debug> fmt::Debug for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
