//! What has done its work once a request is verified, and goes no further. The protocol crate must
//! not see a signature, or it would check it against the machine's clock.

use http::header::{CONTENT_ENCODING, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use rolecall_account::sigv4::QueryParameter;

use super::hoisted;

const SPENT_HEADERS: &[&str] = &[
    "authorization",
    "expect",
    "host",
    "transfer-encoding",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
];

/// The framing, which is not a part of what is stored.
const CHUNKED: &str = "aws-chunked";

/// A request without its signature and its framing, and with what its query says in place of
/// headers in headers.
pub(super) fn bare(head: &Parts) -> Parts {
    let mut bare = head.clone();
    bare.uri = without_signature(&head.uri);
    for spent in SPENT_HEADERS {
        bare.headers.remove(*spent);
    }
    unframe(&mut bare.headers);
    hoisted::settle(head, &mut bare);
    bare
}

fn without_signature(uri: &Uri) -> Uri {
    let Some(query) = uri.query() else {
        return uri.clone();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            QueryParameter::named(name).is_none()
        })
        .collect();
    with_query(uri, &kept)
}

/// The path of an address with some of its query.
pub(super) fn with_query(uri: &Uri, kept: &[&str]) -> Uri {
    let path = uri.path();
    let text = match kept {
        [] => path.to_owned(),
        _ => format!("{path}?{}", kept.join("&")),
    };
    // Less of what was an address is one still.
    PathAndQuery::try_from(text).map_or_else(|_| uri.clone(), Uri::from)
}

/// Removes the framing from `content-encoding`, and leaves the others in their order
/// (`s3.chunked.content-encoding`).
fn unframe(headers: &mut HeaderMap) {
    let Some(encodings) = all_of(headers) else {
        return;
    };
    let encodings = encodings.split(',').map(str::trim);
    let (framing, kept): (Vec<&str>, Vec<&str>) =
        encodings.partition(|encoding| encoding.eq_ignore_ascii_case(CHUNKED));
    if framing.is_empty() {
        return;
    }
    headers.remove(CONTENT_ENCODING);
    if let Ok(value) = HeaderValue::from_str(&kept.join(","))
        && !kept.is_empty()
    {
        headers.insert(CONTENT_ENCODING, value);
    }
}

/// All values with commas between; `None` if there is none, or one is no text.
fn all_of(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let texts: Vec<&str> = values
        .map(|value| value.to_str().ok())
        .collect::<Option<_>>()?;
    (!texts.is_empty()).then(|| texts.join(","))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn bare_of(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        bare(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_parameters_of_a_signature_go_and_the_others_stay() {
        for (sent, kept) in [
            ("/b/k", "/b/k"),
            ("/b/k?", "/b/k?"),
            ("/b/k?x-id=GetObject&a", "/b/k?x-id=GetObject&a"),
            (
                "/b/k?a=1&X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Date=c&X-Amz-Expires=d\
                 &X-Amz-SignedHeaders=e&X-Amz-Signature=f&X-Amz-Security-Token=g\
                 &X-Amz-Content-Sha256=h&b",
                "/b/k?a=1&b",
            ),
            ("/b/k?X-Amz-Date", "/b/k"),
            ("/b/k?X%2DAmz-Date=c", "/b/k"),
            ("/b/k?X-Amz-Other=c", "/b/k?X-Amz-Other=c"),
        ] {
            assert_eq!(bare_of(sent, &[]).uri, kept, "{sent}");
        }
    }

    #[test]
    fn every_spent_header_goes() {
        let sent: Vec<(&str, &str)> = SPENT_HEADERS.iter().map(|name| (*name, "x")).collect();
        assert!(bare_of("/", &sent).headers.is_empty());
    }

    #[test]
    fn only_the_framing_leaves_the_content_encoding() {
        for (sent, kept) in [
            (&["gzip"][..], Some("gzip")),
            (&["aws-chunked"], None),
            (&["AWS-Chunked , "], Some("")),
            (&["aws-chunked,gzip"], Some("gzip")),
            (&["gzip, aws-chunked"], Some("gzip")),
            (&["gzip", "aws-chunked", "br"], Some("gzip,br")),
        ] {
            let sent: Vec<_> = sent.iter().map(|it| ("content-encoding", *it)).collect();
            let headers = bare_of("/", &sent).headers;
            let found = headers.get("content-encoding");
            assert_eq!(found.map(|it| it.to_str().unwrap()), kept, "{sent:?}");
        }
    }
}
