//! What a request says in its query that answers, or other requests, have in headers.

use bytes::Bytes;
use http::Request;
use rolecall_account::s3::ChecksumAlgorithm;

use crate::support::signer::{HOST, get, object, put};
use crate::support::{Answer, HOUR, Lab, lab, request};

fn asked(method: &str, query: &str) -> Request<Bytes> {
    request(method, &format!("{}?{query}", object("k")), &[])
}

/// A presigned PUT of `k`, with more in its query.
fn put_with(lab: &Lab, query: &str) -> Request<Bytes> {
    let request = asked("PUT", query).map(|_| Bytes::from_static(b"meow"));
    lab.signer().presign(request, HOUR)
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.elements("Code").concat())
}

// s3.get.overrides
#[test]
fn a_reader_may_say_how_the_object_is_described() {
    const OVERRIDES: [(&str, &str, &str); 6] = [
        ("cache-control", "no-cache", "no-cache"),
        (
            "content-disposition",
            "attachment%3B%20filename%3D%22a%20b.txt%22",
            "attachment; filename=\"a b.txt\"",
        ),
        ("content-encoding", "gzip", "gzip"),
        ("content-language", "de", "de"),
        ("content-type", "text%2Fhtml", "text/html"),
        (
            "expires",
            "Thu,%2001%20May%202031%2006:00:00%20GMT",
            "Thu, 01 May 2031 06:00:00 GMT",
        ),
    ];
    lab(async |lab| {
        let described = [("content-type", "text/plain"), ("cache-control", "private")];
        lab.call_signed(put("k", "123456789", &described)).await;
        let query: Vec<String> = OVERRIDES
            .iter()
            .map(|(name, sent, _)| format!("response-{name}={sent}"))
            .collect();
        let query = query.join("&");
        for method in ["GET", "HEAD"] {
            let bare = asked(method, &query);
            let part = request(method, &bare.uri().to_string(), &[("range", "bytes=0-3")]);
            let presigned = lab.signer().presign(bare.clone(), HOUR);
            for (request, status) in [
                (lab.signer().sign(bare), 200),
                (presigned, 200),
                (lab.signer().sign(part), 206),
            ] {
                let got = lab.call(request).await;
                assert_eq!(got.status, status, "{method}");
                for (name, _, expected) in OVERRIDES {
                    assert_eq!(got.header(name), Some(expected), "{method} {name}");
                }
            }
        }
        let one = lab
            .call_signed(asked("GET", "response-content-type=a/b"))
            .await;
        assert_eq!(one.header("content-type"), Some("a/b"));
        assert_eq!(one.header("cache-control"), Some("private"));
        let after = lab.call_signed(get("k")).await;
        assert_eq!(after.header("content-type"), Some("text/plain"));
        assert_eq!(after.header("expires"), None);
    });
}

#[test]
fn what_cannot_be_a_header_is_refused() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        for query in [
            "response-content-type=a%0d%0ax-evil:%20yes",
            "response-expires=tomorrow",
        ] {
            let answer = lab.call_signed(asked("GET", query)).await;
            assert_eq!(answer.status, 400, "{query}");
            assert_eq!(answer.header("x-evil"), None, "{query}");
        }
        let twice = "response-content-type=a/b&response-content-type=c/d";
        let answer = lab.call_signed(asked("GET", twice)).await;
        assert_eq!(told(&answer), (501, "NotImplemented".to_owned()));
    });
}

/// As the SDKs presign that move headers into the query, in either case.
// s3.presigned.metadata
#[test]
fn metadata_in_the_query_of_a_url_is_kept() {
    lab(async |lab| {
        let query = "x-amz-meta-colour=dark%20red%2Bblue&X-Amz-Meta-Shape=round&x-id=PutObject";
        let stored = lab.call(put_with(&lab, query)).await;
        assert_eq!(stored.status, 200, "{}", stored.text());
        let got = lab.call_signed(get("k")).await;
        assert_eq!(got.text(), "meow");
        assert_eq!(got.header("x-amz-meta-colour"), Some("dark red+blue"));
        assert_eq!(got.header("x-amz-meta-shape"), Some("round"));

        let begin = request(
            "POST",
            &format!("{HOST}/photos/big?uploads&x-amz-meta-a=b"),
            &[],
        );
        let answer = lab.call(lab.signer().presign(begin, HOUR)).await;
        let id = answer.element("UploadId");
        let part = super::multipart::etag(&lab.part("big", &id, 1, "x").await);
        assert_eq!(lab.complete("big", &id, &[(1, &part)]).await.status, 200);
        let got = lab.call_signed(get("big")).await;
        assert_eq!(got.header("x-amz-meta-a"), Some("b"));
    });
}

