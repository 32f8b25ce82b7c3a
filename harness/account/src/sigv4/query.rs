//! The query of a presigned URL.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::authorization::{ALGORITHM, Authorization};
use super::date::parse_amz_date;
use super::encoding::{SIGNATURE_PARAMETER, decode};
use super::failure::Failure;
use super::payload::PayloadHash;
use super::problem::excerpt;
use super::query_problem::QueryProblem;
use crate::SimInstant;

/// The longest that a URL can be valid: seven days (`s3.presigned.expires`).
pub(super) const EXPIRES_MAX: Duration = Duration::from_hours(7 * 24);

/// A parameter that a signature adds to the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryParameter {
    /// `X-Amz-Algorithm`.
    Algorithm,
    /// `X-Amz-Credential`.
    Credential,
    /// `X-Amz-Signature`.
    Signature,
    /// `X-Amz-Date`.
    Date,
    /// `X-Amz-SignedHeaders`.
    SignedHeaders,
    /// `X-Amz-Expires`.
    Expires,
    /// `X-Amz-Security-Token`, with the keys of a session only.
    SecurityToken,
    /// `X-Amz-Content-Sha256`, which the SDK for JavaScript sends.
    ContentSha256,
}

impl QueryParameter {
    /// All of them; those that must be there first, in the order in which S3 names them.
    pub const ALL: [Self; 8] = [
        Self::Algorithm,
        Self::Credential,
        Self::Signature,
        Self::Date,
        Self::SignedHeaders,
        Self::Expires,
        Self::SecurityToken,
        Self::ContentSha256,
    ];

    /// The name in the query.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "X-Amz-Algorithm",
            Self::Credential => "X-Amz-Credential",
            Self::Signature => SIGNATURE_PARAMETER,
            Self::Date => "X-Amz-Date",
            Self::SignedHeaders => "X-Amz-SignedHeaders",
            Self::Expires => "X-Amz-Expires",
            Self::SecurityToken => "X-Amz-Security-Token",
            Self::ContentSha256 => "X-Amz-Content-Sha256",
        }
    }

    /// The one with this name, which is as it was sent: perhaps percent-encoded.
    ///
    /// ```
    /// use rolecall_account::sigv4::QueryParameter;
    ///
    /// assert_eq!(QueryParameter::named("X-Amz-Date"), Some(QueryParameter::Date));
    /// assert_eq!(QueryParameter::named("X%2DAmz-Date"), Some(QueryParameter::Date));
    /// assert_eq!(QueryParameter::named("x-id"), None);
    /// ```
    pub fn named(sent: &str) -> Option<Self> {
        let name = decode(sent);
        Self::ALL
            .into_iter()
            .find(|parameter| parameter.name().as_bytes() == &*name)
    }
}

impl fmt::Display for QueryParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// With which version a query is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryVersion {
    V2,
    V4,
}

impl QueryVersion {
    /// `None` for a query that is not signed. A query is taken for signed by any one of the
    /// parameters that nothing else has, so that half a signature is refused rather than ignored.
    pub(super) fn of(query: &str) -> Option<Self> {
        let names = || parameters(query).map(|(name, _)| decode(name));
        let has =
            |known: &[&str]| names().any(|name| known.iter().any(|it| it.as_bytes() == &*name));
        if has(&["X-Amz-Algorithm", "X-Amz-Credential", SIGNATURE_PARAMETER]) {
            return Some(Self::V4);
        }
        has(&["AWSAccessKeyId", "Signature"]).then_some(Self::V2)
    }
}

/// The parameters of the signature, read.
pub(super) struct QueryAuthorization {
    pub(super) authorization: Authorization,
    pub(super) date: SimInstant,
    pub(super) expires_at: SimInstant,
    /// A secret.
    pub(super) session_token: Option<String>,
    pub(super) payload: Option<PayloadHash>,
}

impl QueryAuthorization {
    /// Reads a query that is signed with version 4.
    pub(super) fn parse(query: &str) -> Result<Self, Failure> {
        let [algorithm, rest @ ..] = values(query)?;
        if let Some(algorithm) = algorithm.as_deref().filter(|it| *it != ALGORITHM) {
            let found = excerpt(algorithm);
            return Err(QueryProblem::AlgorithmUnsupported { found }.into());
        }
        let [
            credential,
            signature,
            date,
            signed_headers,
            expires,
            token,
            payload,
        ] = &rest;
        let (Some(_), Some(credential), Some(signature), Some(date), Some(signed), Some(expires)) = (
            &algorithm,
            credential,
            signature,
            date,
            signed_headers,
            expires,
        ) else {
            let sent = [&algorithm].into_iter().chain(&rest[..5]);
            let missing = QueryParameter::ALL.into_iter().zip(sent);
            return Err(QueryProblem::ParametersMissing {
                parameters: missing
                    .filter(|(_, value)| value.is_none())
                    .map(|(parameter, _)| parameter)
                    .collect(),
            }
            .into());
        };
        let authorization = Authorization::of(credential, signed, signature)?;
        let date = read_date(date)?;
        Ok(Self {
            authorization,
            date,
            expires_at: date + read_expires(expires)?,
            session_token: token.as_deref().map(str::to_owned),
            payload: payload.as_deref().map(PayloadHash::parse).transpose()?,
        })
    }
}

/// The values of the parameters, decoded, in the order of [`QueryParameter::ALL`].
fn values(query: &str) -> Result<[Option<Cow<'_, str>>; 8], QueryProblem> {
    let mut values = [const { None }; 8];
    for (name, value) in parameters(query) {
        let Some(parameter) = QueryParameter::named(name) else {
            continue;
        };
        let value = text(decode(value)).ok_or(QueryProblem::ParameterNotText { parameter })?;
        if values[parameter as usize].replace(value).is_some() {
            return Err(QueryProblem::ParameterRepeated { parameter });
        }
    }
    Ok(values)
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
}

fn text(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

fn read_date(text: &str) -> Result<SimInstant, QueryProblem> {
    parse_amz_date(text).ok_or_else(|| QueryProblem::DateMalformed {
        found: excerpt(text),
    })
}

/// `s3.presigned.expires`.
fn read_expires(text: &str) -> Result<Duration, QueryProblem> {
    // The parser takes a leading plus sign, which S3 is not known to.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|seconds| digits && *seconds > 0);
    let expires =
        seconds
            .map(Duration::from_secs)
            .ok_or_else(|| QueryProblem::ExpiresMalformed {
                found: excerpt(text),
            })?;
    if expires > EXPIRES_MAX {
        return Err(QueryProblem::ExpiresTooLong);
    }
    Ok(expires)
}
