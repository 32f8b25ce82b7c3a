//! A refusal: where, why, and what was computed on this side.

use std::fmt;

use super::form::Form;
use super::problem::Problem;
use super::query_problem::QueryProblem;
use super::stage::Stage;

/// What a signature was computed from on this side, for comparison with the client's.
///
/// Session tokens, encryption keys and cookies are replaced by fingerprints, `sha256:` and the
/// first eight hex digits of their digest. The string to sign is the real one, so its last line is
/// not the digest of the canonical request wherever that shows a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// With whose secret.
    pub access_key_id: String,
    /// The canonical request, secrets replaced.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
}

/// Both texts, each under a title.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "canonical request:\n{}\n\nstring to sign:\n{}",
            self.canonical_request, self.string_to_sign
        )
    }
}

/// A request that was refused, and why.
///
/// Which AWS error code that is, with which status, depends on the service and is decided there,
/// by the [problem](Self::problem).
///
/// ```
/// use rolecall_account::sigv4::{Authorization, Stage};
///
/// let failure = Authorization::from_header("AWS AKIDEXAMPLE:c2lnbmF0dXJl").unwrap_err();
/// assert_eq!(failure.stage(), Stage::Form);
/// assert_eq!(
///     failure.to_string(),
///     "request signature refused (form): `Authorization` uses Signature Version 2, which is not \
///      accepted; sign with AWS4-HMAC-SHA256",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("request signature refused ({}): {problem}", self.stage())]
pub struct Failure {
    /// What is wrong.
    pub problem: Problem,
    /// Where the request is signed, or was taken to be.
    pub form: Form,
    /// What the signature was computed from, where one was computed.
    pub explanation: Option<Box<Explanation>>,
}

impl Failure {
    pub(super) fn explained(problem: Problem, explanation: Explanation) -> Self {
        Self {
            problem,
            form: Form::Header,
            explanation: Some(Box::new(explanation)),
        }
    }

    /// The same, of a request that is signed there.
    pub(super) fn of(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Where in the verification this was found.
    pub fn stage(&self) -> Stage {
        self.problem.stage()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            form: Form::Header,
            explanation: None,
        }
    }
}

impl From<QueryProblem> for Failure {
    fn from(problem: QueryProblem) -> Self {
        Problem::from(problem).into()
    }
}
