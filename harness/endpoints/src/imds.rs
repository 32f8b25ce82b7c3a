//! The instance metadata service over HTTP.
//!
//! One router serves all instances: which one is asked comes with the caller.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{any, get, put};
use axum::{Extension, Router};
use http::StatusCode;
use http::request::Parts;
use rolecall_account::{ImdsError, Operation, SimInstant, Stage, World};

use crate::edge::{Edge, Reply, named};
use crate::place::{Caller, Place};

pub(crate) const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const SERVER: &str = "EC2ws";

pub(crate) fn router(edge: Edge) -> Router {
    Router::new()
        .route("/latest/api/token", put(token).fallback(wrong_method))
        .route(
            "/latest/meta-data/iam/security-credentials",
            get(role).fallback(wrong_method),
        )
        .route(
            "/latest/meta-data/iam/security-credentials/",
            get(role).fallback(wrong_method),
        )
        .route(
            "/latest/meta-data/iam/security-credentials/{role}",
            get(credentials).fallback(wrong_method),
        )
        .route(
            "/latest/meta-data/iam/info",
            get(info).fallback(wrong_method),
        )
        .route(
            "/latest/meta-data/{*path}",
            get(value).fallback(wrong_method),
        )
        .fallback(any(no_such_path))
        .with_state(edge)
}

/// The operation that a request names, if it names one.
pub(crate) fn operation(head: &Parts) -> Option<Operation> {
    const ROLES: &str = "/latest/meta-data/iam/security-credentials";
    let path = head.uri.path();
    match path.strip_prefix(ROLES) {
        Some("" | "/") => return Some(Operation::ImdsRole),
        Some(role) if role.starts_with('/') => return Some(Operation::ImdsCredentials),
        _ => {}
    }
    match path {
        "/latest/api/token" => Some(Operation::ImdsToken),
        "/latest/meta-data/iam/info" => Some(Operation::ImdsInfo),
        _ if path.starts_with("/latest/meta-data/") => Some(Operation::ImdsMetadata),
        _ => None,
    }
}

async fn token(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let ttl_seconds = header(&parts, TTL);
    edge.answer(&caller, Some(Operation::ImdsToken), parts, |world, now| {
        let granted =
            on_instance(&caller).and_then(|id| world.imds_token(now, id, ttl_seconds.as_deref()));
        match granted {
            // imds.token.ttl-echo
            Ok(grant) => {
                text(grant.token.expose().to_owned()).header(TTL, &grant.ttl_seconds.to_string())
            }
            Err(error) => refused(error),
        }
    })
}

async fn role(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    read(
        &edge,
        &caller,
        Operation::ImdsRole,
        request,
        World::imds_role,
    )
}

async fn credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    role: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let role = named(role);
    read(
        &edge,
        &caller,
        Operation::ImdsCredentials,
        request,
        |world, now, id, token| world.imds_credentials(now, id, token, &role),
    )
}

async fn info(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    read(
        &edge,
        &caller,
        Operation::ImdsInfo,
        request,
        World::imds_info,
    )
}

async fn value(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let path = named(path);
    read(
        &edge,
        &caller,
        Operation::ImdsMetadata,
        request,
        |world, now, id, token| world.imds_value(now, id, token, &path),
    )
}

/// A read: everything but the token request.
fn read(
    edge: &Edge,
    caller: &Caller,
    operation: Operation,
    request: Request,
    ask: impl FnOnce(&mut World, SimInstant, &str, Option<&str>) -> Result<String, ImdsError>,
) -> Response {
    let (parts, _) = request.into_parts();
    let token = header(&parts, TOKEN);
    edge.answer(
        caller,
        Some(operation),
        parts,
        |world, now| match on_instance(caller).and_then(|id| ask(world, now, id, token.as_deref()))
        {
            Ok(document) => text(document),
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
        refused(ImdsError::NotFound)
    })
}

/// `imds.methods`: reads are GET or HEAD, the token is PUT. The status is unsourced.
async fn wrong_method(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let message = format!("{} is no method of this path", parts.method);
    let allowed = if parts.uri.path() == "/latest/api/token" {
        "PUT"
    } else {
        "GET, HEAD"
    };
    edge.answer(&caller, None, parts, |_, _| {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Reply::refused(
            status.as_u16(),
            "text/html",
            page(status),
            "405",
            Stage::Operation,
            message,
        )
        .header("server", SERVER)
        .header("allow", allowed)
    })
}

fn on_instance(caller: &Caller) -> Result<&str, ImdsError> {
    match &caller.place {
        Place::Instance(id) => Ok(id),
        Place::Task(_) | Place::Laptop => Err(ImdsError::NotFound),
    }
}

/// A header as text. One that is no text is as good as a wrong one.
fn header(parts: &Parts, name: &str) -> Option<String> {
    parts
        .headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn text(body: String) -> Reply {
    Reply::ok("text/plain", body).header("server", SERVER)
}

fn refused(error: ImdsError) -> Reply {
    let status = crate::edge::status_of(error.status());
    Reply::refused(
        error.status(),
        "text/html",
        page(status),
        code(error),
        Stage::Source,
        error.to_string(),
    )
    .header("server", SERVER)
}

/// The metadata service has statuses only; the journal wants a word.
fn code(error: ImdsError) -> &'static str {
    match error {
        ImdsError::BadTtl => "400",
        ImdsError::Unauthorized => "401",
        ImdsError::NotFound => "404",
    }
}

/// The page that stands in for a missing document; clients must not read it.
pub(crate) fn page(status: StatusCode) -> String {
    let title = format!(
        "{} - {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or("Error")
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n\
         <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\
         \t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
         <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n </body>\n</html>\n"
    )
}
