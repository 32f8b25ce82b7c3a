//! How the simulated account is spoken to: HTTP to typed call and back. Nothing is decided here.

mod advance;
mod aws;
mod brought;
mod cloudtrail;
mod container;
#[cfg(feature = "control")]
mod control;
mod delivery;
mod ec2;
mod edge;
mod fault;
mod iam;
mod imds;
mod json;
mod operations;
mod place;
mod query;
pub mod record;
#[cfg(feature = "s3")]
mod s3;
mod sso;
mod sts;
mod transport;
mod visit;
mod xml;

pub use advance::Livelock;
#[cfg(feature = "control")]
pub use control::{ControlOptions, NotLoaded, control, openapi};
pub use edge::Edge;
pub use fault::{
    Answer, Asked, Delay, Drip, Effect, ErrorDocument, FAULT_WORDS, Fault, FaultState, FaultWord,
    Faults, Gate, GatePoint, GateState, Matcher, OddExpiration, Point, REDIRECT_STATUS, Redirect,
    Skew, Stall, StoredFaults, Throttle, glob,
};
pub use operations::{operations, service_title};
pub use place::{Caller, Hops, Place, Places};
pub use transport::memory::{MemoryNetwork, Wire, WireError};
pub use transport::tcp::{Addresses, AppServer, InFlight, ListenOptions, Server, Traffic};
pub use transport::well_known::well_known_addresses;
