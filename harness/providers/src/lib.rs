//! Adapters: ask a provider chain for credentials, or for a call signed with them.
//!
//! A [`Provider`] opens [`Client`]s, each of which lives in an [`App`]: a place with an environment, a
//! region, a clock and a network of its own, none of which is the machine's. A client is in this
//! process or in one of its own.

mod aws_config;
pub mod child;
mod class;
mod connector;
mod contract;
mod failure;
mod identity;
mod quiet;
pub mod reference;
#[cfg(feature = "aws-sdk")]
mod s3;
mod settings;
mod sts;

pub use self::aws_config::{AwsConfig, sdk_config};
pub use ::aws_config::SdkConfig;
pub use class::Class;
pub use connector::{HttpService, http_service};
pub use contract::{
    Answer, App, AssumeRole, BoxFuture, Call, CallAnswer, CallFailure, Client, ClientProcess,
    Clocks, Network, NoClient, Provider, Timed, Unanswered, Use, body_of,
};
pub use quiet::without_sdk_spans;
pub use reference::Reference;

/// Fixes the jitter of the SDK on this thread: its back-offs and its refresh times draw from this
/// generator.
pub fn seed_sdk_jitter(seed: u64) {
    fastrand::seed(seed);
}
