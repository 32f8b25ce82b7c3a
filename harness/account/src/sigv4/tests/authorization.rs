//! The `Authorization` header out of form.

use http::{HeaderName, HeaderValue};

use super::super::{Component, Problem, Stage, UnsupportedAlgorithm};
use super::sample::{COLOUR, Row, TOKEN, check, signed, signer, text};

#[test]
fn authorizations_of_another_kind() {
    let unsupported = |algorithm| Problem::AlgorithmUnsupported { algorithm };
    let rows: Vec<Row> = vec![
        (
            "none",
            |sent| drop(sent.headers.remove("authorization")),
            Problem::AuthorizationMissing,
        ),
        (
            "two",
            |sent| sent.append("authorization", "Basic dXNlcjpwYXNz"),
            Problem::AuthorizationRepeated { count: 2 },
        ),
        (
            "in the query too",
            |sent| sent.query = Some(text("X%2DAmz-Signature=00")),
            Problem::AuthorizationInQueryToo,
        ),
        (
            "SigV2",
            |sent| sent.set("authorization", "AWS AKIDEXAMPLE:c2ln"),
            unsupported(UnsupportedAlgorithm::SigV2),
        ),
        (
            "SigV4a",
            |sent| sent.replace("authorization", "HMAC", "ECDSA-P256"),
            unsupported(UnsupportedAlgorithm::SigV4a),
        ),
        (
            "a scheme that is not AWS's",
            |sent| sent.set("authorization", "Basic dXNlcjpwYXNz"),
            unsupported(UnsupportedAlgorithm::Scheme(text("Basic"))),
        ),
        (
            "no scheme",
            |sent| sent.set("authorization", TOKEN),
            unsupported(UnsupportedAlgorithm::Nameless),
        ),
    ];
    check(rows, Stage::Form);
}

#[test]
fn authorizations_out_of_form() {
    let rows: Vec<Row> = vec![
        (
            "no components",
            |sent| sent.set("authorization", "AWS4-HMAC-SHA256"),
            Problem::ComponentsMissing {
                components: Component::ALL.to_vec(),
            },
        ),
        (
            "one component",
            |sent| sent.set("authorization", "AWS4-HMAC-SHA256 Credential=x"),
            Problem::ComponentsMissing {
                components: vec![Component::Signature, Component::SignedHeaders],
            },
        ),
        (
            "a comma at the end",
            |sent| sent.replace("authorization", ", Signature=", ",, Signature="),
            Problem::ComponentMalformed { found: text("") },
        ),
        (
            "no equal sign",
            |sent| sent.replace("authorization", "Signature=", "Signature "),
            // The rest of that part is the signature itself.
            Problem::ComponentMalformed {
                found: {
                    let sent = signed();
                    let value = sent.headers["authorization"].to_str().unwrap();
                    let (_, signature) = value.split_once("Signature=").unwrap();
                    format!("Signature {signature}")
                },
            },
        ),
        (
            "a name in the wrong case",
            |sent| sent.replace("authorization", "Credential", "credential"),
            Problem::ComponentUnknown {
                name: text("credential"),
            },
        ),
        (
            "a component twice",
            |sent| sent.replace("authorization", ", Signature=", ", Signature=, Signature="),
            Problem::ComponentRepeated {
                component: Component::Signature,
            },
        ),
        (
            "a signature that is none",
            |sent| {
                sent.set(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=A/20310501/us-east-1/s3/aws4_request, \
                     SignedHeaders=host, Signature=ABC",
                );
            },
            Problem::SignatureMalformed { found: text("ABC") },
        ),
    ];
    check(rows, Stage::Form);
}

#[test]
fn headers_that_are_sent_once_and_are_text() {
    let repeated = |header: &'static str| Problem::HeaderRepeated {
        header: HeaderName::from_static(header),
    };
    let rows: Vec<Row> = vec![
        (
            "two hosts",
            |sent| sent.append("host", "s3.amazonaws.com"),
            repeated("host"),
        ),
        (
            "two dates",
            |sent| sent.append("x-amz-date", "20310501T060000Z"),
            repeated("x-amz-date"),
        ),
        (
            "two tokens",
            |sent| sent.append("x-amz-security-token", TOKEN),
            repeated("x-amz-security-token"),
        ),
        (
            "two payload hashes",
            |sent| sent.append("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            repeated("x-amz-content-sha256"),
        ),
        (
            "a signed header that is not text",
            |sent| {
                let bytes = HeaderValue::from_bytes(b"r\xe9d").unwrap();
                sent.headers.insert(COLOUR, bytes);
            },
            Problem::HeaderNotText { header: COLOUR },
        ),
    ];
    check(rows, Stage::Form);
}

#[test]
fn components_in_any_order_with_any_spaces_before() {
    let mut sent = signed();
    let value = sent.headers["authorization"].to_str().unwrap();
    let (algorithm, components) = value.split_once(' ').unwrap();
    let mut components: Vec<&str> = components.split(", ").collect();
    components.reverse();
    let value = format!("{algorithm}  {}", components.join(",  "));
    sent.set("authorization", &value);
    assert_eq!(signer().accept(&sent), Ok(()));
}
