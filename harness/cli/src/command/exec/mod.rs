//! `rolecall exec`: a program in a world, on its clock.

mod arguments;
mod follow;
mod network;
mod relay;
mod run;
mod simplest;
mod world;

pub(crate) use arguments::Arguments;
pub(crate) use run::run;
