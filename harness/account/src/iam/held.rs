//! The policies on a role, a user or a group.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::policy::{Document, NamedPolicy};

/// A managed policy, AWS's or the account's own, as it can be attached.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachable {
    /// `arn:aws:iam::aws:policy/NAME`, `arn:aws:iam::ACCOUNT:policy/NAME`.
    pub(crate) arn: String,
    /// Its default version.
    pub(crate) policy: NamedPolicy,
}

/// Attached managed policies, then inline ones, in one list, as the evaluator takes them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldPolicies {
    policies: Vec<NamedPolicy>,
    /// The ARNs of those that are attached. Names do not tell: an inline policy, one of AWS and one
    /// of the account may share theirs.
    arns: Vec<String>,
}

impl HeldPolicies {
    pub(crate) fn all(&self) -> &[NamedPolicy] {
        &self.policies
    }

    /// The managed ones with their ARNs, in the order in which they were attached.
    pub(crate) fn attached(&self) -> impl Iterator<Item = (&str, &NamedPolicy)> {
        let arns = self.arns.iter().map(String::as_str);
        arns.zip(&self.policies)
    }

    /// Whether every ARN has its policy.
    pub(crate) fn is_whole(&self) -> bool {
        self.arns.len() <= self.policies.len()
    }

    pub(crate) fn holds(&self, arn: &str) -> bool {
        self.at(arn).is_some()
    }

    /// Attaching what is attached changes nothing.
    pub(crate) fn attach(&mut self, found: &Attachable) {
        if !self.holds(&found.arn) {
            let end = self.arns.len();
            self.policies.insert(end, found.policy.clone());
            self.arns.push(found.arn.clone());
        }
    }

    /// Whether it was attached.
    pub(crate) fn detach(&mut self, arn: &str) -> bool {
        let found = self.at(arn);
        if let Some(at) = found {
            self.policies.remove(at);
            self.arns.remove(at);
        }
        found.is_some()
    }

    /// A managed policy has another default version: whoever holds it feels it at once
    /// (`iam.policies.live`).
    pub(crate) fn renew(&mut self, found: &Attachable) {
        if let Some(at) = self.at(&found.arn) {
            self.policies[at] = found.policy.clone();
        }
    }

    /// The inline ones.
    pub(crate) fn inline(&self) -> &[NamedPolicy] {
        &self.policies[self.arns.len()..]
    }

    pub(crate) fn inline_named(&self, name: &str) -> Option<&NamedPolicy> {
        self.inline().iter().find(|policy| policy.name == name)
    }

    /// Writes an inline policy, over the one of that name if there is one.
    pub(crate) fn put_inline(&mut self, name: &str, document: Document) {
        let policy = NamedPolicy::new(name, Arc::new(document));
        let mut inline = self.policies[self.arns.len()..].iter_mut();
        match inline.find(|present| present.name == policy.name) {
            Some(present) => *present = policy,
            None => self.policies.push(policy),
        }
    }

    /// Whether it was there.
    pub(crate) fn delete_inline(&mut self, name: &str) -> bool {
        let inline = self.inline().iter().position(|policy| policy.name == name);
        if let Some(at) = inline {
            self.policies.remove(self.arns.len() + at);
        }
        inline.is_some()
    }

    /// What has to be done with them before their holder can be deleted. The order in which AWS looks
    /// is unsourced.
    pub(crate) fn conflict(&self) -> Option<&'static str> {
        if !self.inline().is_empty() {
            Some("delete policies")
        } else if self.attached().next().is_some() {
            Some("detach all policies")
        } else {
            None
        }
    }

    /// How large the inline policies would be together if `document` were the one named `name`
    /// (`iam.policies.size`).
    pub(crate) fn inline_size_with(&self, name: &str, document: &Document) -> usize {
        let others = self.inline().iter().filter(|policy| policy.name != name);
        let others = others.map(|policy| policy_size(policy.document.text()));
        others.sum::<usize>() + policy_size(document.text())
    }

    fn at(&self, arn: &str) -> Option<usize> {
        self.arns.iter().position(|attached| attached == arn)
    }
}

/// The size of a policy as IAM counts it: characters that are no white space
/// (`iam.policies.size`).
pub(crate) fn policy_size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}
