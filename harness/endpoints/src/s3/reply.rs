//! The answer, with the ids and headers that S3's answers have.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, SERVER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use rolecall_account::s3::S3Error;
use rolecall_account::{
    BodyRecord, Exchange, Operation, Refusal, RequestIds, RequestRecord, ResponseRecord, SimInstant,
};

use super::layer::Visit;
use super::protocol::Answered;
use crate::edge::{stamp, status_of};
use crate::place::Caller;
use crate::xml::{self, Element};

/// What is journalled, and the body to send.
pub(super) fn exchange(
    caller: &Caller,
    request: RequestRecord,
    visit: Visit,
    answer: Result<Answered, S3Error>,
    ids: &RequestIds,
    now: SimInstant,
) -> (Exchange, Bytes) {
    let mut decision = visit.decision.clone();
    let (response, body, refusal) = match answer {
        Ok(answered) => {
            let mut headers = in_order(&answered.headers, ids, now, answered.body.len());
            if answered.status == StatusCode::NOT_MODIFIED && request.method != Method::HEAD {
                // It would be that of what is not sent, and clients would wait for it.
                headers.remove(CONTENT_LENGTH);
            }
            let response = ResponseRecord {
                status: answered.status,
                headers,
                body: body_record(visit.operation, &answered.body),
            };
            (response, answered.body, None)
        }
        Err(error) => {
            decision = error.decision.clone().or(decision);
            let (response, body) = refused(&request, &error, ids, now);
            (response, body, Some(refusal_of(error)))
        }
    };
    let caller = caller.name.to_string();
    let Visit {
        operation,
        session,
        by_machine_time,
        asked,
        ..
    } = visit;
    (
        Exchange {
            operation,
            caller,
            request,
            response: Some(response),
            session,
            by_machine_time,
            decision,
            asked,
            refusal,
            fault: None,
        },
        body,
    )
}

/// Content of objects is data; everything else that S3 answers is a document.
fn body_record(operation: Option<Operation>, body: &Bytes) -> BodyRecord {
    match operation {
        Some(Operation::GetObject) => BodyRecord::Data(body.len() as u64),
        _ if body.is_empty() => BodyRecord::Data(0),
        _ => BodyRecord::Document(body.clone()),
    }
}

fn refused(
    request: &RequestRecord,
    error: &S3Error,
    ids: &RequestIds,
    now: SimInstant,
) -> (ResponseRecord, Bytes) {
    let status = status_of(error.code.status());
    let mut headers = HeaderMap::new();
    // s3.errors.head-has-no-body
    let body = if request.method == Method::HEAD {
        Bytes::new()
    } else {
        error_document(error.code.as_str(), &error.message, &error.elements, ids)
    };
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    if let Some(methods) = error.allow {
        headers.insert(ALLOW, HeaderValue::from_static(methods));
    }
    let headers = in_order(&headers, ids, now, body.len());
    (
        ResponseRecord {
            status,
            headers,
            body: BodyRecord::Document(body.clone()),
        },
        body,
    )
}

/// `s3.errors.document`.
pub(crate) fn error_document(
    code: &str,
    message: &str,
    elements: &[(&'static str, String)],
    ids: &RequestIds,
) -> Bytes {
    let text = |name: &'static str, text: &str| Element::Text(name, text.to_owned());
    let mut inner = vec![text("Code", code), text("Message", message)];
    inner.extend(elements.iter().map(|(name, value)| text(name, value)));
    inner.extend([
        text("RequestId", &ids.request_id),
        text("HostId", &ids.host_id),
    ]);
    xml::document(&Element::Parent("Error", inner)).into()
}

fn refusal_of(error: S3Error) -> Refusal {
    Refusal {
        code: error.code.as_str().to_owned(),
        stage: error.stage,
        message: error.message,
        detail: error.detail,
    }
}

/// The protocol crate emits metadata in the order of a hash map; sorted, the same answer is the
/// same bytes.
fn in_order(headers: &HeaderMap, ids: &RequestIds, now: SimInstant, length: usize) -> HeaderMap {
    let mut headers: Vec<(HeaderName, HeaderValue)> = headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    headers.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    let mut sorted: HeaderMap = headers.into_iter().collect();
    for (name, id) in [
        ("x-amz-request-id", &ids.request_id),
        ("x-amz-id-2", &ids.host_id),
    ] {
        if let Ok(id) = HeaderValue::from_str(id) {
            sorted.insert(name, id);
        }
    }
    sorted.insert(SERVER, HeaderValue::from_static("AmazonS3"));
    let keep_length = sorted.get(CONTENT_LENGTH).cloned();
    stamp(&mut sorted, now, length);
    if let Some(length) = keep_length {
        // A HEAD announces the length of what it does not send.
        sorted.insert(CONTENT_LENGTH, length);
    }
    sorted
}
