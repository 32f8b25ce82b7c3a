//! Which of EC2's codes tells a client that it was not recognised.

use thiserror::Error;

use crate::authenticate::{AuthenticationError, Stage};
use crate::sigv4::Problem;

/// A refusal by EC2 of a client that it does not know, in its own words (`ec2.errors.authentication`).
#[derive(Clone, Debug, Error)]
#[error("{}", self.told().2)]
pub struct Ec2Unrecognised(#[from] AuthenticationError);

impl Ec2Unrecognised {
    /// EC2's error code.
    pub fn code(&self) -> &'static str {
        self.told().0
    }

    /// The HTTP status that comes with it.
    pub fn status(&self) -> u16 {
        self.told().1
    }

    /// Where it ended.
    pub fn stage(&self) -> Stage {
        self.0.stage()
    }

    /// More for whoever debugs it, never sent.
    pub fn detail(&self) -> String {
        self.0.detail()
    }

    /// Code, status and message.
    fn told(&self) -> (&'static str, u16, String) {
        const EXPIRED: (&str, u16, &str) = ("RequestExpired", 400, "Request has expired.");
        const FAILED: (&str, u16, &str) = (
            "AuthFailure",
            401,
            "AWS was not able to validate the provided access credentials",
        );
        let own =
            |(code, status, message): (&'static str, u16, &str)| (code, status, message.to_owned());
        let AuthenticationError::Signature(failure) = &self.0 else {
            return own(match &self.0 {
                AuthenticationError::Expired { .. } => EXPIRED,
                _ => FAILED,
            });
        };
        match &failure.problem {
            Problem::AuthorizationMissing => own((
                "MissingAuthenticationToken",
                403,
                "Request is missing Authentication Token",
            )),
            Problem::DateTooOld { .. } | Problem::DateTooNew { .. } => own(EXPIRED),
            Problem::ScopeServiceWrong { .. }
            | Problem::ScopeRegionWrong { .. }
            | Problem::SignatureMismatch { .. }
            | Problem::SignedHeaderAbsent { .. }
            | Problem::HostNotSigned
            | Problem::HeadersNotSigned { .. }
            | Problem::ScopeDateMismatch { .. }
            | Problem::ScopeTerminatorWrong { .. }
            | Problem::PayloadHashMismatch { .. } => own(FAILED),
            form => ("IncompleteSignature", 400, form.to_string()),
        }
    }
}
