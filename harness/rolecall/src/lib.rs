//! A simulated AWS account for tests of credential providers.
//!
//! Describe a [`World`], [`simulate`](World::simulate) it, and run any code in it that uses the AWS
//! SDK for Rust, or any provider chain of your own: in one process, without a socket, months in
//! milliseconds, and the same again from the same seed.
//!
//! The feature `s3` adds the simulated S3, `aws-sdk` scenarios that upload to it through
//! `aws-sdk-s3`, and `suite` the scenarios and rules that providers are judged by.

#[cfg(feature = "suite")]
pub mod suite;
mod world;

pub use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
#[cfg(feature = "suite")]
pub use rolecall_conformance as conformance;
pub use rolecall_providers as providers;
pub use rolecall_scenario::{
    AccountVocabulary, Dump, DumpError, Finding, LoadError, Outcome, Report, RunOptions,
    SetupError, Simulation, StepReport, check_support, language, resume, run,
};
#[cfg(feature = "suite")]
pub use rolecall_scenarios as scenarios;
pub use world::World;

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
