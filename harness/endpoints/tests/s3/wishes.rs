//! Access control lists and server-side encryption: what new buckets of AWS take and say of them.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, get, object, put};
use crate::support::{Answer, Lab, lab, request};

fn acl(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    request(method, &format!("{HOST}{path}?acl"), headers)
}

fn refused(answer: &Answer) -> (String, u16) {
    (answer.element("Code"), answer.status)
}

impl Lab {
    async fn owner(&self) -> String {
        let answer = self.call_signed(acl("GET", "/photos", &[])).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.elements("ID")[0].clone()
    }
}

// s3.acl.owner-only: Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs.
#[test]
fn lists_give_the_owner_everything_and_nobody_else_anything() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        let owner = lab.owner().await;
        assert_eq!(owner.len(), 64);
        for path in ["/photos", "/photos/k"] {
            let answer = lab.call_signed(acl("GET", path, &[])).await;
            assert_eq!(answer.elements("ID"), [owner.as_str(), owner.as_str()]);
            assert_eq!(answer.elements("Permission"), ["FULL_CONTROL"]);
            assert!(answer.text().contains("CanonicalUser"), "{}", answer.text());
        }
        let missing = lab.call_signed(acl("GET", "/photos/none", &[])).await;
        assert_eq!(refused(&missing), ("NoSuchKey".into(), 404));
    });
}

// s3.acl.owner-only, s3.acl.never-set, s3.acl.new-bucket
#[test]
fn other_lists_are_not_supported() {
    lab(async |lab| {
        let owner = lab.owner().await;
        let own = format!(r#"id="{owner}""#);
        let unsupported = ("AccessControlListNotSupported", 400);
        for (header, value, expected) in [
            ("x-amz-acl", "bucket-owner-full-control", None),
            ("x-amz-acl", "private", None),
            ("x-amz-grant-full-control", &*own, None),
            ("x-amz-acl", "public-read", Some(unsupported)),
            ("x-amz-acl", "authenticated-read", Some(unsupported)),
            ("x-amz-acl", "bucket-owner-read", Some(unsupported)),
            ("x-amz-acl", "no-such", Some(unsupported)),
            ("x-amz-grant-read", &*own, Some(unsupported)),
            ("x-amz-grant-full-control", r#"id="abc""#, Some(unsupported)),
        ] {
            let headers = [(header, value)];
            let begin = request("POST", &format!("{}?uploads", object("k")), &headers);
            for request in [put("k", "x", &headers), begin] {
                let answer = lab.call_signed(request).await;
                match expected {
                    None => assert_eq!(answer.status, 200, "{value}: {}", answer.text()),
                    Some((code, status)) => {
                        assert_eq!(refused(&answer), (code.into(), status), "{header} {value}");
                        assert_eq!(answer.element("Message"), "The bucket does not allow ACLs");
                    }
                }
            }
        }
        let full = [("x-amz-acl", "bucket-owner-full-control")];
        for path in ["/photos", "/photos/k"] {
            let answer = lab.call_signed(acl("PUT", path, &full)).await;
            assert_eq!(refused(&answer), (unsupported.0.into(), unsupported.1));
        }
        for (value, code) in [
            ("private", None),
            ("public-read", Some("InvalidBucketAclWithObjectOwnership")),
        ] {
            let headers = [("x-amz-acl", value)];
            let make = request("PUT", &format!("{HOST}/new-bucket"), &headers);
            let answer = lab.call_signed(make).await;
            let expected = code.map(|code| (code.to_owned(), 400));
            let found = (answer.status != 200).then(|| refused(&answer));
            assert_eq!(found, expected, "{value}");
        }
    });
}

// s3.acl.actions, s3.context.sent
#[test]
fn lists_need_leave_and_are_keys_of_it() {
    lab(async |lab| {
        let full = [("x-amz-acl", "bucket-owner-full-control")];
        lab.put_policy(
            "lists",
            r#"{"Effect": "Deny", "Action": "s3:PutObjectAcl", "Resource": "*"}"#,
        );
        let denied = lab.call_signed(put("k", "x", &full)).await;
        assert_eq!(refused(&denied), ("AccessDenied".into(), 403));
        assert_eq!(lab.call_signed(put("k", "x", &[])).await.status, 200);
        lab.put_policy(
            "lists",
            r#"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*",
                "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}"#,
        );
        let denied = lab.call_signed(put("k", "x", &[])).await;
        assert_eq!(refused(&denied), ("AccessDenied".into(), 403));
        assert_eq!(lab.call_signed(put("k", "x", &full)).await.status, 200);
    });
}

// s3.encryption.always, s3.encryption.headers, s3.context.sent
#[test]
fn everything_is_encrypted_with_keys_of_s3() {
    const HEADER: &str = "x-amz-server-side-encryption";
    lab(async |lab| {
        for headers in [&[][..], &[(HEADER, "AES256")]] {
            let stored = lab.call_signed(put("k", "x", headers)).await;
            assert_eq!(
                (stored.status, stored.header(HEADER)),
                (200, Some("AES256"))
            );
        }
        let copied = put("copy", "", &[("x-amz-copy-source", "/photos/k")]);
        let begin = request("POST", &format!("{}?uploads", object("big")), &[]);
        let head = request("HEAD", &object("k"), &[]);
        for request in [get("k"), head, copied, begin] {
            let answer = lab.call_signed(request).await;
            assert_eq!(answer.header(HEADER), Some("AES256"), "{}", answer.text());
        }
        for (value, expected) in [
            ("aws:kms", ("NotImplemented", 501)),
            ("AES128", ("InvalidEncryptionAlgorithmError", 400)),
        ] {
            let answer = lab.call_signed(put("k", "y", &[(HEADER, value)])).await;
            assert_eq!(refused(&answer), (expected.0.into(), expected.1));
        }
        assert_eq!(lab.stored("k").as_deref(), Some(&b"x"[..]));
        lab.put_policy(
            "encrypted",
            r#"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*",
                "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}}}"#,
        );
        let denied = lab.call_signed(put("k", "y", &[])).await;
        assert_eq!(refused(&denied), ("AccessDenied".into(), 403));
        let said = lab.call_signed(put("k", "y", &[(HEADER, "AES256")])).await;
        assert_eq!(said.status, 200, "{}", said.text());
    });
}
