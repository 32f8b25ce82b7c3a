//! The endpoints for containers over HTTP: ECS, what speaks like it, and the agent of EKS.

mod agent;
mod ecs;
mod local;

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::HeaderName;
use http::header::AUTHORIZATION;
use http::request::Parts;
use rolecall_account::{ContainerError, Operation, Shown, Stage, TaskKind};

use crate::edge::{Edge, Reply};
use crate::place::{Caller, Place};

pub(crate) use agent::{agent_operation, answer_pods_at, pod_router};

const METADATA_TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");

/// Everything that a task reaches, whatever runs it: the account knows which path is whose.
pub(crate) fn router(edge: Edge) -> Router {
    Router::new()
        .merge(ecs::routes())
        .merge(local::routes())
        .fallback(any(no_such_path))
        .with_state(edge)
}

/// The operation that a request of a task names, if it names one.
pub(crate) fn operation(head: &Parts) -> Option<Operation> {
    let path = head.uri.path();
    let local = [
        TaskKind::CloudShell,
        TaskKind::Greengrass,
        TaskKind::SnapStart,
    ];
    if path.starts_with("/v2/credentials/") || local.iter().any(|kind| path == kind.path("")) {
        return Some(Operation::ContainerCredentials);
    }
    match path {
        local::TOKEN => Some(Operation::ContainerToken),
        _ if path.starts_with("/v4/") => Some(Operation::ContainerMetadata),
        _ => None,
    }
}

async fn no_such_path(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    edge.answer(&caller, None, request.into_parts().0, |_, _| {
        refused_as(ContainerError::NoSuchPath, Stage::Operation)
    })
}

/// That the endpoints refuse other methods, and how, is unsourced.
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

/// What a client shows for itself, taken out of its request.
struct Sent {
    authorization: Option<String>,
    metadata_token: Option<String>,
}

impl Sent {
    fn with(parts: &Parts) -> Self {
        Self {
            authorization: header(parts, &AUTHORIZATION),
            metadata_token: header(parts, &METADATA_TOKEN),
        }
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            authorization: self.authorization.as_deref(),
            metadata_token: self.metadata_token.as_deref(),
        }
    }
}

/// A header as text. One that is no text is as good as a wrong one.
fn header(parts: &Parts, name: &HeaderName) -> Option<String> {
    let value = parts.headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The task that a caller is in.
fn in_task(caller: &Caller) -> Result<&str, ContainerError> {
    match &caller.place {
        Place::Task(id) => Ok(id),
        Place::Instance(_) | Place::Pod(_) | Place::Laptop => Err(ContainerError::NoSuchPath),
    }
}

fn refused(error: ContainerError) -> Reply {
    refused_as(error, Stage::Source)
}

fn refused_as(error: ContainerError, stage: Stage) -> Reply {
    let (content_type, body) = error.document();
    Reply::refused(
        error.status(),
        content_type,
        body,
        error.code(),
        stage,
        error.to_string(),
    )
}
