//! Uploads in parts.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, get};
use crate::support::{Answer, HOUR, Lab, lab, request};

const MIB_5: usize = 5 << 20;

impl Lab {
    pub(crate) async fn begin(&self, key: &str, headers: &[(&str, &str)]) -> String {
        let path = format!("/photos/{key}?uploads");
        let begun = self.ask("POST", &path, headers).await;
        assert_eq!(begun.status, 200, "{}", begun.text());
        assert_eq!(begun.element("Bucket"), "photos");
        begun.element("UploadId")
    }

    pub(crate) async fn part(
        &self,
        key: &str,
        id: &str,
        number: i32,
        body: impl Into<Bytes>,
    ) -> Answer {
        let uri = format!("{HOST}/photos/{key}?partNumber={number}&uploadId={id}");
        let body = body.into();
        let request: Request<Bytes> = request("PUT", &uri, &[]).map(|_| body);
        self.call(self.signer().sign_declared(request, "UNSIGNED-PAYLOAD"))
            .await
    }

    pub(crate) async fn complete(&self, key: &str, id: &str, parts: &[(i32, &str)]) -> Answer {
        let path = format!("/photos/{key}?uploadId={id}");
        self.ask_with("POST", &path, &[], document(parts)).await
    }
}

pub(crate) fn document(parts: &[(i32, &str)]) -> String {
    let parts = parts.iter().map(|(number, etag)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    });
    let parts: String = parts.collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

pub(crate) fn etag(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("etag").unwrap().to_owned()
}

// s3.multipart.etag
#[test]
fn parts_become_an_object() {
    lab(async |lab| {
        let sent = [("content-type", "text/plain"), ("x-amz-meta-colour", "red")];
        let id = lab.begin("big", &sent).await;
        let last = etag(&lab.part("big", &id, 9, "tail").await);
        etag(&lab.part("big", &id, 2, "replaced").await);
        let first = etag(&lab.part("big", &id, 2, vec![b'x'; MIB_5]).await);
        assert_eq!(lab.stored("big"), None, "not before it is complete");
        lab.advance(HOUR).await;
        let done = lab.complete("big", &id, &[(2, &first), (9, &last)]).await;
        assert_eq!(done.status, 200, "{}", done.text());
        let whole = done.element("ETag");
        // printf of both MD5s in binary, through md5sum.
        assert_eq!(whole, "\"a45f1422f2dbe3d2890829dd76adba1b-2\"");
        assert_eq!(done.element("Key"), "big");
        let got = lab.call_signed(get("big")).await;
        assert_eq!((got.status, got.body.len()), (200, MIB_5 + 4));
        assert!(got.body.ends_with(b"xtail"));
        for (name, value) in [
            ("content-type", "text/plain"),
            ("x-amz-meta-colour", "red"),
            ("etag", &whole),
            ("last-modified", "Thu, 01 May 2031 01:00:00 GMT"),
        ] {
            assert_eq!(got.header(name), Some(value), "{name}");
        }
        let again = lab.complete("big", &id, &[(2, &first)]).await;
        assert_eq!(
            (again.status, &*again.element("Code")),
            (404, "NoSuchUpload")
        );
    });
}

