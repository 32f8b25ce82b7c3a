//! Pods of a Kubernetes cluster whose service accounts are bound to roles: EKS Pod Identity.
//!
//! A pod shows the agent of its node a token that the cluster has signed for its service account;
//! the agent hands it the credentials of the role, and keeps them for a while.

mod agent;
mod cluster;
mod error;
mod rate;
mod token;

pub use agent::{AgentCache, AgentOptions};
pub(crate) use cluster::Cluster;
pub use cluster::{PodIdentity, RunPod};
pub use error::{AgentError, EksRefusal};
pub use rate::RateLimit;

#[cfg(test)]
mod tests;
