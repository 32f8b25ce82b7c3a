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
    /// The instance's metadata endpoint is disabled (`imds.endpoint.disabled`).
    #[error("the metadata service of this instance is turned off")]
    Disabled,
    /// A token was asked for through a proxy (`imds.token.no-forwarding`).
    #[error("a token request must not carry X-Forwarded-For")]
    Forwarded,
    /// A token was asked for at a path of a dated version (`imds.token.latest-only`).
    #[error("tokens are issued at /latest/api/token only")]
    VersionedToken,
    /// Nothing is at that path: no role, a wrong role name, an unknown path
    /// (`imds.role.absent-without-profile`, `imds.role.wrong-name`, `imds.paths.unknown`).
    #[error("nothing at that path")]
    NotFound,
}

impl ImdsError {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::BadTtl => 400,
            Self::Unauthorized => 401,
            Self::Disabled | Self::Forwarded | Self::VersionedToken => 403,
            Self::NotFound => 404,
        }
    }
}
