//! How the clock gets into a process.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use thiserror::Error;

/// How the clock of a process is shifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a library that the dynamic loader puts in front of the others.
    Preload,
    /// By changing where the process finds the kernel's own functions for reading the clock. It is
    /// traced for that, so that a program which runs with the rights of another user does not get
    /// them. What waits until a time, and not for one, waits by the machine's clock.
    Vdso,
    /// Not at all: the process lives by the machine's clock. Why, in words for a report.
    None(String),
}

impl Method {
    /// The word in manifests, on the command line and in reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Preload => "preload",
            Self::Vdso => "vdso",
            Self::None(_) => "none",
        }
    }
}

/// What a person asks for: a method, or the one that suits the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Whichever suits the program.
    #[default]
    Auto,
    /// [`Method::Preload`], also where a shell runs mixtures.
    Preload,
    /// [`Method::Vdso`], which reaches every descendant, whatever it is.
    Vdso,
    /// The machine's clock.
    None,
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Preload, Self::Vdso, Self::None];

    /// The word in manifests and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Preload => "preload",
            Self::Vdso => "vdso",
            Self::None => "none",
        }
    }
}

impl Display for Wish {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// There is no such method.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no clock method `{0}`: one of `auto`, `preload`, `vdso`, `none`")]
pub struct UnknownMethod(String);

impl FromStr for Wish {
    type Err = UnknownMethod;

    fn from_str(word: &str) -> Result<Self, UnknownMethod> {
        let found = Self::ALL.into_iter().find(|wish| wish.as_str() == word);
        found.ok_or_else(|| UnknownMethod(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_is_written_and_others_are_refused_with_the_choice() {
        for wish in Wish::ALL {
            assert_eq!(wish.as_str().parse(), Ok(wish));
        }
        let refused = "faketime".parse::<Wish>().unwrap_err().to_string();
        assert!(refused.contains("`faketime`"), "{refused}");
        assert!(refused.contains("`vdso`"), "{refused}");
    }
}
