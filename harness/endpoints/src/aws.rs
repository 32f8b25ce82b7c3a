//! The AWS endpoint: which service a host stands for.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use rolecall_account::Stage;

use crate::edge::{Edge, Reply};
use crate::fault::Dialect;
use crate::json::{self, JsonService};
use crate::place::Caller;
use crate::query::{self, QueryService};
use crate::sso;
use crate::xml::{self, Element};

const DOMAIN: &str = ".amazonaws.com";

/// A host of AWS.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Host<'a> {
    /// S3, with the bucket if the host names it (virtual-hosted style).
    S3 {
        #[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "S3 alone reads it"))]
        bucket: Option<&'a str>,
    },
    /// A service of the query protocol, in a region or, under its oldest name, in none.
    Query {
        service: &'static QueryService,
        region: Option<&'a str>,
    },
    /// A service of the JSON protocol, in a region.
    Json {
        service: &'static JsonService,
        region: &'a str,
    },
    /// The portal of IAM Identity Center, in a region.
    Portal,
    /// Any other service of AWS.
    Other,
}

/// The region that an endpoint without one is in.
const GLOBAL_REGION: &str = "us-east-1";

impl<'a> Host<'a> {
    /// What `host`, with or without a port, stands for; `None` if it is none of AWS's.
    pub(crate) fn parse(host: &'a str) -> Option<Self> {
        let name = host
            .split_once(':')
            .map_or(host, |(name, _)| name)
            .strip_suffix(DOMAIN)?;
        let (first, region) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let mut services = query::SERVICES.into_iter();
        let service = services.find(|service| service.rules.service == first);
        // sso.portal.host
        if let ("portal", Some(rest)) = (first, region)
            && rest
                .split_once('.')
                .is_some_and(|(second, region)| second == "sso" && !region.contains('.'))
        {
            return Some(Self::Portal);
        }
        // A bucket may be called as a service is.
        let is_region =
            |name: &str| !name.contains('.') && name != "s3" && !name.starts_with("s3-");
        if let Some(service) = service.filter(|_| region.is_none_or(is_region)) {
            return Some(Self::Query { service, region });
        }
        let mut services = json::SERVICES.into_iter();
        let service = services.find(|service| service.rules.service == first);
        if let (Some(service), Some(region)) = (service, region.filter(|name| is_region(name))) {
            return Some(Self::Json { service, region });
        }
        // `s3`, `s3.REGION`, and the older `s3-REGION`, each perhaps after a bucket, which may
        // have dots of its own.
        let is_s3 = |name: &str| name == "s3" || name.starts_with("s3.") || name.starts_with("s3-");
        if is_s3(name) {
            return Some(Self::S3 { bucket: None });
        }
        let bucket = name
            .match_indices('.')
            .rev()
            .map(|(at, _)| name.split_at(at));
        let mut bucket = bucket
            .filter(|(_, rest)| is_s3(&rest[1..]))
            .map(|(bucket, _)| bucket);
        Some(bucket.next().map_or(Self::Other, |bucket| Self::S3 {
            bucket: Some(bucket),
        }))
    }

    /// The region that a signature must name there; `None` where the host does not say.
    pub(crate) fn region(self) -> Option<&'a str> {
        match self {
            // sts.endpoints.region
            Self::Query { region, .. } => Some(region.unwrap_or(GLOBAL_REGION)),
            Self::Json { region, .. } => Some(region),
            Self::S3 { .. } | Self::Portal | Self::Other => None,
        }
    }
}

