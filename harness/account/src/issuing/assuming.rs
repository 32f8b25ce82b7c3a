//! Who assumes the role behind a source, and as what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;
use crate::iam::Role;
use crate::id;
use crate::policy::Context;

/// How a service assumes the role for what runs on it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assuming {
    /// Who assumes it: `ec2.amazonaws.com`. `None` asks no trust policy.
    pub(crate) service_principal: Option<String>,
    pub(crate) session_name: SessionName,
    /// The tags of the session.
    pub(crate) tags: BTreeMap<String, String>,
    /// The condition keys that the service brings.
    pub(crate) context: Context,
}

/// What sessions are called.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SessionName {
    /// Always the same.
    Fixed(String),
    /// This, and a UUID of its own for each session.
    Drawn(String),
}

impl SessionName {
    pub(super) fn draw(&self, entropy: &Entropy, label: &str) -> String {
        match self {
            Self::Fixed(name) => name.clone(),
            Self::Drawn(prefix) => {
                let uuid = id::uuid(entropy, &format!("session-name/{label}"));
                format!("{prefix}{uuid}")
            }
        }
    }
}

impl Assuming {
    pub(super) fn is_admitted(&self, role: &Role) -> bool {
        let Some(principal) = &self.service_principal else {
            return true;
        };
        let mut context = self.context.clone();
        for (key, value) in &self.tags {
            context.set(&format!("aws:RequestTag/{key}"), [value]);
        }
        context.set("aws:TagKeys", self.tags.keys());
        // container.pod.trust: who tags a session must be allowed to do that too.
        let actions = ["sts:AssumeRole", "sts:TagSession"];
        let needed = if self.tags.is_empty() { 1 } else { 2 };
        actions[..needed]
            .iter()
            .all(|action| role.admits_service(principal, action, &context))
    }
}
