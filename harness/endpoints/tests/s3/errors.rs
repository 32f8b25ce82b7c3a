//! The form of an error.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{get, head, put};
use crate::support::{Answer, Lab, lab};

/// One refusal of each kind, each with its status.
fn refusals(lab: &Lab) -> Vec<(Request<Bytes>, u16)> {
    let mut stranger = lab.signer();
    stranger.access_key_id.make_ascii_lowercase();
    let mut abroad = lab.signer();
    abroad.region = "eu-west-1";
    let wrong = [("content-md5", "AAAA")];
    vec![
        (get("k"), 403),
        (stranger.sign(get("k")), 403),
        (abroad.sign(get("k")), 400),
        (lab.signer().sign(get("nothing")), 404),
        (lab.signer().sign(put("k", "x", &wrong)), 400),
    ]
}

fn id<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.header(name).unwrap()
}

// s3.errors.document
#[test]
fn the_document_has_four_elements_and_the_ids_of_the_headers() {
    lab(async |lab| {
        for (request, status) in refusals(&lab) {
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
                     <Message>{message}</Message><RequestId>{request_id}</RequestId>\
                     <HostId>{host_id}</HostId></Error>"
                )
            );
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
