//! A refusal on its way to the client, and those that are the protocol's own.

use http::Method;
use rolecall_account::Stage;
use rolecall_account::policy::Decision;

/// A refusal by any service of the protocol.
#[derive(Debug)]
pub(crate) struct QueryError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) stage: Stage,
    /// More for whoever debugs it, never sent.
    pub(crate) detail: Option<String>,
    /// What the policies said, if it came to that.
    pub(crate) decision: Option<Decision>,
}

/// Codes and statuses are those of AWS's "Common Errors" pages.
impl QueryError {
    fn new(status: u16, code: &'static str, stage: Stage, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            stage,
            detail: None,
            decision: None,
        }
    }

    /// A refusal by a protocol itself, with status 400.
    pub(crate) fn own(code: &'static str, stage: Stage, message: String) -> Self {
        Self::new(400, code, stage, message)
    }

    pub(super) fn body_too_large() -> Self {
        let message = "The request entity is too large.";
        Self::new(413, "RequestEntityTooLargeException", Stage::Body, message)
    }

    pub(super) fn body_broken() -> Self {
        let message = "The request body could not be read.";
        Self::new(400, "MalformedHttpRequestException", Stage::Body, message)
    }

    /// A method that is neither GET nor POST. What AWS says to it is unsourced.
    pub(super) fn wrong_method(method: &Method) -> Self {
        let message = format!("The method {method} is not supported; use GET or POST.");
        let code = "MalformedHttpRequestException";
        Self::new(400, code, Stage::Operation, message)
    }

    pub(super) fn missing_action() -> Self {
        let message = "The request is missing an action or a required parameter.";
        Self::new(400, "MissingAction", Stage::Operation, message)
    }

    /// The sentence is the one that clients report; AWS documents none.
    pub(super) fn unknown_operation(action: &str, version: Option<&str>) -> Self {
        let version = version.unwrap_or("NO_VERSION_SPECIFIED");
        let message = format!("Could not find operation {action} for version {version}");
        Self::new(400, "InvalidAction", Stage::Operation, message)
    }

    /// A query or form that cannot be taken apart.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(404, "MalformedQueryString", Stage::Parameters, message)
    }

    /// A parameter that is no number where one is wanted, is there twice, or breaks its list.
    /// The code is one that clients report, the sentences are ours.
    pub(crate) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "MalformedInput", Stage::Parameters, message)
    }

    /// A parameter that must be there and is not, in the words that AWS has for all its constraints
    /// (`sts.errors.validation-form`).
    pub(crate) fn missing_parameter(name: &str) -> Self {
        let mut characters = name.chars();
        let first = characters.next().map(|first| first.to_ascii_lowercase());
        let field: String = first.into_iter().chain(characters).collect();
        let message = format!(
            "1 validation error detected: Value null at '{field}' failed to satisfy constraint: \
             Member must not be null"
        );
        Self::new(400, "ValidationError", Stage::Parameters, message)
    }

    /// Whose fault it is: AWS's `Type`.
    pub(super) fn fault(&self) -> &'static str {
        fault(self.status)
    }
}

/// Whose fault a refusal of that status is.
pub(crate) fn fault(status: u16) -> &'static str {
    if status < 500 { "Sender" } else { "Receiver" }
}
