//! AWS's URI encoding of paths and queries.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::rules::PathRule;

/// All but RFC 3986's unreserved characters, in upper-case hex.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The path of a canonical request, from the path as sent.
pub(super) fn canonical_path(sent: &str, rule: PathRule) -> String {
    let path = match rule {
        // Segment by segment, so that an encoded slash stays one.
        PathRule::EncodedOnce => join(sent.split('/').map(reencode)),
        PathRule::Normalized => join(
            normalized_segments(sent)
                .into_iter()
                .map(|segment| encode(segment.as_bytes())),
        ),
    };
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

fn join(segments: impl Iterator<Item = String>) -> String {
    segments.collect::<Vec<_>>().join("/")
}

/// RFC 3986, 5.2.4, and without empty segments but for those at both ends.
fn normalized_segments(sent: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let last = sent.rsplit('/').next();
    if !kept.is_empty() && matches!(last, Some("" | "." | "..")) {
        kept.push("");
    }
    kept.insert(0, "");
    kept
}

/// The parameter that holds the signature of what is signed in the query.
pub(super) const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// The parameters of a canonical request, encoded and sorted, from the query as sent. The signature
/// is none of them: it cannot sign itself.
///
/// A parameter without `=` has an empty value. A plus sign is itself, not a space: what the SDKs
/// send is percent-encoded throughout. How AWS reads one in a query is unsourced.
pub(super) fn canonical_query(sent: Option<&str>) -> Vec<(String, String)> {
    let mut parameters: Vec<_> = sent
        .unwrap_or_default()
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (reencode(name), reencode(value))
        })
        .filter(|(name, _)| name != SIGNATURE_PARAMETER)
        .collect();
    // By what they are encoded to, which is not the order of what they mean.
    parameters.sort();
    parameters
}

/// What `text` means, percent-decoded; a `%` that starts no escape is itself.
pub(super) fn decode(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
}

fn reencode(text: &str) -> String {
    encode(&decode(text))
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (sent, encoded_once, normalized) in [
            ("", "/", "/"),
            ("/", "/", "/"),
            ("//", "//", "/"),
            ("/a//b/", "/a//b/", "/a/b/"),
            ("/a/./b/../c", "/a/./b/../c", "/a/c"),
            ("/a/..", "/a/..", "/"),
            ("/a/b/.", "/a/b/.", "/a/b/"),
            ("/../a", "/../a", "/a"),
            ("/a%20b", "/a%20b", "/a%2520b"),
            ("/a b", "/a%20b", "/a%20b"),
            ("/a$(1)", "/a%24%281%29", "/a%24%281%29"),
            ("/a%2fb%7E", "/a%2Fb~", "/a%252fb%257E"),
            ("/a+b~c*d", "/a%2Bb~c%2Ad", "/a%2Bb~c%2Ad"),
            ("/100%", "/100%25", "/100%25"),
            ("/%E6%97%A5", "/%E6%97%A5", "/%25E6%2597%25A5"),
        ] {
            assert_eq!(
                canonical_path(sent, PathRule::EncodedOnce),
                encoded_once,
                "{sent}"
            );
            assert_eq!(
                canonical_path(sent, PathRule::Normalized),
                normalized,
                "{sent}"
            );
        }
    }

    #[test]
    fn queries() {
        for (sent, canonical) in [
            (None, ""),
            (Some(""), ""),
            (Some("a"), "a="),
            (Some("a="), "a="),
            (Some("=a"), "=a"),
            (Some("b=2&a=1&&"), "a=1&b=2"),
            (Some("a=2&a=10&A=3&a"), "A=3&a=&a=10&a=2"),
            (Some("a-b=1&a=1&a%3Db=1"), "a=1&a%3Db=1&a-b=1"),
            (Some("a=b=c"), "a=b%3Dc"),
            (Some("a=%7e%2f%20+%zz"), "a=~%2F%20%2B%25zz"),
            (Some("a=é"), "a=%C3%A9"),
            (Some("X-Amz-Signature=0&X%2dAmz-Signature&b"), "b="),
        ] {
            let parameters: Vec<String> = canonical_query(sent)
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(parameters.join("&"), canonical, "{sent:?}");
        }
    }
}
