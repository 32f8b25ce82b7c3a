//! Requests that are bound to what there is.

use rolecall_account::Stage;

use crate::support::signer::{HOST, object, put};
use crate::support::{Answer, HOUR, Lab, lab, request};

/// The MD5 of `123456789`.
const ETAG: &str = "\"25f9e794323b453885f5181f1b624d0b\"";
const OTHER: &str = "\"d41d8cd98f00b204e9800998ecf8427e\"";

const BEFORE: &str = "Wed, 30 Apr 2031 23:00:00 GMT";
const STORED: &str = "Thu, 01 May 2031 00:00:00 GMT";
const AFTER: &str = "Thu, 01 May 2031 00:30:00 GMT";
const TO_COME: &str = "Fri, 02 May 2031 00:00:00 GMT";

const SOURCE: (&str, &str) = ("x-amz-copy-source", "photos/k");

type Headers = &'static [(&'static str, &'static str)];

/// A lab with an object `k`, an hour after it was stored.
fn with_an_object<T, F: Future<Output = T>>(work: impl FnOnce(Lab) -> F) -> T {
    lab(async |lab| {
        let described = [
            ("cache-control", "max-age=60"),
            ("x-amz-meta-colour", "red"),
        ];
        lab.call_signed(put("k", "123456789", &described)).await;
        lab.advance(HOUR).await;
        work(lab).await
    })
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.elements("Code").concat())
}

fn precondition_failed() -> (u16, String) {
    (412, "PreconditionFailed".to_owned())
}

// s3.get.preconditions, s3.get.if-match
#[test]
fn which_reads_are_answered() {
    let rows: [(Headers, u16); 17] = [
        (&[("if-match", ETAG)], 200),
        (&[("if-match", OTHER)], 412),
        (&[("if-none-match", ETAG)], 304),
        (
            &[(
                "if-none-match",
                "\"x\", \"25f9e794323b453885f5181f1b624d0b\"",
            )],
            304,
        ),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", OTHER)], 200),
        (&[("if-modified-since", BEFORE)], 200),
        (&[("if-modified-since", STORED)], 304),
        (&[("if-modified-since", AFTER)], 304),
        (&[("if-modified-since", TO_COME)], 200),
        (&[("if-modified-since", "yesterday")], 200),
        (&[("if-unmodified-since", BEFORE)], 412),
        (&[("if-unmodified-since", STORED)], 200),
        (&[("if-unmodified-since", TO_COME)], 200),
        (&[("if-match", ETAG), ("if-unmodified-since", BEFORE)], 200),
        (
            &[("if-none-match", ETAG), ("if-modified-since", BEFORE)],
            304,
        ),
        (
            &[("if-none-match", OTHER), ("if-modified-since", AFTER)],
            200,
        ),
    ];
    with_an_object(async |lab| {
        for (headers, status) in rows {
            for method in ["GET", "HEAD"] {
                let answer = lab.ask(method, "/photos/k", headers).await;
                assert_eq!(answer.status, status, "{method} {headers:?}");
                let exchange = lab.last_exchange();
                assert!(exchange.decision.unwrap().allowed(), "{method} {headers:?}");
                let refused = exchange.refusal.map(|refusal| refusal.code);
                let expected = (status == 412).then(|| "PreconditionFailed".to_owned());
                assert_eq!(refused, expected, "{method} {headers:?}");
                if method == "GET" && status == 412 {
                    assert_eq!(told(&answer), precondition_failed());
                    let condition = answer.element("Condition").to_lowercase();
                    assert_eq!(condition, headers[0].0, "{headers:?}");
                }
            }
        }
    });
}

// s3.get.unmodified
#[test]
fn what_is_known_is_not_sent_again() {
    with_an_object(async |lab| {
        let known = [
            ("if-none-match", ETAG),
            ("range", "bytes=99-"),
            ("x-amz-checksum-mode", "ENABLED"),
        ];
        for method in ["GET", "HEAD"] {
            let answer = lab.ask(method, "/photos/k", &known).await;
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{method}");
            let mut names: Vec<_> = answer
                .headers
                .keys()
                .map(http::HeaderName::as_str)
                .collect();
            names.sort_unstable();
            let mut expected = vec![
                "cache-control",
                "date",
                "etag",
                "last-modified",
                "server",
                "x-amz-id-2",
                "x-amz-request-id",
            ];
            if method == "HEAD" {
                expected.insert(1, "content-length");
                assert_eq!(answer.header("content-length"), Some("9"));
            }
            assert_eq!(names, expected, "{method}");
            assert_eq!(answer.header("etag"), Some(ETAG));
            assert_eq!(answer.header("last-modified"), Some(STORED));
        }
    });
}

