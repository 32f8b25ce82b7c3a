//! What is stored, and what comes back.

use bytes::Bytes;
use rolecall_account::{Operation, Stage};
use rolecall_endpoints::Place;

use crate::support::signer::{HOST, get, head, object, put};
use crate::support::{Answer, Lab, lab, request};

/// The MD5 of `123456789`.
const ETAG: &str = "\"25f9e794323b453885f5181f1b624d0b\"";

/// The code, the status and the stage of the last refusal, as journalled; the code as answered.
fn refusal(lab: &Lab, answer: &Answer) -> (String, u16, Stage) {
    let refusal = lab.last_exchange().refusal.unwrap();
    assert_eq!(answer.element("Code"), refusal.code);
    (refusal.code, answer.status, refusal.stage)
}

#[test]
fn what_is_put_comes_back_with_its_headers() {
    lab(async |lab| {
        let sent = [
            ("content-type", "text/plain; charset=utf-8"),
            ("x-amz-meta-colour", "red"),
            ("x-amz-meta-Shape", "round, more or less"),
        ];
        let stored = lab.call_signed(put("cat.txt", "123456789", &sent)).await;
        assert_eq!((stored.status, stored.body.len()), (200, 0));
        assert_eq!(stored.header("etag"), Some(ETAG));
        lab.advance(crate::support::HOUR).await;
        let got = lab.call_signed(get("cat.txt")).await;
        assert_eq!((got.status, got.text()), (200, "123456789"));
        for (name, value) in [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", "9"),
            ("etag", ETAG),
            ("last-modified", "Thu, 01 May 2031 00:00:00 GMT"),
            ("date", "Thu, 01 May 2031 01:00:00 GMT"),
            ("accept-ranges", "bytes"),
            ("server", "AmazonS3"),
            ("x-amz-meta-colour", "red"),
            ("x-amz-meta-shape", "round, more or less"),
        ] {
            assert_eq!(got.header(name), Some(value), "{name}");
        }
        let seen = lab.call_signed(head("cat.txt")).await;
        assert_eq!((seen.status, seen.body.len()), (200, 0));
        for name in [
            "content-type",
            "content-length",
            "etag",
            "last-modified",
            "x-amz-meta-colour",
        ] {
            assert_eq!(seen.header(name), got.header(name), "{name}");
        }
    });
}

#[test]
fn an_empty_object_is_an_object() {
    lab(async |lab| {
        assert_eq!(lab.call_signed(put("empty", "", &[])).await.status, 200);
        let got = lab.call_signed(get("empty")).await;
        assert_eq!((got.status, got.header("content-length")), (200, Some("0")));
        assert_eq!(lab.stored("empty"), Some(Bytes::new()));
    });
}

#[test]
fn the_last_put_wins_and_leaves_nothing_of_the_first() {
    lab(async |lab| {
        let first = put("k", "first", &[("x-amz-meta-colour", "red")]);
        lab.call_signed(first).await;
        lab.call_signed(put("k", "second", &[])).await;
        let got = lab.call_signed(get("k")).await;
        assert_eq!(
            (got.text(), got.header("x-amz-meta-colour")),
            ("second", None)
        );
    });
}

#[test]
fn a_content_type_comes_back_as_it_was_sent() {
    lab(async |lab| {
        for sent in [
            "image/jpeg",
            "binary/octet-stream",
            "TEXT/HTML;charset=UTF-8",
            "rolecall",
        ] {
            let stored = lab
                .call_signed(put("k", "x", &[("content-type", sent)]))
                .await;
            assert_eq!(stored.status, 200, "{sent}");
            let got = lab.call_signed(get("k")).await;
            assert_eq!(got.header("content-type"), Some(sent));
        }
    });
}

#[test]
fn what_describes_an_object_comes_back_with_it() {
    lab(async |lab| {
        let described = [
            ("cache-control", "max-age=60"),
            ("content-disposition", "attachment"),
            ("content-encoding", "gzip"),
            ("content-language", "de"),
        ];
        let stored = lab.call_signed(put("k", "x", &described)).await;
        assert_eq!(stored.status, 200);
        let plain = lab.call_signed(put("plain", "x", &[])).await;
        assert_eq!(plain.status, 200);
        let got = lab.call_signed(get("k")).await;
        for (name, value) in described {
            assert_eq!(got.header(name), Some(value));
        }
        let got = lab.call_signed(get("plain")).await;
        assert_eq!(got.header("content-type"), Some("binary/octet-stream"));
        assert_eq!(got.header("cache-control"), None);
    });
}

