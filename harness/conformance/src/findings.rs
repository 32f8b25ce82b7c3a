//! What has been found out about providers, and published: `findings.toml`.

use serde::{Deserialize, Serialize};

/// What was found out about one rule that a provider fails.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The rule.
    pub rule: String,
    /// The version of the provider that it was found in.
    pub version: String,
    /// What is to be seen.
    pub symptom: String,
    /// Why, as its source reads to us.
    pub reading: String,
    /// What it is: a bug, a documented difference, a mistake of ours.
    pub class: String,
    /// Where more is said of it.
    pub link: String,
    /// What has become of it: found, reported, acknowledged, fixed in, disputed.
    pub state: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    finding: Vec<Published>,
}

impl Published {
    /// Reads such a file.
    ///
    /// # Errors
    /// What is wrong with it, in a line for a person.
    pub fn parse(text: &str) -> Result<Vec<Self>, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(file.finding)
    }
}
