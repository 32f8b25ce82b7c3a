//! The JSON protocol, version 1.1, which CloudTrail speaks: the operation in a header, a JSON object
//! in, a JSON object out (`cloudtrail.protocol.json`).

mod reply;
mod request;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::Method;
use http::request::Parts;
use rolecall_account::policy::Decision;
use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{AuthenticationError, Operation, Session, SimInstant, Stage, World};
use serde_json::{Map, Value};

use crate::brought::brought;
use crate::cloudtrail::CLOUDTRAIL;
use crate::edge::Edge;
use crate::place::Caller;
use crate::query::{Door, QueryError, collect};
use crate::visit::{Arrived, Visit};
pub(crate) use reply::error_document;
pub(crate) use request::Members;

/// A service of the protocol.
#[derive(Debug)]
pub(crate) struct JsonService {
    /// How it verifies signatures.
    pub(crate) rules: ServiceRules,
    /// What stands before the operation in `X-Amz-Target`, in either of its forms.
    pub(crate) targets: &'static [&'static str],
    /// The region that signatures may name at an address that says none, beside the world's.
    pub(crate) region: &'static str,
    /// What a client is told that was not recognised.
    pub(crate) unauthenticated: fn(AuthenticationError) -> QueryError,
    /// What it can be asked for.
    pub(crate) rows: &'static [JsonRow],
}

/// An operation and what decides on it.
pub(crate) type JsonRow = (Operation, JsonHandler);

/// Decides on an operation that was asked for by a session.
pub(crate) type JsonHandler = fn(&mut World, &JsonCall<'_>) -> Result<JsonAnswered, QueryError>;

/// A request whose sender is known.
pub(crate) struct JsonCall<'a> {
    pub(crate) now: SimInstant,
    pub(crate) caller: &'a Arc<Session>,
    /// The region that it was signed for.
    pub(crate) region: &'a str,
    pub(crate) members: &'a Members,
}

/// The object that is answered, and why it was given.
pub(crate) struct JsonAnswered {
    pub(crate) result: Map<String, Value>,
    pub(crate) decision: Option<Decision>,
}

/// The services of the protocol.
pub(crate) static SERVICES: [&JsonService; 1] = [&CLOUDTRAIL];

impl JsonService {
    /// The operation that a target names, without what stands before it.
    fn bare<'a>(&self, target: &'a str) -> Option<&'a str> {
        let mut named = self
            .targets
            .iter()
            .filter_map(|prefix| target.strip_prefix(prefix)?.strip_prefix('.'));
        named.next()
    }

    fn row(&self, head: &Parts) -> Option<&'static JsonRow> {
        let target = head.headers.get(TARGET)?.to_str().ok()?;
        let named = self.bare(target)?;
        let mut rows = self.rows.iter();
        rows.find(|(operation, _)| operation.name() == named)
    }
}

const TARGET: &str = "x-amz-target";

/// The service that a target is of, by the name that signatures have for it.
pub(crate) fn service_of(target: &str) -> Option<&'static str> {
    let mut services = SERVICES.iter();
    let service = services.find(|service| service.bare(target).is_some());
    service.map(|service| service.rules.service)
}

/// The operation that a request names, if it names one.
pub(crate) fn named(service: &JsonService, head: &Parts) -> Option<Operation> {
    service.row(head).map(|(operation, _)| *operation)
}

#[derive(Clone)]
struct JsonEdge {
    edge: Edge,
    service: &'static JsonService,
}

pub(crate) fn router(edge: Edge, service: &'static JsonService) -> Router {
    let state = JsonEdge { edge, service };
    Router::new().fallback(any(handle)).with_state(state)
}

async fn handle(
    State(json): State<JsonEdge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (arrived, body) = Arrived::at(&json.edge, request);
    let mut visit = Visit::default();
    let answer = serve(&json, arrived.now, &mut visit, &arrived.head, body).await;
    arrived.answer(&json.edge, &caller, visit, reply::document(answer))
}

async fn serve(
    json: &JsonEdge,
    now: SimInstant,
    visit: &mut Visit,
    head: &Parts,
    body: Body,
) -> Result<Map<String, Value>, QueryError> {
    let content = collect(body).await?;
    let row = Some(head).filter(|head| head.method == Method::POST);
    // cloudtrail.protocol.unknown-operation
    let row = row.and_then(|head| json.service.row(head));
    let (operation, handler) = row.ok_or_else(unknown_operation)?;
    visit.operation = Some(*operation);
    let door = Door {
        edge: &json.edge,
        rules: &json.service.rules,
        region: Some(json.service.region),
    };
    let recognised = door.recognise(now, &mut visit.session, head, &content);
    let recognised = recognised.map_err(json.service.unauthenticated)?;
    visit.by_machine_time = recognised.by_machine_time;
    let members = Members::read(&content)?;
    visit.parameters = members.as_parameters();
    recognised.session.check_use(*operation)?;
    let call = JsonCall {
        now,
        caller: &recognised.session,
        region: &recognised.region,
        members: &members,
    };
    let mut world = json.edge.world();
    let (answered, asked) = world.and_asked(brought(head), |world| handler(world, &call));
    visit.asked = asked;
    let answered = answered?;
    visit.decision = answered.decision;
    Ok(answered.result)
}

fn unknown_operation() -> QueryError {
    QueryError::own("UnknownOperationException", Stage::Operation, String::new())
}
