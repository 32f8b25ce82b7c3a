//! What of the journal is state of the world: how far its numbers have come. What is in it has
//! happened, and changes nothing that will.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Journal;

impl Serialize for Journal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self {
            drawn,
            entries: _,
            written: _,
            writes: _,
            began: _,
            kept_max: _,
        } = self;
        to.serialize_u64(*drawn)
    }
}

impl<'de> Deserialize<'de> for Journal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let drawn = u64::deserialize(from)?;
        Ok(Self {
            entries: BTreeMap::new(),
            drawn,
            written: BTreeMap::new(),
            writes: 0,
            began: drawn,
            kept_max: None,
        })
    }
}
