//! What will happen by itself, and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::instant::SimInstant;
use crate::stored;

/// Future events in the order of their time; those of one instant in the order they were entered.
#[derive(Debug, Deserialize, Serialize)]
#[serde(
    bound(deserialize = "E: Deserialize<'de>", serialize = "E: Serialize"),
    deny_unknown_fields
)]
pub(crate) struct Agenda<E> {
    #[serde(with = "stored::pairs")]
    entries: BTreeMap<(SimInstant, u64), E>,
    entered: u64,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            entered: 0,
        }
    }
}

impl<E> Agenda<E> {
    pub(crate) fn enter(&mut self, at: SimInstant, event: E) {
        self.entries.insert((at, self.entered), event);
        self.entered += 1;
    }

    pub(crate) fn next_at(&self) -> Option<SimInstant> {
        self.entries.keys().next().map(|&(at, _)| at)
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &E> {
        self.entries.values()
    }

    /// Takes the first event that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: SimInstant) -> Option<(SimInstant, E)> {
        let first = self.entries.first_entry()?;
        let (at, _) = *first.key();
        (at <= now).then(|| (at, first.remove()))
    }
}
