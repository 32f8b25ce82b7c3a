//! What is behind a listener.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use rolecall_account::s3::S3Code;
use serde_json::json;
use tower::ServiceExt;

use super::launched::Launched;
use super::line::Malformed;
use crate::aws::Services;
use crate::edge::{Edge, status_of};
use crate::fault::{self, Dialect, Responder};
use crate::place::{Caller, Place};
use crate::xml::{self, Element};
use crate::{container, imds, json, record, sso};

/// Whoever answers at a listener.
#[derive(Clone, Debug)]
pub(super) enum Service {
    /// The one AWS endpoint.
    Aws {
        caller: Caller,
        services: Services,
        launched: Arc<Launched>,
    },
    /// What an instance, a task or a pod is told about itself.
    Place {
        caller: Caller,
        dialect: Dialect,
        responder: Responder,
    },
    /// The control routes, which no fault concerns.
    Control(Router, Arc<Launched>),
}

impl Service {
    pub(super) fn aws(edge: &Edge, caller: Caller, launched: Arc<Launched>) -> Self {
        Self::Aws {
            caller,
            services: Services::new(edge),
            launched,
        }
    }

    /// Nothing answers a laptop but AWS itself.
    pub(super) fn of_place(edge: &Edge, name: &str, place: &Place) -> Option<Self> {
        let (dialect, responder) = match place {
            Place::Instance(_) => (Dialect::Imds, Responder::Metadata),
            Place::Task(_) => (Dialect::Container, container::router(edge.clone()).into()),
            Place::Pod(_) => (Dialect::Agent, container::pod_router(edge.clone()).into()),
            Place::Laptop => return None,
        };
        let recorded = edge.recording(place);
        let replay = |replay| record::router(edge.clone(), replay).into();
        Some(Self::Place {
            caller: caller(name, place.clone()),
            dialect,
            responder: recorded.map_or(responder, replay),
        })
    }

    /// Whom a fault takes for the client; nobody at the control routes.
    pub(super) fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Aws { caller, .. } | Self::Place { caller, .. } => Some(caller),
            Self::Control(..) => None,
        }
    }

    pub(super) async fn answer(&self, edge: &Edge, request: Request<Body>) -> Response {
        match self {
            Self::Aws {
                caller,
                services,
                launched,
            } => {
                let (head, body) = request.into_parts();
                let name = service_asked_for(&head.uri, &head.headers);
                let name = name.as_deref().unwrap_or("s3");
                let (dialect, router) = services.signed_for(name);
                let request = Request::from_parts(head, body);
                let response = fault::ask(edge, dialect, router.into(), caller, request).await;
                if name == "ec2" {
                    launched.look().await;
                }
                response
            }
            Self::Place {
                caller,
                dialect,
                responder,
            } => fault::ask(edge, *dialect, responder.clone(), caller, request).await,
            Self::Control(router, launched) => match router.clone().oneshot(request).await {
                Ok(response) => {
                    launched.look().await;
                    response
                }
                Err(never) => match never {},
            },
        }
    }

    /// What it says to bytes that are no request.
    pub(super) fn malformed(&self, edge: &Edge) -> Malformed {
        let edge = edge.clone();
        let said: fn(StatusCode) -> Said = match self {
            Self::Aws { .. } => by_aws,
            Self::Place {
                dialect: Dialect::Imds,
                ..
            } => |status| (status, "text/html", imds::page(status)),
            // As the HTTP library of the agents says it.
            Self::Place { .. } => |status| (status, "text/plain", status.to_string()),
            Self::Control(..) => |status| {
                let message =
                    json!({ "code": "bad-request", "message": "that is no HTTP request" });
                (status, "application/json", message.to_string())
            },
        };
        Arc::new(move |status| {
            let (status, content_type, body) = said(status_of(status));
            let (length, date) = (body.len(), edge.now().http_date());
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
                 date: {date}\r\nconnection: close\r\n\r\n"
            );
            Bytes::from(head + &body)
        })
    }
}

