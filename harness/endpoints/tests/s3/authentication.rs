//! Who is not recognised, and what each is told. Every row is a request that is good but for one
//! thing.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use rolecall_account::sigv4::Stage as SigV4;
use rolecall_account::{Issuing, Overlap, Source, Stage};

use crate::support::signer::{HOST, Signer, get, object, put};
use crate::support::{Answer, HOUR, Lab, MILLISECOND, ROLE, lab, lab_issuing, request};

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

/// Code, status and stage: what is answered, and what is journalled with it.
pub(crate) type Refused = (&'static str, u16, Stage);

const FORM: Stage = Stage::SigV4(SigV4::Form);
const SIGNED_HEADERS: Stage = Stage::SigV4(SigV4::SignedHeaders);
const DATE: Stage = Stage::SigV4(SigV4::Date);
const PAYLOAD: Stage = Stage::SigV4(SigV4::Payload);

const MISMATCH: Refused = ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Signature));
const ANONYMOUS: Refused = ("AccessDenied", 403, FORM);
const WRONG_TOKEN: Refused = ("InvalidToken", 400, Stage::SessionToken);
const SKEWED: Refused = ("RequestTimeTooSkewed", 403, DATE);

fn malformed(stage: SigV4) -> Refused {
    ("AuthorizationHeaderMalformed", 400, Stage::SigV4(stage))
}

pub(crate) fn check(lab: &Lab, what: &str, answer: &Answer, (code, status, stage): Refused) {
    let refusal = lab
        .last_exchange()
        .refusal
        .unwrap_or_else(|| panic!("{what}: accepted"));
    let found = (refusal.code.as_str(), answer.status, refusal.stage);
    assert_eq!(found, (code, status, stage), "{what}");
    assert_eq!(answer.element("Code"), code, "{what}");
    assert_eq!(answer.element("Message"), refusal.message, "{what}");
}

/// A put with a query and a header of its own, so that there is something to tamper with.
fn sample() -> Request<Bytes> {
    let uri = format!("{}?x-id=PutObject", object("dir/cat.txt"));
    request(
        "PUT",
        &uri,
        &[("x-amz-meta-colour", "red"), ("content-type", "text/plain")],
    )
    .map(|_| Bytes::from_static(b"meow"))
}

// s3.errors.codes
#[test]
fn signed_by_the_wrong_one_or_for_the_wrong_thing() {
    type Change = fn(&mut Signer, &Lab);
    let rows: [(&str, Change, Refused); 11] = [
        (
            "wrong secret",
            |signer, _| signer.secret_access_key.replace_range(..1, "?"),
            MISMATCH,
        ),
        (
            "another's secret",
            |signer, lab| {
                signer.secret_access_key = lab.foreign_signer().secret_access_key;
            },
            MISMATCH,
        ),
        (
            "unknown key id",
            |signer, _| signer.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned(),
            ("InvalidAccessKeyId", 403, Stage::AccessKey),
        ),
        (
            "key id in lower case",
            |signer, _| signer.access_key_id.make_ascii_lowercase(),
            ("InvalidAccessKeyId", 403, Stage::AccessKey),
        ),
        (
            "no token",
            |signer, _| signer.session_token = None,
            ("InvalidAccessKeyId", 403, Stage::SessionToken),
        ),
        (
            "another's token",
            |signer, lab| {
                signer.session_token = lab.foreign_signer().session_token;
            },
            WRONG_TOKEN,
        ),
        (
            "another's key id",
            |signer, lab| {
                signer.access_key_id = lab.foreign_signer().access_key_id;
            },
            WRONG_TOKEN,
        ),
        (
            "garbage for a token",
            |signer, _| signer.session_token = Some("garbage".to_owned()),
            WRONG_TOKEN,
        ),
        (
            "token cut short",
            |signer, _| {
                signer.session_token.as_mut().unwrap().pop();
            },
            WRONG_TOKEN,
        ),
        (
            "another region",
            |signer, _| signer.region = "eu-west-1",
            malformed(SigV4::Scope),
        ),
        (
            "another service",
            |signer, _| signer.service = "sts",
            malformed(SigV4::Scope),
        ),
    ];
    lab(async |lab| {
        for (what, change, refused) in rows {
            let mut signer = lab.signer();
            assert_eq!(lab.call(signer.sign(sample())).await.status, 200);
            change(&mut signer, &lab);
            let answer = lab.call(signer.sign(sample())).await;
            check(&lab, what, &answer, refused);
        }
    });
}

