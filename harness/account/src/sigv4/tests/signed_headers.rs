//! Lists of signed headers that do not fit.

use http::HeaderName;
use http::header::HOST;

use super::super::{Problem, ServiceRules, Stage, parse_header};
use super::sample::{COLOUR, Row, check, signed, text};

#[test]
fn lists_of_signed_headers_out_of_form() {
    let malformed = |found| Problem::SignedHeaderMalformed { found: text(found) };
    let rows: Vec<Row> = vec![
        (
            "upper case",
            |sent| sent.replace("authorization", ";host;", ";Host;"),
            malformed("Host"),
        ),
        (
            "an empty name",
            |sent| sent.replace("authorization", ";host;", ";;"),
            malformed(""),
        ),
        (
            "a name twice",
            |sent| sent.replace("authorization", ";host;", ";host;host;"),
            Problem::SignedHeaderRepeated { header: HOST },
        ),
        (
            "out of order",
            |sent| sent.replace("authorization", "content-type;host;", "host;content-type;"),
            Problem::SignedHeadersUnsorted {
                before: HOST,
                after: http::header::CONTENT_TYPE,
            },
        ),
    ];
    check(rows, Stage::SignedHeaders);
}

#[test]
fn signed_headers_that_are_not_those_sent() {
    let rows: Vec<Row> = vec![
        (
            "a signed header dropped",
            |sent| drop(sent.headers.remove(COLOUR)),
            Problem::SignedHeaderAbsent { header: COLOUR },
        ),
        (
            "the host not signed",
            |sent| sent.replace("authorization", ";host;", ";"),
            Problem::HostNotSigned,
        ),
        (
            "the token not signed",
            |sent| sent.replace("authorization", ";x-amz-security-token", ""),
            Problem::HeadersNotSigned {
                headers: vec![HeaderName::from_static("x-amz-security-token")],
            },
        ),
        (
            "headers added",
            |sent| {
                sent.append("x-amz-tagging", "a=b");
                sent.append("x-amz-acl", "public-read");
                sent.append("x-amzn-trace-id", "Root=1");
            },
            Problem::HeadersNotSigned {
                headers: vec![
                    HeaderName::from_static("x-amz-acl"),
                    HeaderName::from_static("x-amz-tagging"),
                ],
            },
        ),
    ];
    check(rows, Stage::SignedHeaders);
}

#[test]
fn the_payload_hash_header_need_not_be_signed() {
    let mut sent = signed();
    sent.replace("authorization", "x-amz-content-sha256;", "");
    assert!(parse_header(sent.head(), &ServiceRules::S3).is_ok());
}