/// Version 2 of the AWS CLI asks before it copies part by part.
// s3.tags.none
#[test]
fn an_object_has_no_tags() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        let told = lab.ask("GET", "/photos/k?tagging", &[]).await;
        assert_eq!(told.status, 200, "{}", told.text());
        assert!(told.text().contains("<TagSet></TagSet>"), "{}", told.text());
        let missing = lab.told("GET", "/photos/nothing?tagging").await;
        assert_eq!(missing, (404, Some("NoSuchKey".to_owned())));
    });
    for (action, status) in [("s3:GetObject", 403), ("s3:GetObjectTagging", 200)] {
        lab(async |lab| {
            lab.call_signed(put("k", "x", &[])).await;
            lab.only(action, "arn:aws:s3:::photos/*");
            let (found, _) = lab.told("GET", "/photos/k?tagging").await;
            assert_eq!(found, status, "{action}");
        });
    }
}

// s3.put.checksums
#[test]
fn checksums_are_checked_and_kept() {
    lab(async |lab| {
        for (name, checksum) in [
            ("x-amz-checksum-crc32", "y/Q5Jg=="),
            ("x-amz-checksum-crc32c", "4waSgw=="),
            ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="),
            ("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (
                "x-amz-checksum-sha256",
                "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
            ),
        ] {
            let good = put(name, "123456789", &[(name, checksum)]);
            let stored = lab.call_signed(good).await;
            assert_eq!(
                (stored.status, stored.header(name)),
                (200, Some(checksum)),
                "{name}"
            );

            let mode = ("x-amz-checksum-mode", "ENABLED");
            let asked = lab
                .call_signed(request("GET", &object(name), &[mode]))
                .await;
            assert_eq!(asked.header(name), Some(checksum), "{name}");
            let unasked = lab.call_signed(get(name)).await;
            assert_eq!(unasked.header(name), None, "{name}");

            let wrong = lab
                .call_signed(put("wrong", "123456780", &[(name, checksum)]))
                .await;
            let expected = ("BadDigest".to_owned(), 400, Stage::Body);
            assert_eq!(refusal(&lab, &wrong), expected, "{name}");
            let garbage = lab
                .call_signed(put("wrong", "123456789", &[(name, "?")]))
                .await;
            let expected = ("InvalidRequest".to_owned(), 400, Stage::Body);
            assert_eq!(refusal(&lab, &garbage), expected, "{name}");
        }
        assert_eq!(lab.stored("wrong"), None);
    });
}

// s3.put.checksums
#[test]
fn a_content_md5_is_checked() {
    lab(async |lab| {
        let md5 = [("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")];
        assert_eq!(
            lab.call_signed(put("right", "123456789", &md5))
                .await
                .status,
            200
        );
        let wrong = lab.call_signed(put("wrong", "123456780", &md5)).await;
        assert_eq!(
            refusal(&lab, &wrong),
            ("BadDigest".to_owned(), 400, Stage::Body)
        );
        assert_eq!(lab.stored("wrong"), None);
    });
}

#[test]
fn a_body_of_another_length_than_announced_is_incomplete() {
    lab(async |lab| {
        for (length, status) in [("9", 200), ("8", 400), ("10", 400), ("0", 400)] {
            let mut request = lab.signer().sign(put(length, "123456789", &[]));
            let value = length.parse().unwrap();
            request.headers_mut().insert("content-length", value);
            let answer = lab.call(request).await;
            assert_eq!(answer.status, status, "{length}");
            if status == 400 {
                let expected = ("IncompleteBody".to_owned(), 400, Stage::Body);
                assert_eq!(refusal(&lab, &answer), expected, "{length}");
            }
            assert_eq!(lab.stored(length).is_some(), status == 200, "{length}");
        }
    });
}

#[test]
fn a_body_that_breaks_off_is_incomplete() {
    lab(async |lab| {
        let request = lab.signer().sign(put("k", "123456789", &[]));
        let request = request.map(|_| Broken);
        let answer = lab.try_send(lab.on_web(), request).await.unwrap();
        let expected = ("IncompleteBody".to_owned(), 400, Stage::Body);
        assert_eq!(refusal(&lab, &answer), expected);
    });
}

/// A connection that is reset.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

