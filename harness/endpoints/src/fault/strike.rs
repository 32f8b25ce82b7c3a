//! One request, from the lookup of its fault to the delivery of its answer.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Body as _;
use http_body_util::BodyExt;
use rolecall_account::{
    BodyRecord, Exchange, FaultRecord, Operation, ResponseRecord, Session, SimInstant,
};
use tower::ServiceExt;

use super::dialect::{Dialect, Spoken};
use super::document::{Document, Edit, error_document};
use super::effect::{Answer, Effect, Point, Skew, Stall};
use super::faults::{Frozen, Struck};
use super::gate::{self, GatePoint};
use super::matcher::Asked;
use crate::delivery::{Broken, Ending, Pace, Surplus};
use crate::edge::{Edge, Recorded, record_of, stamp, status_of};
use crate::imds;
use crate::place::Caller;
use crate::query::BODY_BYTES_MAX;

/// Who answers a request that no fault keeps from it.
#[derive(Clone, Debug)]
pub(crate) enum Responder {
    /// A service that has routes.
    Router(Router),
    /// The metadata service, which has none: the account knows its paths.
    Metadata,
}

impl From<Router> for Responder {
    fn from(router: Router) -> Self {
        Self::Router(router)
    }
}

impl Responder {
    async fn answer(self, edge: &Edge, caller: &Caller, mut request: Request) -> Response {
        match self {
            Self::Metadata => imds::answer(edge, caller, request),
            Self::Router(router) => {
                request.extensions_mut().insert(caller.clone());
                match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        }
    }
}

/// Asks `responder`, through the faults and gates that there are.
pub(crate) async fn ask(
    edge: &Edge,
    dialect: Dialect,
    responder: Responder,
    caller: &Caller,
    request: Request,
) -> Response {
    if edge.faults().is_idle() {
        return responder.answer(edge, caller, request).await;
    }
    let (head, body) = request.into_parts();
    let (body, form) = form(dialect, &head, body).await;
    let operation = dialect.operation(&head, &form);
    let visit = Visit {
        edge,
        dialect,
        caller,
        operation,
        head: &head.clone(),
    };
    visit.wait(GatePoint::Arrival).await;
    let struck = edge.faults().strike(&visit.asked());
    let response = match struck {
        None => {
            visit
                .served(responder, Request::from_parts(head, body))
                .await
        }
        Some(struck) => {
            visit
                .suffer(&struck, responder, Request::from_parts(head, body))
                .await
        }
    };
    visit.wait(GatePoint::BeforeResponse).await;
    response
}

/// The body, and what it says if an operation is named in it: a form of an announced and bearable
/// length. Of any other the service makes a refusal.
async fn form(dialect: Dialect, head: &Parts, body: Body) -> (Body, Bytes) {
    let announced = head.headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // In memory a client need not announce what it has at hand.
    let at_hand = || usize::try_from(body.size_hint().exact()?).ok();
    let length = announced.or_else(at_hand);
    if !dialect.reads_forms() || length.is_none_or(|length| length > BODY_BYTES_MAX) {
        return (body, Bytes::new());
    }
    let Ok(collected) = body.collect().await else {
        // It broke, and breaks for the service too.
        let broken = Pace {
            ending: Ending::Closed,
            ..Pace::WHOLE
        };
        return (broken.body(&Bytes::new()), Bytes::new());
    };
    let form = collected.to_bytes();
    (Body::from(form.clone()), form)
}

/// A request while something is done to it.
struct Visit<'a> {
    edge: &'a Edge,
    dialect: Dialect,
    caller: &'a Caller,
    operation: Option<Operation>,
    head: &'a Parts,
}

