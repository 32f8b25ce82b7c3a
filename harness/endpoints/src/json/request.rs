//! What a request says.

use std::collections::BTreeMap;

use rolecall_account::{SimInstant, Stage};
use serde_json::{Map, Value};

use crate::query::QueryError;

/// The members of the object that was sent. Those that no operation knows are not looked at
/// (`cloudtrail.protocol.json`).
#[derive(Debug, Default)]
pub(crate) struct Members(Map<String, Value>);

/// A member of another type than the operation has for it.
fn malformed(what: impl Into<String>) -> QueryError {
    QueryError::own("SerializationException", Stage::Parameters, what.into())
}

impl Members {
    /// Reads a body; an empty one is an empty object.
    pub(super) fn read(body: &[u8]) -> Result<Self, QueryError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            _ => Err(malformed("The request body is not a JSON object.")),
        }
    }

    /// The members as the journal keeps them: each as JSON.
    pub(super) fn as_parameters(&self) -> BTreeMap<String, String> {
        let members = self.0.iter();
        members
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect()
    }

    /// One that is there and not null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, QueryError> {
        let value = self.get(name);
        value
            .map(|value| {
                value
                    .as_str()
                    .ok_or_else(|| malformed(format!("{name} is no string.")))
            })
            .transpose()
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, QueryError> {
        let value = self.get(name);
        value
            .map(|value| {
                value
                    .as_i64()
                    .ok_or_else(|| malformed(format!("{name} is no integer.")))
            })
            .transpose()
    }

    /// A time: seconds since the epoch, perhaps with a fraction.
    pub(crate) fn time(&self, name: &str) -> Result<Option<SimInstant>, QueryError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = value.as_f64();
        let seconds = seconds.ok_or_else(|| malformed(format!("{name} is no time.")))?;
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, as dates do")]
        let millis = (seconds * 1000.0) as i64;
        Ok(Some(SimInstant::from_epoch_millis(millis)))
    }

    /// The objects of a list.
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Members>, QueryError> {
        let list = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(malformed(format!("{name} is no list."))),
        };
        let objects = list.iter().map(|item| match item {
            Value::Object(members) => Ok(Self(members.clone())),
            _ => Err(malformed(format!("A member of {name} is no structure."))),
        });
        objects.collect()
    }
}
