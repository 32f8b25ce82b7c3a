//! What holds for processes that are started on the simulated clock.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod choose;
mod launch;
mod support;
mod vdso;
