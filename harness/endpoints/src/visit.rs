//! A request to a service that answers documents: what is known of it so far, and what the journal
//! says of it in the end. The protocols differ in what they read and write between.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use rolecall_account::policy::{Asked, Decision};
use rolecall_account::{
    Arrival, BodyRecord, Exchange, Operation, Refusal, RequestRecord, ResponseRecord, Session,
    SimInstant,
};

use crate::edge::{Edge, name_the_host, record_of, stamp, status_of, told};
use crate::place::Caller;
use crate::query::QueryError;

/// What is known of a request so far; what the journal will say, however it ends.
#[derive(Default)]
pub(crate) struct Visit {
    pub(crate) operation: Option<Operation>,
    pub(crate) session: Option<Arc<Session>>,
    pub(crate) by_machine_time: bool,
    pub(crate) decision: Option<Decision>,
    pub(crate) asked: Option<Arc<Asked>>,
    /// What was asked for, as far as it could be read.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A request that has arrived, but for its body.
pub(crate) struct Arrived {
    pub(crate) now: SimInstant,
    pub(crate) head: Parts,
    /// The request's id.
    pub(crate) id: String,
    arrival: Arrival,
}

/// What is answered.
pub(crate) struct Document {
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    /// Why it is a refusal, if it is one.
    pub(crate) refused: Option<QueryError>,
}

impl Arrived {
    /// A request arrives.
    pub(crate) fn at(edge: &Edge, request: Request) -> (Self, Body) {
        let now = edge.now();
        let (mut head, body) = request.into_parts();
        name_the_host(&mut head);
        let mut world = edge.world();
        let arrival = world.arrive(now);
        let id = world.request_id(arrival);
        let arrived = Self {
            now,
            head,
            id,
            arrival,
        };
        (arrived, body)
    }

    /// Journals what came of it, and answers.
    pub(crate) fn answer(
        self,
        edge: &Edge,
        caller: &Caller,
        visit: Visit,
        document: Document,
    ) -> Response {
        let now = told(self.now, &self.head.extensions);
        let status = document.refused.as_ref();
        let status = status.map_or(StatusCode::OK, |error| status_of(error.status));
        let (decision, refusal) = match document.refused {
            None => (visit.decision, None),
            Some(error) => (
                error.decision,
                Some(Refusal {
                    code: error.code.to_owned(),
                    stage: error.stage,
                    message: error.message,
                    detail: error.detail,
                }),
            ),
        };
        let body = document.body;
        let exchange = Exchange {
            operation: visit.operation,
            caller: caller.name.to_string(),
            request: RequestRecord {
                parameters: visit.parameters,
                ..record_of(self.head)
            },
            response: Some(ResponseRecord {
                status,
                headers: headers(document.content_type, &self.id, now, body.len()),
                body: BodyRecord::Document(body.clone()),
            }),
            session: visit.session,
            by_machine_time: visit.by_machine_time,
            decision,
            asked: visit.asked,
            refusal,
            fault: None,
        };
        edge.deliver(self.arrival, exchange, body)
    }
}

fn headers(content_type: &'static str, id: &str, now: SimInstant, length: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    stamp(&mut headers, now, length);
    headers
}
