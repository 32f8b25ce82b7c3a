//! Amazon ECS: the credentials of a task, and its metadata.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use rolecall_account::{Operation, Stage, TaskMetadata};

use super::{Sent, refused, wrong_method};
use crate::edge::{Edge, Reply, named};
use crate::place::Caller;

pub(super) fn routes() -> Router<Edge> {
    let credentials = get(credentials).fallback(wrong_method);
    let routes = Router::new().route("/v2/credentials/{task}", credentials);
    // container.metadata.v4
    TaskMetadata::ALL.into_iter().fold(routes, |routes, what| {
        let path = format!("/v4/{{id}}{}", what.suffix());
        let read = async move |edge, caller, id, request| metadata(edge, caller, id, request, what);
        routes.route(&path, get(read).fallback(wrong_method))
    })
}

async fn credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    task: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let task = named(task);
    let (parts, _) = request.into_parts();
    let sent = Sent::with(&parts);
    edge.answer(
        &caller,
        Some(Operation::ContainerCredentials),
        parts,
        |world, now| match world.container_credentials(now, &task, sent.shown()) {
            Ok(document) => Reply::ok("application/json", document),
            Err(error) => refused(error),
        },
    )
}

fn metadata(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
    what: TaskMetadata,
) -> Response {
    let id = named(id);
    edge.answer(
        &caller,
        Some(Operation::ContainerMetadata),
        request.into_parts().0,
        |world, now| match world.task_metadata(now, &id, what) {
            Ok(document) => Reply::ok("application/json", document),
            Err(error) => Reply::refused(
                error.status(),
                "application/json",
                error.body(),
                "404",
                Stage::Source,
                error.to_string(),
            ),
        },
    )
}
