//! What a file that can be read may still get wrong: names of what is not there, and things that
//! contradict each other. One file for each part of the language.

mod actions;
mod apps;
mod checker;
mod config;
mod expectations;
mod names;
mod order;
mod policies;
mod requests;
mod sources;
mod world;

pub(super) use checker::check;
