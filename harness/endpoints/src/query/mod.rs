//! The query protocol, which STS, IAM and EC2 speak: a form in, XML out (`sts.query.protocol`).
//!
//! What the services have in common is here; what one of them is, besides, is a [`QueryService`].

mod error;
mod parameters;
mod reply;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use bytes::Bytes;
use http::Method;
use http::header::HOST;
use http::request::Parts;
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rolecall_account::policy::Decision;
use rolecall_account::sigv4::{Parsed, PayloadHash, RequestHead, ServiceRules, parse};
use rolecall_account::{
    AuthenticationError, ControlPlane, Operation, Service, Session, SimInstant, World, authenticate,
};

pub(crate) use error::{QueryError, fault};
pub(crate) use parameters::Parameters;

use crate::aws::Host;
use crate::brought::brought;
use crate::ec2::EC2;
use crate::edge::Edge;
use crate::iam::IAM;
use crate::place::Caller;
use crate::sts::STS;
use crate::visit::{Arrived, Visit};
use crate::xml::{self, Element};
pub(crate) use reply::error_document;

/// The most that a request may carry. AWS documents none for these services.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;

/// A service of the query protocol.
#[derive(Debug)]
pub(crate) struct QueryService {
    /// Whose operations it has.
    pub(crate) service: Service,
    /// How it verifies signatures.
    pub(crate) rules: ServiceRules,
    /// The one version of its API.
    pub(crate) version: &'static str,
    /// The namespace of its answers.
    pub(crate) namespace: &'static str,
    /// The one region that signatures name, whatever the world's; `None` if it is in every region.
    pub(crate) region: Option<&'static str>,
    /// How its answers are wrapped.
    pub(crate) envelope: Envelope,
    /// What a client is told that was not recognised.
    pub(crate) unauthenticated: fn(AuthenticationError) -> QueryError,
    /// What it can be asked for, by subject.
    pub(crate) rows: &'static [&'static [Row]],
    /// What it can be asked for by whoever asks: nobody signs these.
    pub(crate) unsigned: &'static [UnsignedRow],
}

/// An operation and what decides on it.
pub(crate) type Row = (Operation, Handler);

/// Decides on an operation that was asked for by a session.
pub(crate) type Handler = fn(&mut World, &Call<'_>) -> Result<Answered, QueryError>;

/// An operation that nobody signs, and what decides on it.
pub(crate) type UnsignedRow = (Operation, UnsignedHandler);

/// Decides on an operation that was asked for by nobody.
pub(crate) type UnsignedHandler =
    fn(&mut World, SimInstant, &Parameters) -> Result<Answered, QueryError>;

/// Who decides on an operation.
#[derive(Clone, Copy)]
enum Deciding {
    Signed(Handler),
    Unsigned(UnsignedHandler),
}

/// How answers are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// A result within a response (`sts.query.result-document`, `sts.errors.document`).
    Query,
    /// A response alone (`ec2.query.documents`).
    Ec2,
}

impl QueryService {
    /// Whether it answers that operation.
    pub(crate) fn answers(&self, operation: Operation) -> bool {
        self.deciding(operation).is_some()
    }

    fn deciding(&self, operation: Operation) -> Option<Deciding> {
        let mut rows = self.rows();
        let row = rows.find(|(named, _)| *named == operation);
        let signed = row.map(|(_, handler)| Deciding::Signed(*handler));
        let mut unsigned = self.unsigned.iter();
        signed.or_else(|| {
            let row = unsigned.find(|(named, _)| *named == operation);
            row.map(|(_, handler)| Deciding::Unsigned(*handler))
        })
    }

    /// The bytes of a document. EC2's errors are in no namespace (`ec2.query.documents`).
    pub(crate) fn document(&self, root: &Element) -> Vec<u8> {
        match root {
            Element::Parent("Response", _) => xml::document(root),
            _ => xml::document_in(self.namespace, root),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().copied().flatten()
    }
}

/// The services of the protocol.
pub(crate) static SERVICES: [&QueryService; 3] = [&STS, &IAM, &EC2];

/// A request whose sender is known.
pub(crate) struct Call<'a> {
    pub(crate) now: SimInstant,
    pub(crate) caller: &'a Arc<Session>,
    pub(crate) parameters: &'a Parameters,
}

/// What is in the result of an answer, and why it was given.
pub(crate) struct Answered {
    pub(crate) result: Vec<Element>,
    pub(crate) decision: Option<Decision>,
}

impl Answered {
    /// An answer that says no more than that it was done.
    pub(crate) fn nothing(account: &ControlPlane<'_>) -> Self {
        Self {
            result: Vec::new(),
            decision: account.decision().cloned(),
        }
    }
}

#[derive(Clone)]
struct QueryEdge {
    edge: Edge,
    service: &'static QueryService,
}

pub(crate) fn router(edge: Edge, service: &'static QueryService) -> Router {
    let state = QueryEdge { edge, service };
    Router::new().fallback(any(handle)).with_state(state)
}

async fn handle(
    State(query): State<QueryEdge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (arrived, body) = Arrived::at(&query.edge, request);
    let mut visit = Visit::default();
    let answer = serve(&query, arrived.now, &mut visit, &arrived.head, body).await;
    let document = reply::document(query.service, visit.operation, answer, &arrived.id);
    arrived.answer(&query.edge, &caller, visit, document)
}

