//! How long, and how much.

use std::time::Duration;

use super::message::LINE_BYTES_MAX;

/// What is granted to a driver. Times are real ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until `hello` is answered: the start of a virtual machine, of a large library.
    pub hello: Duration,
    /// Until anything else is answered. Longer than what libraries wait for with what they retry.
    pub answer: Duration,
    /// After that, for giving the request up.
    pub grace: Duration,
    /// From the end of its output to its own, and to the last of what it complains about.
    pub end: Duration,
    /// A line, in bytes.
    pub line_bytes: usize,
    /// Lines without anything in them.
    pub empty_lines: usize,
    /// What is kept of standard error, in bytes: the last of it.
    pub stderr_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_mins(1),
            answer: Duration::from_mins(3),
            grace: Duration::from_secs(3),
            end: Duration::from_secs(1),
            line_bytes: LINE_BYTES_MAX,
            empty_lines: 1000,
            stderr_bytes: 1 << 20,
        }
    }
}
