//! The simulated clock inside foreign processes.
//!
//! A program that lives by the machine's wall clock is made to live by the simulated one, without
//! being changed: its readings of the wall clock get an offset that is one word in a page of memory,
//! which the servers read too. Its monotonic clocks, and with them its timeouts, are left alone.
//!
//! This is the only package with `unsafe` code.

#![allow(unsafe_code)]

mod embed;
mod launch;
mod mapping;
mod method;
mod page;
pub mod shift;

pub use embed::{Library, LibraryError};
pub use launch::{Child, LaunchError, Launcher};
pub use method::Method;
pub use page::{ClockError, ClockPage};
