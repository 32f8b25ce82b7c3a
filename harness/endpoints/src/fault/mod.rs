//! Faults and gates: requests that are made to fail, or held back, on purpose.
//!
//! One lookup a request, by what it asks for: at most one fault strikes it. A fault takes the place
//! of the service, changes its answer, or shapes how that is delivered; the journal says which. A
//! gate holds a request until it is opened. A world without any pays one atomic load a request.

mod dialect;
mod document;
mod effect;
mod faults;
mod gate;
mod matcher;
mod span;
mod stored;
mod strike;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use dialect::Dialect;
pub use effect::{
    Answer, Delay, Drip, Effect, ErrorDocument, OddExpiration, Point, REDIRECT_STATUS, Redirect,
    Skew, Stall, Throttle,
};
pub use faults::{Fault, FaultState, Faults};
pub use gate::{Gate, GatePoint, GateState};
pub use matcher::{Asked, Matcher, glob};
pub use stored::StoredFaults;
pub(crate) use strike::{Responder, ask};
pub use words::{FAULT_WORDS, FaultWord};
