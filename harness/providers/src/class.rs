//! The kinds of failure that a provider can report.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// Why a provider gave no credentials, or a call came to nothing: a closed list, advisory, since
/// every provider maps its own errors to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(description = "What kind of error it is.")]
pub enum Class {
    /// No source had any.
    NoneFound,
    /// The configuration makes no sense.
    BadConfig,
    /// A source answered with an error.
    SourceError,
    /// A source said that it will not.
    SourceRefused,
    /// It took too long.
    Timeout,
    /// What was found is expired.
    Expired,
    /// The service refused the call.
    Refused,
    /// The network failed.
    Network,
    /// It was given up.
    Cancelled,
    /// Anything else.
    Other,
}

impl Class {
    /// All classes.
    pub const ALL: &[Self] = &[
        Self::NoneFound,
        Self::BadConfig,
        Self::SourceError,
        Self::SourceRefused,
        Self::Timeout,
        Self::Expired,
        Self::Refused,
        Self::Network,
        Self::Cancelled,
        Self::Other,
    ];

    /// The word in scenarios and in the drivers' contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoneFound => "none-found",
            Self::BadConfig => "bad-config",
            Self::SourceError => "source-error",
            Self::SourceRefused => "source-refused",
            Self::Timeout => "timeout",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Network => "network",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_as_it_is_written() {
        for class in Class::ALL {
            let read = serde_json::from_value::<Class>(class.as_str().into());
            assert_eq!(read.unwrap(), *class);
        }
    }
}
