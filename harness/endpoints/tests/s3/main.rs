//! S3, as a client that signs sees it: requests are signed by AWS's own signer.

mod authentication;
mod authorization;
mod errors;
mod objects;
#[path = "../support/mod.rs"]
mod support;
