//! Buckets: made, told, listed, deleted.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, put};
use crate::support::{Answer, HOUR, Lab, START, lab, request};

impl Lab {
    /// Signs and sends a request about what is at `path`.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask_with(method, path, headers, "").await
    }

    /// [`Lab::ask`], with a body.
    pub(crate) async fn ask_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let request: Request<Bytes> = request(method, &format!("{HOST}{path}"), headers);
        let body = body.into();
        self.call_signed(request.map(|_| body)).await
    }

    /// The status and the code of the refusal, if it is one with a body.
    pub(crate) async fn told(&self, method: &str, path: &str) -> (u16, Option<String>) {
        let answer = self.ask(method, path, &[]).await;
        (answer.status, answer.elements("Code").pop())
    }

    /// Leaves the role one permission.
    pub(crate) fn only(&self, action: &str, resource: &str) {
        self.detach_all();
        let statement =
            format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#);
        self.put_policy("only", &statement);
    }
}

fn refused(status: u16, code: &str) -> (u16, Option<String>) {
    (status, Some(code.to_owned()))
}

// s3.bucket.location
#[test]
fn a_bucket_is_made_used_and_deleted() {
    lab(async |lab| {
        let made = lab.ask("PUT", "/albums", &[]).await;
        assert_eq!(
            (made.status, made.header("location")),
            (200, Some("/albums"))
        );
        let head = lab.ask("HEAD", "/albums", &[]).await;
        let region = head.header("x-amz-bucket-region");
        assert_eq!((head.status, region), (200, Some("us-east-1")));
        let location = lab.ask("GET", "/albums?location", &[]).await;
        assert_eq!(location.status, 200);
        assert!(
            location.text().contains("<LocationConstraint"),
            "{}",
            location.text()
        );
        assert!(
            !location.text().contains("us-east-1"),
            "{}",
            location.text()
        );
        assert_eq!(lab.ask_with("PUT", "/albums/k", &[], "x").await.status, 200);
        assert_eq!(
            lab.told("DELETE", "/albums").await,
            refused(409, "BucketNotEmpty")
        );
        assert_eq!(lab.told("DELETE", "/albums/k").await, (204, None));
        let deleted = lab.ask("DELETE", "/albums", &[]).await;
        assert_eq!((deleted.status, deleted.body.len()), (204, 0));
        assert_eq!(lab.ask("HEAD", "/albums", &[]).await.status, 404);
        assert_eq!(
            lab.told("DELETE", "/albums").await,
            refused(404, "NoSuchBucket")
        );
    });
}

// s3.bucket.again, s3.bucket.name, s3.bucket.location
#[test]
fn which_buckets_cannot_be_made() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        assert_eq!(lab.told("PUT", "/photos").await, (200, None));
        assert_eq!(
            lab.stored("k").as_deref(),
            Some(&b"x"[..]),
            "kept as it was"
        );
        for name in ["ab", "Photos", "my_photos", "192.168.5.4", "a..b"] {
            let found = lab.told("PUT", &format!("/{name}")).await;
            assert_eq!(found, refused(400, "InvalidBucketName"), "{name}");
        }
        for (region, status, code) in [
            ("us-east-1", 400, "InvalidLocationConstraint"),
            ("eu-west-1", 400, "IllegalLocationConstraintException"),
        ] {
            let body = format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            );
            let answer = lab.ask_with("PUT", "/albums", &[], body).await;
            assert_eq!(
                (answer.status, answer.element("Code")),
                (status, code.to_owned())
            );
        }
        let answer = lab.ask_with("PUT", "/albums", &[], "<oops").await;
        assert_eq!(
            (answer.status, answer.element("Code")),
            (400, "MalformedXML".to_owned())
        );
    });
}

