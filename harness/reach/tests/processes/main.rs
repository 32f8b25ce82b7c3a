//! What holds for processes that are started on the simulated clock.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod choose;
mod jobs;
mod languages;
mod launch;
mod programs;
mod support;
mod vdso;
mod witness;
