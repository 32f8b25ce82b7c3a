//! The refusals of the endpoints.

use serde_json::json;
use thiserror::Error;

/// A refusal of an endpoint for containers (`container.errors.body`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContainerError {
    /// No task has that id.
    #[error("Unable to find credentials: the task is not known")]
    NoSuchTask,
    /// The role's trust policy does not admit the service.
    #[error(
        "Unable to assume the role of the task: its trust policy does not allow the service to do so"
    )]
    NotAdmitted,
    /// The authorization is missing or wrong (`container.authorization.required`). The status is
    /// the world's.
    #[error("The authorization token is missing or wrong")]
    Unauthorized {
        /// The HTTP status.
        status: u16,
    },
    /// Greengrass: the authorization is missing or wrong (`container.greengrass.endpoint`).
    #[error("the authorization token is missing or wrong")]
    GreengrassForbidden,
    /// SnapStart: the authorization is missing or wrong (`container.snapstart.endpoint`).
    #[error("cannot get credentials for the provided token")]
    SnapStartNotFound,
    /// CloudShell: a time to live that is missing, malformed or out of range.
    #[error("the time to live is missing, malformed or out of range")]
    BadTtl,
    /// Nothing is there.
    #[error("no such path")]
    NoSuchPath,
}

impl ContainerError {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoSuchTask | Self::BadTtl => 400,
            Self::Unauthorized { status } => status,
            Self::GreengrassForbidden => 403,
            Self::SnapStartNotFound | Self::NoSuchPath => 404,
            Self::NotAdmitted => 500,
        }
    }

    /// Its code; a word of ours where the endpoint has none.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSuchTask => "InvalidIdInRequest",
            Self::NotAdmitted => "AssumeRoleUnauthorizedAccess",
            Self::Unauthorized { .. } => "Unauthorized",
            Self::GreengrassForbidden => "403",
            Self::SnapStartNotFound | Self::NoSuchPath => "404",
            Self::BadTtl => "400",
        }
    }

    /// The type of the body, and the body.
    pub fn document(self) -> (&'static str, String) {
        match self {
            Self::NoSuchTask | Self::NotAdmitted | Self::Unauthorized { .. } => {
                let body = json!({ "code": self.code(), "message": self.to_string() });
                ("application/json", body.to_string())
            }
            // container.greengrass.endpoint: it says nothing.
            Self::GreengrassForbidden => ("text/plain", String::new()),
            Self::SnapStartNotFound | Self::BadTtl => {
                ("text/plain; charset=utf-8", format!("{self}\n"))
            }
            Self::NoSuchPath => ("text/plain", "404 page not found\n".to_owned()),
        }
    }
}
