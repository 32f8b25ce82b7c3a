//! Policies that AWS manages, as AWS publishes them.

use std::sync::{Arc, LazyLock};

use super::document::{Document, DocumentKind, NamedPolicy};

const ARN_PREFIX: &str = "arn:aws:iam::aws:policy/";

/// A policy that AWS manages: read-only, the same in every account.
#[derive(Debug)]
pub struct ManagedPolicy {
    /// `arn:aws:iam::aws:policy/...`.
    pub arn: &'static str,
    /// Its document as published.
    pub text: &'static str,
    /// Ready to be attached.
    pub policy: NamedPolicy,
}

/// Takes the name and finds the file of that name.
macro_rules! published {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            concat!("arn:aws:iam::aws:policy/", $name),
            include_str!(concat!(
                "../../../../fixtures/policies/aws-managed/", $name, ".json"
            )),
        )),*]
    };
}

// policy.managed.resolvable: source is the AWS managed policy reference guide. `ReadOnlyAccess`
// has thousands of lines that change weekly, and is left out.
const PUBLISHED: &[(&str, &str, &str)] = published![
    "AdministratorAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
];

static MANAGED: LazyLock<Vec<ManagedPolicy>> = LazyLock::new(|| {
    PUBLISHED
        .iter()
        .map(|&(name, arn, text)| {
            let document = Document::parse(text, DocumentKind::Identity)
                .expect("the embedded policies are our own, and a test reads them all");
            ManagedPolicy {
                arn,
                text,
                policy: NamedPolicy::new(name, Arc::new(document)),
            }
        })
        .collect()
});

/// The AWS managed policy of this name or ARN.
///
/// ```
/// use rolecall_account::policy::managed;
///
/// let by_name = managed("AmazonS3FullAccess").unwrap();
/// let by_arn = managed("arn:aws:iam::aws:policy/AmazonS3FullAccess").unwrap();
/// assert_eq!(by_name.arn, by_arn.arn);
/// assert!(managed("AmazonS3").is_none());
/// ```
pub fn managed(name_or_arn: &str) -> Option<&'static ManagedPolicy> {
    let name = name_or_arn.strip_prefix(ARN_PREFIX).unwrap_or(name_or_arn);
    MANAGED.iter().find(|managed| managed.policy.name == name)
}

/// The names of the AWS managed policies that are known here, in alphabetical order.
pub fn managed_names() -> impl Iterator<Item = &'static str> {
    PUBLISHED.iter().map(|(name, _, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_policy_is_read() {
        let mut names: Vec<&str> = managed_names().collect();
        for name in &names {
            let managed = managed(name).unwrap();
            assert_eq!(managed.arn, format!("{ARN_PREFIX}{name}"));
            assert!(managed.text.contains("2012-10-17"), "{name}");
        }
        let published = names.clone();
        names.sort_unstable();
        assert_eq!(names, published);
    }
}
