//! Known answers, refusals one by one, and round trips with AWS's own signer.

mod authorization;
mod date;
mod forms;
mod payload;
mod presigned;
mod round_trip;
mod sample;
mod scope;
mod signature;
mod signed_headers;
mod signer;
mod vectors;
