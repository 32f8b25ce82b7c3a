//! When a request says it was signed.

use http::HeaderName;
use http::header::DATE;

use super::problem::{Problem, excerpt};
use super::request::RequestHead;
use crate::SimInstant;

const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// The date that entered the signature: `x-amz-date`, or else `Date`.
///
/// With both, only the first counts (IAM User Guide, "Elements of an AWS API request signature").
/// A `Date` is read in the form of HTTP and in the one of `x-amz-date`; clients send both.
pub(super) fn request_date(head: &RequestHead<'_>) -> Result<SimInstant, Problem> {
    if let Some(value) = head.single(&AMZ_DATE)? {
        return parse_amz_date(value).ok_or_else(|| malformed(AMZ_DATE, value));
    }
    let value = head.single(&DATE)?.ok_or(Problem::DateMissing)?;
    parse_amz_date(value)
        .or_else(|| parse_http_date(value))
        .ok_or_else(|| malformed(DATE, value))
}

fn malformed(header: HeaderName, value: &str) -> Problem {
    Problem::DateMalformed {
        header,
        found: excerpt(value),
    }
}

/// Only what is written back the same: the text is signed as it was sent.
pub(super) fn parse_amz_date(value: &str) -> Option<SimInstant> {
    SimInstant::parse_amz_date(value).filter(|date| date.amz_date() == value)
}

fn parse_http_date(value: &str) -> Option<SimInstant> {
    let civil = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", value).ok()?;
    let timestamp = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let date = SimInstant::from_epoch_millis(timestamp.as_millisecond());
    (date.http_date() == value).then_some(date)
}