impl Visit<'_> {
    fn asked(&self) -> Asked<'_> {
        Asked {
            operation: self.operation,
            path: self.head.uri.path(),
            headers: &self.head.headers,
            caller: self.caller,
            now: self.edge.now(),
        }
    }

    async fn wait(&self, point: GatePoint) {
        if let Some(gate) = self.edge.faults().gate(point, &self.asked()) {
            gate::pass(gate).await;
        }
    }

    async fn served(&self, responder: Responder, request: Request) -> Response {
        responder.answer(self.edge, self.caller, request).await
    }

    async fn suffer(
        &self,
        struck: &Struck,
        responder: Responder,
        mut request: Request,
    ) -> Response {
        match &struck.effect {
            Effect::Answer(answer) => self.answer(struck, answer),
            Effect::Throttle(throttle) => {
                let (status, code, message) = self.dialect.throttled();
                let mut answer = Answer {
                    status,
                    code: Some(code.to_owned()),
                    message: Some(message.to_owned()),
                    ..Answer::default()
                };
                if let Some(seconds) = throttle.retry_after_seconds {
                    answer
                        .headers
                        .insert(RETRY_AFTER.to_string(), seconds.to_string());
                }
                self.answer(struck, &answer)
            }
            Effect::Redirect(redirect) => {
                let location = (LOCATION.to_string(), redirect.to.clone());
                let answer = Answer {
                    status: redirect.status,
                    body: Some(String::new()),
                    headers: [location].into(),
                    ..Answer::default()
                };
                self.answer(struck, &answer)
            }
            Effect::RefuseConnection => self.unanswered(struck, Broken::Refused),
            Effect::Reset(Point::OnArrival) => self.unanswered(struck, Broken::Reset),
            Effect::BlackHole
            | Effect::Stall(Stall {
                at: Point::OnArrival,
                lasts: None,
            }) => self.unanswered(struck, Broken::Silent),
            Effect::Stall(Stall {
                at: Point::OnArrival,
                lasts: Some(lasts),
            }) => {
                tokio::time::sleep(*lasts).await;
                let response = self.served(responder, request).await;
                self.mark(struck, response, None)
            }
            Effect::RevokeToken => {
                let token = request.headers().get(imds::TOKEN);
                if let Some(token) = token.and_then(|token| token.to_str().ok()) {
                    self.edge.world().forget_metadata_token(token);
                }
                let response = self.served(responder, request).await;
                self.mark(struck, response, None)
            }
            Effect::ClockSkew(skew) => {
                request.extensions_mut().insert(*skew);
                let response = self.served(responder, request).await;
                self.mark(struck, response, None)
            }
            _ => {
                let response = self.served(responder, request).await;
                self.deliver(struck, response).await
            }
        }
    }

    /// The service's answer, changed or delivered in a way of its own.
    async fn deliver(&self, struck: &Struck, response: Response) -> Response {
        let (mut head, body) = response.into_parts();
        let Ok(collected) = body.collect().await else {
            // The bodies of services are in memory; one that breaks is as good as none.
            return Broken::Reset.response();
        };
        let content = collected.to_bytes();
        let whole = |head: http::response::Parts, content: Bytes| {
            let mut response = Response::from_parts(head, Body::from(content.clone()));
            let length = HeaderValue::from(content.len());
            response.headers_mut().insert(CONTENT_LENGTH, length);
            (response, content)
        };
        match &struck.effect {
            Effect::Delay(delay) => {
                tokio::time::sleep(self.between(struck, delay.min, delay.max)).await;
                let (response, _) = whole(head, content);
                self.mark(struck, response, None)
            }
            Effect::LostReply
            | Effect::Stall(Stall {
                at: Point::BeforeHeaders,
                lasts: None,
            }) => self.lost(struck, head, Broken::Silent),
            Effect::Reset(Point::BeforeHeaders) => self.lost(struck, head, Broken::Reset),
            Effect::Stall(Stall {
                at: Point::BeforeHeaders,
                lasts: Some(lasts),
            }) => {
                tokio::time::sleep(*lasts).await;
                let (response, _) = whole(head, content);
                self.mark(struck, response, None)
            }
            Effect::ContentLength(length) => {
                let sent = usize::try_from(*length)
                    .unwrap_or(usize::MAX)
                    .min(content.len());
                if let Some(surplus) = self.head.extensions.get::<Surplus>() {
                    surplus.put(content.slice(sent..));
                }
                head.headers
                    .insert(CONTENT_LENGTH, HeaderValue::from(*length));
                // Who promises more than there is can only hang up.
                let ending = if *length > content.len() as u64 {
                    Ending::Closed
                } else {
                    Ending::Whole
                };
                let pace = Pace {
                    ending,
                    ..Pace::WHOLE
                };
                let response = Response::from_parts(head, pace.body(&content));
                self.mark(struck, response, None)
            }
            effect => {
                let (response, changed) = if let Some(pace) = pace(effect, content.len()) {
                    head.headers
                        .insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
                    (Response::from_parts(head, pace.body(&content)), None)
                } else {
                    let content = self.changed(struck, &mut head, content);
                    let (response, content) = whole(head, content);
                    (response, Some(content))
                };
                self.mark(struck, response, changed)
            }
        }
    }

    /// Another body, and perhaps another status.
    fn changed(&self, struck: &Struck, head: &mut http::response::Parts, content: Bytes) -> Bytes {
        match &struck.effect {
            Effect::EmptyBody => return Bytes::new(),
            Effect::MalformedBody => return content.slice(..content.len() * 2 / 3),
            Effect::Roles(names) if head.status.is_success() => return names.join("\n").into(),
            Effect::ErrorDocument(error) => {
                head.status = http::StatusCode::OK;
                return error_document(error, self.edge.now());
            }
            Effect::SameDocument => {
                let answer = Frozen {
                    status: head.status,
                    headers: head.headers.clone(),
                    body: content,
                };
                let path = self.head.uri.path();
                let first =
                    self.edge
                        .faults()
                        .first_answer(&struck.name, self.caller, path, answer);
                head.status = first.status;
                head.headers = first.headers;
                return first.body;
            }
            _ => {}
        }
        let document = Document::read(self.dialect.format(), &content);
        let Some(mut document) = document.filter(|_| head.status.is_success()) else {
            return content;
        };
        match &struck.effect {
            Effect::MissingField(name) => document.edit(document.own_name(name), &Edit::Remove),
            Effect::NullField(name) => document.edit(document.own_name(name), &Edit::Null),
            Effect::MistypedField(name) => document.edit(document.own_name(name), &Edit::Number(1)),
            Effect::Expiration(odd) => document.expire(*odd, self.edge.now()),
            Effect::StaleDocument | Effect::OtherDocument(_) => {
                match self.other_set(&struck.effect, &document) {
                    Some(session) => document.hold(&session),
                    None => return content,
                }
            }
            _ => return content,
        }
        document.write()
    }

    /// The set that a document holds in place of its own.
    fn other_set(&self, effect: &Effect, document: &Document) -> Option<std::sync::Arc<Session>> {
        let world = self.edge.world();
        if let Effect::OtherDocument(name) = effect {
            return world.served_by(name).cloned();
        }
        let own = world.session(&document.field("AccessKeyId")?)?;
        world.issue_before(own).cloned()
    }

    fn between(&self, struck: &Struck, min: Duration, max: Duration) -> Duration {
        let range = max.saturating_sub(min);
        if range.is_zero() {
            return min;
        }
        let label = format!("fault/{}/{}", struck.name, struck.strike);
        let draw = self.edge.world().draw(&label);
        min + range.mul_f64(f64::from(draw) / f64::from(u32::MAX))
    }

    /// Answers in place of the service.
    fn answer(&self, struck: &Struck, answer: &Answer) -> Response {
        let now = self.edge.now();
        let mut world = self.edge.world();
        let arrival = world.arrive(now);
        let spoken = match (&answer.code, &answer.body) {
            (Some(code), None) => {
                let message = answer.message.as_deref().unwrap_or_default();
                self.dialect
                    .error(answer.status, code, message, (&world, arrival, now))
            }
            (_, body) => Spoken {
                content_type: "text/plain",
                body: body.clone().unwrap_or_default().into(),
            },
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(spoken.content_type));
        stamp(&mut headers, now, spoken.body.len());
        for (name, value) in &answer.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        let record = ResponseRecord {
            status: status_of(answer.status),
            headers,
            body: BodyRecord::Document(spoken.body.clone()),
        };
        let mut response = Response::new(Body::from(spoken.body));
        *response.status_mut() = record.status;
        *response.headers_mut() = record.headers.clone();
        world.record(arrival, self.exchange(struck, Some(record)));
        response
    }

    /// The service never hears of it, and neither does the client of anything.
    fn unanswered(&self, struck: &Struck, broken: Broken) -> Response {
        let now = self.edge.now();
        let mut world = self.edge.world();
        let arrival = world.arrive(now);
        world.record(arrival, self.exchange(struck, None));
        broken.response()
    }

    /// The service has done its part, and its answer is lost.
    fn lost(&self, struck: &Struck, head: http::response::Parts, broken: Broken) -> Response {
        let response = Response::from_parts(head, Body::empty());
        self.mark(struck, response, None);
        broken.response()
    }

    /// Writes into the journal what was done to a request that the service answered; `body` if it
    /// is not the service's own.
    fn mark(&self, struck: &Struck, response: Response, body: Option<Bytes>) -> Response {
        if let Some(Recorded(number)) = response.extensions().get() {
            let (status, headers) = (response.status(), response.headers().clone());
            self.edge.world().amend(*number, |exchange| {
                exchange.fault = Some(record(struck));
                if let Some(answered) = &mut exchange.response {
                    answered.status = status;
                    answered.headers = headers;
                    if let Some(body) = body {
                        answered.body = BodyRecord::Document(body);
                    }
                }
            });
        }
        response
    }

    fn exchange(&self, struck: &Struck, response: Option<ResponseRecord>) -> Exchange {
        Exchange {
            operation: self.operation,
            caller: self.caller.name.to_string(),
            request: record_of(self.head.clone()),
            response,
            session: None,
            by_machine_time: false,
            decision: None,
            asked: None,
            refusal: None,
            fault: Some(record(struck)),
        }
    }
}