/// Status, content type and body.
type Said = (StatusCode, &'static str, String);

/// S3 speaks for all: what is no request names no service (`s3.errors.no-http`).
fn by_aws(status: StatusCode) -> Said {
    let code = match status {
        StatusCode::URI_TOO_LONG | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            S3Code::RequestHeaderSectionTooLarge
        }
        _ => S3Code::BadRequest,
    };
    let error = vec![
        Element::Text("Code", code.as_str().to_owned()),
        Element::Text("Message", code.message().to_owned()),
    ];
    let document = xml::document(&Element::Parent("Error", error));
    let body = String::from_utf8_lossy(&document).into_owned();
    (status_of(code.status()), "application/xml", body)
}

fn caller(name: &str, place: Place) -> Caller {
    Caller {
        name: Arc::from(name),
        place,
    }
}

/// Which service a request to the one endpoint is for; `None` for S3, perhaps anonymous. The first
/// that says anything: the scope of the signature, in the header or in the query; a form, or an
/// action in the query, by its version.
pub(crate) fn service_asked_for(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let query = uri.query().unwrap_or_default();
    let key = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let scope_in_header = header("authorization").and_then(|value| {
        let (_, credential) = value.split_once("Credential=")?;
        credential.split(',').next()?.split('/').nth_back(1)
    });
    let scope_in_query = key("X-Amz-Credential").and_then(|value| {
        let mut parts = value.rsplit("%2F").flat_map(|part| part.rsplit('/'));
        parts.nth(1)
    });
    if let Some(service) = scope_in_header.or(scope_in_query) {
        return Some(service.to_owned());
    }
    let form = header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let at_the_root = uri.path() == "/";
    if at_the_root && (form || key("Action").is_some()) {
        return Some(match key("Version") {
            Some("2010-05-08") => "iam".to_owned(),
            Some("2016-11-15") => "ec2".to_owned(),
            _ => "sts".to_owned(),
        });
    }
    if sso::is_for_portal(uri, headers) {
        return Some(sso::SERVICE.to_owned());
    }
    header("x-amz-target").map(|target| {
        let first = || target.split('.').next().unwrap_or(target);
        json::service_of(target).unwrap_or_else(first).to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let request = headers.iter().fold(
            http::Request::builder().method(method).uri(uri),
            |request, (name, value)| request.header(*name, *value),
        );
        let (head, ()) = request.body(()).unwrap().into_parts();
        service_asked_for(&head.uri, &head.headers)
    }

    #[test]
    fn the_first_that_says_anything_decides() {
        let signed = |service: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=AKID/20310501/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        let form = (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        assert_eq!(
            of("POST", "/", &[("authorization", &signed("sts")), form]).as_deref(),
            Some("sts")
        );
        assert_eq!(
            of("PUT", "/b/k", &[("authorization", &signed("s3"))]).as_deref(),
            Some("s3")
        );
        let presigned = "/b/k?X-Amz-Algorithm=a&X-Amz-Credential=AKID%2F20310501%2Fus-east-1%2Fs3%2Faws4_request";
        assert_eq!(of("GET", presigned, &[]).as_deref(), Some("s3"));
        assert_eq!(of("POST", "/", &[form]).as_deref(), Some("sts"));
        assert_eq!(
            of("GET", "/?Action=ListUsers&Version=2010-05-08", &[]).as_deref(),
            Some("iam")
        );
        assert_eq!(
            of(
                "POST",
                "/",
                &[("x-amz-target", "CloudTrail_20131101.LookupEvents")]
            )
            .as_deref(),
            Some("cloudtrail")
        );
        // A bucket may be called so: the token makes the difference.
        let portal = "/federation/credentials?role_name=a&account_id=1";
        let token = ("x-amz-sso_bearer_token", "t");
        assert_eq!(of("GET", portal, &[token]).as_deref(), Some("awsssoportal"));
        assert_eq!(of("GET", portal, &[]), None);
        assert_eq!(of("GET", "/federation", &[token]), None);
        assert_eq!(of("GET", "/b/k", &[]), None);
        assert_eq!(
            of("PUT", "/b/k", &[form]),
            None,
            "a form is an object like any other"
        );
    }
}
