//! Bodies in the framing `aws-chunked`, with checksums after them.

use bytes::Bytes;
use http::Request;
use rolecall_account::s3::ChecksumAlgorithm;
use rolecall_account::{Stage, sigv4::Stage as SigV4};

use super::authentication::{Refused, check};
use crate::support::signer::{get, head, put};
use crate::support::{Lab, lab};

const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// `meow!` in a chunk, with a checksum after it.
pub(crate) fn framed(checksum: &str, value: &str) -> String {
    format!("5\r\nmeow!\r\n0\r\n{checksum}:{value}\r\n\r\n")
}

/// A put of `meow!`, not signed yet.
pub(crate) fn upload(body: String, headers: &[(&str, &str)]) -> Request<Bytes> {
    put("k", "", headers).map(|_| Bytes::from(body))
}

pub(crate) fn announced(checksum: &str) -> [(&str, &str); 3] {
    [
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", checksum),
    ]
}

pub(crate) fn signed(lab: &Lab, request: Request<Bytes>) -> Request<Bytes> {
    lab.signer().sign_declared(request, UNSIGNED)
}

// s3.chunked.unsigned, s3.put.checksums
#[test]
fn every_checksum_may_come_after_the_body() {
    lab(async |lab| {
        for algorithm in ChecksumAlgorithm::ALL {
            let (name, value) = (algorithm.header(), algorithm.of(b"meow!"));
            let request = upload(framed(name, &value), &announced(name));
            let stored = lab.call(signed(&lab, request)).await;
            assert_eq!(stored.status, 200, "{}", stored.text());
            assert_eq!(stored.header(name), Some(value.as_str()));
            assert_eq!(lab.stored("k").as_deref(), Some(&b"meow!"[..]));

            let mode = ("x-amz-checksum-mode", "ENABLED");
            let mut asked = get("k");
            asked.headers_mut().insert(mode.0, mode.1.parse().unwrap());
            let got = lab.call_signed(asked).await;
            assert_eq!((got.status, got.text()), (200, "meow!"));
            assert_eq!(
                got.header(name),
                Some(value.as_str()),
                "kept with the object"
            );
            assert_eq!(got.header("content-encoding"), None);
        }
    });
}

#[test]
fn a_chunked_body_may_be_presigned() {
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        let request = upload(
            framed(crc32.header(), &crc32.of(b"meow!")),
            &announced(crc32.header()),
        );
        // Not declared in the URL, a body is what it is.
        let url = lab.signer().presign(request, crate::support::HOUR);
        assert_eq!(lab.call(url).await.status, 200);
        assert!(lab.stored("k").unwrap().starts_with(b"5\r\nmeow!"));
    });
}

#[test]
fn what_is_wrong_with_a_chunked_body_is_told() {
    type Row = (&'static str, fn(&mut Request<Bytes>), Refused);
    const fn refused(code: &'static str) -> Refused {
        (code, 400, Stage::Body)
    }
    fn set(request: &mut Request<Bytes>, name: &'static str, value: &'static str) {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    fn rewrite(request: &mut Request<Bytes>, from: &str, to: &str) {
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        assert!(body.contains(from));
        *request.body_mut() = body.replacen(from, to, 1).into();
    }
    let rows: [Row; 12] = [
        (
            "cut",
            |it| rewrite(it, "\r\n\r\n", ""),
            refused("IncompleteBody"),
        ),
        (
            "empty",
            |it| *it.body_mut() = Bytes::new(),
            refused("IncompleteBody"),
        ),
        (
            "longer than announced",
            |it| set(it, "x-amz-decoded-content-length", "4"),
            refused("IncompleteBody"),
        ),
        (
            "shorter than announced",
            |it| set(it, "x-amz-decoded-content-length", "6"),
            refused("IncompleteBody"),
        ),
        (
            "of no length",
            |it| drop(it.headers_mut().remove("x-amz-decoded-content-length")),
            ("MissingContentLength", 411, Stage::Body),
        ),
        (
            "not framed",
            |it| *it.body_mut() = "meow!\r\n".into(),
            refused("IncompleteBody"),
        ),
        (
            "a trailer that is none",
            |it| set(it, "x-amz-trailer", "x-amz-meta-colour"),
            refused("InvalidRequest"),
        ),
        (
            "another trailer",
            |it| set(it, "x-amz-trailer", "x-amz-checksum-sha1"),
            refused("MalformedTrailerError"),
        ),
        (
            "another checksum",
            |it| {
                let crc32 = ChecksumAlgorithm::Crc32;
                rewrite(it, &crc32.of(b"meow!"), &crc32.of(b"mewo!"));
            },
            refused("BadDigest"),
        ),
        (
            "a checksum that is none",
            |it| rewrite(it, "crc32:", "crc32:A"),
            refused("InvalidRequest"),
        ),
        (
            "another checksum promised",
            |it| set(it, "x-amz-sdk-checksum-algorithm", "SHA256"),
            refused("InvalidRequest"),
        ),
        (
            "another body",
            |it| rewrite(it, "meo", "mew"),
            refused("BadDigest"),
        ),
    ];
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        for (what, change, refused) in rows {
            let body = framed(crc32.header(), &crc32.of(b"meow!"));
            let mut request = upload(body, &announced(crc32.header()));
            change(&mut request);
            let answer = lab.call(signed(&lab, request)).await;
            check(&lab, what, &answer, refused);
            assert_eq!(lab.stored("k"), None, "{what}");
        }
    });
}

#[test]
fn the_headers_of_the_framing_are_signed() {
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        let body = framed(crc32.header(), &crc32.of(b"meow!"));
        let mut request = signed(&lab, upload(body, &announced(crc32.header())));
        let longer = "6".parse().unwrap();
        request
            .headers_mut()
            .insert("x-amz-decoded-content-length", longer);
        let answer = lab.call(request).await;
        let mismatch = ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Signature));
        check(&lab, "changed", &answer, mismatch);
        let seen = lab.call_signed(head("k")).await;
        assert_eq!(seen.status, 404);
    });
}
