//! From TOML to the model: each table by its own function, every complaint with its place.

mod action;
mod app;
mod config;
mod effect;
mod expect;
mod fault;
mod reader;
mod rows;
mod scenario;
mod sources;
mod step;
mod substitute;
mod table;
mod value;
mod world;

pub(super) use reader::Reader;
pub(super) use rows::read;
