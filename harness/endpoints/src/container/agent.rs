//! The agent of EKS Pod Identity.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use rolecall_account::{Operation, Stage};

use super::{header, no_such_path, wrong_method};
use crate::edge::{Edge, Reply};
use crate::place::Caller;

const CREDENTIALS: &str = "/v1/credentials";

/// Everything that a pod reaches on its node.
pub(crate) fn pod_router(edge: Edge) -> Router {
    Router::new()
        // container.agent.request
        .route(CREDENTIALS, get(credentials).fallback(wrong_method))
        .fallback(any(no_such_path))
        .with_state(edge)
}

/// Has the agent answer at a listener's address, and at every name of the machine's own
/// (`container.agent.address`).
pub(crate) fn answer_pods_at(edge: &Edge, address: IpAddr) {
    let mut world = edge.world();
    let mut options = world.pod_agent().clone();
    let own = ["127.0.0.1", "::1", "localhost"].map(str::to_owned);
    options.hosts.extend(own);
    options.hosts.insert(address.to_string());
    world.set_up_pod_agent(options);
}

/// The operation that a request names, if it names one.
pub(crate) fn agent_operation(head: &Parts) -> Option<Operation> {
    let is_one = head.uri.path() == CREDENTIALS;
    is_one.then_some(Operation::ContainerCredentials)
}

async fn credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let host = host(&parts);
    let token = header(&parts, &AUTHORIZATION).unwrap_or_default();
    edge.answer(
        &caller,
        Some(Operation::ContainerCredentials),
        parts,
        |world, now| match world.pod_credentials(now, &host, &token) {
            Ok(document) => Reply::ok("application/json", document),
            // container.agent.text-errors
            Err(error) => Reply::refused(
                error.status(),
                "text/plain; charset=utf-8",
                error.body(),
                error.code(),
                Stage::Source,
                error.to_string(),
            )
            .header("x-content-type-options", "nosniff"),
        },
    )
}

/// The address that was called: in memory a client names it in the URI alone.
fn host(parts: &Parts) -> String {
    let of_uri = || parts.uri.authority().map(ToString::to_string);
    header(parts, &HOST).or_else(of_uri).unwrap_or_default()
}
