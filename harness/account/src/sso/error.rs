//! The refusals of the portal.

use serde_json::json;
use thiserror::Error;

/// A refusal of the portal (`sso.errors.body`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SsoError {
    /// A member that is required is not there (`sso.role-credentials.request`).
    #[error("Missing required parameter: {0}")]
    Missing(&'static str),
    /// The token is missing, unknown, over, or was revoked (`sso.token.refused`).
    #[error("Session token not found or invalid")]
    Unauthorized,
    /// The user has no such role there (`sso.role-credentials.not-assigned`).
    #[error("No access")]
    Forbidden,
    /// Nothing is there.
    #[error("The specified resource doesn't exist.")]
    NoSuchPath,
    /// The path has no such method.
    #[error("Method not allowed")]
    WrongMethod,
}

impl SsoError {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Missing(_) => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NoSuchPath => 404,
            Self::WrongMethod => 405,
        }
    }

    /// AWS's code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "InvalidRequestException",
            Self::Unauthorized => "UnauthorizedException",
            Self::Forbidden => "ForbiddenException",
            Self::NoSuchPath => "ResourceNotFoundException",
            Self::WrongMethod => "MethodNotAllowedException",
        }
    }

    /// The body of an error of that code.
    pub fn document(code: &str, message: &str) -> String {
        // sso.errors.body
        let shape = format!("com.amazonaws.switchboard.portal#{code}");
        json!({ "message": message, "__type": shape }).to_string()
    }
}
