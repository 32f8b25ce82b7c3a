//! Objects deleted, one or many.

use rolecall_account::s3::ChecksumAlgorithm;

use crate::support::signer::put;
use crate::support::{Answer, Lab, lab};

impl Lab {
    /// Deletes many, with the checksum that S3 asks for.
    async fn delete_many(&self, body: &str) -> Answer {
        let checksum = ChecksumAlgorithm::Crc32.of(body.as_bytes());
        let headers = [("x-amz-checksum-crc32", &*checksum)];
        self.ask_with("POST", "/photos?delete", &headers, body.to_owned())
            .await
    }
}

fn document(keys: &[&str], quiet: bool) -> String {
    let objects = keys
        .iter()
        .map(|key| format!("<Object><Key>{key}</Key></Object>"));
    let objects: String = objects.collect();
    format!("<Delete>{objects}<Quiet>{quiet}</Quiet></Delete>")
}

// s3.delete.absent
#[test]
fn what_is_deleted_is_gone_and_may_be_deleted_again() {
    lab(async |lab| {
        lab.call_signed(put("k", "x", &[])).await;
        for _ in 0..2 {
            let deleted = lab.ask("DELETE", "/photos/k", &[]).await;
            assert_eq!((deleted.status, deleted.body.len()), (204, 0));
            assert_eq!(lab.stored("k"), None);
        }
        assert_eq!(lab.ask("GET", "/photos/k", &[]).await.status, 404);
    });
}

// s3.delete.per-key
#[test]
fn every_key_is_decided_on_by_itself() {
    lab(async |lab| {
        for key in ["mine/a", "mine/b", "theirs"] {
            lab.call_signed(put(key, "x", &[])).await;
        }
        lab.only("s3:DeleteObject", "arn:aws:s3:::photos/mine/*");
        let answer = lab
            .delete_many(&document(&["mine/a", "theirs", "mine/none"], false))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let deleted = answer.elements("Deleted").join(" ");
        assert_eq!(deleted, "<Key>mine/a</Key> <Key>mine/none</Key>");
        let error = answer.element("Error");
        assert!(error.contains("<Code>AccessDenied</Code>"), "{error}");
        assert!(error.contains("<Key>theirs</Key>"), "{error}");
        assert!(error.contains("arn:aws:s3:::photos/theirs"), "{error}");
        assert!(lab.stored("mine/a").is_none());
        assert!(lab.stored("theirs").is_some());

        let quiet = lab
            .delete_many(&document(&["mine/b", "theirs"], true))
            .await;
        assert_eq!(quiet.status, 200);
        assert!(quiet.elements("Deleted").is_empty());
        assert_eq!(quiet.elements("Error").len(), 1);
        assert!(lab.stored("mine/b").is_none());
    });
}

// s3.delete.checksum
#[test]
fn which_lists_are_refused() {
    lab(async |lab| {
        let too_many = vec!["k"; 1001];
        let version = "<Delete><Object><Key>k</Key><VersionId>1</VersionId></Object></Delete>";
        for (body, status, code) in [
            (document(&[], false), 400, "MalformedXML"),
            (document(&too_many, false), 400, "MalformedXML"),
            ("<Delete><Object>".to_owned(), 400, "MalformedXML"),
            (version.to_owned(), 501, "NotImplemented"),
        ] {
            let answer = lab.delete_many(&body).await;
            assert_eq!(
                (answer.status, &*answer.element("Code")),
                (status, code),
                "{body:.80}"
            );
        }
        let most = lab.delete_many(&document(&too_many[..1000], false)).await;
        assert_eq!((most.status, most.elements("Deleted").len()), (200, 1000));
        let bare = document(&["k"], false);
        let unchecked = lab.ask_with("POST", "/photos?delete", &[], bare).await;
        assert_eq!(
            (unchecked.status, &*unchecked.element("Code")),
            (400, "InvalidRequest")
        );
    });
}
