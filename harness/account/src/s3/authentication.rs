//! Which of S3's codes tells a client that it was not recognised.

use super::error::{S3Code, S3Error};
use crate::authenticate::AuthenticationError;
use crate::session::Ending;
use crate::sigv4::{Failure, Problem};

impl From<AuthenticationError> for S3Error {
    fn from(error: AuthenticationError) -> Self {
        let stage = error.stage();
        let (code, told) = match &error {
            AuthenticationError::Signature(failure) => signature(&failure.problem),
            // Without its token, a session's key is a key that nobody has.
            AuthenticationError::UnknownAccessKey(_) | AuthenticationError::TokenMissing => {
                (S3Code::InvalidAccessKeyId, None)
            }
            AuthenticationError::Expired { .. }
            | AuthenticationError::Ended {
                why: Ending::Superseded,
                ..
            } => (S3Code::ExpiredToken, None),
            AuthenticationError::TokenMismatch
            | AuthenticationError::Ended {
                why: Ending::Revoked,
                ..
            } => (S3Code::InvalidToken, None),
        };
        let mut refused = Self::with_message(
            code,
            stage,
            told.unwrap_or_else(|| code.message().to_owned()),
        );
        refused.detail = Some(match &error {
            AuthenticationError::Signature(Failure {
                problem,
                explanation: Some(explanation),
            }) => {
                format!("{problem}\n{explanation}")
            }
            AuthenticationError::Signature(Failure {
                problem,
                explanation: None,
            }) => problem.to_string(),
            other => other.to_string(),
        });
        refused
    }
}

impl From<Failure> for S3Error {
    fn from(failure: Failure) -> Self {
        AuthenticationError::from(failure).into()
    }
}

/// The code, and the message where it is not the code's usual one.
fn signature(problem: &Problem) -> (S3Code, Option<String>) {
    let told = Some(problem.to_string());
    match problem {
        // s3.anonymous.denied
        Problem::AuthorizationMissing => (S3Code::AccessDenied, None),
        Problem::AlgorithmUnsupported { .. } => {
            let message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
            (S3Code::InvalidRequest, Some(message.to_owned()))
        }
        Problem::AuthorizationRepeated { .. } | Problem::AuthorizationInQueryToo => {
            let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
            (S3Code::InvalidArgument, Some(message.to_owned()))
        }
        Problem::ComponentMalformed { .. }
        | Problem::ComponentUnknown { .. }
        | Problem::ComponentRepeated { .. }
        | Problem::ComponentsMissing { .. }
        | Problem::SignatureMalformed { .. }
        | Problem::CredentialMalformed { .. }
        | Problem::ScopeTerminatorWrong { .. }
        | Problem::ScopeDateMalformed { .. }
        | Problem::ScopeServiceWrong { .. }
        | Problem::ScopeDateMismatch { .. }
        | Problem::SignedHeaderMalformed { .. }
        | Problem::SignedHeaderRepeated { .. }
        | Problem::SignedHeadersUnsorted { .. } => (S3Code::AuthorizationHeaderMalformed, told),
        Problem::ScopeRegionWrong { expected, found } => {
            let message = format!(
                "The authorization header is malformed; the region '{found}' is wrong; expecting '{expected}'"
            );
            (S3Code::AuthorizationHeaderMalformed, Some(message))
        }
        Problem::HostNotSigned | Problem::HeadersNotSigned { .. } => {
            let message = "There were headers present in the request which were not signed";
            (S3Code::AccessDenied, Some(message.to_owned()))
        }
        Problem::DateMissing | Problem::DateMalformed { .. } => {
            let message = "AWS authentication requires a valid Date or x-amz-date header";
            (S3Code::AccessDenied, Some(message.to_owned()))
        }
        Problem::DateTooOld { .. } | Problem::DateTooNew { .. } => {
            (S3Code::RequestTimeTooSkewed, None)
        }
        Problem::SignedHeaderAbsent { .. } | Problem::SignatureMismatch { .. } => {
            (S3Code::SignatureDoesNotMatch, None)
        }
        Problem::PayloadHashMissing => {
            let message = "Missing required header for this request: x-amz-content-sha256";
            (S3Code::InvalidRequest, Some(message.to_owned()))
        }
        Problem::PayloadHashUnknown { .. } => {
            let message = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";
            (S3Code::InvalidArgument, Some(message.to_owned()))
        }
        Problem::PayloadHashMismatch { .. } => (S3Code::XAmzContentSHA256Mismatch, None),
        Problem::PayloadChunked { .. } => (S3Code::NotImplemented, None),
        Problem::HeaderRepeated { .. } | Problem::HeaderNotText { .. } => {
            (S3Code::InvalidArgument, told)
        }
    }
}
