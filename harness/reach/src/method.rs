//! How the clock gets into a process.

/// How the clock of a process is shifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a library that the dynamic loader puts in front of the others.
    Preload,
    /// By changing where the process finds the kernel's own functions for reading the clock.
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
