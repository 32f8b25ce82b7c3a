//! Who is calling, and from where: what the transport knows before a byte is read.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use rolecall_account::Source;
use serde::{Deserialize, Serialize};

/// Where a client runs. Link-local addresses mean something else in each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// On the instance with this id.
    Instance(String),
    /// In the container task with this id.
    Task(String),
    /// In the Kubernetes pod with this uid.
    Pod(String),
    /// On a machine of its own, with no source of credentials.
    Laptop,
}

/// A client, as the transport knows it; travels with each request as an extension.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name of the app, for the journal.
    pub name: Arc<str>,
    /// Where it runs.
    pub place: Place,
}

/// How many network hops away from the metadata service a client is: an extension of its requests,
/// where the transport knows better than the instance. 1 on the instance itself, 2 in a container
/// behind a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hops(pub u8);

impl Place {
    /// The source of credentials there, if there is one.
    pub fn source(&self) -> Option<Source> {
        match self {
            Self::Instance(id) => Some(Source::Instance(id.clone())),
            Self::Task(id) => Some(Source::Task(id.clone())),
            Self::Pod(uid) => Some(Source::Pod(uid.clone())),
            Self::Laptop => None,
        }
    }

    /// The id of the instance or task, the uid of the pod.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Instance(id) | Self::Task(id) | Self::Pod(id) => Some(id),
            Self::Laptop => None,
        }
    }
}

/// The places of a world by the names that it gives them. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<RwLock<BTreeMap<String, Place>>>);

impl Places {
    /// The place of that name.
    pub fn get(&self, name: &str) -> Option<Place> {
        self.all().get(name).cloned()
    }

    /// The place of that name, or else of that id, and its name.
    pub fn find(&self, name_or_id: &str) -> Option<(String, Place)> {
        let all = self.all();
        let by_id = || all.iter().find(|(_, place)| place.id() == Some(name_or_id));
        let (name, place) = all.get_key_value(name_or_id).or_else(by_id)?;
        Some((name.clone(), place.clone()))
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }

    /// Gives a place a name, which another place then has no more.
    pub fn put(&self, name: &str, place: Place) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.to_owned(), place);
    }

    /// Takes over the names of `other`, and forgets its own.
    pub fn replace(&self, other: &Self) {
        self.replace_all(other.all());
    }

    /// These, and no others.
    pub fn replace_all(&self, all: BTreeMap<String, Place>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = all;
    }

    /// All of them, by name.
    pub fn all(&self) -> BTreeMap<String, Place> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }
}
