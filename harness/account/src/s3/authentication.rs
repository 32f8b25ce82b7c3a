//! Which of S3's codes tells a client that it was not recognised.

use super::error::{S3Code, S3Error};
use crate::authenticate::AuthenticationError;
use crate::session::Ending;
use crate::sigv4::{Explanation, Failure, Form, Problem, QueryProblem};

impl From<AuthenticationError> for S3Error {
    fn from(error: AuthenticationError) -> Self {
        let stage = error.stage();
        let (code, told) = match &error {
            AuthenticationError::Signature(failure) => signature(failure),
            // Without its token, a session's key is a key that nobody has.
            AuthenticationError::UnknownAccessKey(_)
            | AuthenticationError::TokenMissing
            | AuthenticationError::Ended {
                why: Ending::Deactivated,
                ..
            } => (S3Code::InvalidAccessKeyId, None),
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
        refused.elements = match &error {
            AuthenticationError::Signature(failure) => match &failure.explanation {
                Some(explanation) => compared(&failure.problem, explanation),
                None => elements(&failure.problem),
            },
            AuthenticationError::UnknownAccessKey(id) => vec![("AWSAccessKeyId", id.clone())],
            // S3 shows the token, which is a secret.
            AuthenticationError::TokenMissing
            | AuthenticationError::TokenMismatch
            | AuthenticationError::Expired { .. }
            | AuthenticationError::Ended { .. } => Vec::new(),
        };
        refused.detail = Some(error.detail());
        refused
    }
}

/// What a signature was computed from, which did not match (`s3.errors.signature-elements`). Secrets
/// in the canonical request are fingerprints, so that neither an answer nor the journal has them.
fn compared(problem: &Problem, explanation: &Explanation) -> Vec<(&'static str, String)> {
    let Problem::SignatureMismatch { provided } = problem else {
        return elements(problem);
    };
    let bytes = |text: &str| {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    };
    let Explanation {
        access_key_id,
        canonical_request,
        string_to_sign,
    } = explanation;
    vec![
        ("AWSAccessKeyId", access_key_id.clone()),
        ("StringToSign", string_to_sign.clone()),
        ("SignatureProvided", provided.to_string()),
        ("StringToSignBytes", bytes(string_to_sign)),
        ("CanonicalRequest", canonical_request.clone()),
        ("CanonicalRequestBytes", bytes(canonical_request)),
    ]
}

/// What the document says besides.
fn elements(problem: &Problem) -> Vec<(&'static str, String)> {
    match problem {
        Problem::ScopeRegionWrong { expected, .. } => vec![("Region", expected.clone())],
        Problem::DateTooOld {
            date,
            now,
            skew_max,
        }
        | Problem::DateTooNew {
            date,
            now,
            skew_max,
        } => vec![
            ("RequestTime", date.amz_date()),
            ("ServerTime", now.to_string()),
            (
                "MaxAllowedSkewMilliseconds",
                skew_max.as_millis().to_string(),
            ),
        ],
        Problem::PayloadHashMismatch { declared, computed } => vec![
            ("ClientComputedContentSHA256", hex::encode(declared)),
            ("S3ComputedContentSHA256", hex::encode(computed)),
        ],
        Problem::Query(QueryProblem::Expired {
            date,
            expired_at,
            now,
        }) => vec![
            (
                "X-Amz-Expires",
                expired_at.since(*date).as_secs().to_string(),
            ),
            ("Expires", expired_at.to_string()),
            ("ServerTime", now.to_string()),
        ],
        Problem::Query(QueryProblem::NotYetValid {
            date,
            expires_at,
            now,
        }) => vec![
            ("X-Amz-Date", date.epoch_millis().to_string()),
            ("Expires", expires_at.to_string()),
            ("ServerTime", now.to_string()),
        ],
        _ => Vec::new(),
    }
}

impl From<Failure> for S3Error {
    fn from(failure: Failure) -> Self {
        AuthenticationError::from(failure).into()
    }
}

/// The code, and the message where it is not the code's usual one.
fn signature(failure: &Failure) -> (S3Code, Option<String>) {
    let problem = &failure.problem;
    let told = Some(problem.to_string());
    // s3.errors.codes, s3.presigned.malformed
    let malformed = match failure.form {
        Form::Header => S3Code::AuthorizationHeaderMalformed,
        Form::Query => S3Code::AuthorizationQueryParametersError,
    };
    match problem {
        Problem::Query(problem) => query(problem),
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
        | Problem::SignedHeadersUnsorted { .. } => (malformed, told),
        Problem::ScopeRegionWrong { expected, found } => {
            let what = match failure.form {
                Form::Header => "The authorization header is malformed",
                Form::Query => "Error parsing the X-Amz-Credential parameter",
            };
            let message = format!("{what}; the region '{found}' is wrong; expecting '{expected}'");
            (malformed, Some(message))
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
        Problem::SignedHeaderAbsent { .. }
        | Problem::SignatureMismatch { .. }
        | Problem::ChunkMismatch { .. }
        | Problem::TrailerMismatch => (S3Code::SignatureDoesNotMatch, None),
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

/// What only a presigned URL can have wrong.
fn query(problem: &QueryProblem) -> (S3Code, Option<String>) {
    match problem {
        // s3.presigned.version-2
        QueryProblem::SigV2 => (S3Code::InvalidRequest, Some(problem.to_string())),
        // s3.presigned.malformed
        QueryProblem::AlgorithmUnsupported { .. }
        | QueryProblem::ParametersMissing { .. }
        | QueryProblem::ParameterRepeated { .. }
        | QueryProblem::ParameterNotText { .. }
        | QueryProblem::DateMalformed { .. }
        | QueryProblem::ExpiresMalformed { .. }
        | QueryProblem::ExpiresTooLong => (
            S3Code::AuthorizationQueryParametersError,
            Some(problem.to_string()),
        ),
        // s3.presigned.expired
        QueryProblem::NotYetValid { .. } => (
            S3Code::AccessDenied,
            Some("Request is not yet valid".to_owned()),
        ),
        QueryProblem::Expired { .. } => {
            (S3Code::AccessDenied, Some("Request has expired".to_owned()))
        }
    }
}
