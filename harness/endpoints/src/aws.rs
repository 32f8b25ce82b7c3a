//! The AWS endpoint: which service a host stands for.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use rolecall_account::Stage;

use crate::edge::{Edge, Reply};
use crate::place::Caller;
use crate::xml::{self, Element};

const DOMAIN: &str = ".amazonaws.com";

/// A host of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host<'a> {
    /// S3, with the bucket if the host names it (virtual-hosted style).
    S3 { bucket: Option<&'a str> },
    /// STS, in a region or, under its oldest name, in none.
    Sts { region: Option<&'a str> },
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
        if name == "sts" {
            return Some(Self::Sts { region: None });
        }
        if let Some(region) = name.strip_prefix("sts.").filter(|name| !name.contains('.')) {
            let region = Some(region);
            return Some(Self::Sts { region });
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
            Self::Sts { region } => Some(region.unwrap_or(GLOBAL_REGION)),
            Self::S3 { .. } | Self::Other => None,
        }
    }
}

/// Answers for the services that this account does not speak, as a query service answers for an
/// action it has not.
pub(crate) fn not_served(edge: Edge) -> Router {
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

    #[test]
    fn hosts() {
        let s3 = |bucket| Some(Host::S3 { bucket });
        for (host, expected) in [
            ("s3.us-east-1.amazonaws.com", s3(None)),
            ("s3.amazonaws.com:443", s3(None)),
            ("s3-eu-west-1.amazonaws.com", s3(None)),
            ("photos.s3.us-east-1.amazonaws.com", s3(Some("photos"))),
            ("my.photos.s3.amazonaws.com", s3(Some("my.photos"))),
            ("sts.amazonaws.com", Some(Host::Sts { region: None })),
            (
                "sts.eu-west-1.amazonaws.com",
                Some(Host::Sts {
                    region: Some("eu-west-1"),
                }),
            ),
            ("ec2.us-east-1.amazonaws.com", Some(Host::Other)),
            ("example.com", None),
        ] {
            assert_eq!(Host::parse(host), expected, "{host}");
        }
    }
}
