//! Instances, their metadata options and their associations with instance profiles.

mod error;
mod instance;
mod launch;
mod metadata_options;
mod notice;
mod tags;
#[cfg(test)]
mod tests;

pub use error::Ec2Error;
pub(crate) use instance::Ec2;
pub use instance::{Association, Instance, InstanceState};
pub use launch::RunInstance;
pub use metadata_options::{HttpTokens, MetadataOptions, MetadataOptionsChange, Switch};
pub use notice::{EventCode, EventState, Lifecycle, ScheduledEvent, SpotAction, SpotInterruption};
