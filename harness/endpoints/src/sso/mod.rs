//! The portal of IAM Identity Center over HTTP: restJson1, told by a bearer token.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri};
use percent_encoding::percent_decode_str;
use rolecall_account::{Operation, RoleRequest, SsoError, Stage};

use crate::edge::{Edge, Reply};
use crate::place::Caller;

/// By what the one AWS endpoint calls the portal, and its first label in a host name.
pub(crate) const SERVICE: &str = "awsssoportal";

pub(crate) const CONTENT: &str = "application/json";

/// How an error is named beside its body (`sso.errors.body`).
pub(crate) const ERROR_TYPE: &str = "x-amzn-errortype";

const CREDENTIALS: &str = "/federation/credentials";
const TOKEN: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// Everything that the portal answers.
pub(crate) fn router(edge: Edge) -> Router {
    Router::new()
        .route(CREDENTIALS, get(role_credentials).fallback(wrong_method))
        .fallback(any(no_such_path))
        .with_state(edge)
}

/// Whether a request without a signature is for the portal: by its path and its bearer token.
pub(crate) fn is_for_portal(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.path() == CREDENTIALS && headers.contains_key(TOKEN)
}

/// The operation that a request names, if it names one.
pub(crate) fn operation(head: &Parts) -> Option<Operation> {
    let is_one = head.uri.path() == CREDENTIALS;
    is_one.then_some(Operation::SsoGetRoleCredentials)
}

async fn role_credentials(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let token = parts.headers.get(TOKEN);
    let token = token.and_then(|token| token.to_str().ok().map(str::to_owned));
    let (account_id, role_name) = (
        parameter(&parts.uri, "account_id"),
        parameter(&parts.uri, "role_name"),
    );
    let operation = Some(Operation::SsoGetRoleCredentials);
    edge.answer(&caller, operation, parts, |world, now| {
        let request = RoleRequest {
            token: token.as_deref(),
            account_id: account_id.as_deref(),
            role_name: role_name.as_deref(),
        };
        match world.sso_role_credentials(now, request) {
            Ok(document) => Reply::ok(CONTENT, document),
            Err(error) => refused(error, Stage::Source),
        }
    })
}

async fn no_such_path(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    edge.answer(&caller, None, request.into_parts().0, |_, _| {
        refused(SsoError::NoSuchPath, Stage::Operation)
    })
}

async fn wrong_method(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    edge.answer(&caller, None, request.into_parts().0, |_, _| {
        refused(SsoError::WrongMethod, Stage::Operation)
    })
}

fn refused(error: SsoError, stage: Stage) -> Reply {
    let (code, message) = (error.code(), error.to_string());
    let body = SsoError::document(code, &message);
    let reply = Reply::refused(error.status(), CONTENT, body, code, stage, message);
    reply.header(ERROR_TYPE, code)
}

/// A parameter of the query, decoded; none if it is no text.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = uri.query()?.split('&').filter_map(|it| it.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let value = percent_decode_str(value).decode_utf8().ok()?;
    Some(value.into_owned())
}
