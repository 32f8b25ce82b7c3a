//! The head of a request, apart from the connection that it came by.

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};

/// Copies what the head holds of the buffer that it was read into. The journal keeps heads, and would
/// keep for each of them a buffer of eight KiB.
pub(super) fn let_go_of_the_buffer(head: &mut Parts) {
    if let Some(uri) = copied_uri(&head.uri) {
        head.uri = uri;
    }
    copy_values(&mut head.headers);
}

/// The same URI, if it is a path, as it is for all but proxies.
fn copied_uri(uri: &Uri) -> Option<Uri> {
    let is_path = uri.scheme().is_none() && uri.authority().is_none();
    let path = uri.path_and_query().filter(|_| is_path)?;
    Uri::from_maybe_shared(Bytes::copy_from_slice(path.as_str().as_bytes())).ok()
}

/// All values, in one piece of memory of their own.
fn copy_values(headers: &mut HeaderMap) {
    let length = headers.values().map(HeaderValue::len).sum();
    let mut all = BytesMut::with_capacity(length);
    for value in headers.values() {
        all.extend_from_slice(value.as_bytes());
    }
    let mut all = all.freeze();
    for value in headers.values_mut() {
        let own = all.split_to(value.len());
        // What was a value is one.
        if let Ok(mut copied) = HeaderValue::from_maybe_shared(own) {
            copied.set_sensitive(value.is_sensitive());
            *value = copied;
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_head_is_the_same_without_its_buffer() {
        for uri in [
            "/",
            "/a%20b?x=%2F&y",
            "*",
            "http://example.com/a?b",
            "example.com:443",
        ] {
            let mut head = Request::get(uri).body(()).unwrap().into_parts().0;
            let_go_of_the_buffer(&mut head);
            assert_eq!(
                head.uri.to_string(),
                uri.parse::<Uri>().unwrap().to_string()
            );
        }
    }

    proptest! {
        #[test]
        fn values_are_the_same(values in proptest::collection::vec(("[a-c]", "[\t -~\u{80}-\u{ff}]{0,20}"), 0..9)) {
            let mut headers = HeaderMap::new();
            for (name, value) in &values {
                let name: http::HeaderName = name.parse().unwrap();
                headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let before = headers.clone();
            copy_values(&mut headers);
            prop_assert_eq!(headers, before);
        }
    }
}
