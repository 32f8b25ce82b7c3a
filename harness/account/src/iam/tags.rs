//! Tags of what IAM has.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::page::{Page, PageRequest};
use crate::constraint::{Alphabet, Constraints, Field};
use crate::policy::Context;

/// `iam.tags.limits`.
const TAGS_MAX: usize = 50;
const KEY_MAX: usize = 128;
const VALUE_MAX: usize = 256;
const KEY: Alphabet = Alphabet {
    pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
    has: in_tags,
};
const VALUE: Alphabet = Alphabet {
    pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
    has: in_tags,
};

/// A tag, as requests and answers have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

/// The tags of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tags {
    ignore_case: bool,
    /// By key, folded if case is ignored.
    by_key: BTreeMap<String, Tag>,
}

impl Tags {
    /// Of a user or a role: keys that differ in case alone are one
    /// (`iam.tags.case-insensitive-on-principals`).
    pub(crate) fn of_principal() -> Self {
        Self {
            ignore_case: true,
            by_key: BTreeMap::new(),
        }
    }

    /// Of anything else (`iam.tags.case-sensitive-elsewhere`).
    pub(crate) fn of_resource() -> Self {
        Self::default()
    }

    /// In the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.by_key.values()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Sets tags; one that is there gets its new value, and the new case of its key.
    ///
    /// # Errors
    /// Keys and values that cannot be, keys that are there twice, more tags than there may be. Then
    /// nothing is changed.
    pub(crate) fn put(&mut self, tags: &[Tag]) -> Result<(), IamError> {
        check(tags)?;
        let folded: BTreeSet<_> = tags.iter().map(|tag| self.fold(&tag.key)).collect();
        if folded.len() < tags.len() {
            return Err(IamError::DuplicateTagKeys);
        }
        let added = folded.iter().filter(|key| !self.by_key.contains_key(*key));
        if self.by_key.len() + added.count() > TAGS_MAX {
            return Err(IamError::TooManyTags);
        }
        for tag in tags {
            self.by_key.insert(self.fold(&tag.key), tag.clone());
        }
        Ok(())
    }

    /// Takes tags away; a key that is not there is no error.
    ///
    /// # Errors
    /// Keys that cannot be.
    pub(crate) fn remove(&mut self, keys: &[String]) -> Result<(), IamError> {
        check_keys(keys)?;
        for key in keys {
            self.by_key.remove(&self.fold(key));
        }
        Ok(())
    }

    /// A page of them; `list` names whose they are.
    pub(crate) fn page(&self, list: &str, page: &PageRequest) -> Result<Page<Tag>, IamError> {
        let tags = self.by_key.iter();
        page.cut(list, tags.map(|(key, tag)| (key.clone(), tag.clone())))
    }

    /// The condition keys of what has the tags (`iam.authorization.tags`).
    pub(crate) fn context(&self, mut context: Context) -> Context {
        for Tag { key, value } in self.iter() {
            context.set(&format!("aws:ResourceTag/{key}"), [value]);
            context.set(&format!("iam:ResourceTag/{key}"), [value]);
        }
        context
    }

    fn fold(&self, key: &str) -> String {
        if self.ignore_case {
            key.to_lowercase()
        } else {
            key.to_owned()
        }
    }
}

/// The condition keys of a request that sets tags (`iam.authorization.tags`).
pub(crate) fn request_context(tags: &[Tag], mut context: Context) -> Context {
    for Tag { key, value } in tags {
        context.set(&format!("aws:RequestTag/{key}"), [value]);
    }
    context.set("aws:TagKeys", tags.iter().map(|tag| tag.key.as_str()));
    context
}

fn check(tags: &[Tag]) -> Result<(), IamError> {
    let mut constraints = Constraints::default();
    let shown = shown(tags.iter().map(|tag| tag.key.as_str()));
    constraints.list(Field("tags"), &shown, tags.len(), TAGS_MAX);
    for (number, Tag { key, value }) in (1..).zip(tags) {
        let field = format!("tags.{number}.member.key");
        constraints.text(Field(&field), key, 1..=KEY_MAX, &KEY);
        let field = format!("tags.{number}.member.value");
        constraints.text(Field(&field), value, 0..=VALUE_MAX, &VALUE);
    }
    constraints.check()?;
    reserved(tags.iter().map(|tag| tag.key.as_str()))
}

/// Whether the keys of tags to take away are such.
pub(crate) fn check_keys(keys: &[String]) -> Result<(), IamError> {
    let mut constraints = Constraints::default();
    let shown = shown(keys.iter().map(String::as_str));
    constraints.list(Field("tagKeys"), &shown, keys.len(), TAGS_MAX);
    for (number, key) in (1..).zip(keys) {
        let field = format!("tagKeys.{number}.member");
        constraints.text(Field(&field), key, 1..=KEY_MAX, &KEY);
    }
    constraints.check()?;
    reserved(keys.iter().map(String::as_str))
}

