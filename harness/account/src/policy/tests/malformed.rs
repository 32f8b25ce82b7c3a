//! What AWS answers to documents that it does not take: `cases/malformed.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;

const TABLE: &str = include_str!("cases/malformed.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Where the answers are written, unless a case names its own source.
    page: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    slug: String,
    why: String,
    page: Option<String>,
    /// `identity`, `trust`, `scp`, `rcp`, or `bucket NAME`.
    kind: String,
    document: String,
    /// The message of the answer; absent if the document is taken.
    told: Option<String>,
}

fn read(case: &Case) -> Result<Document, Malformed> {
    let kind = match case.kind.split_once(' ') {
        Some(("bucket", bucket)) => return Document::parse_for_bucket(&case.document, bucket),
        _ => match case.kind.as_str() {
            "identity" => DocumentKind::Identity,
            "trust" => DocumentKind::Trust,
            "scp" => DocumentKind::ServiceControl,
            "rcp" => DocumentKind::ResourceControl,
            other => panic!("{other}"),
        },
    };
    Document::parse(&case.document, kind)
}

// policy.document.words-of-iam, policy.document.words-of-s3, policy.organization.refusal
#[test]
fn documents_are_refused_in_the_words_of_aws() {
    let table: Table = toml::from_str(TABLE).unwrap();
    assert!(!table.page.is_empty());
    let mut slugs = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in &table.case {
        let Case { slug, why, .. } = case;
        assert!(slugs.insert(slug), "`{slug}` is there twice");
        assert!(!why.is_empty() && case.page.as_ref().is_none_or(|page| !page.is_empty()));
        let told = read(case).err().map(|refused| refused.told);
        if told != case.told {
            wrong.push(format!("{slug}: {:?} expected, {told:?}; {why}", case.told));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
