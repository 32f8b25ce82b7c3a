//! What a token says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::JwtError;
use crate::instant::SimInstant;

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim, or a member of one: `get(&["kubernetes.io", "pod"])`; `None` if it is not there.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.0.get(*first)?, |value, name| value.get(*name))
    }

    /// A claim, or a member of one: `text(&["kubernetes.io", "pod", "uid"])`; `None` if it is not
    /// there or not a text.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// Whether `audience` is its `aud`, or one of them (RFC 7519, section 4.1.3).
    pub fn has_audience(&self, audience: &str) -> bool {
        match self.0.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(audience)),
            _ => false,
        }
    }

    /// Whether `now` is before its `exp` and not before its `nbf`; a date that is left out does not
    /// limit it.
    ///
    /// # Errors
    /// A date that is no number; too late; too early.
    pub fn check_times(&self, now: SimInstant) -> Result<(), JwtError> {
        if self.date("exp")?.is_some_and(|end| now >= end) {
            return Err(JwtError::Expired);
        }
        if self.date("nbf")?.is_some_and(|start| now < start) {
            return Err(JwtError::NotYet);
        }
        Ok(())
    }

    /// A date in seconds since the epoch, perhaps with a fraction (RFC 7519, section 2); `None` if
    /// it is not there.
    ///
    /// # Errors
    /// It is no number.
    pub fn date(&self, name: &'static str) -> Result<Option<SimInstant>, JwtError> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let seconds = value.as_f64().ok_or(JwtError::NotANumber(name))?;
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, as dates do")]
        let millis = (seconds * 1000.0) as i64;
        Ok(Some(SimInstant::from_epoch_millis(millis)))
    }
}