fn detach_all(lab: &Lab) {
    let mut world = lab.edge.world();
    world
        .operator(lab.edge.now())
        .detach_role_policy(ROLE, "AmazonS3FullAccess")
        .unwrap();
}

#[test]
fn who_is_not_recognised_learns_nothing_of_the_policies() {
    lab(async |lab| {
        let mut signer = lab.signer();
        signer.secret_access_key.replace_range(..1, "?");
        let allowed = lab.call(signer.sign(sample())).await;
        check(&lab, "allowed otherwise", &allowed, MISMATCH);
        assert_eq!(lab.last_exchange().decision, None);
        detach_all(&lab);
        let denied = lab.call(signer.sign(sample())).await;
        check(&lab, "denied otherwise", &denied, MISMATCH);
        assert_eq!(denied.element("Message"), allowed.element("Message"));
    });
}

#[test]
fn a_wrong_region_is_told_the_right_one() {
    lab(async |lab| {
        let mut signer = lab.signer();
        signer.region = "eu-west-1";
        let answer = lab.call(signer.sign(sample())).await;
        assert_eq!(
            answer.element("Message"),
            "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting \
             'us-east-1'"
        );
    });
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}

/// Sends it to another path and query below the bucket.
fn readdress(request: &mut Request<Bytes>, path: &str) {
    *request.uri_mut() = format!("{HOST}/photos/{path}").parse().unwrap();
}

fn append(request: &mut Request<Bytes>, name: &'static str, value: &'static str) {
    let value = HeaderValue::from_static(value);
    request.headers_mut().append(name, value);
}

fn remove(request: &mut Request<Bytes>, name: &str) {
    request.headers_mut().remove(name);
}

