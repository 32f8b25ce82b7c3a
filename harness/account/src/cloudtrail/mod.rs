//! CloudTrail: what was asked of an account, for those who look it up there.

mod error;
mod event;
mod lookup;
#[cfg(test)]
mod tests;
mod token;

pub use error::CloudTrailError;
pub use event::{EventResource, TrailEvent};
pub use lookup::{LookedUp, LookupAttribute, LookupEvents};
