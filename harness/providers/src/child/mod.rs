//! Providers in processes of their own: what a driver is, how it is started, asked, and ended.
//!
//! A driver speaks the contract of `docs/driver.md`: one JSON object a line, requests on standard
//! input, answers on standard output. Whatever it does instead becomes a clear verdict: see [`Over`].

mod check;
mod crash;
mod ending;
mod environment;
mod home;
mod limits;
mod lines;
mod link;
mod manifest;
pub mod message;
mod one_shot;
mod provider;
mod read;
mod schema;
mod secrets;
mod session;
mod toml_file;

pub use check::{Check, Checked, Outcome};
pub use crash::Crash;
pub use ending::Over;
pub use environment::{Change, Environment, Variables, What, environment};
pub use home::Home;
pub use limits::Limits;
pub use manifest::{BadManifest, Catalogue, Contract, Driver, Manifest, Promise};
pub use provider::ChildProvider;
pub use schema::schema;
pub use secrets::{Leak, NO_SECRET_IN_MESSAGES};
