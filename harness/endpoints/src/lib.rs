//! How the simulated account is spoken to: HTTP to typed call and back. Nothing is decided here.

mod aws;
mod container;
mod control;
mod edge;
mod imds;
mod place;
mod query;
#[cfg(feature = "s3")]
mod s3;
mod sts;
mod transport;
mod xml;

pub use control::control;
pub use edge::Edge;
pub use place::{Caller, Place};
pub use transport::memory::{MemoryNetwork, NoRoute, Wire};
pub use transport::tcp::{Addresses, ListenOptions, Server};