/// Neither the object nor whether a condition holds is told to whoever may not read.
#[test]
fn a_condition_is_no_way_around_the_policies() {
    with_an_object(async |lab| {
        lab.only("s3:PutObject", "arn:aws:s3:::photos/*");
        for headers in [[("if-none-match", ETAG)], [("if-match", OTHER)]] {
            let answer = lab.ask("GET", "/photos/k", &headers).await;
            assert_eq!(told(&answer), (403, "AccessDenied".to_owned()));
        }
    });
}

#[test]
fn a_missing_object_is_missing_whatever_is_asked_of_it() {
    lab(async |lab| {
        for header in ["if-match", "if-none-match"] {
            let answer = lab.ask("GET", "/photos/k", &[(header, "*")]).await;
            assert_eq!(told(&answer), (404, "NoSuchKey".to_owned()), "{header}");
        }
    });
}

// s3.put.preconditions
#[test]
fn which_writes_are_done() {
    let rows: [(&str, Headers, u16, &str); 10] = [
        ("new", &[("if-none-match", "*")], 200, ""),
        ("k", &[("if-none-match", "*")], 412, "PreconditionFailed"),
        ("k", &[("if-match", ETAG)], 200, ""),
        (
            "k",
            &[("if-match", "25f9e794323b453885f5181f1b624d0b")],
            200,
            "",
        ),
        ("k", &[("if-match", OTHER)], 412, "PreconditionFailed"),
        ("new", &[("if-match", ETAG)], 404, "NoSuchKey"),
        ("k", &[("if-none-match", OTHER)], 501, "NotImplemented"),
        ("new", &[("if-none-match", ETAG)], 501, "NotImplemented"),
        (
            "k",
            &[("if-match", ETAG), ("if-none-match", "*")],
            501,
            "NotImplemented",
        ),
        (
            "new",
            &[("if-match", ETAG), ("if-none-match", "*")],
            501,
            "NotImplemented",
        ),
    ];
    for (key, headers, status, code) in rows {
        let expected = (status, code.to_owned());
        let before = (key == "k").then_some("123456789");
        let check = |lab: &Lab, answer: &Answer, after: &str| {
            assert_eq!(told(answer), expected, "{key} {headers:?}");
            let after = if status == 200 { Some(after) } else { before };
            let found = lab.stored(key);
            assert_eq!(
                found.as_deref(),
                after.map(str::as_bytes),
                "{key} {headers:?}"
            );
        };
        with_an_object(async |lab| {
            let answer = lab.call_signed(put(key, "after", headers)).await;
            check(&lab, &answer, "after");
        });
        with_an_object(async |lab| {
            lab.call_signed(put("source", "after", &[])).await;
            let source = [("x-amz-copy-source", "photos/source")];
            let headers = [&source, headers].concat();
            let answer = lab.ask("PUT", &format!("/photos/{key}"), &headers).await;
            check(&lab, &answer, "after");
        });
        with_an_object(async |lab| {
            let id = lab.begin(key, &[]).await;
            let part = super::multipart::etag(&lab.part(key, &id, 1, "after").await);
            let path = format!("/photos/{key}?uploadId={id}");
            let parts = super::multipart::document(&[(1, &part)]);
            let answer = lab.ask_with("POST", &path, headers, parts.clone()).await;
            check(&lab, &answer, "after");
            // A refused upload is still there to be completed.
            let again = lab.ask_with("POST", &path, &[], parts).await;
            let left = if status == 200 { 404 } else { 200 };
            assert_eq!(again.status, left, "{key} {headers:?}");
        });
    }
}

// s3.put.preconditions
#[test]
fn whoever_writes_over_an_etag_must_be_allowed_to_read_it() {
    with_an_object(async |lab| {
        lab.only("s3:PutObject", "arn:aws:s3:::photos/*");
        let answer = lab.call_signed(put("k", "x", &[("if-match", ETAG)])).await;
        assert_eq!(told(&answer), (403, "AccessDenied".to_owned()));
        assert!(answer.element("Message").contains("s3:GetObject"));
        let exchange = lab.last_exchange();
        assert_eq!(exchange.refusal.unwrap().stage, Stage::Policy);
        let new = put("new", "x", &[("if-none-match", "*")]);
        assert_eq!(lab.call_signed(new).await.status, 200);
    });
}

