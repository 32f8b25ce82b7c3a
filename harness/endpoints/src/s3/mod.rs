//! S3 over HTTP.
//!
//! The protocol itself (99 operations' paths, headers and XML) is the `s3s` crate's. Its own
//! authentication reads the machine's clock and ignores session tokens, so it is never reached:
//! a request is verified and decided on first, stripped of its signature, and handed over with a
//! permit. The types of `s3s` do not leave this folder.

mod address;
mod body;
mod decide;
mod hoisted;
mod layer;
mod name;
mod protocol;
mod reply;
mod signature;
mod spent;

use axum::Router;
use axum::routing::any;

use http::header::HOST;
use http::request::Parts;
use rolecall_account::Operation;

use crate::edge::Edge;
pub(crate) use reply::error_document;

pub(crate) fn router(edge: Edge) -> Router {
    let state = layer::S3Edge::new(edge);
    Router::new().fallback(any(layer::handle)).with_state(state)
}

/// The operation that a request names, if it names one.
pub(crate) fn named(head: &Parts) -> Option<Operation> {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or(head.uri.host()).unwrap_or_default();
    let address = address::Address::of(host, &head.uri)?;
    name::operation(&spent::bare(head), &address)
}
