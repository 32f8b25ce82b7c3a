//! What a source answers when asked.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::instant::SimInstant;
use crate::session::{RoleDelivery, Session};

/// A set of keys and the documents that it is served as, each rendered once.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeySet {
    pub(crate) session: Arc<Session>,
    #[serde(skip)]
    document: OnceLock<Bytes>,
    #[serde(skip)]
    extended: OnceLock<Bytes>,
}

/// Leaves the documents out: they have the secrets in them.
impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeySet").field(&self.session).finish()
    }
}

impl KeySet {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        let (document, extended) = (OnceLock::new(), OnceLock::new());
        Self {
            session,
            document,
            extended,
        }
    }

    /// The document, rendered by the first who asks.
    pub(crate) fn document(&self, render: fn(&Session) -> String) -> Bytes {
        let rendered = self.document.get_or_init(|| render(&self.session).into());
        rendered.clone()
    }

    /// The document of the extended API, likewise.
    pub(crate) fn extended(&self, render: fn(&Session) -> String) -> Bytes {
        let rendered = self.extended.get_or_init(|| render(&self.session).into());
        rendered.clone()
    }
}

/// The sets of one issue.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// Issued at the rotation; an instance serves it to those who show a metadata token.
    pub(crate) main: KeySet,
    /// What an instance serves to those who show none, once somebody has asked so.
    pub(super) tokenless: Option<KeySet>,
}

impl Keys {
    pub(super) fn delivered(&self, delivery: RoleDelivery) -> Option<&KeySet> {
        match delivery {
            RoleDelivery::V1 => self.tokenless.as_ref(),
            RoleDelivery::V2 => Some(&self.main),
        }
    }

    pub(super) fn access_key_ids(&self) -> impl Iterator<Item = &str> {
        let sets = [Some(&self.main), self.tokenless.as_ref()];
        let sets = sets.into_iter().flatten();
        sets.map(|keys| keys.session.access_key_id.as_str())
    }
}

/// What a source answers when asked.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Serving {
    /// Keys.
    Keys(Keys),
    /// A document that says why there are none.
    Refused { role_name: String, at: SimInstant },
    /// Nothing: the instance profile holds no role.
    NoRole { at: SimInstant },
    /// Nothing: the instance profile is gone.
    NoProfile { at: SimInstant },
}

impl Serving {
    /// The role that it serves, or would if it could.
    pub(crate) fn role_name(&self) -> Option<&str> {
        match self {
            Self::Keys(keys) => Some(keys.main.session.identity.name()),
            Self::Refused { role_name, .. } => Some(role_name),
            Self::NoRole { .. } | Self::NoProfile { .. } => None,
        }
    }

    /// Since when.
    pub(crate) fn since(&self) -> SimInstant {
        match self {
            Self::Keys(keys) => keys.main.session.issued_at,
            Self::Refused { at, .. } | Self::NoRole { at } | Self::NoProfile { at } => *at,
        }
    }
}

/// What a source may issue for.
pub(crate) enum Behind<Role> {
    /// Nothing, and nothing to wait for.
    Nothing,
    /// An instance profile that is gone.
    NoProfile,
    /// No role as yet.
    NoRole,
    /// A role.
    Role(Role),
}
