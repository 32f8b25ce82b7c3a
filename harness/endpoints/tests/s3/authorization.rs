//! Who is recognised and may not, and what does not exist.

use rolecall_account::policy::Decision;
use rolecall_account::{Operation, Stage};

use crate::support::signer::{HOST, get, head, object, put};
use crate::support::{Answer, Lab, ROLE, lab, request};

impl Lab {
    fn caller(&self) -> String {
        format!("arn:aws:sts::111122223333:assumed-role/{ROLE}/{}", self.web)
    }
}

fn check(lab: &Lab, answer: &Answer, code: &str, status: u16, stage: Stage) {
    let refusal = lab.last_exchange().refusal.unwrap();
    let found = (refusal.code.as_str(), answer.status, refusal.stage);
    assert_eq!(found, (code, status, stage));
    assert_eq!(answer.element("Code"), code);
    assert_eq!(answer.element("Message"), refusal.message);
}

#[test]
fn no_policy_is_an_implicit_deny_in_the_words_of_aws() {
    lab(async |lab| {
        lab.detach_all();
        for (request, action) in [
            (put("cat.jpg", "x", &[]), "PutObject"),
            (get("cat.jpg"), "GetObject"),
        ] {
            let answer = lab.call_signed(request).await;
            check(&lab, &answer, "AccessDenied", 403, Stage::Policy);
            assert_eq!(
                answer.element("Message"),
                format!(
                    "User: {} is not authorized to perform: s3:{action} on resource: \
                     \"arn:aws:s3:::photos/cat.jpg\" because no identity-based policy allows the \
                     s3:{action} action",
                    lab.caller()
                )
            );
            let decision = lab.last_exchange().decision;
            assert!(
                matches!(decision, Some(Decision::ImplicitDeny { .. })),
                "{decision:?}"
            );
        }
        assert_eq!(lab.stored("cat.jpg"), None);
    });
}

#[test]
fn an_explicit_deny_beats_every_allow_and_is_named() {
    lab(async |lab| {
        lab.put_policy(
            "no-cats",
            r#"{"Sid": "NoCats", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*/cat*"}"#,
        );
        let answer = lab.call_signed(put("cat.jpg", "x", &[])).await;
        check(&lab, &answer, "AccessDenied", 403, Stage::Policy);
        assert_eq!(
            answer.element("Message"),
            format!(
                "User: {} is not authorized to perform: s3:PutObject on resource: \
                 \"arn:aws:s3:::photos/cat.jpg\" with an explicit deny in an identity-based policy",
                lab.caller()
            )
        );
        let decision = lab.last_exchange().decision.unwrap();
        assert_eq!(
            decision.to_string(),
            "explicitly denied by `no-cats`, statement `NoCats`"
        );
        assert_eq!(lab.call_signed(put("dog.jpg", "x", &[])).await.status, 200);
    });
}

// iam.policies.live
#[test]
fn policies_are_those_of_now_not_those_of_the_issue() {
    lab(async |lab| {
        let signer = lab.signer();
        assert_eq!(lab.call(signer.sign(put("k", "x", &[]))).await.status, 200);
        lab.detach_all();
        assert_eq!(lab.call(signer.sign(put("k", "x", &[]))).await.status, 403);
    });
}

// s3.put.action, s3.get.action
#[test]
fn reading_and_writing_are_allowed_apart() {
    for (action, put_status, get_status) in [("s3:PutObject", 200, 403), ("s3:GetObject", 403, 404)]
    {
        lab(async |lab| {
            lab.detach_all();
            lab.put_policy(
                "one",
                &format!(
                    r#"{{"Effect": "Allow", "Action": ["{action}", "s3:ListBucket"], "Resource": "*"}}"#
                ),
            );
            assert_eq!(
                lab.call_signed(get("k")).await.status,
                get_status,
                "{action}"
            );
            assert_eq!(
                lab.call_signed(head("k")).await.status,
                get_status,
                "{action}"
            );
            assert_eq!(
                lab.call_signed(put("k", "x", &[])).await.status,
                put_status,
                "{action}"
            );
        });
    }
}

