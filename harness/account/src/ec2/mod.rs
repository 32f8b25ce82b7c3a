//! Instances and their associations with instance profiles.

mod error;
mod instance;
#[cfg(test)]
mod tests;

pub use error::Ec2Error;
pub(crate) use instance::Ec2;
pub use instance::{Association, HttpTokens, Instance, InstanceState, RunInstance};