fn record(struck: &Struck) -> FaultRecord {
    FaultRecord {
        name: struck.name.clone(),
        effect: struck.effect.word(),
    }
}

/// How a body is sent under those effects that leave it as it is.
fn pace(effect: &Effect, length: usize) -> Option<Pace> {
    let half = length / 2;
    Some(match effect {
        Effect::Drip(drip) => Pace {
            drop_bytes: usize::try_from(drip.bytes).unwrap_or(usize::MAX),
            every: drip.every,
            ..Pace::WHOLE
        },
        Effect::Truncate(bytes) => Pace {
            bytes_max: usize::try_from(*bytes).unwrap_or(usize::MAX),
            ending: Ending::Closed,
            ..Pace::WHOLE
        },
        Effect::Stall(Stall {
            at: Point::BeforeBody,
            lasts: None,
        }) => Pace {
            bytes_max: 0,
            ending: Ending::Silent,
            ..Pace::WHOLE
        },
        Effect::Stall(Stall {
            at: Point::BeforeBody,
            lasts: Some(lasts),
        }) => Pace {
            before: *lasts,
            ..Pace::WHOLE
        },
        Effect::Stall(Stall {
            at: Point::InBody,
            lasts: None,
        }) => Pace {
            bytes_max: half,
            ending: Ending::Silent,
            ..Pace::WHOLE
        },
        Effect::Stall(Stall {
            at: Point::InBody,
            lasts: Some(lasts),
        }) => Pace {
            drop_bytes: length.div_ceil(2),
            every: *lasts,
            ..Pace::WHOLE
        },
        Effect::Reset(Point::BeforeBody) => Pace {
            bytes_max: 0,
            ending: Ending::Reset,
            ..Pace::WHOLE
        },
        Effect::Reset(Point::InBody) => Pace {
            bytes_max: half,
            ending: Ending::Reset,
            ..Pace::WHOLE
        },
        _ => return None,
    })
}

impl Skew {
    /// What a clock that is wrong by so much says at `now`.
    pub(crate) fn of(self, now: SimInstant) -> SimInstant {
        match self {
            Self::Ahead(by) => now + by,
            Self::Behind(by) => now - by,
        }
    }
}
