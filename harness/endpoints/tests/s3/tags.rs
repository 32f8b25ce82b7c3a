//! Tags, and the policies that look at them.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, get, object, put};
use crate::support::{Answer, Lab, lab, request};

fn tagging(method: &str, path: &str, tags: &[(&str, &str)]) -> Request<Bytes> {
    let tag =
        |(key, value): &(&str, &str)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    let tags: String = tags.iter().map(tag).collect();
    let body = match method {
        "PUT" => format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"),
        _ => String::new(),
    };
    request(method, &format!("{HOST}{path}?tagging"), &[]).map(|_| body.into())
}

impl Lab {
    async fn tags(&self, path: &str) -> Vec<(String, String)> {
        let answer = self.call_signed(tagging("GET", path, &[])).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let (keys, values) = (answer.elements("Key"), answer.elements("Value"));
        keys.into_iter().zip(values).collect()
    }

    async fn copy(&self, headers: &[(&str, &str)]) -> Answer {
        self.call_signed(put("copy", "", headers)).await
    }
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    tags.iter().map(owned).collect()
}

const OBJECT: &str = "/photos/k";

// s3.tags.object, s3.tags.actions
#[test]
fn the_tags_of_an_object_are_replaced_as_a_whole() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        assert!(lab.tags(OBJECT).await.is_empty());
        let tags = [("stage", "beta"), ("team", "red")];
        let set = lab.call_signed(tagging("PUT", OBJECT, &tags)).await;
        assert_eq!(set.status, 200, "{}", set.text());
        assert_eq!(lab.tags(OBJECT).await, pairs(&tags));
        lab.call_signed(tagging("PUT", OBJECT, &tags[..1])).await;
        assert_eq!(lab.tags(OBJECT).await, pairs(&tags[..1]));
        let gone = lab.call_signed(tagging("DELETE", OBJECT, &[])).await;
        assert_eq!(gone.status, 204);
        assert!(lab.tags(OBJECT).await.is_empty());
        for method in ["PUT", "GET", "DELETE"] {
            let answer = lab
                .call_signed(tagging(method, "/photos/none", &tags))
                .await;
            assert_eq!(
                (answer.element("Code"), answer.status),
                ("NoSuchKey".into(), 404)
            );
        }
    });
}

// s3.tags.limits
#[test]
fn tags_out_of_form_are_refused_with_what_is_wrong() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        for path in [OBJECT, "/photos"] {
            let wrong = tagging("PUT", path, &[("k", "a#b")]);
            let answer = lab.call_signed(wrong).await;
            assert_eq!(
                (answer.element("Code"), answer.status),
                ("InvalidTag".into(), 400)
            );
            assert_eq!(answer.element("TagKey"), "k");
            assert_eq!(answer.element("TagValue"), "a#b");
        }
        let wrong = [("x-amz-tagging", "a=1&a=2")];
        let answer = lab.call_signed(put("k", "y", &wrong)).await;
        assert_eq!(
            (answer.element("Code"), answer.status),
            ("InvalidArgument".into(), 400)
        );
        assert_eq!(lab.stored("k").as_deref(), Some(&b"x"[..]));
    });
}

// s3.put.tagging, s3.tags.count, s3.tags.header
#[test]
fn an_object_is_stored_with_its_tags() {
    lab(async |lab| {
        let tagged = [("x-amz-tagging", "team=red&stage=")];
        assert_eq!(lab.call_signed(put("k", "x", &tagged)).await.status, 200);
        let expected = pairs(&[("stage", ""), ("team", "red")]);
        assert_eq!(lab.tags(OBJECT).await, expected);
        let read = lab.call_signed(get("k")).await;
        assert_eq!(read.header("x-amz-tagging-count"), Some("2"));

        lab.call_signed(put("k", "x", &[])).await;
        assert!(lab.tags(OBJECT).await.is_empty(), "stored anew");
        let read = lab.call_signed(get("k")).await;
        assert_eq!(read.header("x-amz-tagging-count"), None);

        let begin = request("POST", &format!("{}?uploads", object("big")), &tagged);
        let id = lab.call_signed(begin).await.element("UploadId");
        let uri = format!("{}?partNumber=1&uploadId={id}", object("big"));
        let part = request("PUT", &uri, &[]).map(|_| Bytes::from_static(b"part"));
        let etag = lab
            .call_signed(part)
            .await
            .header("etag")
            .unwrap()
            .to_owned();
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
             </CompleteMultipartUpload>"
        );
        let complete = request("POST", &format!("{}?uploadId={id}", object("big")), &[]);
        let done = lab.call_signed(complete.map(|_| body.into())).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(lab.tags("/photos/big").await, expected);
    });
}

