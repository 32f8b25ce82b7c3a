//! The documents that are answered.

use bytes::Bytes;
use rolecall_account::Operation;

use super::{Envelope, QueryError, QueryService};
use crate::visit::Document;
use crate::xml::Element;

/// What a service answers, as a document.
pub(super) fn document(
    service: &QueryService,
    operation: Option<Operation>,
    answer: Result<Vec<Element>, QueryError>,
    id: &str,
) -> Document {
    let envelope = service.envelope;
    let (root, refused) = match answer {
        Ok(result) => (result_document(envelope, operation, result, id), None),
        Err(error) => (
            error_document(envelope, error.fault(), error.code, &error.message, id),
            Some(error),
        ),
    };
    Document {
        content_type: "text/xml",
        body: Bytes::from(service.document(&root)),
        refused,
    }
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
