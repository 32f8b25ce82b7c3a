//! S3, as a client that signs sees it: requests are signed by AWS's own signer.

mod authentication;
mod authorization;
mod buckets;
mod chunked;
mod conditions;
mod copies;
mod deletes;
mod errors;
mod limits;
mod listings;
mod machine_time;
mod multipart;
mod objects;
mod order;
mod part_copies;
mod policies;
mod presigned;
mod queries;
mod ranges;
mod signed_chunks;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod tags;
mod wishes;
