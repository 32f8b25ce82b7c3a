//! What is done to good requests.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

use crate::draw::Draw;

const METHODS: &[&str] = &[
    "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "BREW",
];

const SCRAPS: &[&str] = &[
    "/",
    "//",
    "?",
    "&",
    "=",
    "%",
    "%00",
    "%ff",
    "%2F",
    "%2e%2e",
    "..",
    "*",
    "+",
    ";",
    "~",
    "é",
    "latest",
    "api",
    "token",
    "photos",
    "acl",
    "uploads",
    "x-id",
    "X-Amz-Signature=",
    "{task}",
    "%F0%9F%98%80",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// For forms, documents and the frames of chunks.
const BODY_SCRAPS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"%",
    b"&",
    b"&Action=AssumeRole",
    b"&DurationSeconds=99999999999",
    b"&DurationSeconds=-1",
    b"&Policy=%7B%22Statement%22%3A",
    b"&PolicyArns.member.2.arn=a",
    b"&PolicyArns.member.99999999999999999999.arn=a",
    b"&Tags.member.1.Key=a",
    b"<",
    b"</",
    b"]]>",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"<Key>",
    b"<Object>",
    b"<PartNumber>99999999999</PartNumber>",
    b"\r\n",
    b"0\r\n",
    b"fffffffffffffffff\r\n",
    b"1;chunk-signature=0\r\n",
    b"x-amz-checksum-crc32:AAAAAA==\r\n",
];

const NAMES: &[&str] = &[
    "authorization",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "expect",
    "host",
    "range",
    "transfer-encoding",
    "x-amz-acl",
    "x-amz-checksum-crc32",
    "x-amz-checksum-mode",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-meta-colour",
    "x-amz-security-token",
    "x-amz-storage-class",
    "x-amz-target",
    "x-amz-trailer",
    "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds",
];

const VALUES: &[&[u8]] = &[
    b"",
    b" ",
    b"0",
    b"-1",
    b"21600",
    b"99999999999999999999",
    b"5368709121",
    b"\xff\xfe",
    b"gr\xc3\xbcn",
    b"a,b",
    b"AWS4-HMAC-SHA256 ",
    b"AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
    b"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,SignedHeaders=host,Signature=00",
    b"AWS x:y",
    b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    b"UNSIGNED-PAYLOAD",
    b"20310230T250000Z",
    b"<a>&b;",
    b"aws-chunked",
    b"chunked",
    b"text/plain; charset=\"",
    b"photos.s3.us-east-1.amazonaws.com",
    b"..s3.amazonaws.com",
    b"x-amz-checksum-crc32",
];

/// Breaks one thing of a request.
pub(crate) fn spoil(draw: &mut Draw, request: &mut Request<Bytes>) {
    match draw.below(6) {
        0 => *request.method_mut() = Method::from_bytes(draw.of(METHODS).as_bytes()).unwrap(),
        1 | 2 => spoil_uri(draw, request),
        3 => {
            let name = HeaderName::from_static(draw.of(NAMES));
            let value = HeaderValue::from_bytes(draw.of(VALUES)).unwrap();
            if draw.one_in(2) {
                request.headers_mut().insert(name, value);
            } else {
                request.headers_mut().append(name, value);
            }
        }
        4 => {
            let names: Vec<_> = request.headers().keys().cloned().collect();
            if !names.is_empty() {
                request
                    .headers_mut()
                    .remove(&names[draw.below(names.len())]);
            }
        }
        _ => {
            let mut body = request.body().to_vec();
            spoil_bytes(draw, &mut body, BODY_SCRAPS);
            *request.body_mut() = body.into();
        }
    }
}

/// Puts a scrap in, takes bytes out, turns bits around, repeats a piece, or cuts.
pub(crate) fn spoil_bytes(draw: &mut Draw, bytes: &mut Vec<u8>, scraps: &[&[u8]]) {
    let at = draw.below(bytes.len() + 1);
    let until = at + draw.below(bytes.len() - at + 1);
    match draw.below(8) {
        0..=3 => drop(bytes.splice(at..at, draw.of(scraps).iter().copied())),
        4 => drop(bytes.drain(at..until)),
        5 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << draw.below(8);
            }
        }
        6 => {
            let piece = bytes[at..until].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => bytes.truncate(at),
    }
}

/// Inserts a scrap somewhere behind the host, or cuts there; keeps the old one if that is no URI.
fn spoil_uri(draw: &mut Draw, request: &mut Request<Bytes>) {
    let text = request.uri().to_string();
    let host_ends = text.find("://").map_or(0, |at| at + 3);
    let Some(path) = text[host_ends..].find('/').map(|at| host_ends + at) else {
        return;
    };
    let boundaries: Vec<_> = (path + 1..=text.len())
        .filter(|&at| text.is_char_boundary(at))
        .collect();
    let at = boundaries[draw.below(boundaries.len())];
    let tail = if draw.one_in(4) { "" } else { &text[at..] };
    let spoilt = format!("{}{}{tail}", &text[..at], draw.of(SCRAPS));
    if let Ok(uri) = spoilt.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}
