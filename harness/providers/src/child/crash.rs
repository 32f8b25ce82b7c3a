//! Signals by which a library ends the whole program that it is in.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// It gave itself up: what it took for certain was not so.
    Abort,
    /// Impossible arithmetic.
    Arithmetic,
    /// No instruction of the machine.
    Instruction,
    /// Memory that is not its own.
    Segment,
}

impl Crash {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Abort,
        Self::Arithmetic,
        Self::Instruction,
        Self::Segment,
    ];

    /// What POSIX calls the signal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Abort => "SIGABRT",
            Self::Arithmetic => "SIGFPE",
            Self::Instruction => "SIGILL",
            Self::Segment => "SIGSEGV",
        }
    }

    /// Its number, which is the same on every system here.
    pub(super) const fn signal(self) -> i32 {
        match self {
            Self::Abort => 6,
            Self::Arithmetic => 8,
            Self::Instruction => 4,
            Self::Segment => 11,
        }
    }
}
