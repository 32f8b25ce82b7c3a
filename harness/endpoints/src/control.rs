//! Control of a running world: for `rolecall ctl`, and for nobody else.
//!
//! Guarded three times: the listener is loopback, every request carries a token drawn for this run,
//! and the `Host` is the listener's own, so that no web page can reach it through a name.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use rolecall_account::{Entry, Exchange, Happening, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::edge::{Edge, named};

/// The most that passes at once, ten years: everything that falls due meanwhile happens and is
/// journalled, while nobody else is answered.
const ADVANCE_MAX: Duration = Duration::from_hours(10 * 365 * 24);

/// What the control routes need.
#[derive(Clone, Debug)]
struct Control {
    edge: Edge,
    token: Arc<Secret>,
}

/// The control routes of the world behind `edge`, for whoever has `token`.
///
/// - `POST /advance` with `{"seconds": N}`: time passes.
/// - `GET /journal?since=N`: what happened after entry N, a JSON object a line.
/// - `GET /explain/REQUEST-ID`: what became of a request to the AWS endpoint.
pub fn control(edge: Edge, token: Secret) -> Router {
    let control = Control {
        edge,
        token: Arc::new(token),
    };
    Router::new()
        .route("/advance", post(advance))
        .route("/journal", get(journal))
        .route("/explain/{request_id}", get(explain))
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "no such control route") })
        .method_not_allowed_fallback(|| async {
            let message = "no method of this control route";
            refusal(StatusCode::METHOD_NOT_ALLOWED, message)
        })
        .layer(middleware::from_fn_with_state(control.clone(), guard))
        .with_state(control)
}

async fn guard(State(control): State<Control>, request: Request, next: Next) -> Response {
    match admitted(&control, request.headers()) {
        Ok(()) => next.run(request).await,
        Err((status, message)) => refusal(status, message),
    }
}

fn admitted(control: &Control, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header(HOST).and_then(|host| host.rsplit_once(':'));
    if !matches!(host, Some(("127.0.0.1" | "localhost", _))) {
        return Err((StatusCode::FORBIDDEN, "control is for 127.0.0.1 alone"));
    }
    let token = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    if !token.is_some_and(|token| control.token.is(token)) {
        return Err((
            StatusCode::UNAUTHORIZED,
            "the token of this run is missing or wrong",
        ));
    }
    Ok(())
}

fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

async fn advance(
    State(control): State<Control>,
    asked: Result<Json<Advance>, JsonRejection>,
) -> Response {
    let asked = match asked {
        Ok(Json(asked)) => asked,
        Err(error) => return refusal(error.status(), &error.body_text()),
    };
    let duration = Duration::try_from_secs_f64(asked.seconds).ok();
    let Some(duration) = duration.filter(|duration| *duration <= ADVANCE_MAX) else {
        let message = "`seconds` must be from 0 to 315360000, ten years";
        return refusal(StatusCode::BAD_REQUEST, message);
    };
    control.edge.clock().advance(duration).await;
    let now = control.edge.now();
    // Everything that fell due meanwhile happens now, each at its own time.
    control.edge.world().advance_to(now);
    Json(json!({ "now": now.to_string() })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn journal(
    State(control): State<Control>,
    asked: Result<Query<Since>, QueryRejection>,
) -> Response {
    let asked = match asked {
        Ok(Query(asked)) => asked,
        Err(error) => return refusal(error.status(), &error.body_text()),
    };
    let now = control.edge.now();
    let mut world = control.edge.world();
    world.advance_to(now);
    let lines = world
        .journal()
        .since(asked.since)
        .map(|entry| entry.to_json().to_string() + "\n");
    lines.collect::<String>().into_response()
}

/// An exchange with what is needed to show it.
#[derive(Serialize)]
struct Explained {
    number: u64,
    at: String,
    exchange: Value,
}

async fn explain(
    State(control): State<Control>,
    request_id: Result<Path<String>, PathRejection>,
) -> Response {
    let request_id = named(request_id);
    let world = control.edge.world();
    let found = world
        .journal()
        .entries()
        .find_map(|entry| Some((entry, with_id(entry, &request_id)?)));
    let Some((entry, exchange)) = found else {
        return refusal(StatusCode::NOT_FOUND, "no request of this run has that id");
    };
    let exchange = json!(exchange.redacted());
    Json(Explained {
        number: entry.number,
        at: entry.at.to_string(),
        exchange,
    })
    .into_response()
}

fn with_id<'a>(entry: &'a Entry, request_id: &str) -> Option<&'a Exchange> {
    const ID_HEADERS: [&str; 2] = ["x-amz-request-id", "x-amzn-requestid"];
    let Happening::Exchange(exchange) = &entry.happening else {
        return None;
    };
    let headers = &exchange.response.as_ref()?.headers;
    let ids = ID_HEADERS.iter().filter_map(|name| headers.get(*name));
    ids.into_iter()
        .any(|id| id == request_id)
        .then_some(&**exchange)
}
