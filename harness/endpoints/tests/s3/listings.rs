//! Listings of objects.

use crate::support::signer::put;
use crate::support::{Answer, Lab, lab};

const KEYS: [&str; 7] = ["a", "a/b", "a/c d", "b/x/y", "c&d", "z", "é"];

async fn stocked(lab: &Lab) {
    for key in KEYS.iter().rev() {
        assert_eq!(
            lab.call_signed(put(key, "123456789", &[])).await.status,
            200
        );
    }
}

/// Keys and common prefixes, each as they come.
fn names(answer: &Answer) -> (Vec<String>, Vec<String>) {
    let prefixes = answer.elements("CommonPrefixes").into_iter();
    let prefixes = prefixes.map(|prefix| {
        let prefix = prefix.strip_prefix("<Prefix>").unwrap();
        prefix.strip_suffix("</Prefix>").unwrap().to_owned()
    });
    (answer.elements("Key"), prefixes.collect())
}

// s3.list.order, s3.list.delimiter
#[test]
fn both_versions_list_the_same() {
    lab(async |lab| {
        stocked(&lab).await;
        for (query, keys, prefixes) in [
            ("", &KEYS[..], &[][..]),
            ("delimiter=/", &["a", "c&d", "z", "é"], &["a/", "b/"]),
            ("prefix=a", &["a", "a/b", "a/c d"], &[]),
            ("prefix=a/&delimiter=/", &["a/b", "a/c d"], &[]),
            ("prefix=b/&delimiter=/", &[], &["b/x/"]),
            ("prefix=a%2Fc%20d", &["a/c d"], &[]),
            ("prefix=nothing", &[], &[]),
        ] {
            for version in ["", "list-type=2&"] {
                let path = format!("/photos?{version}{query}");
                let answer = lab.ask("GET", &path, &[]).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                let (found_keys, found_prefixes) = names(&answer);
                assert_eq!(found_keys, keys, "{path}");
                assert_eq!(found_prefixes, prefixes, "{path}");
                assert_eq!(answer.element("IsTruncated"), "false", "{path}");
                assert_eq!(answer.element("MaxKeys"), "1000", "{path}");
                assert_eq!(answer.element("Name"), "photos", "{path}");
                if !version.is_empty() {
                    let count = (keys.len() + prefixes.len()).to_string();
                    assert_eq!(answer.element("KeyCount"), count, "{path}");
                }
            }
        }
    });
}

#[test]
fn an_object_is_listed_with_what_is_known_of_it() {
    lab(async |lab| {
        lab.call_signed(put("k", "123456789", &[])).await;
        for (path, owners) in [
            ("/photos", 1),
            ("/photos?list-type=2", 0),
            ("/photos?list-type=2&fetch-owner=true", 1),
        ] {
            let answer = lab.ask("GET", path, &[]).await;
            assert_eq!(
                answer.element("ETag"),
                "\"25f9e794323b453885f5181f1b624d0b\""
            );
            assert_eq!(answer.element("Size"), "9");
            assert_eq!(answer.element("StorageClass"), "STANDARD");
            assert_eq!(answer.element("LastModified"), "2031-05-01T00:00:00.000Z");
            assert_eq!(answer.elements("Owner").len(), owners, "{path}");
        }
    });
}

// s3.list.pages, s3.list.next-marker
#[test]
fn every_key_is_on_one_page() {
    lab(async |lab| {
        stocked(&lab).await;
        for max in [1, 2, 3, 7, 1000, 5000] {
            let mut found = Vec::new();
            let mut after = String::new();
            loop {
                let path = format!("/photos?list-type=2&max-keys={max}{after}");
                let answer = lab.ask("GET", &path, &[]).await;
                found.extend(names(&answer).0);
                if answer.element("IsTruncated") == "false" {
                    assert!(answer.elements("NextContinuationToken").is_empty());
                    break;
                }
                let token = answer.element("NextContinuationToken");
                let token = token.replace('+', "%2B").replace('/', "%2F");
                after = format!("&continuation-token={}", token.replace('=', "%3D"));
            }
            assert_eq!(found, KEYS, "{max}");
        }
        let mut found = Vec::new();
        let mut marker = String::new();
        loop {
            let path = format!("/photos?delimiter=/&max-keys=1&marker={marker}");
            let answer = lab.ask("GET", &path, &[]).await;
            let (keys, prefixes) = names(&answer);
            found.extend(keys.into_iter().chain(prefixes));
            match answer.elements("NextMarker").pop() {
                Some(next) => marker = next.replace('&', "%26"),
                None => break,
            }
        }
        assert_eq!(found, ["a", "a/", "b/", "c&d", "z", "é"]);
        let plain = lab.ask("GET", "/photos?max-keys=1", &[]).await;
        assert_eq!(plain.element("IsTruncated"), "true");
        assert!(plain.elements("NextMarker").is_empty());
        let none = lab.ask("GET", "/photos?list-type=2&max-keys=0", &[]).await;
        assert_eq!(
            (none.element("KeyCount"), none.element("IsTruncated")),
            ("0".into(), "false".into())
        );
        let after = lab
            .ask("GET", "/photos?list-type=2&start-after=c%26d", &[])
            .await;
        assert_eq!(names(&after).0, ["z", "é"]);
    });
}

// s3.list.encoding-type
#[test]
fn names_are_encoded_if_that_is_asked_for() {
    lab(async |lab| {
        stocked(&lab).await;
        for version in ["", "list-type=2&"] {
            let path = format!("/photos?{version}encoding-type=url&prefix=a/c%20d");
            let answer = lab.ask("GET", &path, &[]).await;
            assert_eq!(answer.element("Key"), "a/c%20d");
            assert_eq!(answer.element("EncodingType"), "url");
            assert!(
                answer.text().contains("<Prefix>a/c%20d</Prefix>"),
                "{}",
                answer.text()
            );
        }
        let answer = lab
            .ask("GET", "/photos?encoding-type=url&prefix=c", &[])
            .await;
        assert_eq!(answer.element("Key"), "c%26d");
    });
}

#[test]
fn which_listings_are_refused() {
    lab(async |lab| {
        for query in [
            "max-keys=-1",
            "max-keys=many",
            "encoding-type=base64",
            "list-type=2&continuation-token=",
            "list-type=2&continuation-token=?",
        ] {
            let answer = lab.ask("GET", &format!("/photos?{query}"), &[]).await;
            assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        }
    });
}

// s3.context.sent
#[test]
fn a_policy_can_look_at_what_is_listed() {
    const HOME: &str = r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos",
        "Condition": {"StringLike": {"s3:prefix": ["home/*"]}, "StringEqualsIfExists": {"s3:delimiter": "/"},
            "NumericLessThanEqualsIfExists": {"s3:max-keys": "10"}}}"#;
    lab(async |lab| {
        lab.detach_all();
        lab.put_policy("home", HOME);
        for (query, status) in [
            ("prefix=home/", 200),
            ("prefix=home%2Fme&delimiter=%2F", 200),
            ("prefix=home/&max-keys=10", 200),
            ("prefix=home/&max-keys=11", 403),
            ("prefix=home/&delimiter=-", 403),
            ("prefix=away/", 403),
            ("prefix=", 403),
            ("", 403),
        ] {
            for version in ["", "list-type=2&"] {
                let path = format!("/photos?{version}{query}");
                assert_eq!(lab.ask("GET", &path, &[]).await.status, status, "{path}");
            }
        }
    });
}
