//! Objects copied.

use crate::support::lab;
use crate::support::signer::{get, put};

const SOURCE: &str = "x-amz-copy-source";

// s3.copy.source, s3.copy.metadata-directive
#[test]
fn a_copy_is_like_its_source() {
    lab(async |lab| {
        let sent = [("content-type", "text/plain"), ("x-amz-meta-colour", "red")];
        lab.call_signed(put("a b+ü", "123456789", &sent)).await;
        for source in [
            "photos/a%20b+%C3%BC",
            "/photos/a%20b%2B%C3%BC",
            "photos%2Fa%20b+%C3%BC",
        ] {
            let copied = lab.ask("PUT", "/photos/copy", &[(SOURCE, source)]).await;
            assert_eq!(copied.status, 200, "{source}: {}", copied.text());
            assert_eq!(
                copied.element("ETag"),
                "\"25f9e794323b453885f5181f1b624d0b\""
            );
            assert_eq!(copied.element("LastModified"), "2031-05-01T00:00:00.000Z");
            let got = lab.call_signed(get("copy")).await;
            assert_eq!(
                (got.text(), got.header("content-type")),
                ("123456789", Some("text/plain"))
            );
            assert_eq!(got.header("x-amz-meta-colour"), Some("red"));
            lab.ask("DELETE", "/photos/copy", &[]).await;
        }
    });
}

#[test]
fn a_copy_may_be_described_anew() {
    lab(async |lab| {
        let sent = [("content-type", "text/plain"), ("x-amz-meta-colour", "red")];
        lab.call_signed(put("k", "x", &sent)).await;
        let anew = [
            (SOURCE, "photos/k"),
            ("x-amz-metadata-directive", "REPLACE"),
            ("x-amz-meta-shape", "round"),
        ];
        // s3.copy.onto-itself: this changes something.
        assert_eq!(lab.ask("PUT", "/photos/k", &anew).await.status, 200);
        let got = lab.call_signed(get("k")).await;
        assert_eq!(got.text(), "x");
        assert_eq!(got.header("content-type"), Some("binary/octet-stream"));
        assert_eq!(got.header("x-amz-meta-colour"), None);
        assert_eq!(got.header("x-amz-meta-shape"), Some("round"));
    });
}

#[test]
fn which_copies_are_refused() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        for (source, status, code) in [
            ("photos/k", 400, "InvalidRequest"),
            ("photos/nothing", 404, "NoSuchKey"),
            ("nowhere/k", 404, "NoSuchBucket"),
            ("photos", 400, "InvalidArgument"),
            ("photos/", 400, "InvalidArgument"),
            ("", 400, "InvalidArgument"),
            ("photos/%ff", 400, "InvalidArgument"),
            ("photos/k?versionId=1", 501, "NotImplemented"),
        ] {
            let answer = lab.ask("PUT", "/photos/k", &[(SOURCE, source)]).await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (status, code),
                "{source}"
            );
        }
        let odd = [(SOURCE, "photos/k"), ("x-amz-metadata-directive", "MOVE")];
        let answer = lab.ask("PUT", "/photos/copy", &odd).await;
        assert_eq!(
            (answer.status, &*answer.element("Code")),
            (400, "InvalidArgument")
        );
    });
}

// s3.copy.actions
#[test]
fn a_copy_needs_the_source_and_the_destination() {
    let read =
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/from"}"#;
    let write =
        r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/to"}"#;
    let from = r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/to",
        "Condition": {"StringEquals": {"s3:x-amz-copy-source": "/photos/other"}}}"#;
    let both = format!("{read}, {write}");
    let bound = format!("{read}, {from}");
    for (statements, status) in [(read, 403), (write, 403), (&*both, 200), (&*bound, 403)] {
        lab(async |lab| {
            lab.call_signed(put("from", "x", &[])).await;
            lab.detach_all();
            lab.put_policy("one", statements);
            let copied = lab
                .ask("PUT", "/photos/to", &[(SOURCE, "/photos/from")])
                .await;
            assert_eq!(copied.status, status, "{statements}");
            assert_eq!(lab.stored("to").is_some(), status == 200, "{statements}");
        });
    }
}
