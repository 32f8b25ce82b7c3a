//! Who signed a request, in whichever form.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method};
use rolecall_account::s3::{S3Code, S3Error};
use rolecall_account::sigv4::{Parsed, PayloadHash, RequestHead, ServiceRules, parse};
use rolecall_account::{Clocks, Session, SimInstant, Stage, authenticate};

use super::body::Signed;
use super::layer::Visit;
use crate::edge::Edge;

/// Who signed it, and what of the body the signature covers: reads the signature's form, looks the
/// session up under the lock, verifies without.
pub(super) fn recognise(
    edge: &Edge,
    now: SimInstant,
    visit: &mut Visit,
    head: &Parts,
) -> Result<(Arc<Session>, Signed), S3Error> {
    refuse_forms(head)?;
    let request = RequestHead {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query(),
        headers: &head.headers,
    };
    let parsed = parse(request, &ServiceRules::S3)?;
    let payload = parsed.declared_payload()?;
    let clocks = edge.clocks(now, &head.extensions);
    let session = verify(edge, clocks, visit, &parsed, payload)?;
    let secret = session.secret_access_key.expose();
    let signed = Signed {
        payload,
        chunk_signatures: parsed.chunk_signatures(secret, payload),
    };
    Ok((session, signed))
}

fn verify(
    edge: &Edge,
    clocks: Clocks,
    visit: &mut Visit,
    parsed: &Parsed<'_>,
    payload: PayloadHash,
) -> Result<Arc<Session>, S3Error> {
    let region = {
        let world = edge.world();
        visit.session = world.session(parsed.access_key_id()).cloned();
        world.region().to_owned()
    };
    let session = visit.session.as_ref();
    let rules = &ServiceRules::S3;
    let authenticated = authenticate(parsed, session, payload, &region, rules, clocks)?;
    visit.by_machine_time = authenticated.by_machine_time;
    edge.accepted(&authenticated);
    Ok(authenticated.session)
}

/// Uploads from a browser's form are signed within their body, by a policy that the protocol crate
/// would hold against the machine's clock (`s3.post.not-served`).
fn refuse_forms(head: &Parts) -> Result<(), S3Error> {
    if head.method != Method::POST || !is_form(&head.headers) {
        return Ok(());
    }
    Err(S3Error::with_message(
        S3Code::NotImplemented,
        Stage::Operation,
        "Uploads by an HTML form (POST with multipart/form-data) are not served; presign a PUT.",
    ))
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        let form = b"multipart/form-data";
        let start = value.as_bytes().get(..form.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(form))
    })
}
