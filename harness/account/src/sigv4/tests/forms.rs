//! One signature or another, and what each says of the payload.

use super::super::{
    PayloadHash, Problem, ServiceRules, Stage, UnsupportedAlgorithm, parse, parse_header,
    parse_query,
};
use super::presigned::{HOUR, presigned};
use super::sample::{TOKEN, signer, unsigned};

// s3.presigned.payload
#[test]
fn the_payload_is_unsigned_unless_a_signed_header_says_otherwise() {
    let sent = presigned();
    let parsed = parse(sent.head(), &ServiceRules::S3).unwrap();
    assert_eq!(parsed.declared_payload(), Ok(PayloadHash::Unsigned));

    let mut signed = unsigned();
    let hash = PayloadHash::of(&signed.body);
    signed.set("x-amz-content-sha256", &hash.to_string());
    signer().presign(&mut signed, HOUR);
    let parsed = parse(signed.head(), &ServiceRules::S3).unwrap();
    assert_eq!(parsed.declared_payload(), Ok(hash));
    assert_eq!(signer().accept(&signed), Ok(()));
    signed.body.push(0);
    assert_eq!(
        signer().accept(&signed).unwrap_err().stage(),
        Stage::Payload
    );

    // As the SDK for JavaScript does.
    let mut in_query = unsigned();
    in_query.query = Some(format!("X-Amz-Content-Sha256={hash}"));
    signed.headers.clone_into(&mut in_query.headers);
    signer().presign(&mut in_query, HOUR);
    let parsed = parse(in_query.head(), &ServiceRules::S3).unwrap();
    assert_eq!(parsed.declared_payload(), Ok(hash));

    let mut added = presigned();
    added.set("x-amz-content-sha256", "nonsense");
    assert_eq!(signer().accept(&added), Ok(()), "unsigned, it says nothing");
}

#[test]
fn a_service_may_take_one_form_only() {
    let sent = presigned();
    let missing = parse_header(sent.head(), &ServiceRules::S3).unwrap_err();
    assert_eq!(missing.problem, Problem::AuthorizationMissing);
    let mut sent = unsigned();
    let missing = parse_query(sent.head(), &ServiceRules::S3).unwrap_err();
    assert_eq!(missing.problem, Problem::AuthorizationMissing);
    signer().sign(&mut sent);
    sent.query = presigned().query;
    for both in [
        parse(sent.head(), &ServiceRules::S3),
        parse_query(sent.head(), &ServiceRules::S3),
    ] {
        assert_eq!(both.unwrap_err().problem, Problem::AuthorizationInQueryToo);
    }
    sent.set("authorization", "AWS A:c2ln");
    let both = parse(sent.head(), &ServiceRules::S3).unwrap_err().problem;
    assert_ne!(
        both,
        Problem::AlgorithmUnsupported {
            algorithm: UnsupportedAlgorithm::SigV2
        }
    );
}

#[test]
fn nothing_shows_the_token() {
    let sent = presigned();
    let parsed = parse(sent.head(), &ServiceRules::S3).unwrap();
    assert_eq!(parsed.session_token(), Some(TOKEN));
    let shown = format!("{parsed:?}");
    assert!(
        !shown.contains(TOKEN) && !shown.contains("IQoJb3JpZ2lu"),
        "{shown}"
    );
}
