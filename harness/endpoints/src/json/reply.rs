//! The answer: its document, its headers and its entry in the journal.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use rolecall_account::{BodyRecord, Exchange, Refusal, RequestRecord, ResponseRecord, SimInstant};
use serde_json::{Map, Value, json};

use super::Visit;
use crate::edge::{stamp, status_of};
use crate::place::Caller;
use crate::query::QueryError;

pub(crate) const CONTENT: &str = "application/x-amz-json-1.1";

/// What was sent, and what came of it.
pub(super) struct Sent<'a> {
    pub(super) caller: &'a Caller,
    pub(super) request: RequestRecord,
    pub(super) visit: Visit,
    pub(super) now: SimInstant,
    /// The request's id.
    pub(super) id: &'a str,
}

/// What is journalled, and the body to send.
pub(super) fn exchange(
    sent: Sent<'_>,
    answer: Result<Map<String, Value>, QueryError>,
) -> (Exchange, Bytes) {
    let Visit {
        operation,
        session,
        by_machine_time,
        decision,
        asked,
        parameters,
    } = sent.visit;
    let (status, document, decision, refusal) = match answer {
        Ok(result) => (
            StatusCode::OK,
            Value::Object(result).to_string(),
            decision,
            None,
        ),
        Err(error) => {
            let document = error_document(error.code, &error.message);
            let refusal = Refusal {
                code: error.code.to_owned(),
                stage: error.stage,
                message: error.message,
                detail: error.detail,
            };
            let status = status_of(error.status);
            (status, document, error.decision, Some(refusal))
        }
    };
    let body = Bytes::from(document);
    let exchange = Exchange {
        operation,
        caller: sent.caller.name.to_string(),
        request: RequestRecord {
            parameters,
            ..sent.request
        },
        response: Some(ResponseRecord {
            status,
            headers: headers(sent.id, sent.now, body.len()),
            body: BodyRecord::Document(body.clone()),
        }),
        session,
        by_machine_time,
        decision,
        asked,
        refusal,
        fault: None,
    };
    (exchange, body)
}

/// An error: its code and, if there is one, its message (`cloudtrail.protocol.json`).
pub(crate) fn error_document(code: &str, message: &str) -> String {
    let document = match message {
        "" => json!({ "__type": code }),
        message => json!({ "__type": code, "message": message }),
    };
    document.to_string()
}

fn headers(id: &str, now: SimInstant, length: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    stamp(&mut headers, now, length);
    headers
}
