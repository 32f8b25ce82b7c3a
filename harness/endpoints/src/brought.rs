//! The condition keys that a request brings whatever it asks for.

use std::net::IpAddr;

use http::header::{HeaderName, REFERER, USER_AGENT};
use http::request::Parts;
use rolecall_account::policy::Context;

/// The other end of a connection: an extension of the requests that come over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Each from the header of its kind.
const HEADER_KEYS: [(HeaderName, &str); 2] =
    [(REFERER, "aws:Referer"), (USER_AGENT, "aws:UserAgent")];

/// policy.context.of-the-request
pub(crate) fn brought(head: &Parts) -> Context {
    let mut context = Context::new();
    for (header, key) in HEADER_KEYS {
        let value = head.headers.get(header);
        if let Some(text) = value.and_then(|value| value.to_str().ok()) {
            context.set(key, [text]);
        }
    }
    if let Some(Peer(address)) = head.extensions.get() {
        // A socket of both families gives IPv4 in the form of IPv6.
        context.set("aws:SourceIp", [address.to_canonical().to_string()]);
    }
    context
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    // policy.context.of-the-request
    #[test]
    fn a_request_brings_who_sends_it_and_from_where() {
        let request = Request::builder().header("user-agent", "client/1");
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let context = brought(&head);
        assert_eq!(context.values("aws:UserAgent"), ["client/1"]);
        assert!(context.values("aws:SourceIp").is_empty());
        assert!(context.values("aws:Referer").is_empty());
        for (address, told) in [
            ("127.0.0.1", "127.0.0.1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            head.extensions.insert(Peer(address.parse().unwrap()));
            assert_eq!(brought(&head).values("aws:SourceIp"), [told]);
        }
    }
}
