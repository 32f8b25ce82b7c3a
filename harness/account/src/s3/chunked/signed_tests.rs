//! The worked examples of AWS, and everything that can be wrong with a signature within a body.
//!
//! Source of the examples: Amazon S3 API Reference, "Signature calculations for the Authorization
//! header: transferring payload in multiple chunks", and the same including trailing headers.

use http::Method;

use super::super::{Decoded, S3Code, S3Error};
use super::*;
use crate::authenticate::Stage;
use crate::sigv4::{self, RequestHead, ServiceRules, parse};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// An upload of 66,560 times `a` in a chunk of 64 KiB, one of 1 KiB and an empty one.
#[derive(Clone)]
struct Example {
    payload: &'static str,
    trailer_announced: Option<&'static str>,
    signed_headers: &'static str,
    seed: &'static str,
    chunks: Vec<(usize, &'static str)>,
    trailer: &'static str,
}

fn without_trailer() -> Example {
    Example {
        payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        trailer_announced: None,
        signed_headers: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                         x-amz-decoded-content-length;x-amz-storage-class",
        seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        chunks: vec![
            (
                65536,
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            ),
            (
                1024,
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            ),
            (
                0,
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ),
        ],
        trailer: "",
    }
}

fn with_trailer() -> Example {
    Example {
        payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        trailer_announced: Some("x-amz-checksum-crc32c"),
        signed_headers: "content-encoding;host;x-amz-content-sha256;x-amz-date;\
                         x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
        seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        chunks: vec![
            (
                65536,
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            ),
            (
                1024,
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            ),
            (
                0,
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ),
        ],
        trailer: "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:\
                  d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    }
}

impl Example {
    fn headers(&self) -> HeaderMap {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders={}, Signature={}",
            self.signed_headers, self.seed
        );
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("authorization", &authorization),
            ("x-amz-content-sha256", self.payload),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("content-length", "66824"),
        ] {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        if let Some(name) = self.trailer_announced {
            headers.insert("x-amz-trailer", HeaderValue::from_static(name));
        }
        headers
    }

    fn framed(&self) -> String {
        let chunk = |(size, signature): &(usize, &str)| {
            let data = "a".repeat(*size);
            let end = if *size == 0 { "" } else { "\r\n" };
            format!("{size:x};chunk-signature={signature}\r\n{data}{end}")
        };
        let chunks: String = self.chunks.iter().map(chunk).collect();
        format!("{chunks}{}\r\n", self.trailer)
    }

    /// Verifies the head as any request's, then decodes what came with it.
    fn decode(&self, framed: &str) -> Result<Decoded, S3Error> {
        let headers = self.headers();
        let head = RequestHead {
            method: &Method::PUT,
            path: "/examplebucket/chunkObject.txt",
            query: None,
            headers: &headers,
        };
        let parsed = parse(head, &ServiceRules::S3).unwrap();
        let payload = parsed.declared_payload().unwrap();
        parsed.verify(SECRET, payload).unwrap();
        let signatures = parsed.chunk_signatures(SECRET, payload);
        assert!(signatures.is_some());
        decode_chunked(&headers, signatures, framed.as_bytes())
    }
}

// s3.chunked.signed
#[test]
fn the_worked_examples() {
    for (example, length) in [(without_trailer(), 66824), (with_trailer(), 66946)] {
        let framed = example.framed();
        assert_eq!(framed.len(), length, "{}", example.payload);
        let decoded = example.decode(&framed).unwrap();
        assert_eq!(decoded.content, "a".repeat(66560));
        let trailer = decoded.trailer.get("x-amz-checksum-crc32c");
        let expected = example.trailer_announced.map(|_| "sOO8/Q==");
        assert_eq!(trailer.map(|value| value.to_str().unwrap()), expected);
    }
}

const MISMATCH: (S3Code, Stage) = (
    S3Code::SignatureDoesNotMatch,
    Stage::SigV4(sigv4::Stage::Signature),
);
const INCOMPLETE: (S3Code, Stage) = (S3Code::IncompleteBody, Stage::Body);
const MALFORMED: (S3Code, Stage) = (S3Code::MalformedTrailerError, Stage::Body);

/// `from` must be there, so that a row of a table says what it seems to say.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

// s3.chunked.signed
#[test]
fn a_chunk_is_that_of_its_place_and_of_its_data() {
    type Change = fn(&mut Example, &mut String);
    const ZEROES: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    let rows: [(&str, Change, (S3Code, Stage)); 13] = [
        (
            "data changed",
            |_, it| *it = replaced(it, "\r\naaa", "\r\nbaa"),
            MISMATCH,
        ),
        (
            "first signature changed",
            |own, it| *it = replaced(it, own.chunks[0].1, ZEROES),
            MISMATCH,
        ),
        (
            "last signature changed",
            |own, it| *it = replaced(it, own.chunks[2].1, ZEROES),
            MISMATCH,
        ),
        (
            "signature of the next chunk",
            |own, it| *it = replaced(it, own.chunks[0].1, own.chunks[1].1),
            MISMATCH,
        ),
        (
            "chunks out of order, the large one last",
            |own, it| {
                own.chunks.swap(0, 1);
                *it = own.framed();
            },
            MISMATCH,
        ),
        (
            "a chunk left out",
            |own, it| {
                own.chunks.remove(0);
                *it = own.framed();
            },
            MISMATCH,
        ),
        (
            "last chunk missing",
            |own, it| {
                let end = it.find("0;chunk-signature=b6").unwrap_or_default();
                let end = if end == 0 {
                    it.find("0;chunk-signature=2c").unwrap()
                } else {
                    end
                };
                it.truncate(end);
                assert!(own.chunks.len() == 3);
            },
            INCOMPLETE,
        ),
        (
            "no signature",
            |own, it| {
                *it = replaced(it, &format!(";chunk-signature={}", own.chunks[1].1), "");
            },
            INCOMPLETE,
        ),
        (
            "signature cut short",
            |own, it| *it = replaced(it, own.chunks[0].1, &own.chunks[0].1[1..]),
            INCOMPLETE,
        ),
        (
            "signature in upper case",
            |own, it| *it = replaced(it, own.chunks[0].1, &own.chunks[0].1.to_uppercase()),
            INCOMPLETE,
        ),
        (
            "signature under another name",
            |_, it| *it = replaced(it, ";chunk-signature=", ";signature="),
            INCOMPLETE,
        ),
        (
            "size changed",
            |_, it| *it = replaced(it, "10000;", "ffff;"),
            INCOMPLETE,
        ),
        (
            "another chunk than announced",
            |_, it| *it = replaced(it, "400;", "401;"),
            INCOMPLETE,
        ),
    ];
    for example in [without_trailer(), with_trailer()] {
        for (what, change, expected) in rows {
            let (mut changed, mut framed) = (example.clone(), example.framed());
            change(&mut changed, &mut framed);
            let refused = example.decode(&framed).expect_err(what);
            let what = format!("{what} of {}", example.payload);
            assert_eq!((refused.code, refused.stage), expected, "{what}");
        }
    }
}

// s3.chunked.trailer-signed
#[test]
fn a_signed_trailer_is_the_one_that_was_signed() {
    type Change = fn(&str) -> String;
    const LINE: &str = "x-amz-checksum-crc32c:sOO8/Q==\r\n";
    let rows: [(&str, Change, (S3Code, Stage)); 8] = [
        ("value changed", |it| replaced(it, "sOO8", "AAAA"), MISMATCH),
        (
            "signature changed",
            |it| replaced(it, "d81f82fc", "00000000"),
            MISMATCH,
        ),
        (
            "no signature",
            |it| it[..it.find("x-amz-trailer-s").unwrap()].to_owned() + "\r\n",
            MALFORMED,
        ),
        (
            "signature cut short",
            |it| replaced(it, "d81f82fc", ""),
            MALFORMED,
        ),
        (
            "signature first",
            |it| {
                let without = replaced(it, LINE, "");
                without[..without.len() - 2].to_owned() + LINE + "\r\n"
            },
            MALFORMED,
        ),
        ("checksum missing", |it| replaced(it, LINE, ""), MALFORMED),
        (
            "another checksum",
            |it| replaced(it, "crc32c:", "crc32:"),
            MALFORMED,
        ),
        (
            "no trailer at all",
            |it| it[..it.find(LINE).unwrap()].to_owned() + "\r\n",
            INCOMPLETE,
        ),
    ];
    let example = with_trailer();
    for (what, change, expected) in rows {
        let refused = example.decode(&change(&example.framed())).expect_err(what);
        assert_eq!((refused.code, refused.stage), expected, "{what}");
    }
    // What the value looks like does not matter, for it is trimmed on both sides.
    let spaced = replaced(&example.framed(), "crc32c:", "CRC32C: ");
    assert!(example.decode(&spaced).is_ok());
}

// s3.chunked.signed
#[test]
fn chunks_that_are_signed_without_a_trailer_have_none() {
    let example = without_trailer();
    let mut framed = example.framed();
    framed.insert_str(framed.len() - 2, "x-amz-checksum-crc32c:sOO8/Q==\r\n");
    let refused = example.decode(&framed).unwrap_err();
    assert_eq!((refused.code, refused.stage), MALFORMED);

    let announced = Example {
        trailer_announced: Some("x-amz-checksum-crc32c"),
        ..without_trailer()
    };
    let headers = announced.headers();
    let head = RequestHead {
        method: &Method::PUT,
        path: "/examplebucket/chunkObject.txt",
        query: None,
        headers: &headers,
    };
    let mut bare = headers.clone();
    bare.remove("x-amz-trailer");
    let parsed = parse(
        RequestHead {
            headers: &bare,
            ..head
        },
        &ServiceRules::S3,
    )
    .unwrap();
    let payload = parsed.declared_payload().unwrap();
    let signatures = parsed.chunk_signatures(SECRET, payload);
    let framed = announced.framed();
    let refused = decode_chunked(&headers, signatures, framed.as_bytes()).unwrap_err();
    assert_eq!(
        (refused.code, refused.stage),
        (S3Code::InvalidRequest, Stage::Body)
    );
}
