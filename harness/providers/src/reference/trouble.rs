//! Why there are no credentials.

use aws_credential_types::provider::error::CredentialsError;
use thiserror::Error;

use crate::class::Class;
use crate::contract::CallFailure;

/// Why a source gave none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text}")]
pub(super) struct Trouble {
    /// What kind of failure it is.
    pub(super) class: Class,
    /// In words, without a secret.
    pub(super) text: String,
    /// Whether no later try can change it.
    pub(super) is_final: bool,
}

impl Trouble {
    fn of(class: Class, text: impl Into<String>) -> Self {
        Self {
            class,
            text: text.into(),
            is_final: false,
        }
    }

    /// The source is not there: the chain goes on.
    pub(super) fn none(text: impl Into<String>) -> Self {
        Self::of(Class::NoneFound, text)
    }

    /// What it was told makes no sense.
    pub(super) fn config(text: impl Into<String>) -> Self {
        Self::of(Class::BadConfig, text)
    }

    /// It answered with an error, or with nonsense.
    pub(super) fn source(text: impl Into<String>) -> Self {
        Self::of(Class::SourceError, text)
    }

    /// It will not.
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::of(Class::SourceRefused, text)
    }

    /// It did not answer in time.
    pub(super) fn silence(text: impl Into<String>) -> Self {
        Self::of(Class::Timeout, text)
    }

    /// It could not be reached.
    pub(super) fn network(text: impl Into<String>) -> Self {
        Self::of(Class::Network, text)
    }

    /// What it gave is over.
    pub(super) fn expired(text: impl Into<String>) -> Self {
        Self::of(Class::Expired, text)
    }

    /// The same, as one that no later try can change.
    pub(super) fn for_good(self) -> Self {
        Self {
            is_final: true,
            ..self
        }
    }

    /// Whether the source is not there.
    pub(super) fn is_none(&self) -> bool {
        self.class == Class::NoneFound
    }
}

impl From<Trouble> for CallFailure {
    fn from(trouble: Trouble) -> Self {
        Self {
            class: trouble.class,
            code: None,
            status: None,
            text: trouble.text,
        }
    }
}

impl From<Trouble> for CredentialsError {
    fn from(trouble: Trouble) -> Self {
        match trouble.class {
            Class::NoneFound => Self::not_loaded(trouble),
            Class::BadConfig => Self::invalid_configuration(trouble),
            _ => Self::provider_error(trouble),
        }
    }
}
