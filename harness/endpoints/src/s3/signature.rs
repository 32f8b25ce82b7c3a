//! Who signed a request, in whichever form.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method};
use rolecall_account::policy::Context;
use rolecall_account::s3::{S3Code, S3Error};
use rolecall_account::sigv4::{
    ALGORITHM, Failure, Form, Parsed, PayloadHash, Problem, RequestHead, ServiceRules, parse,
};
use rolecall_account::{Clocks, Session, SimInstant, Stage, authenticate};

use super::body::Signed;
use super::layer::Visit;
use crate::edge::Edge;

/// Who sends a request, as far as it says so.
pub(super) struct Recognised {
    /// `None` if nobody signed.
    pub(super) session: Option<Arc<Session>>,
    /// The condition keys that say how it is signed.
    pub(super) keys: Context,
    /// What of the body the signature covers.
    pub(super) body: Signed,
}

/// Reads the signature's form, looks the session up under the lock, verifies without.
pub(super) fn recognise(
    edge: &Edge,
    now: SimInstant,
    visit: &mut Visit,
    head: &Parts,
) -> Result<Recognised, S3Error> {
    refuse_forms(head)?;
    let request = RequestHead {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query(),
        headers: &head.headers,
    };
    let parsed = match parse(request, &ServiceRules::S3) {
        Ok(parsed) => parsed,
        Err(failure) if failure.problem == Problem::AuthorizationMissing => {
            return nobody(&head.headers);
        }
        Err(failure) => return Err(failure.into()),
    };
    let payload = parsed.declared_payload()?;
    let clocks = edge.clocks(now, &head.extensions);
    let session = verify(edge, clocks, visit, &parsed, payload)?;
    let secret = session.secret_access_key.expose();
    let body = Signed {
        payload,
        chunk_signatures: parsed.chunk_signatures(secret, payload),
    };
    Ok(Recognised {
        keys: keys(&parsed, now, &head.headers),
        session: Some(session),
        body,
    })
}

/// A request that nobody signed, whose body is what its header says (`s3.anonymous.policy`).
fn nobody(headers: &HeaderMap) -> Result<Recognised, S3Error> {
    let declared = headers.get(CONTENT_SHA256);
    let declared = declared.and_then(|value| value.to_str().ok());
    let payload = match declared.map(PayloadHash::parse).transpose()? {
        // Nothing that they could be compared with.
        Some(PayloadHash::StreamingSigned | PayloadHash::StreamingSignedTrailer) => {
            return Err(Failure::from(Problem::AuthorizationMissing).into());
        }
        Some(payload) => payload,
        None => PayloadHash::Unsigned,
    };
    let body = Signed {
        payload,
        chunk_signatures: None,
    };
    Ok(Recognised {
        session: None,
        keys: Context::new(),
        body,
    })
}

/// The condition keys of a signature (`s3.context.signature`).
fn keys(parsed: &Parsed<'_>, now: SimInstant, headers: &HeaderMap) -> Context {
    let keys = Context::new().with("s3:signatureversion", ALGORITHM);
    match parsed.form() {
        Form::Header => {
            let mut keys = keys.with("s3:authType", "REST-HEADER");
            let declared = headers.get(CONTENT_SHA256);
            let declared = declared.and_then(|value| value.to_str().ok());
            keys.set("s3:x-amz-content-sha256", declared);
            keys
        }
        Form::Query => {
            let age = now.since(parsed.date()).as_millis();
            let keys = keys.with("s3:authType", "REST-QUERY-STRING");
            keys.with("s3:signatureAge", age.to_string())
        }
    }
}

const CONTENT_SHA256: &str = "x-amz-content-sha256";

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
