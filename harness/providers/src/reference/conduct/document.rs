//! How documents with credentials are read.

use std::time::Duration;

/// What is made of an expiry that is not there, or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddExpiry {
    /// There are no credentials in the document.
    IsAFailure,
    /// They are good for ever.
    IsNever,
}

/// How documents with credentials are read.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct DocumentConduct {
    /// Whether `Code` must be `Success` where it is said.
    pub heeds_code: bool,
    /// The fields without which there are no credentials.
    pub needed: &'static [&'static str],
    /// Whether null is as good as nothing.
    pub null_is_absent: bool,
    /// Whether a number is refused where there must be a string.
    pub refuses_mistyped: bool,
    /// What is made of an expiry that is not there, or cannot be read.
    pub odd_expiry: OddExpiry,
    /// Whether the time zone of an expiry counts.
    pub heeds_zone: bool,
    /// Whether an expiry may have fractions of a second.
    pub takes_fractions: bool,
    /// Whether what is no document is a failure; else it is one without fields.
    pub refuses_nonsense: bool,
    /// What an expiry is put off by.
    pub put_off: Duration,
    /// Whether the keys are of one answer, and the session token is of another.
    pub of_two_answers: bool,
    /// Whether it is told what a document says that is of no use.
    pub quotes: bool,
}

impl Default for DocumentConduct {
    fn default() -> Self {
        Self {
            heeds_code: true,
            needed: &["AccessKeyId", "SecretAccessKey", "Token"],
            null_is_absent: true,
            refuses_mistyped: true,
            odd_expiry: OddExpiry::IsAFailure,
            heeds_zone: true,
            takes_fractions: true,
            refuses_nonsense: true,
            put_off: Duration::ZERO,
            of_two_answers: false,
            quotes: false,
        }
    }
}
