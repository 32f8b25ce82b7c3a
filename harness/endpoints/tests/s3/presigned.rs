//! Presigned URLs: good for whoever has one, for a while.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rolecall_account::sigv4::Stage as SigV4;
use rolecall_account::{Operation, Source, Stage};
use rolecall_endpoints::Place;

use super::authentication::{Refused, check};
use crate::support::signer::{HOST, get, head, object, put};
use crate::support::{HOUR, Lab, MILLISECOND, lab, request};

const FORM: Stage = Stage::SigV4(SigV4::Form);
const DATE: Stage = Stage::SigV4(SigV4::Date);
const MISMATCH: Refused = ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Signature));
const EXPIRED: Refused = ("AccessDenied", 403, DATE);

const fn malformed(stage: SigV4) -> Refused {
    (
        "AuthorizationQueryParametersError",
        400,
        Stage::SigV4(stage),
    )
}

/// A lab with an object `k`.
fn with_an_object<T, F: Future<Output = T>>(work: impl FnOnce(Lab) -> F) -> T {
    lab(async |lab| {
        lab.call_signed(put("k", "meow", &[])).await;
        work(lab).await
    })
}

fn requery(request: &mut Request<Bytes>, from: &str, to: &str) {
    let uri = request.uri().to_string();
    assert!(uri.contains(from), "{uri} has no {from}");
    *request.uri_mut() = uri.replacen(from, to, 1).parse().unwrap();
}

#[test]
fn whoever_has_the_url_may_use_it() {
    with_an_object(async |lab| {
        let signer = lab.signer();
        let got = signer.presign(get("k"), HOUR);
        // From anywhere: nobody signs, nobody has keys.
        for place in [Place::Laptop, lab.in_task()] {
            let answer = lab.send(place, got.clone()).await;
            assert_eq!((answer.status, answer.text()), (200, "meow"));
            let exchange = lab.last_exchange();
            assert_eq!(exchange.operation, Some(Operation::GetObject));
            let session = exchange.session.unwrap();
            assert_eq!(session.access_key_id, signer.access_key_id);
        }
        let seen = lab.call(signer.presign(head("k"), HOUR)).await;
        assert_eq!(
            (seen.status, seen.header("content-length")),
            (200, Some("4"))
        );
        let other = signer.presign(put("new", "hiss", &[("content-type", "text/plain")]), HOUR);
        assert_eq!(lab.call(other).await.status, 200);
        assert_eq!(lab.stored("new").as_deref(), Some(&b"hiss"[..]));
    });
}

#[test]
fn a_key_is_signed_as_it_is() {
    lab(async |lab| {
        let signer = lab.signer();
        for key in ["a b", "a//b", "../k", "é/日本", "a+b=c&d", "100%"] {
            let stored = lab.call(signer.presign(put(key, "x", &[]), HOUR)).await;
            assert_eq!(stored.status, 200, "{key}");
            assert!(lab.stored(key).is_some(), "{key}");
            assert_eq!(lab.call(signer.presign(get(key), HOUR)).await.status, 200);
        }
    });
}

// s3.presigned.expired
#[test]
fn a_url_ends_at_its_time() {
    with_an_object(async |lab| {
        let url = lab.signer().presign(get("k"), HOUR);
        lab.advance(MILLISECOND * 3_599_999).await;
        assert_eq!(lab.call(url.clone()).await.status, 200);
        lab.advance(MILLISECOND).await;
        let answer = lab.call(url).await;
        check(&lab, "at its end", &answer, EXPIRED);
        assert_eq!(answer.element("Message"), "Request has expired");
    });
}

// s3.presigned.expired
#[test]
fn a_url_from_the_future_is_not_yet_valid() {
    with_an_object(async |lab| {
        let mut signer = lab.signer();
        signer.date = lab.edge.now() + Duration::from_mins(16);
        let url = signer.presign(get("k"), HOUR);
        let answer = lab.call(url.clone()).await;
        check(&lab, "sixteen minutes early", &answer, EXPIRED);
        assert_eq!(answer.element("Message"), "Request is not yet valid");
        lab.advance(Duration::from_mins(1)).await;
        assert_eq!(
            lab.call(url).await.status,
            200,
            "as far off as a clock may be"
        );
    });
}

