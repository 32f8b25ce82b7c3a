//! The answer: its document, its headers and its entry in the journal.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use rolecall_account::{
    BodyRecord, Exchange, Operation, Refusal, RequestRecord, ResponseRecord, SimInstant,
};

use super::{Envelope, QueryError, QueryService, Visit};
use crate::edge::{stamp, status_of};
use crate::place::Caller;
use crate::xml::Element;

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
    service: &QueryService,
    sent: Sent<'_>,
    answer: Result<Vec<Element>, QueryError>,
) -> (Exchange, Bytes) {
    let Visit {
        operation,
        session,
        by_machine_time,
        decision,
        parameters,
        asked,
    } = sent.visit;
    let request = RequestRecord {
        parameters,
        ..sent.request
    };
    let id = sent.id;
    let (status, root, decision, refusal) = match answer {
        Ok(result) => {
            let root = result_document(service.envelope, operation, result, id);
            (StatusCode::OK, root, decision, None)
        }
        Err(mut error) => {
            let (root, decision) = (
                error_document(
                    service.envelope,
                    error.fault(),
                    error.code,
                    &error.message,
                    id,
                ),
                error.decision.take(),
            );
            (
                status_of(error.status),
                root,
                decision,
                Some(refusal(error)),
            )
        }
    };
    let body = Bytes::from(service.document(&root));
    let exchange = Exchange {
        operation,
        caller: sent.caller.name.to_string(),
        request,
        response: Some(ResponseRecord {
            status,
            headers: headers(id, sent.now, body.len()),
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

/// `sts.query.result-document`.
fn result_document(
    envelope: Envelope,
    operation: Option<Operation>,
    result: Vec<Element>,
    id: &str,
) -> Element {
    let name = operation.map_or("", Operation::name);
    if envelope == Envelope::Ec2 {
        // ec2.query.documents
        let mut members = vec![Element::Text("requestId", id.to_owned())];
        members.extend(result);
        return Element::Named(format!("{name}Response"), members);
    }
    let metadata = vec![Element::Text("RequestId", id.to_owned())];
    Element::Named(
        format!("{name}Response"),
        vec![
            Element::Named(format!("{name}Result"), result),
            Element::Parent("ResponseMetadata", metadata),
        ],
    )
}

/// `sts.errors.document`.
pub(crate) fn error_document(
    envelope: Envelope,
    fault: &str,
    code: &str,
    message: &str,
    id: &str,
) -> Element {
    let text = |name, text: &str| Element::Text(name, text.to_owned());
    if envelope == Envelope::Ec2 {
        // ec2.query.documents
        let error = vec![text("Code", code), text("Message", message)];
        let errors = Element::Parent("Errors", vec![Element::Parent("Error", error)]);
        return Element::Parent("Response", vec![errors, text("RequestID", id)]);
    }
    let inner = vec![
        text("Type", fault),
        text("Code", code),
        text("Message", message),
    ];
    let outer = vec![Element::Parent("Error", inner), text("RequestId", id)];
    Element::Parent("ErrorResponse", outer)
}

fn refusal(error: QueryError) -> Refusal {
    Refusal {
        code: error.code.to_owned(),
        stage: error.stage,
        message: error.message,
        detail: error.detail,
    }
}

fn headers(id: &str, now: SimInstant, length: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    stamp(&mut headers, now, length);
    headers
}
