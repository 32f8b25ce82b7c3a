//! Programs in a world, on its clock, as the user runs them.

#[path = "../support/served.rs"]
mod served;

mod clock;
mod ends;
mod environment;
mod network;
mod support;
mod terminal;
mod worlds;
