//! The steps that a request takes before and after the protocol crate.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http::request::Parts;
use rolecall_account::policy::{Asked, Decision};
use rolecall_account::s3::{S3Code, S3Error, check_headers};
use rolecall_account::{Operation, Session, SimInstant, Stage};
use s3s::service::S3Service;

use super::address::Address;
use super::protocol::{self, Hand};
use super::{body, decide, name, reply, signature, spent};
use crate::edge::{Edge, name_the_host, record_of, told};
use crate::place::Caller;

#[derive(Clone)]
pub(super) struct S3Edge {
    edge: Edge,
    protocol: S3Service,
}

impl S3Edge {
    pub(super) fn new(edge: Edge) -> Self {
        let protocol = protocol::service(edge.clone());
        Self { edge, protocol }
    }
}

/// What is known of a request so far; what the journal will say, however it ends.
#[derive(Default)]
pub(super) struct Visit {
    pub(super) operation: Option<Operation>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) by_machine_time: bool,
    pub(super) decision: Option<Decision>,
    pub(super) asked: Option<Arc<Asked>>,
}

pub(super) async fn handle(
    State(s3): State<S3Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let now = s3.edge.now();
    let (mut head, body) = request.into_parts();
    name_the_host(&mut head);
    let (arrival, ids) = {
        let mut world = s3.edge.world();
        let arrival = world.arrive(now);
        (arrival, world.s3_request_ids(arrival))
    };
    let told = told(now, &head.extensions);
    let asked = record_of(head.clone());
    let mut visit = Visit::default();
    let answer = serve(&s3, now, &mut visit, head, body).await;
    let (exchange, body) = reply::exchange(&caller, asked, visit, answer, &ids, told);
    s3.edge.deliver(arrival, exchange, body)
}

async fn serve(
    s3: &S3Edge,
    now: SimInstant,
    visit: &mut Visit,
    head: Parts,
    body: Body,
) -> Result<protocol::Answered, S3Error> {
    check_headers(&head.headers)?;
    let host = head
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let address = Address::of(host, &head.uri)
        .ok_or_else(|| S3Error::new(S3Code::InvalidArgument, Stage::Operation))?;
    let mut bare = spent::bare(&head);
    visit.operation = name::operation(&bare, &address);
    let recognised = signature::recognise(&s3.edge, now, visit, &head)?;
    let permit = decide::permit(&s3.edge, now, visit, &recognised, &bare, address.clone())?;
    let said = decide::said_of_body(visit.operation, &head.headers);
    let received = body::receive(&said, recognised.body, body).await?;
    bare.uri = address
        .path_style(&bare.uri)
        .ok_or_else(|| S3Error::new(S3Code::InvalidArgument, Stage::Operation))?;
    bare.headers.extend(received.trailer);
    bare.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(received.content.len()));
    protocol::call(
        &s3.protocol,
        bare,
        Hand {
            now,
            permit,
            content: received.content,
            checksums: received.checksums,
        },
    )
    .await
}
