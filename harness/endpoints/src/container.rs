//! The container credential endpoint over HTTP.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use http::request::Parts;
use rolecall_account::{ContainerError, Operation, Stage};

use crate::edge::{Edge, Reply, named};
use crate::place::Caller;

pub(crate) fn router(edge: Edge) -> Router {
    Router::new()
        .route(
            "/v2/credentials/{task}",
            get(credentials).fallback(wrong_method),
        )
        .fallback(any(no_such_path))
        .with_state(edge)
}

/// The operation that a request names, if it names one.
pub(crate) fn operation(head: &Parts) -> Option<Operation> {
    let is_one = head.uri.path().starts_with("/v2/credentials/");
    is_one.then_some(Operation::ContainerCredentials)
}

async fn credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    task: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let task = named(task);
    edge.answer(
        &caller,
        Some(Operation::ContainerCredentials),
        request.into_parts().0,
        |world, now| match world.container_credentials(now, &task) {
            Ok(document) => Reply::ok("application/json", document),
            Err(error) => refused(error),
        },
    )
}

async fn no_such_path(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    edge.answer(&caller, None, request.into_parts().0, |_, _| {
        Reply::refused(
            404,
            "text/plain",
            "404 page not found\n",
            "404",
            Stage::Operation,
            "no such path".to_owned(),
        )
    })
}

/// That the endpoint refuses other methods, and how, is unsourced.
async fn wrong_method(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let message = format!("{} is no method of this path", parts.method);
    edge.answer(&caller, None, parts, |_, _| {
        Reply::refused(
            405,
            "text/plain",
            "405 method not allowed\n",
            "405",
            Stage::Operation,
            message,
        )
        .header("allow", "GET, HEAD")
    })
}

fn refused(error: ContainerError) -> Reply {
    let code = match error {
        ContainerError::NoSuchTask => "InvalidIdInRequest",
        ContainerError::NotAdmitted => "AssumeRoleUnauthorizedAccess",
    };
    Reply::refused(
        error.status(),
        "application/json",
        error.body(),
        code,
        Stage::Source,
        error.to_string(),
    )
}
