//! Whatever AWS's own signer signs is accepted, and nothing else.

use std::time::Duration;

use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Authorization, ServiceRules};
use super::signer::{Sent, Signer};
use crate::SimInstant;

/// How the SDK encodes a path segment, a name or a value.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Text in which something is hard to encode, sort or normalise.
fn text() -> impl Strategy<Value = String> {
    let awkward = select(vec![
        "",
        ".",
        "..",
        "...",
        " ",
        "%",
        "%2F",
        "%zz",
        "+",
        "~",
        "/",
        "&=",
        "a",
        "A",
        "ab",
        "a-b",
        "é",
        "日本",
        "(1)",
        "'!*",
        "$@:,;",
        "\u{1f600}",
    ]);
    prop_oneof![
        3 => awkward.prop_map(str::to_owned),
        1 => "[ -~]{0,8}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(text(), 0..6).prop_map(|segments| {
        let encoded: Vec<String> = segments.iter().map(|segment| encode(segment)).collect();
        format!("/{}", encoded.join("/"))
    })
}

fn query() -> impl Strategy<Value = Option<String>> {
    let parameter = (text(), prop::option::of(text())).prop_map(|(name, value)| match value {
        Some(value) => format!("{}={}", encode(&name), encode(&value)),
        None => encode(&name),
    });
    let query = prop::collection::vec(parameter, 0..5).prop_map(|parameters| parameters.join("&"));
    prop::option::of(query)
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = select(vec![
        "content-type",
        "range",
        "user-agent",
        "x-amz-meta-a",
        "x-amz-meta-a-b",
        "x-amzn-trace-id",
        "x-custom",
    ]);
    prop::collection::vec((name, "[ -~]{0,4} {0,3}[ -~]{0,4}"), 0..6)
}

fn request() -> impl Strategy<Value = Sent> {
    let method = select(vec![
        Method::GET,
        Method::PUT,
        Method::POST,
        Method::HEAD,
        Method::DELETE,
    ]);
    let body = prop::collection::vec(any::<u8>(), 0..32);
    (method, path(), query(), headers(), body).prop_map(|(method, path, query, headers, body)| {
        let mut sent = Sent {
            method,
            path,
            query,
            headers: HeaderMap::new(),
            body,
        };
        sent.append("host", "example.amazonaws.com:8080");
        for (name, value) in headers {
            sent.append(name, &value);
        }
        sent
    })
}

fn signer() -> impl Strategy<Value = Signer> {
    let rules = select(vec![
        ServiceRules::S3,
        ServiceRules::STS,
        ServiceRules::IAM,
        ServiceRules::EC2,
    ]);
    let token = prop::option::of("[A-Za-z0-9+/]{1,40}={0,2}");
    let region = select(vec!["us-east-1", "cn-north-1"]);
    // From 2000 to 2100.
    let millis = 946_684_800_000..4_102_444_800_000_i64;
    ("[A-Za-z0-9+/]{1,40}", token, region, rules, millis).prop_map(
        |(secret, token, region, rules, millis)| Signer {
            secret,
            token,
            region: region.to_owned(),
            rules,
            date: SimInstant::from_epoch_millis(millis),
        },
    )
}

type Mutation = fn(&mut Sent, &mut Signer);

