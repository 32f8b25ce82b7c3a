//! The steps that a request takes before and after the protocol crate.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rolecall_account::policy::Decision;
use rolecall_account::s3::{Permit, S3Code, S3Error, Target, check_checksums};
use rolecall_account::sigv4::{
    ParsedHeader, RequestHead, ServiceRules, check_payload, parse_header,
};
use rolecall_account::{Operation, Session, SimInstant, Stage, authenticate};
use s3s::service::S3Service;

use super::address::Address;
use super::protocol::{self, Hand};
use super::{name, reply};
use crate::edge::{Edge, record_of};
use crate::place::Caller;

/// The most that one PUT may carry, 5 GiB (`s3.put.size-max`).
const BODY_BYTES_MAX: usize = 5 << 30;

/// Headers that have done their work once a request is verified. The protocol crate must not see
/// a signature, or it would check it against the machine's clock.
const SPENT_HEADERS: &[&str] = &[
    "authorization",
    "expect",
    "host",
    "transfer-encoding",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
];

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
    pub(super) decision: Option<Decision>,
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
    let asked = record_of(head.clone());
    let mut visit = Visit::default();
    let answer = serve(&s3, now, &mut visit, head, body).await;
    let (exchange, body) = reply::exchange(&caller, asked, visit, answer, &ids, now);
    s3.edge.deliver(arrival, exchange, body)
}

async fn serve(
    s3: &S3Edge,
    now: SimInstant,
    visit: &mut Visit,
    head: Parts,
    body: Body,
) -> Result<protocol::Answered, S3Error> {
    let host = head
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let address = Address::of(host, &head.uri)
        .ok_or_else(|| S3Error::new(S3Code::InvalidArgument, Stage::Operation))?;
    visit.operation = name::operation(&head, &address);
    let signed = RequestHead {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query(),
        headers: &head.headers,
    };
    let parsed = parse_header(signed, &ServiceRules::S3)?;
    let session = recognise(s3, now, visit, &parsed)?;
    let payload = parsed.declared_payload()?;
    let permit = permit(s3, now, visit, &session, address.clone())?;
    let content = collect(&head, body).await?;
    check_payload(payload, &content)?;
    let checksums = check_checksums(&head.headers, &content)?;
    let uri = address
        .path_style(&head.uri)
        .ok_or_else(|| S3Error::new(S3Code::InvalidArgument, Stage::Operation))?;
    let mut bare = head;
    bare.uri = uri;
    for spent in SPENT_HEADERS {
        bare.headers.remove(*spent);
    }
    bare.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
    protocol::call(
        &s3.protocol,
        bare,
        Hand {
            now,
            permit,
            content,
            checksums,
        },
    )
    .await
}

/// Who signed it: looks the session up under the lock, verifies without.
fn recognise(
    s3: &S3Edge,
    now: SimInstant,
    visit: &mut Visit,
    parsed: &ParsedHeader<'_>,
) -> Result<Arc<Session>, S3Error> {
    let region = {
        let world = s3.edge.world();
        visit.session = world.session(parsed.access_key_id()).cloned();
        world.region().to_owned()
    };
    let payload = parsed.declared_payload()?;
    Ok(authenticate(
        parsed,
        visit.session.as_ref(),
        payload,
        &region,
        &ServiceRules::S3,
        now,
    )?)
}

fn permit(
    s3: &S3Edge,
    now: SimInstant,
    visit: &mut Visit,
    session: &Arc<Session>,
    address: Address,
) -> Result<Permit, S3Error> {
    let (Some(operation), Some(bucket), Some(key)) = (visit.operation, address.bucket, address.key)
    else {
        return Err(S3Error::new(S3Code::NotImplemented, Stage::Operation));
    };
    let permit = s3
        .edge
        .world()
        .s3_begin(now, session, operation, Target { bucket, key })?;
    visit.decision = Some(permit.decision.clone());
    Ok(permit)
}

/// Reads the whole body and compares it with the length that was announced.
async fn collect(head: &Parts, body: Body) -> Result<Bytes, S3Error> {
    let collected = Limited::new(body, BODY_BYTES_MAX)
        .collect()
        .await
        .map_err(|error| {
            let code = if error.is::<LengthLimitError>() {
                S3Code::EntityTooLarge
            } else {
                S3Code::IncompleteBody
            };
            S3Error::new(code, Stage::Body)
        })?;
    let content = collected.to_bytes();
    let announced = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    match announced {
        Some(length) if length != content.len() => {
            Err(S3Error::new(S3Code::IncompleteBody, Stage::Body))
        }
        _ => Ok(content),
    }
}

/// In memory a client names the host in the URI alone; over HTTP/1.1 it is a header, and signed.
fn name_the_host(head: &mut Parts) {
    if let Some(authority) = head.uri.authority()
        && !head.headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        head.headers.insert(HOST, host);
    }
}
