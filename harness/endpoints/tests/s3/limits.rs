//! How large a request may be, and what is said to one that names no operation.

use bytes::Bytes;
use http::Request;
use rolecall_account::Stage;

use super::authentication::check;
use super::steps::Untouchable;
use crate::support::signer::{HOST, get, head, object, put};
use crate::support::{Answer, Lab, lab, request};

const FIVE_GIB: u64 = 5 << 30;

/// Begins an upload in parts, and answers its id.
async fn begin(lab: &Lab) -> String {
    let uri = format!("{HOST}/photos/big?uploads");
    let begun = lab.call_signed(request("POST", &uri, &[])).await;
    begun.element("UploadId")
}

/// The names and texts of what is in an error besides code, message and ids.
fn besides(answer: &Answer) -> Vec<(&str, &str)> {
    let text = answer.text();
    let (_, rest) = text.split_once("</Message>").unwrap();
    let (inner, _) = rest.split_once("<RequestId>").unwrap();
    let elements = inner.split('<').skip(1).filter(|it| !it.starts_with('/'));
    elements.map(|it| it.split_once('>').unwrap()).collect()
}

// s3.put.size-max
#[test]
fn more_than_five_gib_is_refused_before_it_is_read() {
    lab(async |lab| {
        let upload = begin(&lab).await;
        let part = format!("{HOST}/photos/big?partNumber=1&uploadId={upload}");
        let length = (FIVE_GIB + 1).to_string();
        let chunked = [
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", &*length),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
        ];
        let plain = [("content-length", &*length)];
        for (what, uri, headers, payload) in [
            ("an object", object("k"), &plain[..], "UNSIGNED-PAYLOAD"),
            ("a part", part.clone(), &plain, "UNSIGNED-PAYLOAD"),
            (
                "an object in chunks",
                object("k"),
                &chunked,
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            ),
            (
                "a part in chunks",
                part,
                &chunked,
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            ),
        ] {
            let signed = lab
                .signer()
                .sign_declared(request("PUT", &uri, headers), payload);
            let signed = signed.map(|_| Untouchable);
            let answer = lab.try_send(lab.on_web(), signed).await.unwrap();
            check(&lab, what, &answer, ("EntityTooLarge", 400, Stage::Body));
            let message = "Your proposed upload exceeds the maximum allowed size";
            assert_eq!(answer.element("Message"), message);
            let sizes = [
                ("ProposedSize", "5368709121"),
                ("MaxSizeAllowed", "5368709120"),
            ];
            assert_eq!(besides(&answer), sizes, "{what}");
        }
        // One that may come is asked for.
        let length = FIVE_GIB.to_string();
        let least = request("PUT", &object("k"), &[("content-length", &*length)]);
        let least = lab.signer().sign_declared(least, "UNSIGNED-PAYLOAD");
        let answer = lab.call(least).await;
        let incomplete = ("IncompleteBody", 400, Stage::Body);
        check(&lab, "five GiB that do not come", &answer, incomplete);
    });
}

#[test]
fn who_may_not_upload_is_told_that_and_nothing_of_sizes() {
    lab(async |lab| {
        lab.detach_all();
        let length = [("content-length", "5368709121")];
        let large = request("PUT", &object("k"), &length);
        let answer = lab
            .call(lab.signer().sign_declared(large, "UNSIGNED-PAYLOAD"))
            .await;
        check(
            &lab,
            "denied",
            &answer,
            ("AccessDenied", 403, Stage::Policy),
        );
    });
}

// s3.headers.size-max
#[test]
fn a_header_above_eight_kib_is_refused_whoever_sends_it() {
    lab(async |lab| {
        let value = "a".repeat(9000);
        let large = |request: Request<Bytes>| {
            let (mut head, body) = request.into_parts();
            head.headers.insert("x-large", value.parse().unwrap());
            Request::from_parts(head, body)
        };
        for (what, request) in [
            ("unsigned", large(get("k"))),
            ("signed", lab.signer().sign(large(get("k")))),
            ("a put", lab.signer().sign(large(put("k", "x", &[])))),
        ] {
            let answer = lab.call(request).await;
            let refused = ("RequestHeaderSectionTooLarge", 400, Stage::Operation);
            check(&lab, what, &answer, refused);
            assert_eq!(besides(&answer), [("MaxSizeAllowed", "8192")], "{what}");
        }
        assert_eq!(lab.stored("k"), None);
        let answer = lab.call_signed(large(head("k"))).await;
        assert_eq!((answer.status, answer.body.len()), (400, 0));
    });
}