/// What may happen to a request between client and server, and must not go unnoticed.
const MUTATIONS: [(&str, Mutation); 12] = [
    ("method", |sent, _| sent.method = Method::PATCH),
    ("path", |sent, _| sent.path.push('x')),
    ("query", |sent, _| {
        let query = sent.query.take().unwrap_or_default();
        sent.query = Some(format!("{query}&added"));
    }),
    ("host", |sent, _| sent.set("host", "example.org")),
    ("header dropped", |sent, _| {
        sent.headers.remove("x-amz-date");
    }),
    ("header added", |sent, _| {
        sent.append("x-amz-acl", "private");
    }),
    ("token", |sent, _| {
        sent.set("x-amz-security-token", "another");
    }),
    ("body", |sent, _| sent.body.push(0)),
    ("date", |sent, signer| {
        let next = signer.date + std::time::Duration::from_secs(1);
        sent.set("x-amz-date", &next.amz_date());
    }),
    ("signature", |sent, _| {
        let value = sent.headers["authorization"].to_str().unwrap();
        let (rest, last) = value.split_at(value.len() - 1);
        let changed = format!("{rest}{}", if last == "0" { "1" } else { "0" });
        sent.set("authorization", &changed);
    }),
    ("region", |sent, signer| {
        let region = signer.region.clone();
        sent.replace("authorization", &region, "eu-west-1");
        // As a server of that region, so that the signing key is what refuses it.
        "eu-west-1".clone_into(&mut signer.region);
    }),
    ("secret", |_, signer| signer.secret.push('x')),
];

const PRESIGNED_MUTATIONS: [(&str, Mutation); 9] = [
    ("method", |sent, _| sent.method = Method::PATCH),
    ("path", |sent, _| sent.path.push('x')),
    ("query", |sent, _| sent.requery("X-Amz-", "added&X-Amz-")),
    ("host", |sent, _| sent.set("host", "example.org")),
    ("header added", |sent, _| {
        sent.append("x-amz-acl", "private");
    }),
    ("longer", |sent, _| {
        sent.requery("X-Amz-Expires=", "X-Amz-Expires=0");
    }),
    ("token", |sent, signer| match signer.token {
        Some(_) => sent.requery("X-Amz-Security-Token=", "X-Amz-Security-Token=x"),
        None => sent.requery("X-Amz-Date", "X-Amz-Security-Token=x&X-Amz-Date"),
    }),
    ("signature", |sent, _| {
        let query = sent.query.clone().unwrap();
        let (_, rest) = query.split_once("X-Amz-Signature=").unwrap();
        let other = if rest.starts_with('0') { "1" } else { "0" };
        sent.requery(
            &format!("X-Amz-Signature={}", &rest[..1]),
            &format!("X-Amz-Signature={other}"),
        );
    }),
    ("secret", |_, signer| signer.secret.push('x')),
];

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 192,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_signed_is_accepted_until_it_is_changed(mut sent in request(), signer in signer()) {
        signer.sign(&mut sent);
        prop_assert_eq!(signer.accept(&sent), Ok(()));
        for (mutation, mutate) in MUTATIONS {
            let (mut sent, mut signer) = (sent.clone(), signer.clone());
            mutate(&mut sent, &mut signer);
            prop_assert!(signer.accept(&sent).is_err(), "{} went unnoticed", mutation);
        }
    }

    #[test]
    fn what_is_presigned_is_accepted_until_it_is_changed(
        mut sent in request(),
        mut signer in signer(),
        expires in 1..=604_800_u64,
    ) {
        signer.rules = ServiceRules::S3;
        signer.presign(&mut sent, Duration::from_secs(expires));
        prop_assert_eq!(signer.accept(&sent), Ok(()));
        // The body is not signed, and what a header signature has in headers is not there.
        for (mutation, mutate) in PRESIGNED_MUTATIONS {
            let (mut sent, mut signer) = (sent.clone(), signer.clone());
            mutate(&mut sent, &mut signer);
            prop_assert!(signer.accept(&sent).is_err(), "{} went unnoticed", mutation);
        }
    }

    #[test]
    fn no_authorization_is_read_that_was_not_written(
        components in prop::collection::vec(
            select(vec![
                "Credential=", "AKIDEXAMPLE/", "20310501/", "us-east-1/s3/", "aws4_request",
                "SignedHeaders=", "host;", "host", "Signature=", ", ", ",", "=", " ", "日",
            ]),
            0..16,
        ),
    ) {
        let value = format!("AWS4-HMAC-SHA256 {}", components.concat());
        prop_assert!(Authorization::from_header(&value).is_err(), "{}", value);
    }
}