/// `iam.tags.reserved-prefix`: in whatever case.
fn reserved<'a>(mut keys: impl Iterator<Item = &'a str>) -> Result<(), IamError> {
    let aws = |key: &str| {
        key.get(..4)
            .is_some_and(|it| it.eq_ignore_ascii_case("aws:"))
    };
    match keys.find(|key| aws(key)) {
        Some(key) => Err(IamError::ReservedTagKey {
            key: key.to_owned(),
        }),
        None => Ok(()),
    }
}

fn shown<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", keys.collect::<Vec<_>>().join(", "))
}

/// Letters, numbers and separators of any script, and some signs. What of that is a letter with
/// marks, a number or a separator is told apart as Rust does it, a little more widely than AWS.
fn in_tags(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    fn told(result: Result<(), IamError>) -> (&'static str, u16, String) {
        let error = result.unwrap_err();
        (error.code(), error.status(), error.to_string())
    }

    fn listed(tags: &Tags) -> Vec<String> {
        let listed = tags.iter().map(|tag| format!("{}={}", tag.key, tag.value));
        listed.collect()
    }

    // iam.tags.case-insensitive-on-principals, iam.tags.case-sensitive-elsewhere
    #[test]
    fn case_tells_keys_apart_except_on_principals() {
        let mut role = Tags::of_principal();
        let mut profile = Tags::of_resource();
        for tags in [&mut role, &mut profile] {
            tags.put(&[tag("Team", "red")]).unwrap();
            tags.put(&[tag("team", "blue")]).unwrap();
        }
        assert_eq!(listed(&role), ["team=blue"]);
        assert_eq!(listed(&profile), ["Team=red", "team=blue"]);
        let twice = [tag("a", "1"), tag("A", "2")];
        let (code, status, message) = told(role.put(&twice));
        assert_eq!((code, status), ("InvalidInput", 400));
        assert!(
            message.starts_with("Duplicate tag keys found."),
            "{message}"
        );
        assert_eq!(profile.put(&twice), Ok(()));
        role.remove(&["TEAM".to_owned(), "none".to_owned()])
            .unwrap();
        assert!(role.is_empty());
    }

    // iam.tags.limits
    #[test]
    fn there_are_at_most_fifty() {
        let mut tags = Tags::of_resource();
        let many: Vec<_> = (1..=51).map(|n| tag(&format!("k{n}"), "")).collect();
        let (code, _, message) = told(tags.put(&many));
        assert_eq!(code, "ValidationError");
        assert!(message.ends_with("Member must have length less than or equal to 50"));
        tags.put(&many[..50]).unwrap();
        tags.put(&[tag("k1", "again")]).unwrap();
        let (code, status, _) = told(tags.put(&many[50..]));
        assert_eq!((code, status), ("LimitExceeded", 409));
        assert_eq!(tags.iter().count(), 50);
    }

    // iam.tags.limits, iam.tags.reserved-prefix
    #[test]
    fn keys_and_values_have_their_characters() {
        let good = [
            tag("Kosten stelle", "_.:/=+-@ é λ 語 ٣"),
            tag(&"k".repeat(128), &"v".repeat(256)),
            tag("empty", ""),
        ];
        assert_eq!(Tags::of_principal().put(&good), Ok(()));
        let bad = [
            (tag("", "v"), "ValidationError"),
            (tag("a*", "v"), "ValidationError"),
            (tag("k", "a\nb"), "ValidationError"),
            (tag(&"k".repeat(129), "v"), "ValidationError"),
            (tag("k", &"v".repeat(257)), "ValidationError"),
            (tag("Aws:team", "v"), "InvalidInput"),
        ];
        for (tag, expected) in bad {
            let key = tag.key.clone();
            let (code, status, _) = told(Tags::of_principal().put(&[tag]));
            assert_eq!((code, status), (expected, 400), "{key}");
        }
    }

    // iam.authorization.tags
    #[test]
    fn policies_see_tags_of_requests_and_of_resources() {
        let mut tags = Tags::of_principal();
        tags.put(&[tag("Team", "red")]).unwrap();
        let context = tags.context(Context::new());
        assert_eq!(context.values("aws:ResourceTag/team"), ["red"]);
        assert_eq!(context.values("iam:ResourceTag/Team"), ["red"]);
        let asked = [tag("Team", "blue"), tag("stage", "test")];
        let context = request_context(&asked, context);
        assert_eq!(context.values("aws:RequestTag/Team"), ["blue"]);
        assert_eq!(context.values("aws:TagKeys"), ["Team", "stage"]);
    }
}