// s3.put.metadata-size-max
#[test]
fn an_object_has_two_kib_of_metadata() {
    lab(async |lab| {
        let uploads = format!("{HOST}/photos/k?uploads");
        let fitting = "a".repeat(2048 - "d".len());
        let large = "a".repeat(2048);
        for (what, method, uri, source) in [
            ("a put", "PUT", object("k"), None),
            ("a copy", "PUT", object("copy"), Some("photos/k")),
            ("an upload in parts", "POST", uploads, None),
        ] {
            let sent = |value: &str| {
                let mut headers = vec![("x-amz-meta-d", value)];
                headers.extend(source.map(|source| ("x-amz-copy-source", source)));
                headers.extend(source.map(|_| ("x-amz-metadata-directive", "REPLACE")));
                request(method, &uri, &headers)
            };
            assert_eq!(lab.call_signed(sent(&fitting)).await.status, 200, "{what}");
            let answer = lab.call_signed(sent(&large)).await;
            let refused = ("MetadataTooLarge", 400, Stage::Operation);
            check(&lab, what, &answer, refused);
            let sizes = [("Size", "2049"), ("MaxSizeAllowed", "2048")];
            assert_eq!(besides(&answer), sizes, "{what}");
        }
    });
}

// s3.errors.method
#[test]
fn methods_that_nothing_has_are_refused_with_those_that_something_has() {
    let bucket = format!("{HOST}/photos");
    let service = [("ResourceType", "SERVICE")];
    let a_bucket = [("ResourceType", "BUCKET")];
    let an_object = [("ResourceType", "OBJECT")];
    let of_bucket = Some("HEAD, DELETE, POST, GET, PUT");
    let of_object = Some("HEAD, DELETE, GET, PUT");
    lab(async |lab| {
        for (method, uri, resource, allow) in [
            ("POST", HOST, service, Some("GET")),
            ("PUT", HOST, service, Some("GET")),
            ("DELETE", HOST, service, Some("GET")),
            ("PATCH", &*bucket, a_bucket, of_bucket),
            ("TRACE", &bucket, a_bucket, of_bucket),
            ("BREW", &bucket, a_bucket, of_bucket),
            ("PATCH", &object("k"), an_object, of_object),
            ("get", &object("k"), an_object, of_object),
            ("POST", &object("k"), an_object, of_object),
            ("POST", &object("k?x-id=a"), an_object, of_object),
        ] {
            let what = format!("{method} {uri}");
            let answer = lab.call_signed(request(method, uri, &[])).await;
            let refused = ("MethodNotAllowed", 405, Stage::Operation);
            check(&lab, &what, &answer, refused);
            let elements = [("Method", method), resource[0]];
            assert_eq!(besides(&answer), elements, "{what}");
            assert_eq!(answer.header("allow"), allow, "{what}");
        }
        let answer = lab.call_signed(request("POST", &bucket, &[])).await;
        let refused = ("PreconditionFailed", 412, Stage::Operation);
        check(&lab, "a form that is none", &answer, refused);
        let condition = "Bucket POST must be of the enclosure-type multipart/form-data";
        assert_eq!(besides(&answer), [("Condition", condition)]);
        let answer = lab.call_signed(request("HEAD", HOST, &[])).await;
        assert_eq!((answer.status, answer.body.len()), (405, 0));
        assert_eq!(answer.header("allow"), Some("GET"));
    });
}

/// A path that names something that is not there is no method's matter.
#[test]
fn what_is_not_there_is_told_by_its_name() {
    lab(async |lab| {
        for (method, path, refused) in [
            ("GET", "/nothing", ("NoSuchBucket", 404, Stage::Resource)),
            ("GET", "/nothing/k", ("NoSuchBucket", 404, Stage::Resource)),
            ("GET", "/photos/k", ("NoSuchKey", 404, Stage::Resource)),
            (
                "GET",
                "/No_Bucket",
                ("InvalidBucketName", 400, Stage::Operation),
            ),
        ] {
            let uri = format!("{HOST}{path}");
            let answer = lab.call_signed(request(method, &uri, &[])).await;
            check(&lab, path, &answer, refused);
        }
    });
}
