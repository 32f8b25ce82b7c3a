//! What a service speaks: its errors, its documents, and what it calls its operations.

use bytes::Bytes;
use http::request::Parts;
use rolecall_account::{Arrival, Operation, SimInstant, SsoError, World};
use serde_json::json;

use crate::json::{self, JsonService};
use crate::query::QueryService;
use crate::xml::{self, Element};
use crate::{container, imds, query, sso};

/// A service, as its clients hear it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect {
    Imds,
    Container,
    /// The agent of EKS Pod Identity.
    Agent,
    Query(&'static QueryService),
    Json(&'static JsonService),
    /// The portal of IAM Identity Center.
    Portal,
    #[cfg(feature = "s3")]
    S3,
    /// A service that this account does not have.
    Unserved,
}

/// The format of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// JSON in which the credentials are a member, in the portal's spelling.
    Portal,
    Xml,
    Text,
}

/// An error as it is sent.
pub(super) struct Spoken {
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
}

impl Dialect {
    /// What a request is taken for; `form` is its body where the dialect reads one.
    pub(super) fn operation(self, head: &Parts, form: &[u8]) -> Option<Operation> {
        match self {
            Self::Imds => imds::operation(head),
            Self::Container => container::operation(head),
            Self::Agent => container::agent_operation(head),
            Self::Query(service) => query::named(service, head, form),
            Self::Json(service) => json::named(service, head),
            Self::Portal => sso::operation(head),
            #[cfg(feature = "s3")]
            Self::S3 => crate::s3::named(head),
            Self::Unserved => None,
        }
    }

    /// Whether the operation is named in the body.
    pub(super) fn reads_forms(self) -> bool {
        matches!(self, Self::Query(_))
    }

    /// The format of the service's documents.
    pub(super) fn format(self) -> Format {
        match self {
            Self::Imds | Self::Container | Self::Agent | Self::Json(_) => Format::Json,
            Self::Query(_) => Format::Xml,
            Self::Portal => Format::Portal,
            #[cfg(feature = "s3")]
            Self::S3 => Format::Text,
            Self::Unserved => Format::Text,
        }
    }

    /// What the service says to one who asks too often: status, code and message. For the metadata
    /// service and the container endpoint that is unsourced.
    pub(super) fn throttled(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Imds => (503, "ServiceUnavailable", "Service Unavailable"),
            Self::Container | Self::Agent => (429, "TooManyRequests", "Too Many Requests"),
            #[cfg(feature = "s3")]
            Self::S3 => (503, "SlowDown", "Please reduce your request rate."),
            Self::Json(_) => (400, "ThrottlingException", "Rate exceeded"),
            // sso.errors.throttled
            Self::Portal => (429, "TooManyRequestsException", "Rate exceeded"),
            Self::Query(_) | Self::Unserved => (400, "Throttling", "Rate exceeded"),
        }
    }

    /// An error of that code, as the service speaks it.
    pub(super) fn error(
        self,
        status: u16,
        code: &str,
        message: &str,
        (world, arrival, now): (&World, Arrival, SimInstant),
    ) -> Spoken {
        let text = |name, text: &str| Element::Text(name, text.to_owned());
        let (content_type, body): (_, Bytes) = match self {
            Self::Imds => {
                let document =
                    json!({ "Code": code, "Message": message, "LastUpdated": now.to_string() });
                ("application/json", format!("{document:#}").into())
            }
            Self::Container => {
                let document = json!({ "code": code, "message": message });
                ("application/json", document.to_string().into())
            }
            // container.agent.text-errors
            Self::Agent => ("text/plain; charset=utf-8", format!("{message}\n").into()),
            Self::Query(service) => {
                let fault = query::fault(status);
                let root = query::error_document(
                    service.envelope,
                    fault,
                    code,
                    message,
                    &world.request_id(arrival),
                );
                ("text/xml", service.document(&root).into())
            }
            Self::Json(_) => {
                let document = json::error_document(code, message);
                ("application/x-amz-json-1.1", document.into())
            }
            Self::Portal => (sso::CONTENT, SsoError::document(code, message).into()),
            #[cfg(feature = "s3")]
            Self::S3 => {
                let ids = world.s3_request_ids(arrival);
                (
                    "application/xml",
                    crate::s3::error_document(code, message, &[], &ids),
                )
            }
            Self::Unserved => {
                let error = vec![text("Code", code), text("Message", message)];
                let root = Element::Parent("ErrorResponse", vec![Element::Parent("Error", error)]);
                ("text/xml", xml::document(&root).into())
            }
        };
        Spoken { content_type, body }
    }
}
