//! Instances, their metadata options and their associations with instance profiles.

mod association;
mod authentication;
mod authorization;
mod describe;
mod error;
mod instance;
mod launch;
mod life;
mod metadata_defaults;
mod metadata_options;
mod network;
mod notice;
mod run;
mod tags;
#[cfg(test)]
mod tests;

pub use association::{DescribedAssociation, ProfileSpec};
pub use authentication::Ec2Unrecognised;
pub use describe::{
    DescribePage, DescribedTag, Filters, INSTANCE_FILTERS, Paging, TAG_FILTERS, WantedInstances,
};
pub use error::{Ec2Error, Kind};
pub(crate) use instance::Ec2;
pub use instance::{Association, Instance, InstanceState};
pub use launch::RunInstance;
pub use life::{StateChange, StateName};
pub use metadata_defaults::{MetadataDefaultsChange, Preference};
pub use metadata_options::{HttpTokens, MetadataOptions, MetadataOptionsChange, Switch};
pub use network::Network;
pub use notice::{EventCode, EventState, Lifecycle, ScheduledEvent, SpotAction, SpotInterruption};
pub use run::{Reservation, RunInstances};
