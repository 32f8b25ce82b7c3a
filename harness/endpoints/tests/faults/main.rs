//! Every fault, on the wire: over TCP, where resets and stalls are real ones, and in memory.

#[path = "../support/mod.rs"]
mod support;

mod apps;
mod memory;
mod soak;
mod tcp;
mod wire;