/// What is changed, how, and what that is told.
type Row = (&'static str, fn(&mut Request<Bytes>), Refused);

fn refuse_each(rows: &[Row]) {
    lab(async |lab| {
        for (what, change, refused) in rows {
            let mut request = lab.signer().sign(sample());
            change(&mut request);
            let answer = lab.call(request).await;
            check(&lab, what, &answer, *refused);
            assert_eq!(lab.stored("dir/cat.txt"), None, "{what}");
        }
        let untouched = lab.call_signed(sample()).await;
        assert_eq!(untouched.status, 200);
    });
}

// s3.errors.codes
#[test]
fn the_request_is_changed_after_signing() {
    refuse_each(&[
        (
            "header",
            |it| set(it, "x-amz-meta-colour", "blue"),
            MISMATCH,
        ),
        (
            "header doubled",
            |it| append(it, "x-amz-meta-colour", "red"),
            MISMATCH,
        ),
        (
            "header gone",
            |it| remove(it, "x-amz-meta-colour"),
            ("SignatureDoesNotMatch", 403, SIGNED_HEADERS),
        ),
        (
            "x-amz header added",
            |it| set(it, "x-amz-meta-size", "9"),
            ("AccessDenied", 403, SIGNED_HEADERS),
        ),
        (
            "host",
            |it| set(it, "host", "s3.eu-west-1.amazonaws.com"),
            MISMATCH,
        ),
        (
            "path",
            |it| readdress(it, "dir/dog.txt?x-id=PutObject"),
            MISMATCH,
        ),
        (
            "slash doubled",
            |it| readdress(it, "dir//cat.txt?x-id=PutObject"),
            MISMATCH,
        ),
        (
            "query",
            |it| readdress(it, "dir/cat.txt?x-id=GetObject"),
            MISMATCH,
        ),
        ("query gone", |it| readdress(it, "dir/cat.txt"), MISMATCH),
        (
            "method",
            |it| *it.method_mut() = http::Method::GET,
            MISMATCH,
        ),
        (
            "body",
            |it| *it.body_mut() = "woof".into(),
            ("XAmzContentSHA256Mismatch", 400, PAYLOAD),
        ),
        (
            "payload hash",
            |it| set(it, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            MISMATCH,
        ),
        (
            "payload hash no hash",
            |it| set(it, "x-amz-content-sha256", "0"),
            ("InvalidArgument", 400, PAYLOAD),
        ),
        (
            "payload hash gone",
            |it| remove(it, "x-amz-content-sha256"),
            ("SignatureDoesNotMatch", 403, SIGNED_HEADERS),
        ),
        (
            "date",
            |it| set(it, "x-amz-date", "20310501T000001Z"),
            MISMATCH,
        ),
        (
            "date no date",
            |it| set(it, "x-amz-date", "yesterday"),
            ("AccessDenied", 403, DATE),
        ),
        (
            "another day",
            |it| set(it, "x-amz-date", "20310502T000000Z"),
            malformed(SigV4::Scope),
        ),
    ]);
}

// s3.errors.codes, s3.anonymous.denied
#[test]
fn the_signature_itself_is_changed() {
    const CREDENTIAL_ALONE: &str =
        "AWS4-HMAC-SHA256 Credential=a/20310501/us-east-1/s3/aws4_request";
    const TWICE: Refused = ("InvalidArgument", 400, FORM);
    const UNSUPPORTED: Refused = ("InvalidRequest", 400, FORM);
    refuse_each(&[
        ("gone", |it| remove(it, "authorization"), ANONYMOUS),
        (
            "there twice",
            |it| append(it, "authorization", "AWS4-HMAC-SHA256 x"),
            TWICE,
        ),
        (
            "in the query too",
            |it| readdress(it, "k?X-Amz-Signature=0"),
            TWICE,
        ),
        (
            "two tokens",
            |it| append(it, "x-amz-security-token", "x"),
            TWICE,
        ),
        (
            "version 2",
            |it| set(it, "authorization", "AWS ASIA:c2lnbmF0dXJl"),
            UNSUPPORTED,
        ),
        (
            "bearer",
            |it| set(it, "authorization", "Bearer abc"),
            UNSUPPORTED,
        ),
        (
            "cut short",
            |it| set(it, "authorization", CREDENTIAL_ALONE),
            malformed(SigV4::Form),
        ),
    ]);
}

#[test]
fn what_need_not_be_signed_may_be_added() {
    lab(async |lab| {
        let mut request = lab.signer().sign(sample());
        set(&mut request, "accept", "*/*");
        set(&mut request, "via", "1.1 proxy");
        set(&mut request, "content-length", "4");
        assert_eq!(lab.call(request).await.status, 200);
    });
}

#[test]
fn an_unsigned_payload_is_taken_as_it_comes() {
    lab(async |lab| {
        let signed = lab
            .signer()
            .sign_declared(put("k", "meow", &[]), "UNSIGNED-PAYLOAD");
        let changed = signed.map(|_| Bytes::from_static(b"woof"));
        assert_eq!(lab.call(changed).await.status, 200);
        assert_eq!(lab.stored("k").as_deref(), Some(&b"woof"[..]));
    });
}

#[test]
fn a_session_is_good_until_its_last_millisecond() {
    lab(async |lab| {
        let mut signer = lab.signer();
        let mut call = async |wait: Duration| {
            lab.advance(wait).await;
            signer.date = lab.edge.now();
            lab.call(signer.sign(put("k", "x", &[]))).await
        };
        // The set is no longer served by then, and still good: imds.credentials.overlap
        assert_eq!(call(MILLISECOND * (6 * 3_600_000 - 1)).await.status, 200);
        let expired = call(MILLISECOND).await;
        check(
            &lab,
            "at its expiry",
            &expired,
            ("ExpiredToken", 400, Stage::Expiry),
        );
        let long_since = call(48 * HOUR).await;
        check(
            &lab,
            "long since",
            &long_since,
            ("ExpiredToken", 400, Stage::Expiry),
        );
    });
}

#[test]
fn a_set_that_was_superseded_without_overlap_has_expired() {
    let abrupt = Issuing {
        overlap: Overlap::None,
        ..Issuing::default()
    };
    lab_issuing(abrupt, async |lab| {
        let old = lab.signer();
        let source = Source::Instance(lab.web.clone());
        lab.edge.world().rotate(lab.edge.now(), &source).unwrap();
        let refused = lab.call(old.sign(sample())).await;
        check(
            &lab,
            "superseded",
            &refused,
            ("ExpiredToken", 400, Stage::Revocation),
        );
        assert_eq!(lab.call_signed(sample()).await.status, 200, "the new set");
    });
}

#[test]
fn a_revoked_set_is_invalid_at_once() {
    lab(async |lab| {
        let source = Source::Instance(lab.web.clone());
        assert_eq!(lab.call_signed(sample()).await.status, 200);
        assert_eq!(lab.edge.world().revoke(lab.edge.now(), &source, None), 1);
        let refused = lab.call_signed(put("after", "x", &[])).await;
        check(
            &lab,
            "revoked",
            &refused,
            ("InvalidToken", 400, Stage::Revocation),
        );
        let other = lab.foreign_signer().sign(sample());
        assert_eq!(lab.call(other).await.status, 200, "another session");
    });
}

#[test]
fn a_clock_may_be_fifteen_minutes_off_and_no_more() {
    lab(async |lab| {
        let base = lab.edge.now();
        let call = async |signer: &Signer| lab.call(signer.sign(sample())).await;
        let mut signer = lab.signer();
        for (date, good) in [
            (base - 15 * MINUTE, true),
            (base - 15 * MINUTE - SECOND, false),
            (base + 15 * MINUTE, true),
            (base + 15 * MINUTE + SECOND, false),
        ] {
            signer.date = date;
            let answer = call(&signer).await;
            assert_eq!(answer.status == 200, good, "{date}");
            if !good {
                check(&lab, &date.to_string(), &answer, SKEWED);
            }
        }
        lab.advance(MILLISECOND).await;
        signer.date = base - 15 * MINUTE;
        let answer = call(&signer).await;
        check(&lab, "a millisecond later", &answer, SKEWED);
        signer.date = base + 15 * MINUTE + SECOND;
        lab.advance(MILLISECOND * 999).await;
        assert_eq!(call(&signer).await.status, 200, "a second later");
    });
}

#[test]
fn an_expired_session_is_told_so_even_with_a_clock_that_is_off() {
    lab(async |lab| {
        let signer = lab.signer();
        lab.advance(6 * HOUR).await;
        let answer = lab.call(signer.sign(sample())).await;
        check(
            &lab,
            "expired and skewed",
            &answer,
            ("ExpiredToken", 400, Stage::Expiry),
        );
    });
}

// s3.errors.signature-elements
#[test]
fn a_wrong_signature_is_explained_without_the_token() {
    lab(async |lab| {
        let signer = lab.signer();
        let token = signer.session_token.clone().unwrap();
        let mut request = signer.sign(get("k"));
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let (_, provided) = authorization.split_once("Signature=").unwrap();
        let provided = provided.to_owned();
        *request.method_mut() = http::Method::DELETE;
        let answer = lab.call(request).await;
        let detail = lab.last_exchange().refusal.unwrap().detail.unwrap();
        let canonical = answer.element("CanonicalRequest");
        assert!(
            canonical.starts_with("DELETE\n/photos/k\n\nhost:s3.us-east-1"),
            "{canonical}"
        );
        assert!(detail.contains(&canonical), "{detail}");
        assert_eq!(answer.element("AWSAccessKeyId"), signer.access_key_id);
        assert_eq!(answer.element("SignatureProvided"), provided);
        let to_sign = answer.element("StringToSign");
        let scope = "AWS4-HMAC-SHA256\n20310501T000000Z\n20310501/us-east-1/s3/aws4_request\n";
        assert!(to_sign.starts_with(scope), "{to_sign}");
        let bytes = answer.element("StringToSignBytes");
        assert!(bytes.starts_with("41 57 53 34 2d 48 4d 41 43"), "{bytes}");
        assert_eq!(bytes.split(' ').count(), to_sign.len());
        let bytes = answer.element("CanonicalRequestBytes");
        assert!(bytes.starts_with("44 45 4c 45 54 45 0a 2f"), "{bytes}");
        assert!(!answer.text().contains(&token) && !detail.contains(&token));
        assert!(
            canonical.contains("x-amz-security-token:sha256:"),
            "{canonical}"
        );
    });
}

// s3.errors.signature-elements
#[test]
fn an_unknown_key_is_named() {
    lab(async |lab| {
        let mut signer = lab.signer();
        signer.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
        let answer = lab.call(signer.sign(get("k"))).await;
        assert_eq!(answer.element("AWSAccessKeyId"), "ASIAAAAAAAAAAAAAAAAA");
    });
}