/// The policy that AWS publishes for this: what makes an object must say `If-None-Match`, and the
/// steps before that of an upload in parts cannot.
// s3.context.sent, s3.context.creation
#[test]
fn a_policy_can_ask_for_conditional_writes() {
    let put_if = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/*",
                "Condition": {condition}}}"#
        )
    };
    let conditional = put_if(r#"{"Null": {"s3:if-none-match": "false"}}"#);
    let steps = put_if(r#"{"Bool": {"s3:ObjectCreationOperation": "false"}}"#);
    let swap = put_if(&format!(
        r#"{{"StringEquals": {{"s3:if-match": {ETAG:?}}}}}"#
    ));
    let read = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;
    with_an_object(async |lab| {
        lab.detach_all();
        lab.put_policy("one", &format!("{conditional}, {steps}, {swap}, {read}"));
        let create: Headers = &[("if-none-match", "*")];
        for (headers, allowed) in [
            (&[][..], false),
            (create, true),
            (&[("if-match", OTHER)], false),
            (&[("if-match", ETAG)], true),
        ] {
            let stored = lab.call_signed(put("k", "x", headers)).await;
            let denied = told(&stored) == (403, "AccessDenied".to_owned());
            assert_eq!(!denied, allowed, "{headers:?} {}", stored.text());
        }
        let id = lab.begin("parts", &[]).await;
        let part = super::multipart::etag(&lab.part("parts", &id, 1, "x").await);
        let parts = super::multipart::document(&[(1, &part)]);
        let path = format!("/photos/parts?uploadId={id}");
        for (headers, status) in [(&[][..], 403), (create, 200)] {
            let done = lab.ask_with("POST", &path, headers, parts.clone()).await;
            assert_eq!(done.status, status, "{headers:?}");
        }
    });
}

// s3.copy.preconditions
#[test]
fn which_sources_are_copied() {
    let rows: [(Headers, u16); 13] = [
        (&[("x-amz-copy-source-if-match", ETAG)], 200),
        (&[("x-amz-copy-source-if-match", OTHER)], 412),
        (&[("x-amz-copy-source-if-none-match", ETAG)], 412),
        (&[("x-amz-copy-source-if-none-match", OTHER)], 200),
        (&[("x-amz-copy-source-if-modified-since", BEFORE)], 200),
        (&[("x-amz-copy-source-if-modified-since", AFTER)], 412),
        (&[("x-amz-copy-source-if-modified-since", TO_COME)], 200),
        (&[("x-amz-copy-source-if-unmodified-since", BEFORE)], 412),
        (&[("x-amz-copy-source-if-unmodified-since", AFTER)], 200),
        (
            &[
                ("x-amz-copy-source-if-match", ETAG),
                ("x-amz-copy-source-if-unmodified-since", BEFORE),
            ],
            200,
        ),
        (
            &[
                ("x-amz-copy-source-if-none-match", ETAG),
                ("x-amz-copy-source-if-modified-since", BEFORE),
            ],
            412,
        ),
        (
            &[
                ("x-amz-copy-source-if-match", ETAG),
                ("x-amz-copy-source-if-none-match", OTHER),
            ],
            200,
        ),
        (
            &[
                ("x-amz-copy-source-if-match", ETAG),
                ("x-amz-copy-source-if-none-match", ETAG),
            ],
            412,
        ),
    ];
    with_an_object(async |lab| {
        let id = lab.begin("parts", &[]).await;
        let part = format!("/photos/parts?partNumber=1&uploadId={id}");
        for (headers, status) in rows {
            let headers = [&[SOURCE], headers].concat();
            for path in ["/photos/copy", &*part] {
                let answer = lab.ask("PUT", path, &headers).await;
                assert_eq!(answer.status, status, "{path} {headers:?}");
                if status == 412 {
                    assert_eq!(told(&answer), precondition_failed());
                    let condition = answer.element("Condition").to_lowercase();
                    let sent = headers.iter().any(|(name, _)| *name == condition);
                    assert!(sent, "{condition} {headers:?}");
                }
            }
            let made = lab.ask("DELETE", "/photos/copy", &[]).await;
            assert_eq!(made.status, 204);
        }
    });
}

#[test]
fn a_presigned_url_may_be_used_with_a_condition_that_is_signed() {
    with_an_object(async |lab| {
        let bound = request("GET", &object("k"), &[("if-none-match", ETAG)]);
        let url = lab.signer().presign(bound, HOUR);
        assert!(url.uri().to_string().starts_with(HOST));
        assert_eq!(lab.call(url).await.status, 304);
    });
}
