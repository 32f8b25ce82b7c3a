//! Control of a running world: for `rolecall ctl`, and for whoever has the token of the run.
//!
//! Guarded three times: the listener is loopback, every request carries a token drawn for this run,
//! and the `Host` is the listener's own, so that no web page can reach it through a name.
//!
//! [`table`] says which routes there are; the router and the description in the form of OpenAPI
//! are both made of it, and the schemas come from the types that the handlers take and give.

mod console;
mod dump;
mod faults;
mod guard;
mod instances;
mod journal;
mod launches;
mod mfa;
mod openapi;
mod problem;
mod roles;
mod route;
mod router;
mod said;
mod said_of_instances;
mod service;
mod sources;
mod table;
mod time;
mod web_identity;
mod why;

pub use openapi::openapi;
pub use router::{ControlOptions, NotLoaded, control};
