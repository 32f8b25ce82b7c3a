//! Shifting a clock where no library can be put in front: in programs made by Go, and static ones.
//!
//! The kernel maps a small library of its own into every process, the vDSO, in which programs find
//! the functions that read the clock. A process that we start stops before its first instruction; we
//! map the clock's page and a page of stubs into it, and let the vDSO's table of symbols name the
//! stubs. Each calls the original function and adds the offset.

mod elf;
mod patch;
mod run;
mod stub;
#[cfg(test)]
mod tests;
mod tracee;

use std::io;

use thiserror::Error;

pub(crate) use run::{Failure, Tree, start};

/// Why the clock of a process was not shifted.
#[derive(Debug, Error)]
pub(crate) enum Refused {
    /// The system does not let us trace our own child.
    #[error(
        "this system does not let a program trace its own children; a container's profile, or the \
         kernel's setting `yama`, can forbid that"
    )]
    NoTracing,
    /// One process has one tracer.
    #[error("it is traced already, by process {0}: a debugger, strace, or another rolecall")]
    Traced(i32),
    /// The registers are not those of the 64-bit mode.
    #[error("it is a 32-bit program")]
    Narrow,
    /// The kernel gives it no vDSO, or not that we could see.
    #[error("the kernel maps no vDSO into it")]
    NoVdso,
    /// The vDSO is not as the kernel's have been so far.
    #[error("its vDSO cannot be read: {0}")]
    Vdso(#[from] elf::Unreadable),
    /// A system call in its name was refused.
    #[error("it may not {what}: {error}")]
    Call {
        /// What it was to do.
        what: &'static str,
        /// Why it may not.
        error: io::Error,
    },
    /// Reading or changing it was refused.
    #[error("it cannot be changed: {0}")]
    Tracing(#[from] io::Error),
    /// The stub does not do what it should.
    #[error("the shifted clock does not work in it: {0}")]
    SelfTest(String),
    /// It was killed; the status is as `wait` has it.
    #[error("it ended before it began")]
    Gone(i32),
}
