//! What a signature is good for, and whose it is.

use std::fmt;

use super::failure::Failure;
use super::problem::{Problem, excerpt};
use crate::SimInstant;

/// What every scope ends with; there has never been another.
pub(super) const TERMINATOR: &str = "aws4_request";

/// What a signing key is narrowed to: one day, one region, one service.
///
/// ```
/// use rolecall_account::SimInstant;
/// use rolecall_account::sigv4::CredentialScope;
///
/// let day = SimInstant::parse("2031-05-01T06:00:00Z").unwrap();
/// let scope = CredentialScope::new(day, "us-east-1", "s3");
/// assert_eq!(scope.to_string(), "20310501/us-east-1/s3/aws4_request");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScope {
    date: String,
    region: String,
    service: String,
}

impl CredentialScope {
    /// The scope of the day of `date` in UTC.
    pub fn new(date: SimInstant, region: impl Into<String>, service: impl Into<String>) -> Self {
        let mut date = date.amz_date();
        date.truncate(8);
        Self {
            date,
            region: region.into(),
            service: service.into(),
        }
    }

    /// The day in UTC, as eight digits: `20310501`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The region, such as `us-east-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The service, such as `s3`.
    pub fn service(&self) -> &str {
        &self.service
    }

    pub(super) fn check_service(&self, expected: &'static str) -> Result<(), Problem> {
        if self.service == expected {
            return Ok(());
        }
        Err(Problem::ScopeServiceWrong {
            expected,
            found: self.service.clone(),
        })
    }

    pub(super) fn check_region(&self, expected: &str) -> Result<(), Problem> {
        if self.region == expected {
            return Ok(());
        }
        Err(Problem::ScopeRegionWrong {
            expected: expected.to_owned(),
            found: self.region.clone(),
        })
    }

    /// Whether this is the scope of the day of `date`.
    pub(super) fn check_day(&self, date: SimInstant) -> Result<(), Problem> {
        if date.amz_date().starts_with(&self.date) {
            return Ok(());
        }
        Err(Problem::ScopeDateMismatch {
            scope_date: self.date.clone(),
            request_date: date,
        })
    }
}

/// `20310501/us-east-1/s3/aws4_request`.
impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{TERMINATOR}",
            self.date, self.region, self.service
        )
    }
}

/// The credential a request names: an access key id and the scope of the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The access key id, as sent.
    pub access_key_id: String,
    /// The scope.
    pub scope: CredentialScope,
}

impl Credential {
    /// Reads `AKIA.../20310501/us-east-1/s3/aws4_request`: five parts, none of them empty.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let parts: Vec<&str> = text.split('/').collect();
        let [access_key_id, date, region, service, terminator] = parts[..] else {
            return Err(malformed(text));
        };
        if [access_key_id, region, service].contains(&"") {
            return Err(malformed(text));
        }
        if terminator != TERMINATOR {
            return Err(Problem::ScopeTerminatorWrong {
                found: excerpt(terminator),
            }
            .into());
        }
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::ScopeDateMalformed {
                found: excerpt(date),
            }
            .into());
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            scope: CredentialScope {
                date: date.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
            },
        })
    }
}

fn malformed(text: &str) -> Failure {
    Problem::CredentialMalformed {
        found: excerpt(text),
    }
    .into()
}