// s3.arn.form
#[test]
fn a_resource_is_matched_by_the_decoded_key() {
    lab(async |lab| {
        lab.detach_all();
        lab.put_policy(
            "one",
            r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/a b/*"}"#,
        );
        for (key, status) in [
            ("a b/c", 200),
            ("a b/c/d", 200),
            ("a b", 403),
            ("a%20b/c", 403),
        ] {
            assert_eq!(
                lab.call_signed(put(key, "x", &[])).await.status,
                status,
                "{key}"
            );
        }
    });
}

// s3.get.missing-key
#[test]
fn a_missing_key_is_told_only_to_those_who_may_list() {
    lab(async |lab| {
        let answer = lab.call_signed(get("nothing")).await;
        check(&lab, &answer, "NoSuchKey", 404, Stage::Resource);
        assert_eq!(lab.call_signed(head("nothing")).await.status, 404);

        lab.detach_all();
        lab.put_policy(
            "get",
            r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
        );
        let answer = lab.call_signed(get("nothing")).await;
        check(&lab, &answer, "AccessDenied", 403, Stage::Policy);
        let message = answer.element("Message");
        let listing = "s3:ListBucket on resource: \"arn:aws:s3:::photos\" because";
        assert!(message.contains(listing), "{message}");
        assert_eq!(lab.call_signed(head("nothing")).await.status, 403);
    });
}

#[test]
fn a_missing_bucket_is_told() {
    lab(async |lab| {
        for (method, uri) in [
            ("GET", format!("{HOST}/nowhere/k")),
            ("PUT", format!("{HOST}/nowhere/k")),
            (
                "GET",
                "https://nowhere.s3.us-east-1.amazonaws.com/k".to_owned(),
            ),
        ] {
            let answer = lab.call_signed(request(method, &uri, &[])).await;
            check(&lab, &answer, "NoSuchBucket", 404, Stage::Resource);
        }
    });
}

#[test]
fn what_is_not_served_is_not_implemented_and_changes_nothing() {
    type Headers = &'static [(&'static str, &'static str)];
    type Row = (&'static str, &'static str, Headers);
    let rows: [Row; 26] = [
        ("DELETE", "/photos/k?acl", &[]),
        ("GET", "/photos/k?torrent", &[]),
        ("PUT", "/photos/k?legal-hold", &[]),
        ("POST", "/photos/k?select&select-type=2", &[]),
        ("GET", "/photos/k?versionId=1", &[]),
        ("DELETE", "/photos/k?versionId=1", &[]),
        ("GET", "/photos/k?partNumber=1", &[]),
        ("PUT", "/photos/k?response-content-type=text/html", &[]),
        ("GET", "/photos/k", &[("if-range", "\"0\"")]),
        ("PUT", "/photos/k", &[("if-unmodified-since", "x")]),
        ("DELETE", "/photos/k", &[("if-match", "*")]),
        ("PUT", "/photos/k", &[("x-amz-storage-class", "GLACIER")]),
        ("DELETE", "/photos/k", &[("x-amz-tagging", "a=b")]),
        (
            "PUT",
            "/photos/k",
            &[("x-amz-server-side-encryption-aws-kms-key-id", "k")],
        ),
        (
            "PUT",
            "/photos/k",
            &[
                ("x-amz-copy-source", "photos/k"),
                ("x-amz-copy-source-server-side-encryption-customer-key", "x"),
            ],
        ),
        (
            "PUT",
            "/photos/k?partNumber=1&uploadId=x",
            &[("if-none-match", "*")],
        ),
        ("POST", "/photos/k?restore", &[]),
        ("GET", "/photos?versions", &[]),
        ("GET", "/photos?list-type=1", &[]),
        ("GET", "/photos?prefix=a&prefix=b", &[]),
        ("DELETE", "/photos?acl", &[]),
        ("PUT", "/photos?versioning", &[]),
        ("DELETE", "/photos?lifecycle", &[]),
        ("OPTIONS", "/photos/k", &[]),
        ("GET", "/?no-such-thing", &[]),
        ("GET", "//k", &[]),
    ];
    lab(async |lab| {
        lab.call_signed(put("k", "before", &[])).await;
        for (method, path, headers) in rows {
            let what = format!("{method} {path} {headers:?}");
            let uri = format!("{HOST}{path}");
            let answer = lab.call_signed(request(method, &uri, headers)).await;
            assert_eq!(answer.status, 501, "{what}");
            check(&lab, &answer, "NotImplemented", 501, Stage::Operation);
            assert_eq!(lab.last_exchange().operation, None, "{what}");
            assert_eq!(lab.stored("k").as_deref(), Some(&b"before"[..]), "{what}");
            // Who is not recognised is not told what is implemented.
            let anonymous = lab.call(request(method, &uri, headers)).await;
            assert_eq!(anonymous.status, 403, "{what}");
        }
        let uri = format!("{HOST}/photos?acl");
        let answer = lab.call_signed(request("HEAD", &uri, &[])).await;
        assert_eq!((answer.status, answer.body.len()), (501, 0));
    });
}

#[test]
fn a_refused_operation_is_journalled_by_its_name() {
    lab(async |lab| {
        lab.detach_all();
        for (request, operation) in [
            (put("k", "x", &[]), Operation::PutObject),
            (get("k"), Operation::GetObject),
            (head("k"), Operation::HeadObject),
        ] {
            assert_eq!(lab.call_signed(request).await.status, 403);
            assert_eq!(lab.last_exchange().operation, Some(operation));
        }
        let unsigned = request("GET", &object("k"), &[]);
        assert_eq!(lab.call(unsigned).await.status, 403);
        let exchange = lab.last_exchange();
        assert_eq!(exchange.operation, Some(Operation::GetObject));
        assert!(exchange.session.is_none());
    });
}
