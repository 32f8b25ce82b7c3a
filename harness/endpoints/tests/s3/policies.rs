//! The policies of buckets: written, read, and evaluated with those of the caller.

use bytes::Bytes;
use http::Request;
use rolecall_account::Stage;

use crate::support::signer::{HOST, get, put};
use crate::support::{Answer, HOUR, Lab, lab, request};

fn bucket(method: &str, query: &str) -> Request<Bytes> {
    request(method, &format!("{HOST}/photos?{query}"), &[])
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
}

fn statement(effect: &str, principal: &str, action: &str) -> String {
    format!(
        r#"{{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}",
            "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}}"#
    )
}

impl Lab {
    async fn put_bucket_policy(&self, text: &str) -> Answer {
        let text = text.to_owned();
        let request = bucket("PUT", "policy").map(|_| Bytes::from(text));
        self.call_signed(request).await
    }

    /// Lets policies be public.
    async fn unblock(&self) {
        let answer = self
            .call_signed(bucket("DELETE", "publicAccessBlock"))
            .await;
        assert_eq!(answer.status, 204);
    }
}

/// Code, status and message of the last refusal, as it was answered.
fn refused(answer: &Answer) -> (String, u16, String) {
    let (code, message) = (answer.element("Code"), answer.element("Message"));
    (code, answer.status, message)
}

// s3.policy.actions
#[test]
fn a_policy_is_written_read_and_deleted() {
    lab(async |lab| {
        let none = lab.call_signed(bucket("GET", "policy")).await;
        let expected = (
            "NoSuchBucketPolicy",
            404,
            "The bucket policy does not exist",
        );
        let found = refused(&none);
        assert_eq!((&*found.0, found.1, &*found.2), expected);
        assert_eq!(none.element("BucketName"), "photos");
        let status = lab.call_signed(bucket("GET", "policyStatus")).await;
        assert_eq!(status.element("Code"), "NoSuchBucketPolicy");

        let text = document(&statement(
            "Allow",
            r#"{"AWS": "111122223333"}"#,
            "s3:GetObject",
        ));
        let stored = lab.put_bucket_policy(&text).await;
        assert_eq!((stored.status, stored.text()), (204, ""));
        let read = lab.call_signed(bucket("GET", "policy")).await;
        assert_eq!((read.status, read.text()), (200, &*text));
        let status = lab.call_signed(bucket("GET", "policyStatus")).await;
        assert_eq!(status.element("IsPublic"), "false");

        for _ in 0..2 {
            let deleted = lab.call_signed(bucket("DELETE", "policy")).await;
            assert_eq!(deleted.status, 204);
        }
        assert_eq!(lab.call_signed(bucket("GET", "policy")).await.status, 404);
    });
}

// s3.policy.actions
#[test]
fn each_needs_its_own_permission() {
    lab(async |lab| {
        let text = document(&statement(
            "Allow",
            r#"{"AWS": "111122223333"}"#,
            "s3:GetObject",
        ));
        assert_eq!(lab.put_bucket_policy(&text).await.status, 204);
        for (method, query, action) in [
            ("GET", "policy", "s3:GetBucketPolicy"),
            ("PUT", "policy", "s3:PutBucketPolicy"),
            ("DELETE", "policy", "s3:DeleteBucketPolicy"),
            ("GET", "policyStatus", "s3:GetBucketPolicyStatus"),
            ("GET", "publicAccessBlock", "s3:GetBucketPublicAccessBlock"),
            ("PUT", "publicAccessBlock", "s3:PutBucketPublicAccessBlock"),
            (
                "DELETE",
                "publicAccessBlock",
                "s3:PutBucketPublicAccessBlock",
            ),
            ("GET", "tagging", "s3:GetBucketTagging"),
            ("PUT", "tagging", "s3:PutBucketTagging"),
            ("DELETE", "tagging", "s3:PutBucketTagging"),
        ] {
            let deny = format!(r#"{{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}"#);
            lab.put_policy("deny", &deny);
            let answer = lab.call_signed(bucket(method, query)).await;
            let what = format!("{method} {query}");
            assert_eq!(answer.status, 403, "{what}");
            let message = answer.element("Message");
            let asked = format!("perform: {action} on resource: \"arn:aws:s3:::photos\"");
            assert!(message.contains(&asked), "{what}: {message}");
        }
    });
}

// s3.policy.evaluated, s3.policy.malformed
#[test]
fn identity_or_bucket_may_allow_and_either_may_deny() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        let role = r#"{"AWS": "arn:aws:iam::111122223333:role/photo-app"}"#;
        let deny = document(&statement("Deny", role, "s3:GetObject"));
        assert_eq!(lab.put_bucket_policy(&deny).await.status, 204);
        let answer = lab.call_signed(get("k")).await;
        assert_eq!(answer.status, 403);
        let message = answer.element("Message");
        let expected = "with an explicit deny in a resource-based policy";
        assert!(message.ends_with(expected), "{message}");
        let decision = lab.last_exchange().decision.unwrap().to_string();
        assert_eq!(
            decision,
            "explicitly denied by `the policy of photos`, statement 1"
        );

        let allow = document(&statement("Allow", role, "s3:GetObject"));
        assert_eq!(lab.put_bucket_policy(&allow).await.status, 204);
        lab.detach_all();
        assert_eq!(lab.call_signed(get("k")).await.status, 200);
        assert_eq!(lab.call_signed(put("k", "x", &[])).await.status, 403);
    });
}