// s3.multipart.complete, s3.multipart.part-size-min
#[test]
fn which_completions_are_refused() {
    lab(async |lab| {
        let id = lab.begin("k", &[]).await;
        let one = etag(&lab.part("k", &id, 1, "one").await);
        let two = etag(&lab.part("k", &id, 2, "two").await);
        for (parts, code) in [
            (&[(2, &*two), (1, &*one)][..], "InvalidPartOrder"),
            (&[(1, &one), (1, &one)], "InvalidPartOrder"),
            (&[(1, &two)], "InvalidPart"),
            (&[(3, &one)], "InvalidPart"),
            (&[(1, &one), (2, &two)], "EntityTooSmall"),
            (&[], "MalformedXML"),
        ] {
            let answer = lab.complete("k", &id, parts).await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (400, code),
                "{parts:?}"
            );
        }
        for (key, id) in [("k", "nothing"), ("other", &*id)] {
            let answer = lab.complete(key, id, &[(1, &one)]).await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (404, "NoSuchUpload")
            );
            let answer = lab.part(key, id, 1, "x").await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (404, "NoSuchUpload")
            );
        }
        for number in [0, -1, 10_001] {
            let answer = lab.part("k", &id, number, "x").await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (400, "InvalidArgument")
            );
        }
        // The refused are still there.
        assert_eq!(lab.complete("k", &id, &[(1, &one)]).await.status, 200);
        assert_eq!(lab.stored("k").as_deref(), Some(&b"one"[..]));
    });
}

#[test]
fn an_upload_can_be_given_up() {
    lab(async |lab| {
        let id = lab.begin("k", &[]).await;
        lab.part("k", &id, 1, "one").await;
        let path = format!("/photos/k?uploadId={id}");
        let aborted = lab.ask("DELETE", &path, &[]).await;
        assert_eq!((aborted.status, aborted.body.len()), (204, 0));
        for method in ["DELETE", "GET"] {
            let (status, code) = lab.told(method, &path).await;
            assert_eq!(
                (status, code.as_deref()),
                (404, Some("NoSuchUpload")),
                "{method}"
            );
        }
        assert_eq!(lab.ask("DELETE", "/photos", &[]).await.status, 204);
    });
}

// s3.multipart.checksum
#[test]
fn checksums_are_those_of_the_parts_or_of_the_whole() {
    const CRC32_OF_CRC32: &str = "7kxlUA==-1";
    for (algorithm, header, kind, expected) in [
        ("CRC32", "x-amz-checksum-crc32", "COMPOSITE", CRC32_OF_CRC32),
        (
            "CRC64NVME",
            "x-amz-checksum-crc64nvme",
            "FULL_OBJECT",
            "rosUhgp5mIg=",
        ),
    ] {
        lab(async |lab| {
            let named = [("x-amz-checksum-algorithm", algorithm)];
            let id = lab.begin("k", &named).await;
            let part = lab.part("k", &id, 1, "123456789").await;
            assert!(part.header(header).is_some(), "{algorithm}");
            let done = lab.complete("k", &id, &[(1, &etag(&part))]).await;
            assert_eq!(done.element("ChecksumType"), kind, "{}", done.text());
            let mode = [("x-amz-checksum-mode", "ENABLED")];
            let head = lab.ask("HEAD", "/photos/k", &mode).await;
            assert_eq!(head.header(header), Some(expected), "{algorithm}");
        });
    }
}

// s3.multipart.checksum
#[test]
fn a_checksum_of_the_parts_is_compared() {
    lab(async |lab| {
        // Of one part more, and of another part.
        for (sent, status) in [
            ("7kxlUA==-1", 200),
            ("7kxlUA==-2", 400),
            ("AAAAAA==-1", 400),
        ] {
            let id = lab
                .begin("k", &[("x-amz-checksum-algorithm", "CRC32")])
                .await;
            let part = etag(&lab.part("k", &id, 1, "123456789").await);
            let headers = [("x-amz-checksum-crc32", sent)];
            let path = format!("/photos/k?uploadId={id}");
            let body = document(&[(1, &part)]);
            let answer = lab.ask_with("POST", &path, &headers, body).await;
            assert_eq!(answer.status, status, "{sent}: {}", answer.text());
            if status == 400 {
                assert_eq!(answer.element("Code"), "BadDigest");
            }
        }
    });
}

