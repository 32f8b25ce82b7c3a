//! The simulated clock inside foreign processes.
//!
//! A program that lives by the machine's wall clock is made to live by the simulated one, without
//! being changed: its readings of the wall clock get an offset that is one word in a page of memory,
//! which the servers read too. Its monotonic clocks, and with them its timeouts, are left alone.
//!
//! This is the only package with `unsafe` code.

#![allow(unsafe_code)]

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod choose;
#[cfg(unix)]
mod connection;
#[cfg(unix)]
mod elf;
mod embed;
#[cfg(unix)]
mod launch;
mod mapping;
mod method;
#[cfg(target_os = "linux")]
mod network;
mod page;
#[cfg(unix)]
mod program;
pub mod shift;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(unix)]
mod tree;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod vdso;
#[cfg(unix)]
mod witness;

#[cfg(unix)]
pub use child::Child;
#[cfg(unix)]
pub use choose::{Choice, choose};
pub use embed::{Library, LibraryError};
#[cfg(unix)]
pub use launch::{Group, LaunchError, Launcher, Reach};
pub use method::{Method, UnknownMethod, Wish};
#[cfg(target_os = "linux")]
pub use network::{Network, NetworkError, Permit};
pub use page::{ClockError, ClockPage};
#[cfg(target_os = "linux")]
pub use signals::{Received, Signals};
#[cfg(unix)]
pub use witness::{Standing, Unshifted, Why, Witness};
