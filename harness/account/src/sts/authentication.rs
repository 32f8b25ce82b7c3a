//! Which of STS's codes tells a client that it was not recognised.

use crate::authenticate::AuthenticationError;
use crate::session::Ending;
use crate::sigv4::Problem;

/// What is told.
pub(super) struct Told {
    pub(super) code: &'static str,
    pub(super) status: u16,
    pub(super) message: String,
}

impl Told {
    fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            status,
            message,
        }
    }

    fn mismatch(message: impl Into<String>) -> Self {
        Self::new("SignatureDoesNotMatch", 403, message)
    }

    fn incomplete(message: impl Into<String>) -> Self {
        Self::new("IncompleteSignature", 400, message)
    }
}

/// `sts.errors.codes`.
pub(super) fn answer(error: &AuthenticationError) -> Told {
    match error {
        AuthenticationError::Signature(failure) => signature(&failure.problem),
        AuthenticationError::Expired { .. }
        | AuthenticationError::Ended {
            why: Ending::Superseded,
            ..
        } => Told::new(
            "ExpiredToken",
            403,
            "The security token included in the request is expired",
        ),
        // sts.errors.unknown-key-or-token
        _ => Told::new(
            "InvalidClientTokenId",
            403,
            "The security token included in the request is invalid",
        ),
    }
}

fn signature(problem: &Problem) -> Told {
    match problem {
        Problem::AuthorizationMissing => Told::new(
            "MissingAuthenticationToken",
            403,
            "Request is missing Authentication Token",
        ),
        Problem::ScopeServiceWrong { expected, .. } => Told::mismatch(format!(
            "Credential should be scoped to correct service: '{expected}'. "
        )),
        // sts.errors.region-wrong
        Problem::ScopeRegionWrong { .. } => {
            Told::mismatch("Credential should be scoped to a valid region. ")
        }
        Problem::DateTooOld {
            date,
            now,
            skew_max,
        } => Told::mismatch(format!(
            "Signature expired: {} is now earlier than {} ({} - {} min.)",
            date.amz_date(),
            (*now - *skew_max).amz_date(),
            now.amz_date(),
            skew_max.as_secs() / 60
        )),
        Problem::DateTooNew {
            date,
            now,
            skew_max,
        } => Told::mismatch(format!(
            "Signature not yet current: {} is still later than {} ({} + {} min.)",
            date.amz_date(),
            (*now + *skew_max).amz_date(),
            now.amz_date(),
            skew_max.as_secs() / 60
        )),
        Problem::SignatureMismatch { .. } | Problem::SignedHeaderAbsent { .. } => Told::mismatch(
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method. Consult the service documentation for \
             details.",
        ),
        Problem::HostNotSigned
        | Problem::HeadersNotSigned { .. }
        | Problem::ScopeDateMismatch { .. }
        | Problem::ScopeTerminatorWrong { .. }
        | Problem::PayloadHashMismatch { .. } => Told::mismatch(problem.to_string()),
        form => Told::incomplete(form.to_string()),
    }
}
