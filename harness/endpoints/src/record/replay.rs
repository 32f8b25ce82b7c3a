//! A recording, served: what was answered then is answered now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::{Extension, Router};
use http::header::DATE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use rolecall_account::{
    BodyRecord, Exchange, Operation, Refusal, ResponseRecord, Secret, SimInstant, Stage,
};

use super::delivery::Delivery;
use super::documents;
use super::fixture::{Ended, Fixture, RecordedExchange, header};
use super::shift::shift;
use super::text;
use crate::delivery::Broken;
use crate::edge::{Edge, Reply, record_of, status_of};
use crate::imds;
use crate::place::{Caller, Place};

/// A recording that is being served.
///
/// A request is answered with what its method and path were answered with, in that order; the last
/// answer is given again and again. The query is looked at only if the recording has the very same.
/// Nothing is checked, a metadata token no more than anything else: what is not in the recording is
/// a 404, and so it says in the journal.
#[derive(Clone, Debug)]
pub struct Replay(Arc<Tracks>);

#[derive(Debug)]
struct Tracks {
    fixture: Fixture,
    sets: Vec<RecordedSet>,
    exact: BTreeMap<(String, String, Option<String>), Track>,
    any_query: BTreeMap<(String, String), Track>,
}

/// The exchanges that one request is answered with, by their place in the recording.
#[derive(Debug, Default)]
struct Track {
    exchanges: Vec<usize>,
    next: AtomicUsize,
}

impl Track {
    /// The next one; the last one from then on.
    fn next(&self) -> Option<usize> {
        let last = self.exchanges.len().checked_sub(1)?;
        // It goes on counting beyond the last, and has no end that anybody sees.
        let next = self.next.fetch_add(1, Ordering::Relaxed).min(last);
        self.exchanges.get(next).copied()
    }
}

/// A key set that a recording hands out.
#[derive(Clone, Debug)]
pub struct RecordedSet {
    /// The role, if path or document say which.
    pub role: Option<String>,
    /// Its access key id.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret,
    /// Its session token, if it has one.
    pub session_token: Option<Secret>,
    /// When it ends, if the document says so.
    pub expires_at: Option<SimInstant>,
}

impl Replay {
    /// Serves `fixture` in a world that begins at `start`: its dates are moved there, unless it
    /// says that they are to stay.
    pub fn new(mut fixture: Fixture, start: SimInstant) -> Self {
        if fixture.shift {
            shift(&mut fixture, start);
        }
        let mut exact: BTreeMap<_, Track> = BTreeMap::new();
        let mut any_query: BTreeMap<_, Track> = BTreeMap::new();
        for (index, exchange) in fixture.exchanges.iter().enumerate() {
            let request = &exchange.request;
            let (method, path) = (request.method.clone(), request.path.clone());
            let of_path = any_query.entry((method.clone(), path.clone())).or_default();
            of_path.exchanges.push(index);
            let of_query = exact
                .entry((method, path, request.query.clone()))
                .or_default();
            of_query.exchanges.push(index);
        }
        Self(Arc::new(Tracks {
            sets: sets(&fixture),
            fixture,
            exact,
            any_query,
        }))
    }

    /// The key sets in the recording, in the order in which they first came.
    pub fn sets(&self) -> &[RecordedSet] {
        &self.0.sets
    }

    /// The path that was asked for first: what a client is told that has to be told one.
    pub fn first_path(&self) -> Option<&str> {
        let first = self.0.fixture.exchanges.first()?;
        Some(&first.request.path)
    }

    fn next(&self, request: &Parts) -> Option<&RecordedExchange> {
        let tracks = &*self.0;
        let (method, path) = (request.method.to_string(), request.uri.path().to_owned());
        let query = request.uri.query().map(str::to_owned);
        let exact = tracks.exact.get(&(method.clone(), path.clone(), query));
        let track = exact.or_else(|| tracks.any_query.get(&(method, path)))?;
        tracks.fixture.exchanges.get(track.next()?)
    }
}

/// A recording in place of an instance's metadata or a task's endpoint.
pub(crate) fn router(edge: Edge, replay: Replay) -> Router {
    Router::new().fallback(answer).with_state((edge, replay))
}