// s3.presigned.metadata
#[test]
fn metadata_in_a_query_is_signed_like_the_rest_of_it() {
    lab(async |lab| {
        let url = put_with(&lab, "x-amz-meta-colour=red");
        let changed = url.uri().to_string().replacen("=red", "=blue", 1);
        let (mut head, body) = url.into_parts();
        head.uri = changed.parse().unwrap();
        let answer = lab.call(Request::from_parts(head, body)).await;
        assert_eq!(told(&answer), (403, "SignatureDoesNotMatch".to_owned()));
        assert_eq!(lab.stored("k"), None);
    });
}

/// Nothing is guessed: what would have two meanings, and what only a URL can say, is not served.
#[test]
fn which_headers_in_a_query_are_not_served() {
    lab(async |lab| {
        let both = request(
            "PUT",
            &format!("{}?x-amz-meta-colour=red", object("k")),
            &[("x-amz-meta-colour", "blue")],
        );
        for request in [
            put_with(&lab, "x-amz-meta-a=1&x-amz-meta-a=2"),
            put_with(&lab, "x-amz-meta-a%20b=1"),
            put_with(&lab, "x-amz-meta-a=%0a"),
            put_with(&lab, "x-amz-acl=private"),
            put_with(&lab, "x-amz-tagging=a%3Db"),
            lab.signer().presign(both, HOUR),
            lab.signer().sign(asked("PUT", "x-amz-meta-colour=red")),
            lab.signer()
                .sign(asked("GET", "x-amz-checksum-mode=ENABLED")),
        ] {
            let uri = request.uri().to_string();
            let answer = lab.call(request).await;
            assert_eq!(told(&answer), (501, "NotImplemented".to_owned()), "{uri}");
        }
        assert_eq!(lab.stored("k"), None);
    });
}

/// The SDK for JavaScript presigns a PUT with the checksum of an empty body, and a GET with a wish
/// for checksums; the one for Go spells them in its own case.
// s3.presigned.checksums
#[test]
fn checksums_in_the_query_of_a_url_have_no_effect() {
    lab(async |lab| {
        for query in [
            "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-id=PutObject",
            "X-Amz-Checksum-Sha256=bad&X-Amz-Sdk-Checksum-Algorithm=SHA256",
            "x-amz-user-agent=aws-sdk-js%2F3.13.0",
        ] {
            let stored = lab.call(put_with(&lab, query)).await;
            assert_eq!(stored.status, 200, "{query}: {}", stored.text());
            assert_eq!(lab.stored("k").as_deref(), Some(&b"meow"[..]));
            let names = stored.headers.keys().map(http::HeaderName::as_str);
            let checksums = names.filter(|name| name.contains("checksum")).count();
            assert_eq!(checksums, 0, "{query}");
        }
        let crc32 = ChecksumAlgorithm::Crc32;
        let checksum = crc32.of(b"x");
        lab.call_signed(put("k", "x", &[(crc32.header(), &checksum)]))
            .await;
        let wish = asked("GET", "x-amz-checksum-mode=ENABLED&x-id=GetObject");
        let got = lab.call(lab.signer().presign(wish, HOUR)).await;
        assert_eq!((got.status, got.text()), (200, "x"));
        assert_eq!(got.header(crc32.header()), None);
    });
}

/// In a header, where it is signed too, a checksum counts as ever.
// s3.put.checksums
#[test]
fn a_checksum_in_a_signed_header_of_a_url_is_checked() {
    lab(async |lab| {
        let wrong = put("k", "meow", &[("x-amz-checksum-crc32", "AAAAAA==")]);
        let answer = lab.call(lab.signer().presign(wrong, HOUR)).await;
        assert_eq!(told(&answer), (400, "BadDigest".to_owned()));
    });
}
