//! What speaks like ECS on a port of the container's own: CloudShell, Greengrass, SnapStart.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get, put};
use axum::{Extension, Router};
use http::{HeaderName, Method};
use rolecall_account::{ContainerError, Operation, Stage, TaskKind};

use super::{Sent, header, in_task, refused, wrong_method};
use crate::edge::{Edge, Reply};
use crate::place::Caller;

pub(super) const TOKEN: &str = "/latest/api/token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";

pub(super) fn routes() -> Router<Edge> {
    let of_shell = async |edge, caller, request| {
        credentials(
            edge,
            caller,
            request,
            TaskKind::CloudShell,
            "application/json",
        )
    };
    // Its server leaves it to Go to guess the type.
    let of_function = async |edge, caller, request| {
        credentials(
            edge,
            caller,
            request,
            TaskKind::SnapStart,
            "text/plain; charset=utf-8",
        )
    };
    let of_device = any(greengrass);
    Router::new()
        // container.cloudshell.endpoint
        .route(TOKEN, put(cloudshell_token).fallback(wrong_method))
        .route(
            &TaskKind::CloudShell.path(""),
            get(of_shell).fallback(wrong_method),
        )
        // container.snapstart.endpoint
        .route(
            &TaskKind::SnapStart.path(""),
            get(of_function).fallback(wrong_method),
        )
        // container.greengrass.endpoint
        .route(&TaskKind::Greengrass.path(""), of_device.clone())
        .route(
            &format!("{}{{*below}}", TaskKind::Greengrass.path("")),
            of_device,
        )
}

fn credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
    kind: TaskKind,
    content_type: &'static str,
) -> Response {
    let (parts, _) = request.into_parts();
    let sent = Sent::with(&parts);
    edge.answer(
        &caller,
        Some(Operation::ContainerCredentials),
        parts,
        |world, now| {
            let document = in_task(&caller)
                .and_then(|task| world.local_credentials(now, task, kind, sent.shown()));
            match document {
                Ok(document) => Reply::ok(content_type, document),
                Err(error) => refused(error),
            }
        },
    )
}

async fn cloudshell_token(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let ttl_seconds = header(&parts, &HeaderName::from_static(TTL));
    edge.answer(
        &caller,
        Some(Operation::ContainerToken),
        parts,
        |world, now| {
            let granted = in_task(&caller)
                .and_then(|task| world.cloudshell_token(now, task, ttl_seconds.as_deref()));
            match granted {
                Ok(grant) => Reply::ok("text/plain", grant.token.expose().to_owned())
                    .header(TTL, &grant.ttl_seconds.to_string()),
                Err(error) => refused(error),
            }
        },
    )
}

/// The server of Greengrass looks at the method, then at the path, then at the authorization, and
/// says nothing but a status (`container.greengrass.endpoint`).
async fn greengrass(
    state: State<Edge>,
    extension: Extension<Caller>,
    request: Request,
) -> Response {
    let kind = TaskKind::Greengrass;
    let is_get = request.method() == Method::GET;
    if is_get && request.uri().path() == kind.path("") {
        return credentials(state, extension, request, kind, "application/json");
    }
    let (State(edge), Extension(caller)) = (state, extension);
    let (parts, _) = request.into_parts();
    edge.answer(&caller, None, parts, |world, _| {
        let here = in_task(&caller).is_ok_and(|task| world.task_kind(task) == Some(kind));
        let (status, code) = match (here, is_get) {
            (false, _) => return refused(ContainerError::NoSuchPath),
            (true, false) => (405, "405"),
            (true, true) => (400, "400"),
        };
        let message = "neither the method nor the path of the credentials".to_owned();
        Reply::refused(status, "text/plain", "", code, Stage::Operation, message)
    })
}
