//! Session tags: those that are passed, and those that go on from the session before.

use std::collections::{BTreeMap, BTreeSet};

use super::constraint::{Constraints, Field, Violated};
use super::error::StsError;
use super::forms;
use crate::policy::Context;
use crate::session::Session;

/// `sts.session-tags.limits`.
const TAGS_MAX: usize = 50;
const RESERVED: &str = "aws:";

/// The tags that a new session will have.
#[derive(Debug, Default)]
pub(super) struct SessionTags {
    pub(super) tags: BTreeMap<String, String>,
    /// Which of them go on to the next session.
    pub(super) transitive: BTreeSet<String>,
    /// The condition keys that they bring to the request.
    pub(super) keys: Context,
    /// Whether any were passed: then who asks must be allowed to (`sts.session-tags.permission`).
    pub(super) passed: bool,
}

/// What was passed, as it was sent.
pub(super) struct Passed<'a> {
    pub(super) tags: &'a [(String, String)],
    pub(super) transitive: &'a [String],
}

impl Passed<'_> {
    pub(super) fn constrain(&self, constraints: &mut Constraints) {
        let most = |field, count| {
            let message = "Member must have length less than or equal to";
            (count > TAGS_MAX).then(|| (Field(field), format!("{message} {TAGS_MAX}")))
        };
        let lists = [
            most("tags", self.tags.len()),
            most("transitiveTagKeys", self.transitive.len()),
        ];
        for (field, constraint) in lists.into_iter().flatten() {
            constraints.violated(field, "[...]", &constraint);
        }
        forms::tags(constraints, self.tags);
        for (number, key) in (1..).zip(self.transitive) {
            forms::tag_key(
                constraints,
                &format!("transitiveTagKeys.{number}.member"),
                key,
            );
        }
    }

    /// The tags of a session that `before`, if there is one, asks for.
    pub(super) fn read(&self, before: Option<&Session>) -> Result<SessionTags, StsError> {
        let refused = |message: String| Err(Violated::said(message).into());
        let mut read = SessionTags {
            passed: !self.tags.is_empty(),
            ..SessionTags::default()
        };
        // sts.session-tags.transitive: what was inherited goes on.
        for key in before.iter().flat_map(|it| &it.context.transitive_tag_keys) {
            let value = before.and_then(|session| session.tags.get(key));
            read.transitive.insert(key.clone());
            read.tags
                .insert(key.clone(), value.cloned().unwrap_or_default());
        }
        let inherited = read.tags.clone();
        for (key, value) in self.tags {
            if key.to_lowercase().starts_with(RESERVED) {
                return refused(format!(
                    "The tag key {key} begins with {RESERVED}, which is reserved for AWS."
                ));
            }
            // sts.session-tags.transitive
            if of(&inherited, key).is_some() {
                return refused(format!(
                    "One of the specified transitive tag keys can't be set because it conflicts \
                     with a transitive tag key from the calling session: {key}"
                ));
            }
            // sts.session-tags.case
            if of(&read.tags, key).is_some() {
                return refused(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                        .to_owned(),
                );
            }
            read.tags.insert(key.clone(), value.clone());
        }
        for key in self.transitive {
            let Some(tag) = of(&read.tags, key).map(str::to_owned) else {
                return refused(format!(
                    "The specified transitive tag key must be included in the requested tags: {key}"
                ));
            };
            read.transitive.insert(tag);
        }
        read.keys = self.keys();
        Ok(read)
    }

    /// `sts.session-tags.condition-keys`.
    fn keys(&self) -> Context {
        let mut keys = Context::new();
        for (key, value) in self.tags {
            keys.set(&format!("aws:RequestTag/{key}"), [value]);
        }
        keys.set("aws:TagKeys", self.tags.iter().map(|(key, _)| key));
        keys.set("sts:TransitiveTagKeys", self.transitive);
        keys
    }
}

/// The tag of that key as it is spelt there, whatever the case.
fn of<'a>(tags: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    let wanted = key.to_lowercase();
    let mut spelt = tags.keys().map(String::as_str);
    spelt.find(|tag| tag.to_lowercase() == wanted)
}
