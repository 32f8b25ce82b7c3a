//! Thousands of broken requests at every address: each is answered and journalled, none breaks
//! anything.

mod control;
mod control_plane;
mod draw;
mod memory;
mod raw;
mod seeds;
mod shape;
mod spoil;
#[path = "../support/mod.rs"]
mod support;
mod wire;
mod wire_cases;