// s3.policy.malformed, s3.policy.resources
#[test]
fn a_document_that_no_bucket_can_have_is_refused() {
    const ROLE: &str = r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/photo-app"}"#;
    let one = |rest: &str| document(&format!(r#"{{"Effect": "Allow", {ROLE}, {rest}}}"#));
    let resource = "Policy has invalid resource";
    let applies = "Action does not apply to any resource(s) in statement";
    let rows = [
        ("no JSON".to_owned(), "line 1"),
        (
            document(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::photos"}"#),
            "`Principal` is missing",
        ),
        (one(r#""Action": "s3:*""#), "`Resource` is missing"),
        (one(r#""Action": "s3:*", "Resource": "*""#), resource),
        (
            one(r#""Action": "s3:*", "Resource": "arn:aws:s3:::other/*""#),
            resource,
        ),
        (
            one(r#""Action": "s3:*", "Resource": "arn:aws:s3:::photosx""#),
            resource,
        ),
        (
            one(r#""Action": "s3:*", "Resource": "arn:aws:s3:::*""#),
            resource,
        ),
        (
            one(r#""Action": "ec2:RunInstances", "Resource": "arn:aws:s3:::photos/*""#),
            "Policy has invalid action",
        ),
        (
            one(r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos""#),
            applies,
        ),
        (
            one(r#""Action": "s3:listbucket", "Resource": "arn:aws:s3:::photos/*""#),
            applies,
        ),
    ];
    lab(async |lab| {
        for (text, message) in rows {
            let answer = lab.put_bucket_policy(&text).await;
            assert_eq!(answer.status, 400, "{text}");
            assert_eq!(answer.element("Code"), "MalformedPolicy", "{text}");
            let told = answer.element("Message");
            assert!(told.contains(message), "{told}");
        }
        assert_eq!(lab.call_signed(bucket("GET", "policy")).await.status, 404);
        for good in [
            r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*""#,
            r#""Action": "s3:Get*", "Resource": "arn:aws:s3:::photos""#,
            r#""Action": "s3:*", "NotResource": "arn:aws:s3:::photos/private/*""#,
            r#""Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::photos*""#,
        ] {
            assert_eq!(
                lab.put_bucket_policy(&one(good)).await.status,
                204,
                "{good}"
            );
        }
    });
}

// s3.anonymous.denied, s3.anonymous.policy
#[test]
fn who_did_not_sign_may_what_the_bucket_lets_everyone_do() {
    lab(async |lab| {
        lab.call_signed(put("k", "meow", &[])).await;
        let denied = lab.call(get("k")).await;
        assert_eq!(
            refused(&denied),
            ("AccessDenied".into(), 403, "Access Denied".into())
        );
        let nowhere = request("GET", &format!("{HOST}/nowhere/k"), &[]);
        assert_eq!(lab.call(nowhere).await.element("Code"), "NoSuchBucket");

        lab.unblock().await;
        let text = document(&statement("Allow", r#""*""#, "s3:GetObject"));
        assert_eq!(lab.put_bucket_policy(&text).await.status, 204);
        let read = lab.call(get("k")).await;
        assert_eq!((read.status, read.text()), (200, "meow"));
        let exchange = lab.last_exchange();
        assert!(exchange.session.is_none() && exchange.refusal.is_none());
        let decision = exchange.decision.unwrap().to_string();
        assert_eq!(decision, "allowed by `the policy of photos`, statement 1");

        let written = lab.call(put("k", "x", &[])).await;
        assert_eq!(
            refused(&written),
            ("AccessDenied".into(), 403, "Access Denied".into())
        );
        assert_eq!(lab.last_exchange().refusal.unwrap().stage, Stage::Policy);
        // A key that is not there is told to those who may list only.
        assert_eq!(lab.call(get("nothing")).await.status, 403);
        let list = request("GET", &format!("{HOST}/"), &[]);
        assert_eq!(lab.call(list).await.status, 403);
    });
}

// s3.anonymous.policy
#[test]
fn who_did_not_sign_may_write_and_what_is_said_of_the_body_counts() {
    lab(async |lab| {
        lab.unblock().await;
        let text = document(&statement("Allow", r#""*""#, "s3:*"));
        assert_eq!(lab.put_bucket_policy(&text).await.status, 204);
        assert_eq!(lab.call(put("k", "x", &[])).await.status, 200);
        let hash = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
        assert_eq!(lab.call(put("k", "y", &hash)).await.status, 200);
        let zeroes = "0".repeat(64);
        let wrong = [("x-amz-content-sha256", &*zeroes)];
        let answer = lab.call(put("k", "z", &wrong)).await;
        assert_eq!(answer.element("Code"), "XAmzContentSHA256Mismatch");
        let signed = [("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")];
        let answer = lab.call(put("k", "0\r\n\r\n", &signed)).await;
        assert_eq!(answer.element("Code"), "AccessDenied");
        assert_eq!(lab.stored("k").as_deref(), Some(&b"y"[..]));
        let uploads = request("POST", &format!("{HOST}/photos/big?uploads"), &[]);
        assert_eq!(lab.call(uploads).await.status, 200);
        let listed = lab.call(bucket("GET", "uploads")).await;
        let initiator = listed.elements("ID");
        assert_eq!(initiator[0], "65a011a29cdf8ec533ec3d1ccaae921c");
        // What is for the owner's account alone.
        let answer = lab.call(bucket("GET", "policy")).await;
        assert_eq!(
            (answer.element("Code"), answer.status),
            ("MethodNotAllowed".into(), 405)
        );
    });
}

// s3.public-access.default, s3.public-access.block-policy, s3.public-access.restrict
#[test]
fn public_access_is_blocked_until_it_is_not() {
    const XML: &str = "<PublicAccessBlockConfiguration>\
         <BlockPublicPolicy>false</BlockPublicPolicy>\
         <RestrictPublicBuckets>true</RestrictPublicBuckets>\
         </PublicAccessBlockConfiguration>";
    let settings = |answer: &Answer| {
        [
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets",
        ]
        .map(|name| answer.element(name))
    };
    lab(async |lab| {
        lab.call_signed(put("k", "meow", &[])).await;
        let block = lab.call_signed(bucket("GET", "publicAccessBlock")).await;
        assert_eq!(settings(&block), ["true"; 4]);
        let text = document(&statement("Allow", r#""*""#, "s3:GetObject"));
        let blocked = lab.put_bucket_policy(&text).await;
        assert_eq!(
            (blocked.element("Code"), blocked.status),
            ("AccessDenied".into(), 403)
        );
        assert!(blocked.element("Message").contains("BlockPublicPolicy"));

        let change = bucket("PUT", "publicAccessBlock").map(|_| Bytes::from_static(XML.as_bytes()));
        assert_eq!(lab.call_signed(change).await.status, 200);
        let block = lab.call_signed(bucket("GET", "publicAccessBlock")).await;
        assert_eq!(settings(&block), ["false", "false", "false", "true"]);
        assert_eq!(lab.put_bucket_policy(&text).await.status, 204);
        let status = lab.call_signed(bucket("GET", "policyStatus")).await;
        assert_eq!(status.element("IsPublic"), "true");
        assert_eq!(lab.call(get("k")).await.status, 403, "restricted");
        assert_eq!(
            lab.call_signed(get("k")).await.status,
            200,
            "the owner's own"
        );

        lab.unblock().await;
        assert_eq!(lab.call(get("k")).await.status, 200);
        let none = lab.call_signed(bucket("GET", "publicAccessBlock")).await;
        let code = "NoSuchPublicAccessBlockConfiguration".to_owned();
        assert_eq!((none.element("Code"), none.status), (code, 404));
    });
}

// s3.context.signature
#[test]
fn a_policy_sees_how_a_request_is_signed() {
    const TEN_MINUTES: &str = r#""NumericGreaterThan": {"s3:signatureAge": "600000"}"#;
    let rows = [
        (
            r#""StringEquals": {"s3:authType": "REST-HEADER"}"#,
            false,
            true,
        ),
        (
            r#""StringEquals": {"s3:authType": "REST-QUERY-STRING"}"#,
            true,
            false,
        ),
        (
            r#""StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}"#,
            false,
            false,
        ),
        (
            r#""StringEquals": {"s3:signatureversion": "AWS"}"#,
            true,
            true,
        ),
        (
            r#""StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}"#,
            true,
            true,
        ),
        (TEN_MINUTES, true, false),
    ];
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        // Eleven minutes old when it is used.
        let url = lab.signer().presign(get("k"), HOUR);
        lab.advance(HOUR / 60 * 11).await;
        for (condition, by_header, by_url) in rows {
            let deny = format!(
                r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                    "Resource": "arn:aws:s3:::photos/*", "Condition": {{{condition}}}}}"#
            );
            assert_eq!(lab.put_bucket_policy(&document(&deny)).await.status, 204);
            let found = [
                lab.call_signed(get("k")).await.status,
                lab.call(url.clone()).await.status,
            ];
            let status = |allowed| if allowed { 200 } else { 403 };
            assert_eq!(found, [status(by_header), status(by_url)], "{condition}");
        }
        let unsigned = lab.signer().sign_declared(get("k"), "UNSIGNED-PAYLOAD");
        let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": "arn:aws:s3:::photos/*",
            "Condition": {"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}}}"#;
        assert_eq!(lab.put_bucket_policy(&document(deny)).await.status, 204);
        assert_eq!(lab.call(unsigned).await.status, 403);
    });
}
