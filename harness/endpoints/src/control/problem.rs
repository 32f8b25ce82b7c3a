//! What the control routes answer when they do not do as they are asked.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use rolecall_account::policy::managed_names;
use rolecall_account::{Ec2Error, IamError, World};
use schemars::JsonSchema;
use serde::Serialize;

/// Why nothing was done.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    #[schemars(skip)]
    status: StatusCode,
    /// One of ours in lower case, or AWS's error code.
    code: String,
    /// What is wrong, and where.
    message: String,
    /// The name that is not known, if it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
    /// The names that would have done in its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    known: Vec<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            unknown: None,
            known: Vec::new(),
        }
    }

    /// The request is not as its description says.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", message)
    }

    /// The world is in no state for that.
    pub(super) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// There is no such thing.
    pub(super) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// It is `name` that is not known; these are.
    pub(super) fn unknown(self, name: &str, known: Vec<String>) -> Self {
        Self {
            unknown: Some(name.to_owned()),
            known,
            ..self
        }
    }

    pub(super) fn no_such_route() -> Self {
        let message = "no such control route; GET /openapi.json describes those there are";
        Self::not_found("no-such-route", message)
    }

    pub(super) fn wrong_method() -> Self {
        let message = "this control route has another method; GET /openapi.json says which";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", message)
    }

    /// A refusal of IAM, with the names there are if one was not known.
    pub(super) fn of_iam(error: &IamError, world: &World) -> Self {
        let problem = Self::new(status(error.status()), error.code(), error.to_string());
        match error {
            IamError::NoSuchEntity { kind: "role", name } => {
                problem.unknown(name, owned(world.role_names()))
            }
            IamError::NoSuchPolicy(name) => problem.unknown(name, owned(managed_names())),
            IamError::NoSuchProfile(name) => {
                problem.unknown(name, owned(world.instance_profile_names()))
            }
            _ => problem,
        }
    }

    /// A refusal of EC2, likewise. EC2 itself answers with 400, which means a malformed request here.
    pub(super) fn of_ec2(error: &Ec2Error, world: &World) -> Self {
        match error {
            Ec2Error::NoSuchProfile { value, .. } => {
                Self::not_found(error.code(), error.to_string())
                    .unknown(value, owned(world.instance_profile_names()))
            }
            _ => Self::conflict(error.code(), error.to_string()),
        }
    }

    /// The statuses that any route may have, and one that takes something, with what they mean.
    pub(super) fn everywhere(takes_something: bool) -> Vec<(StatusCode, &'static str)> {
        let mut statuses = vec![
            (
                StatusCode::UNAUTHORIZED,
                "The token of this run is missing or wrong.",
            ),
            (
                StatusCode::FORBIDDEN,
                "The `Host` is not the listener's own.",
            ),
        ];
        if takes_something {
            statuses.push((
                StatusCode::BAD_REQUEST,
                "The request is not as it is described here.",
            ));
        }
        statuses
    }
}

fn owned<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::CONFLICT)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}
