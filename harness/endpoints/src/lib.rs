//! How the simulated account is spoken to: HTTP to typed call and back. Nothing is decided here.

mod aws;
mod container;
mod control;
mod delivery;
mod edge;
mod fault;
mod imds;
mod place;
mod query;
pub mod record;
#[cfg(feature = "s3")]
mod s3;
mod sts;
mod transport;
mod xml;

pub use control::control;
pub use edge::Edge;
pub use fault::{
    Answer, Delay, Drip, Effect, ErrorDocument, FAULT_WORDS, Fault, FaultState, FaultWord, Faults,
    Gate, GatePoint, GateState, Matcher, OddExpiration, Point, REDIRECT_STATUS, Redirect, Skew,
    Stall, Throttle,
};
pub use place::{Caller, Hops, Place};
pub use transport::memory::{MemoryNetwork, Wire, WireError};
pub use transport::tcp::{Addresses, ListenOptions, Server};
