//! Parts made of what is stored.

use rolecall_account::Operation;

use super::multipart::etag;
use crate::support::signer::{get, put};
use crate::support::{Answer, HOUR, Lab, lab};

const SOURCE: &str = "x-amz-copy-source";
const RANGE: &str = "x-amz-copy-source-range";
const MIB_5: usize = 5 << 20;

impl Lab {
    /// Copies `source`, or a range of it, into a part.
    async fn copy_part(
        &self,
        key: &str,
        id: &str,
        number: i32,
        headers: &[(&str, &str)],
    ) -> Answer {
        let path = format!("/photos/{key}?partNumber={number}&uploadId={id}");
        self.ask("PUT", &path, headers).await
    }
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.element("Code"))
}

// s3.copy.range
#[test]
fn an_object_is_copied_part_by_part() {
    lab(async |lab| {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(MIB_5 + 9).collect();
        lab.ask_with("PUT", "/photos/from", &[], bytes.clone())
            .await;
        let id = lab.begin("to", &[]).await;
        lab.advance(HOUR).await;
        let mut parts = Vec::new();
        for (number, range) in [(1, "bytes=0-5242879"), (2, "bytes=5242880-5242888")] {
            let headers = [(SOURCE, "/photos/from"), (RANGE, range)];
            let copied = lab.copy_part("to", &id, number, &headers).await;
            assert_eq!(copied.status, 200, "{}", copied.text());
            assert!(
                copied.text().contains("<CopyPartResult"),
                "{}",
                copied.text()
            );
            assert_eq!(copied.element("LastModified"), "2031-05-01T01:00:00.000Z");
            let etag = copied.element("ETag");
            assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
            parts.push((number, etag));
        }
        let exchange = lab.last_exchange();
        assert_eq!(exchange.operation, Some(Operation::UploadPartCopy));
        let listed = lab
            .ask("GET", &format!("/photos/to?uploadId={id}"), &[])
            .await;
        assert_eq!(listed.elements("Size"), ["5242880", "9"]);
        let parts: Vec<_> = parts
            .iter()
            .map(|(number, etag)| (*number, &**etag))
            .collect();
        let done = lab.complete("to", &id, &parts).await;
        assert_eq!(done.status, 200, "{}", done.text());
        let got = lab.call_signed(get("to")).await;
        assert!(got.body == bytes, "{} bytes came back", got.body.len());
    });
}

#[test]
fn a_source_is_copied_whole_if_no_range_is_named() {
    lab(async |lab| {
        lab.call_signed(put("a b", "123456789", &[])).await;
        let id = lab.begin("to", &[]).await;
        let copied = lab
            .copy_part("to", &id, 7, &[(SOURCE, "photos/a%20b")])
            .await;
        assert_eq!(
            copied.element("ETag"),
            "\"25f9e794323b453885f5181f1b624d0b\""
        );
        let etag = copied.element("ETag");
        assert_eq!(lab.complete("to", &id, &[(7, &etag)]).await.status, 200);
        assert_eq!(lab.stored("to").as_deref(), Some(&b"123456789"[..]));
        // A part is what the source was when it was copied, whatever becomes of the source.
        let id = lab.begin("late", &[]).await;
        lab.copy_part("late", &id, 1, &[(SOURCE, "photos/a%20b")])
            .await;
        lab.call_signed(put("a b", "another", &[])).await;
        assert_eq!(lab.complete("late", &id, &[(1, &etag)]).await.status, 200);
        assert_eq!(lab.stored("late").as_deref(), Some(&b"123456789"[..]));
    });
}

// s3.multipart.checksum
#[test]
fn a_copied_part_has_the_checksum_of_its_upload() {
    lab(async |lab| {
        lab.call_signed(put("from", "0123456789", &[])).await;
        let named = [("x-amz-checksum-algorithm", "CRC32")];
        let id = lab.begin("to", &named).await;
        let headers = [(SOURCE, "photos/from"), (RANGE, "bytes=1-9")];
        let copied = lab.copy_part("to", &id, 1, &headers).await;
        assert_eq!(copied.element("ChecksumCRC32"), "y/Q5Jg==");
        let whole = lab.part("to", &id, 2, "123456789").await;
        assert_eq!(etag(&whole), copied.element("ETag"));
    });
}