// s3.presigned.session-end
#[test]
fn a_url_ends_with_its_session() {
    const OVER: Refused = ("ExpiredToken", 400, Stage::Expiry);
    with_an_object(async |lab| {
        let week = lab.signer().presign(get("k"), 7 * 24 * HOUR);
        let hour = lab.signer().presign(get("k"), HOUR);
        lab.advance(MILLISECOND * (6 * 3_600_000 - 1)).await;
        assert_eq!(lab.call(week.clone()).await.status, 200);
        lab.advance(MILLISECOND).await;
        let answer = lab.call(week).await;
        check(&lab, "the session is over, the URL is not", &answer, OVER);
        let answer = lab.call(hour).await;
        check(&lab, "both are over", &answer, OVER);
    });
}

#[test]
fn a_url_ends_when_its_session_is_revoked() {
    with_an_object(async |lab| {
        let url = lab.signer().presign(get("k"), HOUR);
        let source = Source::Instance(lab.web.clone());
        lab.edge.world().revoke(lab.edge.now(), &source, None);
        let answer = lab.call(url).await;
        let refused = ("InvalidToken", 400, Stage::Revocation);
        check(&lab, "revoked", &answer, refused);
    });
}

type Row = (&'static str, fn(&mut Request<Bytes>), Refused);

fn refuse_each(rows: &[Row]) {
    with_an_object(async |lab| {
        for (what, change, refused) in rows {
            let mut url = lab.signer().presign(get("k"), HOUR);
            change(&mut url);
            check(&lab, what, &lab.call(url).await, *refused);
        }
        let untouched = lab.signer().presign(get("k"), HOUR);
        assert_eq!(lab.call(untouched).await.status, 200);
    });
}

// s3.presigned.malformed
#[test]
fn urls_out_of_form() {
    refuse_each(&[
        (
            "no date",
            |it| requery(it, "X-Amz-Date", "no"),
            malformed(SigV4::Form),
        ),
        (
            "no algorithm",
            |it| requery(it, "X-Amz-Algorithm", "no"),
            malformed(SigV4::Form),
        ),
        (
            "no credential",
            |it| requery(it, "X-Amz-Credential", "no"),
            malformed(SigV4::Form),
        ),
        (
            "no signed headers",
            |it| requery(it, "X-Amz-SignedHeaders", "no"),
            malformed(SigV4::Form),
        ),
        (
            "no expiry",
            |it| requery(it, "X-Amz-Expires", "no"),
            malformed(SigV4::Form),
        ),
        (
            "no signature",
            |it| requery(it, "X-Amz-Signature", "no"),
            malformed(SigV4::Form),
        ),
        (
            "a parameter twice",
            |it| requery(it, "X-Amz-Date", "X-Amz-Date=&X-Amz-Date"),
            malformed(SigV4::Form),
        ),
        (
            "SigV4a",
            |it| requery(it, "AWS4%2DHMAC", "AWS4-ECDSA-P256"),
            malformed(SigV4::Form),
        ),
        (
            "eight days",
            |it| requery(it, "=3600", "=691200"),
            malformed(SigV4::Date),
        ),
        (
            "no time at all",
            |it| requery(it, "=3600", "=0"),
            malformed(SigV4::Date),
        ),
        (
            "a date that is none",
            |it| requery(it, "=2031", "=1O31"),
            malformed(SigV4::Date),
        ),
        (
            "another region",
            |it| requery(it, "us%2Deast%2D1", "eu-west-1"),
            malformed(SigV4::Scope),
        ),
        (
            "another service",
            |it| requery(it, "%2Fs3%2F", "%2Fsts%2F"),
            malformed(SigV4::Scope),
        ),
    ]);
}

#[test]
fn urls_changed_after_signing() {
    const SIGNED_HEADERS: Stage = Stage::SigV4(SigV4::SignedHeaders);
    refuse_each(&[
        ("another time", |it| requery(it, "=3600", "=3601"), MISMATCH),
        ("another key", |it| requery(it, "/k?", "/l?"), MISMATCH),
        (
            "another method",
            |it| *it.method_mut() = http::Method::PUT,
            MISMATCH,
        ),
        (
            "no token",
            |it| requery(it, "X-Amz-Security-Token", "no"),
            ("InvalidAccessKeyId", 403, Stage::SessionToken),
        ),
        (
            "another token",
            |it| requery(it, "X-Amz-Security-Token=", "X-Amz-Security-Token=x"),
            ("InvalidToken", 400, Stage::SessionToken),
        ),
        (
            "a header that is not signed",
            |it| {
                drop(
                    it.headers_mut()
                        .insert("x-amz-acl", "private".parse().unwrap()),
                );
            },
            ("AccessDenied", 403, SIGNED_HEADERS),
        ),
    ]);
}

#[test]
fn a_wrong_region_is_told_the_right_one() {
    with_an_object(async |lab| {
        let mut signer = lab.signer();
        signer.region = "eu-west-1";
        let answer = lab.call(signer.presign(get("k"), HOUR)).await;
        assert_eq!(
            answer.element("Message"),
            "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; \
             expecting 'us-east-1'"
        );
    });
}

#[test]
fn signed_in_the_header_too_is_signed_twice() {
    with_an_object(async |lab| {
        let signer = lab.signer();
        let twice = signer.sign(signer.presign(get("k"), HOUR));
        let answer = lab.call(twice).await;
        check(&lab, "twice", &answer, ("InvalidArgument", 400, FORM));
        let message = answer.element("Message");
        assert!(
            message.starts_with("Only one auth mechanism allowed"),
            "{message}"
        );
    });
}

// s3.presigned.version-2
#[test]
fn version_2_is_told_how_to_do_better() {
    with_an_object(async |lab| {
        let uri = format!(
            "{}?AWSAccessKeyId=AKIA&Signature=c2ln&Expires=1935561600",
            object("k")
        );
        let answer = lab.call(request("GET", &uri, &[])).await;
        check(&lab, "version 2", &answer, ("InvalidRequest", 400, FORM));
        let message = answer.element("Message");
        assert!(message.contains("s3.signature_version = s3v4"), "{message}");
    });
}

// s3.post.not-served
#[test]
fn uploads_by_a_form_are_refused() {
    lab(async |lab| {
        let form = ("content-type", "Multipart/Form-Data; boundary=x");
        let answer = lab
            .call(request("POST", &format!("{HOST}/photos"), &[form]))
            .await;
        check(
            &lab,
            "a form",
            &answer,
            ("NotImplemented", 501, Stage::Operation),
        );
        assert!(answer.element("Message").contains("presign a PUT"));
    });
}

#[test]
fn neither_token_nor_signature_gets_into_the_journal() {
    with_an_object(async |lab| {
        let signer = lab.signer();
        let url = signer.presign(get("k"), HOUR);
        let query = url.uri().query().unwrap().to_owned();
        let (_, signature) = query.split_once("X-Amz-Signature=").unwrap();
        let signature = &signature[..64];
        let token = signer.session_token.unwrap();
        let mut wrong = url.clone();
        requery(&mut wrong, "=3600", "=3601");
        let mut disguised = wrong.clone();
        requery(
            &mut disguised,
            "X-Amz-Security-Token",
            "X%2DAmz-Security-Token",
        );
        for request in [url, wrong, disguised] {
            lab.call(request).await;
            let exchange = lab.last_exchange();
            let shown = format!("{:?} {:?}", exchange.redacted(), exchange.refusal);
            assert!(!shown.contains(signature), "{shown}");
            // Encoded or not, a token starts the same.
            assert!(!shown.contains(&token[..24]), "{shown}");
        }
    });
}
