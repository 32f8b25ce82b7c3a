//! How documents are written: as their text, and whom their principals were tied to. They are
//! compiled anew when they are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::document::{Document, DocumentKind, NamedPolicy};
use super::trustee::Trustee;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    text: String,
    /// The unique ids of principals by their ARNs (`policy.principal.pinned-to-unique-id`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pinned: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StoredPolicy {
    name: String,
    document: Stored,
}

impl Stored {
    fn of(document: &Document) -> Self {
        let trustees = document.statements.iter();
        let trustees = trustees.flat_map(super::statement::Statement::trustees);
        let pinned = trustees.filter_map(|trustee| match trustee {
            Trustee::Arn {
                arn,
                pinned: Some(id),
            } => Some((arn.clone(), id.clone())),
            _ => None,
        });
        Self {
            text: document.text().to_owned(),
            pinned: pinned.collect(),
        }
    }

    fn read<E: de::Error>(self, kind: DocumentKind) -> Result<Arc<Document>, E> {
        let document = Document::parse(&self.text, kind);
        let mut document =
            document.map_err(|malformed| E::custom(format!("a policy document: {malformed}")))?;
        if !self.pinned.is_empty() {
            document.pin_principals(|arn| self.pinned.get(arn).cloned());
        }
        Ok(Arc::new(document))
    }
}

fn read<'de, D: Deserializer<'de>>(from: D, kind: DocumentKind) -> Result<NamedPolicy, D::Error> {
    StoredPolicy::deserialize(from)?.read(kind)
}

impl StoredPolicy {
    fn read<E: de::Error>(self, kind: DocumentKind) -> Result<NamedPolicy, E> {
        Ok(NamedPolicy::new(self.name, self.document.read(kind)?))
    }
}

impl Serialize for NamedPolicy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let stored = StoredPolicy {
            name: self.name.clone(),
            document: Stored::of(&self.document),
        };
        stored.serialize(to)
    }
}

/// What is attached to users, groups and roles, their boundaries, and the policies of sessions. Those
/// of other kinds say so where they are kept.
impl<'de> Deserialize<'de> for NamedPolicy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from, DocumentKind::Identity)
    }
}

/// The trust policy of a role.
pub(crate) fn trust<'de, D: Deserializer<'de>>(from: D) -> Result<NamedPolicy, D::Error> {
    read(from, DocumentKind::Trust)
}

/// The service control policies of an organization, by level.
pub(crate) fn service_control<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<Vec<NamedPolicy>>, D::Error> {
    levels(from, DocumentKind::ServiceControl)
}

/// The resource control policies of an organization, by level.
pub(crate) fn resource_control<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<Vec<NamedPolicy>>, D::Error> {
    levels(from, DocumentKind::ResourceControl)
}

fn levels<'de, D: Deserializer<'de>>(
    from: D,
    kind: DocumentKind,
) -> Result<Vec<Vec<NamedPolicy>>, D::Error> {
    let levels = Vec::<Vec<StoredPolicy>>::deserialize(from)?.into_iter();
    let read = |level: Vec<StoredPolicy>| level.into_iter().map(|it| it.read(kind)).collect();
    levels.map(read).collect()
}

/// The policy of a bucket.
pub(crate) fn resource<'de, D: Deserializer<'de>>(from: D) -> Result<NamedPolicy, D::Error> {
    read(from, DocumentKind::Resource)
}

/// The document of a managed policy.
pub(crate) mod managed {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Stored;
    use crate::policy::{Document, DocumentKind};

    pub(crate) fn serialize<S: Serializer>(
        document: &Arc<Document>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        Stored::of(document).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Arc<Document>, D::Error> {
        Stored::deserialize(from)?.read(DocumentKind::Identity)
    }
}
