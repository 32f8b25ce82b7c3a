//! The control routes: what they do, and that they are as they are described.

mod described;
mod desk;
mod filters;
mod guarded;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod verbs;
mod why;
