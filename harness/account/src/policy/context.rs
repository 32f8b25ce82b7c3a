//! What a request says about itself besides principal, action and resource.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The request context: condition keys and their values.
///
/// Key names are case-insensitive. A key without a value is the same as a key that is absent.
///
/// ```
/// use rolecall_account::policy::Context;
///
/// let context = Context::new()
///     .with("aws:SourceIp", "203.0.113.7")
///     .with_values("aws:TagKeys", ["team", "stage"]);
/// assert_eq!(context.values("AWS:sourceip"), ["203.0.113.7"]);
/// assert!(context.values("aws:username").is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    // policy.context.key-case: names are lower-cased here and in the compiled policy.
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key to one value; an earlier value of the key is dropped.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.with_values(key, [value])
    }

    /// Sets a key to several values; earlier values of the key are dropped.
    #[must_use]
    pub fn with_values<V: Into<String>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.set(key, values);
        self
    }

    /// Sets a key to these values; earlier values of the key are dropped.
    pub fn set<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        let values = values.into_iter().map(Into::into).collect();
        self.values.insert(key.to_ascii_lowercase(), values);
    }

    /// The values of a key; none if the key is absent.
    pub fn values(&self, key: &str) -> &[String] {
        self.lookup(&key.to_ascii_lowercase())
    }

    /// Keys in order, lower-cased, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.values
            .iter()
            .map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// [`Context::values`] for a key that is lower case already.
    pub(super) fn lookup(&self, lower_case_key: &str) -> &[String] {
        self.values.get(lower_case_key).map_or(&[], Vec::as_slice)
    }
}