/// The services behind the AWS endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    #[cfg(feature = "s3")]
    s3: Router,
    query: Vec<(&'static QueryService, Router)>,
    json: Vec<(&'static JsonService, Router)>,
    portal: Router,
    not_served: Router,
}

impl Services {
    pub(crate) fn new(edge: &Edge) -> Self {
        let query = query::SERVICES.into_iter();
        Self {
            #[cfg(feature = "s3")]
            s3: crate::s3::router(edge.clone()),
            query: query
                .map(|service| (service, query::router(edge.clone(), service)))
                .collect(),
            json: json::SERVICES
                .into_iter()
                .map(|service| (service, json::router(edge.clone(), service)))
                .collect(),
            portal: sso::router(edge.clone()),
            not_served: not_served(edge.clone()),
        }
    }

    /// The one that signatures name so.
    pub(crate) fn signed_for(&self, name: &str) -> (Dialect, Router) {
        #[cfg(feature = "s3")]
        if name == "s3" {
            return (Dialect::S3, self.s3.clone());
        }
        if name == sso::SERVICE {
            return (Dialect::Portal, self.portal.clone());
        }
        let mut query = self.query.iter();
        let found = query.find(|(service, _)| service.rules.service == name);
        let mut json = self.json.iter();
        let in_json = json.find(|(service, _)| service.rules.service == name);
        match (found, in_json) {
            (Some((service, router)), _) => (Dialect::Query(service), router.clone()),
            (None, Some((service, router))) => (Dialect::Json(service), router.clone()),
            (None, None) => (Dialect::Unserved, self.not_served.clone()),
        }
    }

    /// The one at that host.
    pub(crate) fn at(&self, host: Host<'_>) -> (Dialect, Router) {
        self.signed_for(match host {
            Host::S3 { .. } => "s3",
            Host::Query { service, .. } => service.rules.service,
            Host::Json { service, .. } => service.rules.service,
            Host::Portal => sso::SERVICE,
            Host::Other => "",
        })
    }
}

/// Answers for the services that this account does not speak, as a query service answers for an
/// action it has not.
fn not_served(edge: Edge) -> Router {
    Router::new().fallback(any(invalid_action)).with_state(edge)
}

async fn invalid_action(
    State(edge): State<Edge>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    const CODE: &str = "InvalidAction";
    edge.answer(&caller, None, request.into_parts().0, |_, _| {
        let message = "The action or operation requested is invalid. Verify that the action is typed correctly.";
        let error = vec![
            Element::Text("Type", "Sender".to_owned()),
            Element::Text("Code", CODE.to_owned()),
            Element::Text("Message", message.to_owned()),
        ];
        let root = Element::Parent("ErrorResponse", vec![Element::Parent("Error", error)]);
        Reply::refused(400, "text/xml", xml::document(&root), CODE, Stage::Operation, message.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The service and the region.
    fn of(host: &str) -> Option<(&str, Option<&str>)> {
        Some(match Host::parse(host)? {
            Host::S3 { bucket } => ("s3", bucket),
            Host::Query { service, region } => (service.rules.service, region),
            Host::Json { service, region } => (service.rules.service, Some(region)),
            Host::Portal => ("awsssoportal", None),
            Host::Other => ("other", None),
        })
    }

    #[test]
    fn hosts() {
        for (host, expected) in [
            ("s3.us-east-1.amazonaws.com", Some(("s3", None))),
            ("s3.amazonaws.com:443", Some(("s3", None))),
            ("s3-eu-west-1.amazonaws.com", Some(("s3", None))),
            (
                "photos.s3.us-east-1.amazonaws.com",
                Some(("s3", Some("photos"))),
            ),
            (
                "my.photos.s3.amazonaws.com",
                Some(("s3", Some("my.photos"))),
            ),
            ("iam.s3.amazonaws.com", Some(("s3", Some("iam")))),
            ("sts.amazonaws.com", Some(("sts", None))),
            (
                "sts.eu-west-1.amazonaws.com",
                Some(("sts", Some("eu-west-1"))),
            ),
            ("iam.amazonaws.com", Some(("iam", None))),
            (
                "ec2.eu-west-1.amazonaws.com",
                Some(("ec2", Some("eu-west-1"))),
            ),
            (
                "cloudtrail.eu-west-1.amazonaws.com",
                Some(("cloudtrail", Some("eu-west-1"))),
            ),
            (
                "portal.sso.eu-west-1.amazonaws.com",
                Some(("awsssoportal", None)),
            ),
            ("portal.sso.amazonaws.com", Some(("other", None))),
            ("portal.s3.amazonaws.com", Some(("s3", Some("portal")))),
            ("sqs.us-east-1.amazonaws.com", Some(("other", None))),
            ("example.com", None),
        ] {
            assert_eq!(of(host), expected, "{host}");
        }
    }
}
