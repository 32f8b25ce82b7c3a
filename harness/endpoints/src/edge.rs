//! The edge of the world: its lock, its clock, and the journal entry of every request.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body::Frame;
use rolecall_account::{
    Arrival, Authenticated, BodyRecord, Clocks, Exchange, Operation, Refusal, RequestRecord,
    ResponseRecord, SimInstant, Stage, World,
};
use rolecall_clock::SimClock;

use crate::fault::{Faults, Skew, StoredFaults};
use crate::place::{Caller, Place};
use crate::record::Replay;

/// A world behind its lock, and the clock it runs on.
///
/// The lock is held for one step at a time: never across a wait, never while hashing.
#[derive(Clone, Debug)]
pub struct Edge {
    world: Arc<Mutex<World>>,
    clock: SimClock,
    tolerance: Option<Tolerance>,
    faults: Faults,
    /// Recordings in place of our own sources of credentials.
    recordings: Arc<Mutex<BTreeMap<Place, Replay>>>,
    /// Counts the worlds that took the place of another.
    worlds: Arc<AtomicU64>,
}

/// What is done for clients that live by the machine's clock.
#[derive(Clone)]
struct Tolerance {
    /// Told of each client whose signatures are dated so, once.
    tell: Arc<dyn Fn(&str) + Send + Sync>,
    told: Arc<Mutex<BTreeSet<String>>>,
}

impl fmt::Debug for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tolerance")
    }
}

impl Edge {
    /// Puts `world` behind a lock.
    pub fn new(world: World, clock: SimClock) -> Self {
        Self {
            world: Arc::new(Mutex::new(world)),
            clock,
            tolerance: None,
            faults: Faults::default(),
            recordings: Arc::default(),
            worlds: Arc::default(),
        }
    }

    /// From now on clients at `place` get a recording where they would get our own source of
    /// credentials.
    pub fn serve_recording(&self, place: Place, replay: Replay) {
        self.recordings().insert(place, replay);
    }

    /// The recording that is served at `place`, if one is.
    pub fn recording(&self, place: &Place) -> Option<Replay> {
        self.recordings().get(place).cloned()
    }

    fn recordings(&self) -> MutexGuard<'_, BTreeMap<Place, Replay>> {
        self.recordings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts signatures that are dated by the machine's clock, and tells of each such client once,
    /// by the ARN of the caller: over TCP nothing else tells clients apart for long. Their
    /// connections come from one address, and their keys change with each rotation. Sessions,
    /// metadata tokens and presigned URLs go on ending by simulated time.
    #[must_use]
    pub fn tolerating_machine_time(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let tolerance = Some(Tolerance {
            tell: Arc::new(tell),
            told: Arc::default(),
        });
        Self { tolerance, ..self }
    }

    /// The times that a signature may be dated by.
    pub(crate) fn clocks(&self, now: SimInstant, extensions: &http::Extensions) -> Clocks {
        let told = told(now, extensions);
        if told != now {
            // A service whose clock is wrong believes nothing else.
            return told.into();
        }
        let machine = self
            .tolerance
            .as_ref()
            .and_then(|_| self.clock.machine_now());
        Clocks {
            now,
            machine: machine.map(SimInstant::from),
        }
    }

    /// A signature was accepted.
    pub(crate) fn accepted(&self, authenticated: &Authenticated) {
        let Some(tolerance) = self
            .tolerance
            .as_ref()
            .filter(|_| authenticated.by_machine_time)
        else {
            return;
        };
        let client = authenticated.session.identity.caller_arn();
        let mut told = tolerance
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if told.insert(client.clone()) {
            (tolerance.tell)(&client);
        }
    }

    /// The simulated time.
    pub fn now(&self) -> SimInstant {
        self.clock.now().into()
    }

    /// What is done to requests on purpose.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The same world, on the same clock, where nothing is done to requests on purpose.
    #[must_use]
    pub fn without_faults(&self) -> Self {
        Self {
            faults: Faults::default(),
            ..self.clone()
        }
    }

    /// The clock.
    pub fn clock(&self) -> &SimClock {
        &self.clock
    }

    /// The world, for one step.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic under the lock is our own bug and has been reported as such; what was written
        // until then is still the best journal there is.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the world of `fresh`, which must begin when this one began, in the place of this
    /// one, takes an offset clock back there and lifts every fault; `fresh` gets the world that was.
    ///
    /// A request that is under way falls into either world; it is journalled in none but the one it
    /// arrived in.
    pub fn begin_again(&self, fresh: &Self) {
        // Its lock would be waited for while it is held.
        if Arc::ptr_eq(&self.world, &fresh.world) {
            return;
        }
        let (mut here, mut there) = (self.world(), fresh.world());
        there.succeed(&here);
        self.clock.realign();
        std::mem::swap(&mut *here, &mut *there);
        drop((here, there));
        self.faults.clear_all();
        self.worlds.fetch_add(1, Ordering::SeqCst);
    }

    /// Takes up `world`, which was read, where it was left: in the place of this one, with the faults
    /// and gates that were written with it, an offset clock at the latest time it has seen. `beside`
    /// is what has to change with it. What is under way falls into either world, as when one
    /// [begins again](Self::begin_again).
    pub fn take_up(&self, mut world: World, faults: StoredFaults, beside: impl FnOnce()) {
        let mut here = self.world();
        world.succeed(&here);
        self.clock.set(world.latest().into());
        *here = world;
        beside();
        drop(here);
        self.faults.restore(faults);
        self.worlds.fetch_add(1, Ordering::SeqCst);
    }