/// Keys that are spelt differently at each of the places they pass.
const KEYS: [&str; 16] = [
    "a b",
    "grün/日本語",
    "a//b",
    "/leading",
    "trailing/",
    "k=v&x",
    "a*b",
    "%41",
    "100%",
    "~user",
    "copy (1)",
    "what?",
    "a+b",
    "a;b:c@d,e$f!g'h",
    "./../x",
    "#1",
];

#[test]
fn every_key_is_stored_under_its_own_name_in_both_styles() {
    lab(async |lab| {
        for key in KEYS {
            let stored = lab.call_signed(put(key, "path", &[])).await;
            assert_eq!(stored.status, 200, "{key}");
            assert_eq!(lab.stored(key).as_deref(), Some(&b"path"[..]), "{key}");
            let virtual_host = object(key).replace(
                "https://s3.us-east-1.amazonaws.com/photos/",
                "https://photos.s3.us-east-1.amazonaws.com/",
            );
            let got = lab.call_signed(request("GET", &virtual_host, &[])).await;
            assert_eq!((got.status, got.text()), (200, "path"), "{key}");
            let again = request("PUT", &virtual_host, &[]).map(|_| Bytes::from_static(b"host"));
            assert_eq!(lab.call_signed(again).await.status, 200, "{key}");
            assert_eq!(lab.call_signed(get(key)).await.text(), "host", "{key}");
        }
    });
}

#[test]
fn a_key_may_come_unescaped_where_http_allows_it() {
    lab(async |lab| {
        for key in ["a*b", "copy(1)", "k=v&x", "a+b", "~user", "a;b:c@d,e$f!g'h"] {
            // It is signed escaped either way: the canonical request knows one spelling.
            let mut request = lab.signer().sign(put(key, "raw", &[]));
            *request.uri_mut() = format!("{HOST}/photos/{key}").parse().unwrap();
            assert_eq!(lab.call(request).await.status, 200, "{key}");
            assert_eq!(lab.stored(key).as_deref(), Some(&b"raw"[..]), "{key}");
        }
    });
}

#[test]
fn a_host_in_a_header_names_the_bucket_as_one_in_the_uri_does() {
    lab(async |lab| {
        for host in [
            "photos.s3.us-east-1.amazonaws.com",
            "photos.s3.amazonaws.com",
            "photos.s3.us-east-1.amazonaws.com:443",
        ] {
            let uri = format!("https://{host}/k");
            let put = request("PUT", &uri, &[("host", host)]).map(|_| Bytes::from_static(b"x"));
            assert_eq!(lab.call_signed(put).await.status, 200, "{host}");
            assert!(lab.stored("k").is_some(), "{host}");
        }
    });
}

#[test]
fn the_operation_is_named_and_the_identity_journalled() {
    lab(async |lab| {
        for (request, operation) in [
            (put("k", "x", &[]), Operation::PutObject),
            (get("k"), Operation::GetObject),
            (head("k"), Operation::HeadObject),
            (
                request("GET", &format!("{}?x-id=GetObject", object("k")), &[]),
                Operation::GetObject,
            ),
        ] {
            assert_eq!(lab.call_signed(request).await.status, 200);
            let exchange = lab.last_exchange();
            assert_eq!(exchange.operation, Some(operation));
            let session = exchange.session.as_ref().unwrap();
            assert_eq!(session.identity.session_name(), Some(&*lab.web));
            let decision = exchange.decision.as_ref().unwrap().to_string();
            assert_eq!(decision, "allowed by `AmazonS3FullAccess`, statement 1");
        }
    });
}

#[test]
fn metadata_comes_in_order_and_in_the_same_order_every_time() {
    let run = || {
        lab(async |lab| {
            let names: Vec<String> = (0..20)
                .map(|n| format!("x-amz-meta-k{}", n * 7 % 20))
                .collect();
            let sent: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
            lab.call_signed(put("k", "x", &sent)).await;
            let got = lab.call_signed(get("k")).await;
            let headers = got.headers.iter();
            headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect::<Vec<_>>()
        })
    };
    let (one, two) = (run(), run());
    assert_eq!(one, two);
    let metadata: Vec<_> = one
        .iter()
        .filter(|(name, _)| name.starts_with("x-amz-meta-"))
        .collect();
    assert_eq!(metadata.len(), 20);
    assert!(metadata.is_sorted());
}

#[test]
fn s3_is_reached_from_everywhere() {
    lab(async |lab| {
        for place in [lab.on_web(), lab.in_task(), Place::Laptop] {
            let request = lab.signer().sign(put("k", "x", &[]));
            assert_eq!(lab.send(place, request).await.status, 200);
        }
    });
}
