//! Which operation a request names: by method, by the shape of the path and by its query keys,
//! before the body is read.

use http::request::Parts;
use http::{HeaderName, Method};
use rolecall_account::Operation;

use super::address::Address;

/// Query keys that choose no other operation and change nothing in the ones below.
const HARMLESS_KEYS: &[&str] = &["x-id"];

/// Headers that ask for something this account has not. Left unread they would be promises broken
/// in silence.
const UNSERVED_HEADERS: &[&str] = &[
    "expires",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-expected-bucket-owner",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
];

/// Beginnings of header names, likewise.
const UNSERVED_PREFIXES: &[&str] = &[
    "x-amz-grant-",
    "x-amz-object-lock-",
    "x-amz-server-side-encryption-",
    "x-amz-write-offset-",
];

/// The operation, or `None` for everything that is not served.
pub(super) fn operation(request: &Parts, address: &Address) -> Option<Operation> {
    let keys = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let mut keys = keys.map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key));
    let plain =
        keys.all(|key| HARMLESS_KEYS.contains(&key)) && !request.headers.keys().any(is_unserved);
    if !plain || address.bucket.is_none() || address.key.is_none() {
        return None;
    }
    match request.method {
        Method::PUT => Some(Operation::PutObject),
        Method::GET => Some(Operation::GetObject),
        Method::HEAD => Some(Operation::HeadObject),
        _ => None,
    }
}

fn is_unserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    UNSERVED_HEADERS.contains(&name)
        || UNSERVED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn name(method: &str, uri: &str, header: Option<&'static str>) -> Option<Operation> {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(header) = header {
            request = request.header(header, "x");
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let address = Address::of("s3.amazonaws.com", &parts.uri).unwrap();
        operation(&parts, &address)
    }

    #[test]
    fn names() {
        assert_eq!(
            name("PUT", "/b/k?x-id=PutObject", None),
            Some(Operation::PutObject)
        );
        assert_eq!(name("GET", "/b/k", None), Some(Operation::GetObject));
        assert_eq!(name("HEAD", "/b/k", None), Some(Operation::HeadObject));
    }

    #[test]
    fn what_is_not_served_has_no_name() {
        for (method, uri) in [
            ("PUT", "/b/k?partNumber=1&uploadId=x"),
            ("GET", "/b/k?acl"),
            ("PUT", "/b"),
            ("GET", "/"),
            ("DELETE", "/b/k"),
            ("POST", "/b/k?uploads"),
        ] {
            assert_eq!(name(method, uri, None), None, "{method} {uri}");
        }
        for header in [
            "x-amz-acl",
            "x-amz-server-side-encryption-customer-key",
            "if-none-match",
            "range",
        ] {
            assert_eq!(name("PUT", "/b/k", Some(header)), None, "{header}");
        }
    }
}
