//! Roles, managed policies and instance profiles over HTTP.

#[path = "../support/mod.rs"]
mod support;

mod desk;
mod policies;
mod profiles;
mod roles;
