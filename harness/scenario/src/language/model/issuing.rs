//! How a source of credentials issues them.

use std::time::Duration;

use crate::language::at::At;
use crate::language::word::words;

words! {
    /// What becomes of the old key set when a new one is issued.
    pub enum Overlap ("overlap") {
        /// It stays valid until it expires.
        UntilExpiry = "until-expiry",
        /// It stops being accepted at once.
        Nothing = "none",
    }
}

/// How a source issues credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Issuing {
    /// How long a key set is valid. Default 6 hours, as EC2 issues them.
    pub credential_lifetime: At<Duration>,
    /// How long before expiry the next key set is published. Default 5 minutes: EC2 documents that
    /// new ones are there at least that early.
    pub publish_before_expiry: At<Duration>,
    /// What becomes of the old key set. By default it stays valid until it expires.
    pub overlap: At<Overlap>,
    /// Rotations at these times since the world's start, besides those by expiry. Default none.
    pub rotate_at: Vec<At<Duration>>,
}

impl Issuing {
    /// These, as one source changes them.
    #[must_use]
    pub fn with(&self, changes: &IssuingChanges) -> Self {
        let changes = changes.clone();
        Self {
            credential_lifetime: changes
                .credential_lifetime
                .unwrap_or_else(|| self.credential_lifetime.clone()),
            publish_before_expiry: changes
                .publish_before_expiry
                .unwrap_or_else(|| self.publish_before_expiry.clone()),
            overlap: changes.overlap.unwrap_or_else(|| self.overlap.clone()),
            rotate_at: changes.rotate_at.unwrap_or_else(|| self.rotate_at.clone()),
        }
    }
}

impl Default for Issuing {
    fn default() -> Self {
        Self {
            credential_lifetime: Duration::from_hours(6).into(),
            publish_before_expiry: Duration::from_mins(5).into(),
            overlap: Overlap::UntilExpiry.into(),
            rotate_at: Vec::new(),
        }
    }
}

/// What the world, or one instance, task or pod, says about issuing; the rest is inherited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IssuingChanges {
    /// `credential-lifetime`.
    pub credential_lifetime: Option<At<Duration>>,
    /// `publish-before-expiry`.
    pub publish_before_expiry: Option<At<Duration>>,
    /// `overlap`.
    pub overlap: Option<At<Overlap>>,
    /// `rotate-at`.
    pub rotate_at: Option<Vec<At<Duration>>>,
}