// s3.copy.tags
#[test]
fn a_copy_has_the_tags_of_its_source_or_others() {
    lab(async |lab| {
        let from = ("x-amz-copy-source", "photos/k");
        lab.call_signed(put("k", "x", &[("x-amz-tagging", "team=red")]))
            .await;
        for (headers, tags) in [
            (&[from][..], &[("team", "red")][..]),
            (
                &[from, ("x-amz-tagging-directive", "COPY")],
                &[("team", "red")],
            ),
            (&[from, ("x-amz-tagging-directive", "REPLACE")], &[]),
            (
                &[
                    from,
                    ("x-amz-tagging-directive", "REPLACE"),
                    ("x-amz-tagging", "a=1"),
                ],
                &[("a", "1")],
            ),
        ] {
            assert_eq!(lab.copy(headers).await.status, 200, "{headers:?}");
            assert_eq!(lab.tags("/photos/copy").await, pairs(tags), "{headers:?}");
        }
        let unknown = lab.copy(&[from, ("x-amz-tagging-directive", "KEEP")]).await;
        assert_eq!(unknown.element("Code"), "InvalidArgument");

        for action in ["s3:GetObjectTagging", "s3:PutObjectTagging"] {
            lab.put_policy(
                "deny",
                &format!(r#"{{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}"#),
            );
            assert_eq!(lab.copy(&[from]).await.status, 403, "{action}");
            let none = [from, ("x-amz-tagging-directive", "REPLACE")];
            assert_eq!(lab.copy(&none).await.status, 200, "{action}");
        }
    });
}

// s3.tags.bucket
#[test]
fn a_bucket_has_tags_or_none() {
    lab(async |lab| {
        let none = lab.call_signed(tagging("GET", "/photos", &[])).await;
        assert_eq!(
            (none.element("Code"), none.status),
            ("NoSuchTagSet".into(), 404)
        );
        assert_eq!(none.element("BucketName"), "photos");
        let tags = [("team", "red")];
        let set = lab.call_signed(tagging("PUT", "/photos", &tags)).await;
        assert_eq!(set.status, 204, "{}", set.text());
        assert_eq!(lab.tags("/photos").await, pairs(&tags));
        let gone = lab.call_signed(tagging("DELETE", "/photos", &[])).await;
        assert_eq!(gone.status, 204);
        let none = lab.call_signed(tagging("GET", "/photos", &[])).await;
        assert_eq!(none.status, 404);
    });
}

// s3.context.object-tags
#[test]
fn what_an_object_is_tagged_with_decides() {
    lab(async |lab| {
        for (key, tag) in [("red", "team=red"), ("blue", "team=blue"), ("none", "")] {
            lab.call_signed(put(key, "x", &[("x-amz-tagging", tag)]))
                .await;
        }
        lab.detach_all();
        lab.put_policy(
            "red",
            r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectTagging",
                "s3:PutObjectTagging", "s3:DeleteObjectTagging"], "Resource": "*",
                "Condition": {"StringEquals": {"s3:ExistingObjectTag/team": "red"}}}"#,
        );
        for (key, status) in [("red", 200), ("blue", 403), ("none", 403), ("missing", 403)] {
            assert_eq!(lab.call_signed(get(key)).await.status, status, "{key}");
            let path = format!("/photos/{key}");
            let read = lab.call_signed(tagging("GET", &path, &[])).await;
            assert_eq!(read.status, status, "{key}");
        }
        let paint = tagging("PUT", "/photos/blue", &[("team", "red")]);
        assert_eq!(lab.call_signed(paint).await.status, 403);
        let gone = tagging("DELETE", "/photos/red", &[]);
        assert_eq!(lab.call_signed(gone).await.status, 204);
        assert_eq!(lab.call_signed(get("red")).await.status, 403, "it was");
    });
}

// s3.context.request-tags, s3.put.tagging
#[test]
fn what_an_object_is_to_be_tagged_with_decides() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        lab.detach_all();
        lab.put_policy(
            "red",
            r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"},
               {"Effect": "Allow", "Action": "s3:PutObjectTagging", "Resource": "*", "Condition": {
                "StringEquals": {"s3:RequestObjectTag/team": "red"},
                "ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["team", "stage"]}}}"#,
        );
        for (tags, status) in [
            (&[("team", "red")][..], 200),
            (&[("team", "red"), ("stage", "beta")], 200),
            (&[("team", "red"), ("size", "9")], 403),
            (&[("team", "blue")], 403),
            (&[("stage", "beta")], 403),
        ] {
            let query: Vec<_> = tags
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let query = query.join("&");
            let put = put("k", "x", &[("x-amz-tagging", &*query)]);
            assert_eq!(lab.call_signed(put).await.status, status, "{query}");
            let set = lab.call_signed(tagging("PUT", OBJECT, tags)).await;
            assert_eq!(set.status, status, "{query}");
        }
        assert_eq!(
            lab.call_signed(put("k", "x", &[])).await.status,
            200,
            "no tags"
        );
    });
}
