//! The eight steps that a request takes around the protocol crate, each by what it is for.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use rolecall_account::Stage;
use rolecall_account::s3::ChecksumAlgorithm;
use rolecall_account::sigv4::Stage as SigV4;

use super::authentication::check;
use super::chunked::{announced, framed, signed, upload};
use crate::support::signer::{HOST, get, head, object, put};
use crate::support::{HOUR, ROLE, lab, request};

/// A body that must not be read.
pub(crate) struct Untouchable;

impl Body for Untouchable {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        panic!("the body was read")
    }
}

#[test]
fn step_1_the_host_is_that_of_the_address() {
    lab(async |lab| {
        let uri = "https://photos.s3.us-east-1.amazonaws.com/dir/k";
        let request = request("PUT", uri, &[]).map(|_| Bytes::from_static(b"x"));
        let request = lab.signer().sign(request);
        assert!(
            !request.headers().contains_key("host"),
            "signed, and only in the address"
        );
        assert_eq!(lab.call(request).await.status, 200);
        assert_eq!(lab.stored("dir/k").as_deref(), Some(&b"x"[..]));
    });
}

#[test]
fn step_2_other_ways_to_sign_are_refused() {
    lab(async |lab| {
        let object = object("k");
        let form = [("content-type", "multipart/form-data; boundary=x")];
        let header = |value| [("authorization", value)];
        let v2 = format!("{object}?AWSAccessKeyId=A&Signature=c2ln&Expires=1");
        let v4a = format!("{object}?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256");
        let bucket = format!("{HOST}/photos");
        for (request, code) in [
            (
                request("GET", &object, &header("AWS A:c2ln")),
                "InvalidRequest",
            ),
            (
                request("GET", &object, &header("AWS4-ECDSA-P256-SHA256 A=b")),
                "InvalidRequest",
            ),
            (request("GET", &v2, &[]), "InvalidRequest"),
            (
                request("GET", &v4a, &[]),
                "AuthorizationQueryParametersError",
            ),
            (request("POST", &bucket, &form), "NotImplemented"),
        ] {
            assert_eq!(lab.call(request).await.element("Code"), code);
        }
    });
}

#[test]
fn step_3_who_signed_is_known_before_the_body_is_read() {
    lab(async |lab| {
        let late = lab.signer().presign(put("k", "x", &[]), HOUR);
        lab.advance(HOUR).await;
        let mut wrong = lab.signer();
        wrong.secret_access_key.push('x');
        let mut early = lab.signer();
        early.date = early.date + 24 * HOUR;
        for (request, code) in [
            (
                wrong.sign_declared(put("k", "x", &[]), "UNSIGNED-PAYLOAD"),
                "SignatureDoesNotMatch",
            ),
            (early.sign(put("k", "x", &[])), "RequestTimeTooSkewed"),
            (late, "AccessDenied"),
        ] {
            let request = request.map(|_| Untouchable);
            let answer = lab.try_send(lab.on_web(), request).await.unwrap();
            assert_eq!(answer.element("Code"), code);
        }
    });
}

#[test]
fn step_4_the_policies_decide_and_then_the_body_is_read_and_checked() {
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        let wrong = upload(
            framed(crc32.header(), "AAAAAA=="),
            &announced(crc32.header()),
        );
        let answer = lab.call(signed(&lab, wrong)).await;
        check(
            &lab,
            "a wrong checksum",
            &answer,
            ("BadDigest", 400, Stage::Body),
        );
        let hash = lab
            .signer()
            .sign(put("k", "x", &[]))
            .map(|_| Bytes::from_static(b"y"));
        let answer = lab.call(hash).await;
        let mismatch = (
            "XAmzContentSHA256Mismatch",
            400,
            Stage::SigV4(SigV4::Payload),
        );
        check(&lab, "another body", &answer, mismatch);

        let now = lab.edge.now();
        lab.edge
            .world()
            .operator(now)
            .detach_role_policy(ROLE, "AmazonS3FullAccess")
            .unwrap();
        let denied = lab.signer().sign(put("k", "x", &[])).map(|_| Untouchable);
        let answer = lab.try_send(lab.on_web(), denied).await.unwrap();
        assert_eq!(answer.element("Code"), "AccessDenied");
        assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Policy);
    });
}