// s3.copy.range, s3.multipart.part-number
#[test]
fn which_copies_into_a_part_are_refused() {
    lab(async |lab| {
        lab.call_signed(put("from", "123456789", &[])).await;
        let id = lab.begin("to", &[]).await;
        for (source, status, code) in [
            ("photos/nothing", 404, "NoSuchKey"),
            ("nowhere/from", 404, "NoSuchBucket"),
            ("photos", 400, "InvalidArgument"),
            ("", 400, "InvalidArgument"),
            ("photos/from?versionId=1", 501, "NotImplemented"),
        ] {
            let answer = lab.copy_part("to", &id, 1, &[(SOURCE, source)]).await;
            assert_eq!(refused(&answer), (status, code.to_owned()), "{source}");
        }
        for (range, message) in [
            (
                "bytes=0-9",
                "Range specified is not valid for source object of size: 9",
            ),
            (
                "bytes=5-4",
                "Range specified is not valid for source object of size: 9",
            ),
            (
                "bytes=0-",
                "The x-amz-copy-source-range value must be of the form bytes=first-last",
            ),
            (
                "0-1",
                "The x-amz-copy-source-range value must be of the form bytes=first-last",
            ),
        ] {
            let headers = [(SOURCE, "photos/from"), (RANGE, range)];
            let answer = lab.copy_part("to", &id, 1, &headers).await;
            assert_eq!(
                refused(&answer),
                (400, "InvalidArgument".to_owned()),
                "{range}"
            );
            assert_eq!(answer.element("ArgumentName"), RANGE);
            assert_eq!(answer.element("ArgumentValue"), range);
            assert!(
                answer.element("Message").starts_with(message),
                "{}",
                answer.text()
            );
        }
        let source = [(SOURCE, "photos/from")];
        for number in [0, -1, 10_001] {
            let answer = lab.copy_part("to", &id, number, &source).await;
            assert_eq!(
                refused(&answer),
                (400, "InvalidArgument".to_owned()),
                "{number}"
            );
        }
        for (key, id) in [("to", "nothing"), ("other", &*id)] {
            let answer = lab.copy_part(key, id, 1, &source).await;
            assert_eq!(refused(&answer), (404, "NoSuchUpload".to_owned()), "{key}");
        }
        let parts = lab
            .ask("GET", &format!("/photos/to?uploadId={id}"), &[])
            .await;
        assert_eq!(
            parts.elements("PartNumber"),
            [""; 0],
            "none of them left a part"
        );
        assert_eq!(lab.copy_part("to", &id, 10_000, &source).await.status, 200);
    });
}

// s3.copy.actions, s3.multipart.actions, s3.context.sent
#[test]
fn a_part_needs_the_source_and_the_destination() {
    let statement = |action: &str, key: &str, more: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:s3:::photos/{key}"{more}}}"#
        )
    };
    let read = statement("s3:GetObject", "from", "");
    let write = statement("s3:PutObject", "to", "");
    let bound = |source: &str| {
        let condition =
            format!(r#", "Condition": {{"StringEquals": {{"s3:x-amz-copy-source": "{source}"}}}}"#);
        format!("{read}, {}", statement("s3:PutObject", "to", &condition))
    };
    for (statements, status) in [
        (read.clone(), 403),
        (write.clone(), 403),
        (format!("{read}, {write}"), 200),
        (bound("/photos/other"), 403),
        (bound("/photos/from"), 200),
    ] {
        lab(async |lab| {
            lab.call_signed(put("from", "x", &[])).await;
            let id = lab.begin("to", &[]).await;
            lab.detach_all();
            lab.put_policy("one", &statements);
            let copied = lab
                .copy_part("to", &id, 1, &[(SOURCE, "/photos/from")])
                .await;
            assert_eq!(copied.status, status, "{statements}");
        });
    }
}

/// A missing source is told only to those who may list its bucket.
// s3.get.missing-key
#[test]
fn a_missing_source_is_no_secret_to_whoever_may_list() {
    let read_and_write = r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::photos/*"}"#;
    lab(async |lab| {
        let id = lab.begin("to", &[]).await;
        lab.detach_all();
        lab.put_policy("both", read_and_write);
        let answer = lab
            .copy_part("to", &id, 1, &[(SOURCE, "photos/nothing")])
            .await;
        assert_eq!(refused(&answer), (403, "AccessDenied".to_owned()));
    });
}