// s3.multipart.checksum-type
#[test]
fn not_every_checksum_is_of_either_kind() {
    lab(async |lab| {
        for (algorithm, composite, whole) in [
            ("CRC32", 200, 200),
            ("CRC32C", 200, 200),
            ("CRC64NVME", 400, 200),
            ("SHA1", 200, 400),
            ("SHA256", 200, 400),
        ] {
            for (kind, status) in [("COMPOSITE", composite), ("FULL_OBJECT", whole)] {
                let headers = [
                    ("x-amz-checksum-algorithm", algorithm),
                    ("x-amz-checksum-type", kind),
                ];
                let answer = lab.ask("POST", "/photos/k?uploads", &headers).await;
                assert_eq!(answer.status, status, "{algorithm} {kind}");
                if status == 400 {
                    assert_eq!(answer.element("Code"), "InvalidRequest");
                }
            }
        }
    });
}

#[test]
fn a_checksum_of_the_whole_is_not_taken_for_one_of_the_document() {
    lab(async |lab| {
        for (sent, status) in [("rosUhgp5mIg=", 200), ("AAAAAAAAAAA=", 400)] {
            let id = lab
                .begin("k", &[("x-amz-checksum-algorithm", "CRC64NVME")])
                .await;
            let part = etag(&lab.part("k", &id, 1, "123456789").await);
            let headers = [("x-amz-checksum-crc64nvme", sent)];
            let path = format!("/photos/k?uploadId={id}");
            let body = document(&[(1, &part)]);
            let answer = lab.ask_with("POST", &path, &headers, body).await;
            assert_eq!(answer.status, status, "{}", answer.text());
            if status == 400 {
                assert_eq!(answer.element("Code"), "BadDigest");
            }
        }
    });
}

#[test]
fn parts_are_listed_by_number_page_by_page() {
    lab(async |lab| {
        let id = lab.begin("k", &[]).await;
        for number in [3, 1, 20] {
            lab.part("k", &id, number, "123456789").await;
        }
        let path = format!("/photos/k?uploadId={id}");
        let all = lab.ask("GET", &path, &[]).await;
        assert_eq!(all.elements("PartNumber"), ["1", "3", "20"]);
        assert_eq!(all.elements("Size"), ["9", "9", "9"]);
        assert_eq!(all.element("UploadId"), id);
        let first = lab.ask("GET", &format!("{path}&max-parts=2"), &[]).await;
        assert_eq!(first.elements("PartNumber"), ["1", "3"]);
        assert_eq!(first.element("IsTruncated"), "true");
        let next = first.element("NextPartNumberMarker");
        let rest = lab
            .ask("GET", &format!("{path}&part-number-marker={next}"), &[])
            .await;
        assert_eq!(rest.elements("PartNumber"), ["20"]);
        assert_eq!(rest.element("IsTruncated"), "false");
    });
}

// s3.multipart.list-order
#[test]
fn uploads_are_listed_by_key_and_then_by_age() {
    lab(async |lab| {
        let mut ids = Vec::new();
        for key in ["b/x", "a", "b/y", "a"] {
            ids.push(lab.begin(key, &[]).await);
        }
        let all = lab.ask("GET", "/photos?uploads", &[]).await;
        assert_eq!(all.elements("Key"), ["a", "a", "b/x", "b/y"]);
        let ordered = [&ids[1], &ids[3], &ids[0], &ids[2]];
        assert_eq!(all.elements("UploadId").iter().collect::<Vec<_>>(), ordered);
        let rolled = lab.ask("GET", "/photos?uploads&delimiter=/", &[]).await;
        assert_eq!(rolled.elements("Key"), ["a", "a"]);
        assert_eq!(rolled.elements("CommonPrefixes"), ["<Prefix>b/</Prefix>"]);
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/photos?uploads&max-uploads=1{after}");
            let page = lab.ask("GET", &path, &[]).await;
            found.extend(page.elements("UploadId"));
            if page.element("IsTruncated") == "false" {
                break;
            }
            let (key, id) = (
                page.element("NextKeyMarker"),
                page.element("NextUploadIdMarker"),
            );
            after = format!("&key-marker={key}&upload-id-marker={id}");
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), ordered);
    });
}
