//! What can go wrong, and the exit code that says so.

use std::io;

use crate::exit::{self, Exit};

/// Why a command ends before it is done.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What to say; nothing, if nobody reads any more.
    pub(super) message: Option<String>,
    pub(super) exit: Exit,
}

impl Trouble {
    /// The world refuses it.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::new(exit::FAILED, message)
    }

    /// It cannot be asked for like this.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    /// There is no answer that could be used.
    pub(super) fn no_answer(message: impl Into<String>) -> Self {
        Self::new(exit::UNJUDGED, message)
    }

    fn new(exit: Exit, message: impl Into<String>) -> Self {
        let message = Some(message.into());
        Self { message, exit }
    }
}

/// Whoever read what is written has seen enough, as `head` does.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self {
                message: None,
                exit: exit::OK,
            };
        }
        Self::no_answer(format!("standard output: {error}"))
    }
}