#[test]
fn buckets_are_listed_by_name_and_page_by_page() {
    lab(async |lab| {
        lab.advance(HOUR).await;
        for name in ["zoo", "albums"] {
            lab.ask("PUT", &format!("/{name}"), &[]).await;
        }
        let listed = lab.ask("GET", "/", &[]).await;
        assert_eq!(listed.header("content-type"), Some("application/xml"));
        assert_eq!(listed.elements("Name"), ["albums", "photos", "zoo"]);
        let dates = listed.elements("CreationDate");
        assert_eq!(dates[0], "2031-05-01T01:00:00.000Z");
        assert_eq!(dates[1], START.replace('Z', ".000Z"));
        assert_eq!(listed.element("ID").len(), 64);
        let first = lab.ask("GET", "/?max-buckets=2", &[]).await;
        assert_eq!(first.elements("Name"), ["albums", "photos"]);
        let token = first.element("ContinuationToken");
        let rest = format!("/?max-buckets=2&continuation-token={token}");
        assert_eq!(lab.ask("GET", &rest, &[]).await.elements("Name"), ["zoo"]);
        let prefixed = lab.ask("GET", "/?prefix=z", &[]).await;
        assert_eq!(prefixed.elements("Name"), ["zoo"]);
        let elsewhere = lab.ask("GET", "/?bucket-region=eu-west-1", &[]).await;
        assert!(elsewhere.elements("Name").is_empty());
    });
}

// s3.bucket.actions, s3.list.action
#[test]
fn every_operation_needs_its_own_permission() {
    let rows = [
        (
            "s3:CreateBucket",
            "arn:aws:s3:::albums",
            "PUT",
            "/albums",
            200,
        ),
        (
            "s3:ListBucket",
            "arn:aws:s3:::photos",
            "HEAD",
            "/photos",
            200,
        ),
        (
            "s3:ListBucket",
            "arn:aws:s3:::photos",
            "GET",
            "/photos",
            200,
        ),
        (
            "s3:ListBucket",
            "arn:aws:s3:::photos",
            "GET",
            "/photos?list-type=2",
            200,
        ),
        (
            "s3:GetBucketLocation",
            "arn:aws:s3:::photos",
            "GET",
            "/photos?location",
            200,
        ),
        ("s3:ListAllMyBuckets", "*", "GET", "/", 200),
        (
            "s3:DeleteObject",
            "arn:aws:s3:::photos/k",
            "DELETE",
            "/photos/k",
            204,
        ),
        (
            "s3:ListBucketMultipartUploads",
            "arn:aws:s3:::photos",
            "GET",
            "/photos?uploads",
            200,
        ),
        (
            "s3:AbortMultipartUpload",
            "arn:aws:s3:::photos/k",
            "DELETE",
            "/photos/k?uploadId=x",
            404,
        ),
        (
            "s3:ListMultipartUploadParts",
            "arn:aws:s3:::photos/k",
            "GET",
            "/photos/k?uploadId=x",
            404,
        ),
        (
            "s3:PutObject",
            "arn:aws:s3:::photos/k",
            "POST",
            "/photos/k?uploads",
            200,
        ),
        // The last, for then it is gone.
        (
            "s3:DeleteBucket",
            "arn:aws:s3:::photos",
            "DELETE",
            "/photos",
            204,
        ),
    ];
    for (own, resource, ..) in rows {
        lab(async |lab| {
            lab.only(own, resource);
            for (action, _, method, path, status) in rows {
                let expected = if action == own { status } else { 403 };
                let answer = lab.ask(method, path, &[]).await;
                assert_eq!(answer.status, expected, "{method} {path} with {own}");
            }
        });
    }
}

#[test]
fn a_listing_needs_the_bucket_and_not_what_is_in_it() {
    lab(async |lab| {
        lab.only("s3:*", "arn:aws:s3:::photos/*");
        assert_eq!(
            lab.told("GET", "/photos").await,
            refused(403, "AccessDenied")
        );
        assert_eq!(lab.told("GET", "/").await, refused(403, "AccessDenied"));
        assert_eq!(lab.told("DELETE", "/photos/k").await, (204, None));
    });
}
