//! Parts of objects, and checksums that come with the whole.

use crate::support::lab;
use crate::support::signer::put;

// s3.get.range
#[test]
fn a_range_is_a_part_with_its_place() {
    lab(async |lab| {
        lab.call_signed(put("k", "123456789", &[])).await;
        for (range, status, body, place) in [
            ("bytes=0-0", 206, "1", Some("bytes 0-0/9")),
            ("bytes=2-4", 206, "345", Some("bytes 2-4/9")),
            ("bytes=7-", 206, "89", Some("bytes 7-8/9")),
            ("bytes=-2", 206, "89", Some("bytes 7-8/9")),
            ("bytes=5-999", 206, "6789", Some("bytes 5-8/9")),
            ("bytes=4-2", 200, "123456789", None),
            ("bytes=0-0,2-2", 200, "123456789", None),
            ("lines=1-2", 200, "123456789", None),
        ] {
            let got = lab.ask("GET", "/photos/k", &[("range", range)]).await;
            assert_eq!((got.status, got.text()), (status, body), "{range}");
            assert_eq!(got.header("content-range"), place, "{range}");
            let length = body.len().to_string();
            assert_eq!(got.header("content-length"), Some(&*length), "{range}");
            let head = lab.ask("HEAD", "/photos/k", &[("range", range)]).await;
            assert_eq!((head.status, head.body.len()), (status, 0), "{range}");
            assert_eq!(head.header("content-range"), place, "{range}");
            assert_eq!(head.header("content-length"), Some(&*length), "{range}");
        }
        for range in ["bytes=9-", "bytes=10-12", "bytes=-0"] {
            let got = lab.ask("GET", "/photos/k", &[("range", range)]).await;
            assert_eq!(
                (got.status, &*got.element("Code")),
                (416, "InvalidRange"),
                "{range}"
            );
            let head = lab.ask("HEAD", "/photos/k", &[("range", range)]).await;
            assert_eq!(head.status, 416, "{range}");
        }
        let missing = lab
            .ask("GET", "/photos/nothing", &[("range", "bytes=0-0")])
            .await;
        assert_eq!(missing.status, 404);
    });
}

// s3.get.checksum-mode
#[test]
fn checksums_come_with_the_whole_if_they_are_wanted() {
    lab(async |lab| {
        let crc = ("x-amz-checksum-crc32", "y/Q5Jg==");
        let stored = lab.call_signed(put("k", "123456789", &[crc])).await;
        assert_eq!(stored.status, 200);
        let mode = ("x-amz-checksum-mode", "ENABLED");
        let range = ("range", "bytes=0-1");
        for (headers, expected) in [
            (&[mode][..], Some(crc.1)),
            (&[], None),
            (&[mode, range], None),
        ] {
            for method in ["GET", "HEAD"] {
                let answer = lab.ask(method, "/photos/k", headers).await;
                assert_eq!(answer.header(crc.0), expected, "{method} {headers:?}");
                let kind = expected.map(|_| "FULL_OBJECT");
                assert_eq!(
                    answer.header("x-amz-checksum-type"),
                    kind,
                    "{method} {headers:?}"
                );
            }
        }
    });
}

// s3.get.if-match
#[test]
fn a_part_may_be_wanted_of_one_object_only() {
    lab(async |lab| {
        lab.call_signed(put("k", "123456789", &[])).await;
        let etag = "25f9e794323b453885f5181f1b624d0b";
        let quoted = format!("\"{etag}\"");
        for (if_match, status) in [(&*quoted, 206), (etag, 206), ("*", 206), ("\"0\"", 412)] {
            let headers = [("if-match", if_match), ("range", "bytes=0-1")];
            for method in ["GET", "HEAD"] {
                let answer = lab.ask(method, "/photos/k", &headers).await;
                assert_eq!(answer.status, status, "{method} {if_match}");
            }
        }
    });
}
