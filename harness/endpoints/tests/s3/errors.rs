//! The form of an error.

use std::time::Duration;

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, Signer, get, head, put};
use crate::support::{Answer, HOUR, Lab, lab, request};

/// One refusal of each kind, each with its status, and what it says besides.
fn refusals(lab: &Lab) -> Vec<(Request<Bytes>, u16, &'static str)> {
    let mut stranger = lab.signer();
    "ASIAAAAAAAAAAAAAAAAA".clone_into(&mut stranger.access_key_id);
    let mut abroad = lab.signer();
    abroad.region = "eu-west-1";
    let wrong = [("content-md5", "AAAA")];
    vec![
        (get("k"), 403, ""),
        (
            stranger.sign(get("k")),
            403,
            "<AWSAccessKeyId>ASIAAAAAAAAAAAAAAAAA</AWSAccessKeyId>",
        ),
        (abroad.sign(get("k")), 400, "<Region>us-east-1</Region>"),
        (lab.signer().sign(get("nothing")), 404, ""),
        (
            lab.signer().sign(put("k", "x", &wrong)),
            400,
            "<Content-MD5>AAAA</Content-MD5>",
        ),
    ]
}

fn id<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.header(name).unwrap()
}

// s3.errors.document
#[test]
fn the_document_has_its_elements_and_the_ids_of_the_headers() {
    lab(async |lab| {
        for (request, status, besides) in refusals(&lab) {
            let answer = lab.call(request).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("content-type"), Some("application/xml"));
            let length = answer.body.len().to_string();
            assert_eq!(answer.header("content-length"), Some(length.as_str()));
            assert_eq!(answer.header("server"), Some("AmazonS3"));
            assert_eq!(answer.header("date"), Some("Thu, 01 May 2031 00:00:00 GMT"));
            assert_eq!(answer.element("RequestId"), id(&answer, "x-amz-request-id"));
            assert_eq!(answer.element("HostId"), id(&answer, "x-amz-id-2"));
            let (request_id, host_id) = (answer.element("RequestId"), answer.element("HostId"));
            let (code, message) = (answer.element("Code"), answer.element("Message"));
            let message = message.replace('"', "&quot;").replace('\'', "&apos;");
            assert_eq!(
                answer.text(),
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
                     <Message>{message}</Message>{besides}<RequestId>{request_id}</RequestId>\
                     <HostId>{host_id}</HostId></Error>"
                )
            );
        }
    });
}

// s3.errors.document
#[test]
fn a_refusal_says_what_it_was_compared_with() {
    lab(async |lab| {
        // Away from midnight, so that a date an hour off is of the same day.
        lab.advance(2 * HOUR).await;
        let signer = lab.signer();
        let dated = |date| Signer {
            date,
            ..signer.clone()
        };
        let now = lab.edge.now();
        let url = |date| dated(date).presign(get("k"), Duration::from_mins(10));
        let crc32 = [("x-amz-checksum-crc32", "AAAAAA==")];
        let md5 = [("content-md5", "XrY7u+Ae7tCTyyK7j1rNww==")];
        let part = format!("{HOST}/photos/k?partNumber=10001&uploadId=x");
        for (request, message, besides) in [
            (
                dated(now - HOUR).sign(get("k")),
                "The difference between the request time and the current time is too large.",
                "<RequestTime>20310501T010000Z</RequestTime><ServerTime>2031-05-01T02:00:00Z</ServerTime>\
                 <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
            ),
            (
                url(now - HOUR),
                "Request has expired",
                "<X-Amz-Expires>600</X-Amz-Expires><Expires>2031-05-01T01:10:00Z</Expires>\
                 <ServerTime>2031-05-01T02:00:00Z</ServerTime>",
            ),
            (
                url(now + HOUR),
                "Request is not yet valid",
                "<X-Amz-Date>1935370800000</X-Amz-Date><Expires>2031-05-01T03:10:00Z</Expires>\
                 <ServerTime>2031-05-01T02:00:00Z</ServerTime>",
            ),
            (
                signer.sign(put("k", "x", &[])).map(|_| "y".into()),
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                "<ClientComputedContentSHA256>2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881</ClientComputedContentSHA256>\
                 <S3ComputedContentSHA256>a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa</S3ComputedContentSHA256>",
            ),
            (
                signer.sign(put("k", "x", &crc32)),
                "The CRC32 you specified did not match the calculated checksum.",
                "",
            ),
            (
                signer.sign(put("k", "", &md5)),
                "The Content-MD5 you specified did not match what we received.",
                "<CalculatedDigest>1B2M2Y8AsgTpgAmY7PhCfg==</CalculatedDigest>\
                 <ExpectedDigest>5eb63bbbe01eeed093cb22bb8f5acdc3</ExpectedDigest>",
            ),
            (
                signer.sign(request("PUT", &part, &[])),
                "Part number must be an integer between 1 and 10000, inclusive",
                "<ArgumentName>partNumber</ArgumentName><ArgumentValue>10001</ArgumentValue>",
            ),
        ] {
            let answer = lab.call(request).await;
            assert_eq!(answer.element("Message"), message);
            let expected = format!("</Message>{besides}<RequestId>");
            assert!(answer.text().contains(&expected), "{}", answer.text());
        }
    });
}

// s3.errors.head-has-no-body
#[test]
fn a_head_is_refused_with_the_same_status_and_no_body() {
    lab(async |lab| {
        for (mut request, status) in [
            (head("k"), 403),
            (lab.signer().sign(head("nothing")), 404),
            (lab.signer().sign(head("k")), 404),
        ] {
            request.headers_mut().remove("content-type");
            let answer = lab.call(request).await;
            assert_eq!((answer.status, answer.body.len()), (status, 0));
            assert_eq!(answer.header("content-type"), None);
            assert!(answer.header("x-amz-request-id").is_some());
        }
    });
}

#[test]
fn every_answer_has_ids_of_its_own() {
    lab(async |lab| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let stored = lab.call_signed(put("k", "x", &[])).await;
            let refused = lab.call(get("k")).await;
            for answer in [&stored, &refused] {
                ids.push(id(answer, "x-amz-request-id").to_owned());
                ids.push(id(answer, "x-amz-id-2").to_owned());
            }
        }
        assert!(ids.iter().step_by(2).all(|id| id.len() == 16));
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    });
}

#[test]
fn what_a_client_sent_is_escaped_in_what_it_is_told() {
    lab(async |lab| {
        let mut request = lab.signer().sign(get("k"));
        let hostile = "AWS4-HMAC-SHA256 <b>&amp;</b>=1, Credential=a, Signature=b";
        request
            .headers_mut()
            .insert("authorization", hostile.parse().unwrap());
        let answer = lab.call(request).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.element("Message").contains("<b>&amp;</b>"),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("<b>"), "{}", answer.text());
    });
}