async fn answer(
    State((edge, replay)): State<(Edge, Replay)>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let operation = operation(&caller.place, &parts);
    let Some(recorded) = replay.next(&parts) else {
        let message = format!("the recording has no {} {}", parts.method, parts.uri.path());
        return edge.answer(&caller, operation, parts, |_, _| {
            Reply::refused(
                404,
                "text/plain",
                format!("{message}\n"),
                "404",
                Stage::Source,
                message,
            )
        });
    };
    let now = edge.now();
    let arrival = edge.world().arrive(now);
    let response = response(recorded, replay.0.fixture.shift.then_some(now));
    let head = response.as_ref().map(|it| (it.status, it.headers.clone()));
    let exchange = Exchange {
        operation,
        caller: caller.name.to_string(),
        request: record_of(parts),
        response,
        session: None,
        by_machine_time: false,
        decision: None,
        asked: None,
        refusal: refusal(recorded),
        fault: None,
    };
    edge.world().record(arrival, exchange);
    deliver(recorded, head).await
}

/// What the journal has of a recorded answer; `None` if there was none.
fn response(recorded: &RecordedExchange, date: Option<SimInstant>) -> Option<ResponseRecord> {
    let answer = recorded.answer.as_ref()?;
    let mut headers = HeaderMap::new();
    for (name, value) in answer
        .headers
        .iter()
        .filter_map(|(name, value)| header(name, value))
    {
        headers.append(name, value);
    }
    if let (true, Some(now)) = (headers.contains_key(DATE), date)
        && let Ok(date) = HeaderValue::from_str(&now.http_date())
    {
        headers.insert(DATE, date);
    }
    Some(ResponseRecord {
        status: status_of(answer.status),
        headers,
        body: BodyRecord::Document(answer.bytes()),
    })
}

/// An answer that broke off is a refusal of its own kind; any other is what it says.
fn refusal(recorded: &RecordedExchange) -> Option<Refusal> {
    let code = match recorded.ended {
        Ended::Whole | Ended::Longer => return None,
        ended => ended.as_str(),
    };
    Some(Refusal {
        code: code.to_owned(),
        stage: Stage::Source,
        message: "so it ended when it was recorded".to_owned(),
        detail: None,
    })
}

/// Gives the answer as it came, byte after byte, and ends as it ended.
async fn deliver(recorded: &RecordedExchange, head: Option<(StatusCode, HeaderMap)>) -> Response {
    let (Some(answer), Some((status, headers))) = (&recorded.answer, head) else {
        return not_at_all(recorded).await;
    };
    pause(answer.after_ms).await;
    let mut response = Response::new(Body::new(Delivery::new(recorded, answer)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Ends the exchange without an answer, as it ended.
async fn not_at_all(recorded: &RecordedExchange) -> Response {
    let broken = match recorded.ended {
        // Whoever gave up then, another client may wait longer.
        Ended::Stalled => return Broken::Silent.response(),
        Ended::Unreachable => Broken::Refused,
        Ended::Reset => Broken::Reset,
        Ended::Cut | Ended::Garbled | Ended::Whole | Ended::Longer => Broken::Closed,
    };
    pause(recorded.ended_after_ms).await;
    broken.response()
}

async fn pause(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// What the journal calls a request: what our own endpoints would take it for. A task or a pod may
/// be asked at any path.
fn operation(place: &Place, request: &Parts) -> Option<Operation> {
    match place {
        Place::Laptop => None,
        Place::Task(_) | Place::Pod(_) => Some(Operation::ContainerCredentials),
        Place::Instance(_) => imds::operation(request),
    }
}

/// Every key set that a document of the recording has.
fn sets(fixture: &Fixture) -> Vec<RecordedSet> {
    let mut seen = BTreeSet::new();
    let found = fixture.exchanges.iter().filter_map(|exchange| {
        let answer = exchange.answer.as_ref()?;
        let document = text::text(&answer.bytes());
        let mut members = BTreeMap::new();
        for named in documents::values(&document) {
            members.insert(named.name.to_ascii_lowercase(), named.decoded(&document));
        }
        let access_key_id = members.remove("accesskeyid")?;
        let token = members
            .remove("token")
            .or_else(|| members.remove("sessiontoken"));
        let role = members
            .remove("rolearn")
            .or_else(|| {
                Some(exchange.request.path.clone())
                    .filter(|it| it.contains("/security-credentials/"))
            })
            .and_then(|path| path.rsplit('/').next().map(str::to_owned));
        Some(RecordedSet {
            role,
            access_key_id,
            secret_access_key: Secret::new(members.remove("secretaccesskey")?),
            session_token: token.map(Secret::new),
            expires_at: members
                .remove("expiration")
                .and_then(|date| SimInstant::parse(&date)),
        })
    });
    found
        .filter(|set| seen.insert(set.access_key_id.clone()))
        .collect()
}
