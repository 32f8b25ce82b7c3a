//! Verification of a request signed in its `Authorization` header.

use std::fmt;
use std::time::Duration;

use http::HeaderName;
use http::header::{AUTHORIZATION, HOST};

use super::authorization::HeaderAuthorization;
use super::canonical::canonical_request;
use super::date::request_date;
use super::encoding::decode;
use super::failure::{Explanation, Failure};
use super::payload::PayloadHash;
use super::problem::Problem;
use super::request::RequestHead;
use super::rules::{PathRule, ServiceRules};
use super::scope::CredentialScope;
use super::signature::{derive_signing_key, string_to_sign};
use crate::SimInstant;

const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The query parameters that only a request signed in its query has.
const QUERY_AUTHORIZATION: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];

/// A request that is signed in due form: what remains is whether the signature is right.
///
/// It keeps hold of the request it was read from, so that no other can be verified in its place.
pub struct ParsedHeader<'a> {
    head: RequestHead<'a>,
    path: PathRule,
    authorization: HeaderAuthorization,
    date: SimInstant,
    declared_payload: Option<PayloadHash>,
    session_token: Option<&'a str>,
}

/// Checks all of a header signature that takes neither secret nor time: that there is one and that
/// it is whole, that it is for this service, that it covers what it must, that the dates agree.
///
/// Stops at the first problem.
pub fn parse_header<'a>(
    head: RequestHead<'a>,
    rules: &ServiceRules,
) -> Result<ParsedHeader<'a>, Failure> {
    let authorization = HeaderAuthorization::parse(authorization_header(&head)?)?;
    head.single(&HOST)?;
    let session_token = head.single(&SECURITY_TOKEN)?;
    check_service(authorization.scope(), rules)?;
    authorization
        .signed_headers()
        .check_coverage(head.headers)?;
    let date = request_date(&head)?;
    check_scope_date(authorization.scope(), date)?;
    let declared_payload = if rules.payload_hash_header_required {
        let declared = head.single(&CONTENT_SHA256)?;
        Some(PayloadHash::parse(
            declared.ok_or(Problem::PayloadHashMissing)?,
        )?)
    } else {
        None
    };
    Ok(ParsedHeader {
        head,
        path: rules.path,
        authorization,
        date,
        declared_payload,
        session_token,
    })
}

impl<'a> ParsedHeader<'a> {
    /// The access key id whose secret verifies this, as sent.
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The session token, as sent. A secret.
    pub fn session_token(&self) -> Option<&'a str> {
        self.session_token
    }

    /// The header itself, taken apart.
    pub fn authorization(&self) -> &HeaderAuthorization {
        &self.authorization
    }

    /// When the request says it was signed.
    pub fn date(&self) -> SimInstant {
        self.date
    }

    /// What `x-amz-content-sha256` declares. For services that require the header; for others the
    /// payload is the [hash of the body](PayloadHash::of), and this fails.
    pub fn declared_payload(&self) -> Result<PayloadHash, Failure> {
        Ok(self.declared_payload.ok_or(Problem::PayloadHashMissing)?)
    }

    /// Whether the scope names the region the request was sent to.
    pub fn check_region(&self, expected: &str) -> Result<(), Failure> {
        let found = self.authorization.scope().region();
        if found == expected {
            return Ok(());
        }
        Err(Problem::ScopeRegionWrong {
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
        .into())
    }

    /// Whether the date is at most `skew_max` from `now`, either way.
    pub fn check_date(&self, now: SimInstant, skew_max: Duration) -> Result<(), Failure> {
        let date = self.date;
        if now.since(date) > skew_max {
            return Err(Problem::DateTooOld {
                date,
                now,
                skew_max,
            }
            .into());
        }
        if date.since(now) > skew_max {
            return Err(Problem::DateTooNew {
                date,
                now,
                skew_max,
            }
            .into());
        }
        Ok(())
    }

    /// Whether the signature is the one that this secret gives.
    ///
    /// `payload` is what the client must have signed: what is
    /// [declared](Self::declared_payload), or else the [hash of the body](PayloadHash::of).
    pub fn verify(&self, secret_access_key: &str, payload: PayloadHash) -> Result<(), Failure> {
        let authorization = &self.authorization;
        let scope = authorization.scope();
        let canonical = canonical_request(
            &self.head,
            self.path,
            authorization.signed_headers(),
            payload,
        )?;
        let string_to_sign = string_to_sign(self.date, scope, &canonical);
        let signature = derive_signing_key(secret_access_key, scope).sign(&string_to_sign);
        if signature == authorization.signature() {
            return Ok(());
        }
        Err(Failure::explained(
            Problem::SignatureMismatch {
                provided: authorization.signature(),
            },
            Explanation {
                canonical_request: canonical.to_string(),
                string_to_sign,
            },
        ))
    }
}

/// Leaves the session token and all header values out.
impl fmt::Debug for ParsedHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedHeader")
            .field("head", &self.head)
            .field("authorization", &self.authorization)
            .field("date", &self.date)
            .field("declared_payload", &self.declared_payload)
            .finish_non_exhaustive()
    }
}

fn authorization_header<'a>(head: &RequestHead<'a>) -> Result<&'a str, Problem> {
    let count = head.headers.get_all(AUTHORIZATION).iter().count();
    if count > 1 {
        return Err(Problem::AuthorizationRepeated { count });
    }
    let value = head
        .single(&AUTHORIZATION)?
        .ok_or(Problem::AuthorizationMissing)?;
    // That AWS refuses a request signed twice, whatever the signatures, is unsourced.
    if has_query_authorization(head.query.unwrap_or_default()) {
        return Err(Problem::AuthorizationInQueryToo);
    }
    Ok(value)
}

fn has_query_authorization(query: &str) -> bool {
    query
        .split('&')
        .filter_map(|parameter| parameter.split('=').next())
        .any(|name| {
            QUERY_AUTHORIZATION
                .iter()
                .any(|known| known.as_bytes() == &*decode(name))
        })
}

fn check_service(scope: &CredentialScope, rules: &ServiceRules) -> Result<(), Problem> {
    if scope.service() == rules.service {
        return Ok(());
    }
    Err(Problem::ScopeServiceWrong {
        expected: rules.service,
        found: scope.service().to_owned(),
    })
}

fn check_scope_date(scope: &CredentialScope, date: SimInstant) -> Result<(), Problem> {
    if date.amz_date().starts_with(scope.date()) {
        return Ok(());
    }
    Err(Problem::ScopeDateMismatch {
        scope_date: scope.date().to_owned(),
        request_date: date,
    })
}
