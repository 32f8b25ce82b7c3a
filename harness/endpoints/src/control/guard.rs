//! Who may control the world.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, StatusCode};
use rolecall_account::Secret;

use super::problem::Problem;
use super::router::Control;

pub(super) async fn guard(
    State(control): State<Control>,
    request: Request,
    next: Next,
) -> Response {
    match admitted(&control.token, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn admitted(wanted: &Secret, headers: &HeaderMap) -> Result<(), Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header(HOST).and_then(|host| host.rsplit_once(':'));
    if !matches!(host, Some(("127.0.0.1" | "localhost", _))) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "control is for 127.0.0.1 alone",
        ));
    }
    let token = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    if !token.is_some_and(|token| wanted.is(token)) {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the token of this run is missing or wrong",
        ));
    }
    Ok(())
}