    /// How many worlds have taken the place of another here.
    pub(crate) fn worlds(&self) -> u64 {
        self.worlds.load(Ordering::SeqCst)
    }

    /// The places where a recording is served.
    pub fn recorded_places(&self) -> Vec<Place> {
        self.recordings().keys().cloned().collect()
    }

    /// Answers a request that takes one step: arrive, decide, encode, journal.
    pub(crate) fn answer(
        &self,
        caller: &Caller,
        operation: Option<Operation>,
        request: Parts,
        decide: impl FnOnce(&mut World, SimInstant) -> Reply,
    ) -> Response {
        let mut world = self.world();
        // Under the lock: a world that is put in the place of another may be of another time.
        let now = self.now();
        let told = told(now, &request.extensions);
        let arrival = world.arrive(now);
        let mut reply = decide(&mut world, now);
        let (body, refusal) = (reply.body.clone(), reply.refusal.take());
        let record = reply.record(told);
        let response = self.reply_of(arrival, &record, body);
        world.record(
            arrival,
            Exchange {
                operation,
                caller: caller.name.to_string(),
                request: record_of(request),
                response: Some(record),
                session: None,
                by_machine_time: false,
                decision: None,
                asked: None,
                refusal,
                fault: None,
            },
        );
        response
    }

    fn reply_of(&self, arrival: Arrival, record: &ResponseRecord, body: Bytes) -> Response {
        let body = if record.headers.contains_key(CONTENT_LENGTH) {
            Body::from(body)
        } else {
            Body::new(NoBody)
        };
        let mut response = Response::new(body);
        *response.status_mut() = record.status;
        *response.headers_mut() = record.headers.clone();
        if !self.faults.is_idle() {
            response.extensions_mut().insert(Recorded(arrival.number()));
        }
        response
    }

    /// Journals a request whose steps were taken one by one, and gives its answer.
    pub(crate) fn deliver(&self, arrival: Arrival, exchange: Exchange, body: Bytes) -> Response {
        let response = exchange.response.as_ref();
        let response = response.map(|record| self.reply_of(arrival, record, body));
        self.world().record(arrival, exchange);
        response.unwrap_or_default()
    }
}

/// How many headers an answer has, more or less.
const HEADERS: usize = 8;

/// An answer, before it is encoded.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) refusal: Option<Refusal>,
}

impl Reply {
    pub(crate) fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        // Room for as many as any service gives.
        let headers = HeaderMap::with_capacity(HEADERS);
        let (status, refusal) = (StatusCode::OK, None);
        Self {
            status,
            headers,
            content_type,
            body: body.into(),
            refusal,
        }
    }

    /// A refusal with `body`, of `status` and AWS's `code`.
    pub(crate) fn refused(
        status: u16,
        content_type: &'static str,
        body: impl Into<Bytes>,
        code: &'static str,
        stage: Stage,
        message: String,
    ) -> Self {
        let refusal = Refusal {
            code: code.to_owned(),
            stage,
            message,
            detail: None,
        };
        Self {
            status: status_of(status),
            refusal: Some(refusal),
            ..Self::ok(content_type, body)
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(HeaderName::from_static(name), value);
        }
        self
    }

    /// A header that every answer has in the same words.
    pub(crate) fn fixed(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.append(name, HeaderValue::from_static(value));
        self
    }

    fn record(self, now: SimInstant) -> ResponseRecord {
        let mut headers = self.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        stamp(&mut headers, now, self.body.len());
        ResponseRecord {
            status: self.status,
            headers,
            body: BodyRecord::Document(self.body),
        }
    }
}

/// Under which number of the journal an answer is recorded: for those who change it on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded(pub(crate) u64);

/// What the service believes the time to be when it is asked with these extensions.
pub(crate) fn told(now: SimInstant, extensions: &http::Extensions) -> SimInstant {
    let skew: Option<&Skew> = extensions.get();
    skew.map_or(now, |skew| skew.of(now))
}

/// A status that comes from the account's own tables.
pub(crate) fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The headers that every answer has: the simulated date, which clients correct their clock by,
/// and the length.
pub(crate) fn stamp(headers: &mut HeaderMap, now: SimInstant, length: usize) {
    if let Ok(date) = HeaderValue::from_str(&now.http_date()) {
        headers.insert(DATE, date);
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

/// The variable part of a path, decoded; empty, which names nothing, if that is no text. Not left to
/// the router, whose own answer would miss the journal.
pub(crate) fn named(part: Result<Path<String>, PathRejection>) -> String {
    part.map(|Path(name)| name).unwrap_or_default()
}

/// In memory a client names the host in the URI alone; over HTTP/1.1 it is a header, and signed.
pub(crate) fn name_the_host(head: &mut Parts) {
    if let Some(authority) = head.uri.authority()
        && !head.headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        head.headers.insert(HOST, host);
    }
}

pub(crate) fn record_of(request: Parts) -> RequestRecord {
    RequestRecord {
        method: request.method,
        uri: request.uri,
        headers: request.headers,
        parameters: BTreeMap::new(),
    }
}

/// What an answer without a length has: of a body that is known to be empty the router would tell
/// the length.
struct NoBody;

impl http_body::Body for NoBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}
