//! What a presigned URL says in its query that other requests say in headers.

use http::request::Parts;
use http::{HeaderName, HeaderValue};
use rolecall_account::sigv4::QueryParameter;

use super::decide::parameters;
use super::spent::with_query;

/// With what the names of metadata begin.
const METADATA: &str = "x-amz-meta-";

/// Names, and beginnings of names, that are signed like the others and have no effect: SDKs compute
/// such checksums of a body that they have not got (`s3.presigned.checksums`).
const WITHOUT_EFFECT: &[&str] = &[
    "x-amz-checksum-",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-user-agent",
];

/// Reads metadata in the query of a presigned request as headers (`s3.presigned.metadata`), and
/// takes out what has no effect. What is in a header too, or cannot be in one, is left as it is.
pub(super) fn settle(head: &Parts, bare: &mut Parts) {
    let Some(query) = bare.uri.query().filter(|_| is_presigned(head)) else {
        return;
    };
    let mut kept = Vec::new();
    for (pair, (name, value)) in query.split('&').zip(parameters(query)) {
        let name = name.to_ascii_lowercase();
        if WITHOUT_EFFECT.iter().any(|known| name.starts_with(known)) {
            continue;
        }
        let header = name.starts_with(METADATA).then(|| {
            let name = HeaderName::try_from(name).ok()?;
            let value = HeaderValue::try_from(value).ok()?;
            Some((name, value)).filter(|(name, _)| !bare.headers.contains_key(name))
        });
        match header.flatten() {
            Some((name, value)) => drop(bare.headers.insert(name, value)),
            None => kept.push(pair),
        }
    }
    bare.uri = with_query(&bare.uri, &kept);
}

fn is_presigned(head: &Parts) -> bool {
    let names = head.uri.query().unwrap_or_default().split('&');
    names
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
        .any(|name| QueryParameter::named(name) == Some(QueryParameter::Signature))
}
