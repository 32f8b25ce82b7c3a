//! Signatures that do not match, and what is shown of them.

use http::Method;

use super::super::{PayloadHash, Problem, ServiceRules, Stage, parse_header};
use super::sample::{Change, TOKEN, assert_shows_no_secret, signed, signer, text, unsigned};
use super::signer::Signer;

#[test]
fn requests_changed_after_signing() {
    let changes: [(&str, Change); 6] = [
        ("method", |sent| sent.method = Method::POST),
        ("path", |sent| sent.path = text("/bucket/a%20kez")),
        ("query", |sent| sent.query = Some(text("partNumber=2"))),
        ("header", |sent| sent.set("x-amz-meta-colour", "blue")),
        ("date", |sent| sent.set("x-amz-date", "20310501T060001Z")),
        ("token", |sent| sent.set("x-amz-security-token", "another")),
    ];
    let provided = parse_header(signed().head(), &ServiceRules::S3)
        .unwrap()
        .authorization()
        .signature();
    for (change, apply) in changes {
        let mut sent = signed();
        apply(&mut sent);
        let failure = signer().accept(&sent).expect_err(change);
        assert_eq!(
            failure.problem,
            Problem::SignatureMismatch { provided },
            "{change}"
        );
        assert_eq!(failure.stage(), Stage::Signature);
        assert_shows_no_secret(&failure);
    }
}

#[test]
fn a_signature_with_another_key() {
    let another_secret = Signer {
        secret: text("another"),
        ..signer()
    };
    let mut another_region = signed();
    another_region.replace("authorization", "us-east-1", "eu-west-1");
    for (signer, sent) in [
        (another_secret, signed()),
        (
            Signer {
                region: text("eu-west-1"),
                ..signer()
            },
            another_region,
        ),
    ] {
        let failure = signer.accept(&sent).unwrap_err();
        assert_eq!(failure.stage(), Stage::Signature);
    }
}

#[test]
fn an_explanation_shows_fingerprints_for_secrets() {
    let mut sent = unsigned();
    sent.append("x-amz-server-side-encryption-customer-key", "c2VjcmV0");
    sent.query = Some(text("x-amz-security-token=IQoJb3JpZ2luX2VjEXAMPLE%3D%3D"));
    signer().sign(&mut sent);
    let parsed = parse_header(sent.head(), &ServiceRules::S3).unwrap();
    let failure = parsed.verify("another", PayloadHash::of(b"hello"));
    let explanation = failure.unwrap_err().explanation.unwrap();
    let expected = "PUT
/bucket/a%20key
x-amz-security-token=sha256:cab67c68
content-type:text/plain
host:s3.amazonaws.com
x-amz-content-sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
x-amz-date:20310501T060000Z
x-amz-meta-colour:red
x-amz-security-token:sha256:cab67c68
x-amz-server-side-encryption-customer-key:sha256:1c1185e0

content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-colour;x-amz-security-token;\
x-amz-server-side-encryption-customer-key
2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(explanation.canonical_request, expected);
    assert!(
        explanation.string_to_sign.starts_with(
            "AWS4-HMAC-SHA256\n20310501T060000Z\n20310501/us-east-1/s3/aws4_request\n"
        )
    );
}

#[test]
fn nothing_shown_holds_a_secret() {
    let sent = signed();
    let parsed = parse_header(sent.head(), &ServiceRules::S3).unwrap();
    assert_eq!(parsed.session_token(), Some(TOKEN));
    let shown = format!("{parsed:?} {:?}", sent.head());
    assert!(!shown.contains(TOKEN), "{shown}");
}