async fn serve(
    query: &QueryEdge,
    now: SimInstant,
    visit: &mut Visit,
    head: &Parts,
    body: Body,
) -> Result<Vec<Element>, QueryError> {
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(QueryError::wrong_method(&head.method));
    }
    let content = collect(body).await?;
    let parameters = Parameters::of(head, &content)?;
    let (operation, deciding) = operation(query.service, &parameters)?;
    visit.operation = Some(operation);
    visit.parameters = parameters.all().clone();
    let answered = match deciding {
        Deciding::Unsigned(handler) => {
            let mut world = query.edge.world();
            let (answered, asked) =
                world.and_asked(brought(head), |world| handler(world, now, &parameters));
            visit.asked = asked;
            answered?
        }
        Deciding::Signed(handler) => {
            let door = Door {
                edge: &query.edge,
                rules: &query.service.rules,
                region: query.service.region,
            };
            let recognised = door.recognise(now, &mut visit.session, head, &content);
            let recognised = recognised.map_err(query.service.unauthenticated)?;
            visit.by_machine_time = recognised.by_machine_time;
            let caller = recognised.session;
            caller.check_use(operation)?;
            let call = Call {
                now,
                caller: &caller,
                parameters: &parameters,
            };
            let mut world = query.edge.world();
            let (answered, asked) = world.and_asked(brought(head), |world| handler(world, &call));
            visit.asked = asked;
            answered?
        }
    };
    visit.decision = answered.decision;
    Ok(answered.result)
}

/// The operation that a request names, if it names one.
pub(crate) fn named(service: &QueryService, head: &Parts, form: &[u8]) -> Option<Operation> {
    let parameters = Parameters::of(head, form).ok()?;
    let (operation, _) = operation(service, &parameters).ok()?;
    Some(operation)
}

/// Reads the whole body, unless it is announced to be too large.
pub(crate) async fn collect(body: Body) -> Result<Bytes, QueryError> {
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(QueryError::body_too_large());
    }
    let collected = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let collected = collected.map_err(|error| {
        if error.is::<LengthLimitError>() {
            QueryError::body_too_large()
        } else {
            QueryError::body_broken()
        }
    })?;
    Ok(collected.to_bytes())
}

/// The operation that the parameters name. Looked at before the signature, as AWS does (unsourced).
fn operation(
    service: &QueryService,
    parameters: &Parameters,
) -> Result<(Operation, Deciding), QueryError> {
    let action = parameters
        .text("Action")
        .ok_or_else(QueryError::missing_action)?;
    let version = parameters.text("Version");
    let operation = Operation::named(service.service, action);
    let operation = operation.filter(|_| version == Some(service.version));
    operation
        .and_then(|operation| Some((operation, service.deciding(operation)?)))
        .ok_or_else(|| QueryError::unknown_operation(action, version))
}

/// How a service finds out who asks.
pub(crate) struct Door<'a> {
    pub(crate) edge: &'a Edge,
    pub(crate) rules: &'a ServiceRules,
    /// The service's own region, if it has one.
    pub(crate) region: Option<&'static str>,
}

/// Who asks, and for which region.
pub(crate) struct Recognised {
    pub(crate) session: Arc<Session>,
    pub(crate) by_machine_time: bool,
    pub(crate) region: String,
}

impl Door<'_> {
    /// Who signed it: looks the session up under the lock, hashes and verifies without. The session
    /// that is named is `seen`, whether or not it is accepted.
    pub(crate) fn recognise(
        &self,
        now: SimInstant,
        seen: &mut Option<Arc<Session>>,
        head: &Parts,
        content: &[u8],
    ) -> Result<Recognised, AuthenticationError> {
        let signed = RequestHead {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query(),
            headers: &head.headers,
        };
        let parsed = parse(signed, self.rules)?;
        let own_region = {
            let world = self.edge.world();
            *seen = world.session(parsed.access_key_id()).cloned();
            world.region().to_owned()
        };
        // An endpoint that is reached by another name than AWS's is that of the world's region.
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.and_then(Host::parse);
        let region = match host.and_then(Host::region) {
            Some(region) => region,
            // Clients that are told an address sign for the region they are set to.
            None => self.region_signed(&parsed, &own_region),
        };
        let payload = PayloadHash::of(content);
        let clocks = self.edge.clocks(now, &head.extensions);
        let session = seen.as_ref();
        let authenticated = authenticate(&parsed, session, payload, region, self.rules, clocks)?;
        self.edge.accepted(&authenticated);
        Ok(Recognised {
            by_machine_time: authenticated.by_machine_time,
            session: authenticated.session,
            region: region.to_owned(),
        })
    }

    /// The region that a signature must name at an address that says none: the service's own, or
    /// that of the world if the signature names that.
    fn region_signed<'r>(&self, parsed: &Parsed<'_>, of_world: &'r str) -> &'r str {
        let own = self.region.unwrap_or(of_world);
        match parsed.check_region(of_world) {
            Ok(()) => of_world,
            Err(_) => own,
        }
    }
}
