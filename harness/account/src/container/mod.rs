//! The endpoints by which containers find credentials: Amazon ECS, and what speaks like it.

mod error;
mod kind;
mod metadata;
mod task;

pub use error::ContainerError;
pub use kind::TaskKind;
pub use metadata::{MetadataError, TaskMetadata};
pub(crate) use task::Tasks;
pub use task::{Authorization, Demand, RunTask, Shown};

#[cfg(test)]
mod tests;
