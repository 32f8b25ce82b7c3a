//! What the metadata service refuses.

use thiserror::Error;

/// A refusal of the metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImdsError {
    /// The token's time to live is missing, no number, or out of range (`imds.token.ttl-range`).
    #[error("the time to live must be 1 to 21600 seconds")]
    BadTtl,
    /// No metadata token where one is required, or one that is unknown, expired or another
    /// instance's (`imds.token.required`).
    #[error("no valid metadata token")]
    Unauthorized,
    /// Nothing is at that path: no role, a wrong role name, an unknown path
    /// (`imds.role.absent-without-profile`, `imds.role.wrong-name`).
    #[error("nothing at that path")]
    NotFound,
}

impl ImdsError {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::BadTtl => 400,
            Self::Unauthorized => 401,
            Self::NotFound => 404,
        }
    }
}