/// A signature left in would be checked against the machine's clock, which is not in 2031; framing
/// left in would be a part of the object's description.
#[test]
fn step_5_signature_and_framing_go_no_further() {
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        let mut headers = announced(crc32.header());
        headers[0].1 = "aws-chunked, gzip";
        let body = framed(crc32.header(), &crc32.of(b"meow!"));
        let stored = lab.call(signed(&lab, upload(body, &headers))).await;
        assert_eq!(stored.status, 200, "{}", stored.text());
        let url = lab.signer().presign(get("k"), HOUR);
        assert_eq!(url.uri().query().unwrap().split('&').count(), 7);
        let got = lab.call(url).await;
        assert_eq!((got.status, got.text()), (200, "meow!"));
        assert_eq!(got.header("content-encoding"), Some("gzip"));
    });
}

#[test]
fn step_6_length_and_checksums_are_those_of_the_decoded_body() {
    lab(async |lab| {
        let crc32 = ChecksumAlgorithm::Crc32;
        let checksum = crc32.of(b"meow!");
        let body = framed(crc32.header(), &checksum);
        let mut request = upload(body, &announced(crc32.header()));
        let framed_length = request.body().len().into();
        request
            .headers_mut()
            .insert("content-length", framed_length);
        let stored = lab.call(signed(&lab, request)).await;
        assert_eq!(stored.header(crc32.header()), Some(checksum.as_str()));
        let seen = lab.call_signed(head("k")).await;
        assert_eq!(seen.header("content-length"), Some("5"));
    });
}

/// Were it asked for a secret it would answer 500; were its rules for hosts used, a bucket would be
/// looked for in this one.
#[test]
fn step_7_the_protocol_crate_never_authenticates() {
    lab(async |lab| {
        let mut half = lab.signer().presign(put("k", "x", &[]), HOUR);
        let uri = half.uri().to_string().replace("X-Amz-Algorithm", "no");
        *half.uri_mut() = uri.parse().unwrap();
        for (name, request) in [
            ("signed", lab.signer().sign(put("k", "x", &[]))),
            ("presigned", lab.signer().presign(put("k", "x", &[]), HOUR)),
            ("unsigned", put("k", "x", &[])),
            ("half signed", half),
        ] {
            let answer = lab.call(request).await;
            assert_ne!(answer.status, 500, "{name}");
            let anonymous = lab.last_exchange().session.is_none();
            assert_eq!(answer.status == 200, !anonymous, "{name}");
        }
    });
}

#[test]
fn step_8_every_answer_has_its_ids_its_date_and_its_order() {
    lab(async |lab| {
        let described = [
            ("x-amz-meta-d", "4"),
            ("x-amz-meta-b", "2"),
            ("x-amz-meta-c", "3"),
            ("x-amz-meta-a", "1"),
        ];
        let url = lab.signer().presign(put("k", "x", &described), HOUR);
        let stored = lab.call(url).await;
        let got = lab.call(lab.signer().presign(get("k"), HOUR)).await;
        let names: Vec<_> = got.headers.keys().map(http::HeaderName::as_str).collect();
        let metadata: Vec<_> = names
            .into_iter()
            .filter(|it| it.starts_with("x-amz-meta"))
            .collect();
        assert!(metadata.len() == 4 && metadata.is_sorted(), "{metadata:?}");
        let refused = lab.call(get("k")).await;
        let id = refused.header("x-amz-request-id").unwrap().to_owned();
        assert_eq!(refused.element("RequestId"), id);
        for answer in [stored, got, refused] {
            assert_eq!(answer.header("server"), Some("AmazonS3"));
            assert_eq!(answer.header("date"), Some("Thu, 01 May 2031 00:00:00 GMT"));
            assert!(answer.header("x-amz-id-2").is_some());
        }
    });
}
