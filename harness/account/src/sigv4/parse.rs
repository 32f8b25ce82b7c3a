//! All of a signature that can be checked with neither secret nor time.

use std::borrow::Cow;

use http::HeaderName;
use http::header::{AUTHORIZATION, HOST};

use super::authorization::Authorization;
use super::date::request_date;
use super::failure::Failure;
use super::form::Form;
use super::parsed::{CONTENT_SHA256, Parsed};
use super::payload::PayloadHash;
use super::problem::Problem;
use super::query::{QueryAuthorization, QueryVersion};
use super::query_problem::QueryProblem;
use super::request::RequestHead;
use super::rules::ServiceRules;

const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// [`parse_header`] or [`parse_query`], wherever the request is signed.
pub fn parse<'a>(head: RequestHead<'a>, rules: &ServiceRules) -> Result<Parsed<'a>, Failure> {
    let in_query = QueryVersion::of(head.query.unwrap_or_default()).is_some();
    if in_query && !head.headers.contains_key(AUTHORIZATION) {
        parse_query(head, rules)
    } else {
        parse_header(head, rules)
    }
}

/// Checks all of a header signature that takes neither secret nor time: that there is one and that
/// it is whole, that it is for this service, that it covers what it must, that the dates agree.
///
/// Stops at the first problem.
pub fn parse_header<'a>(
    head: RequestHead<'a>,
    rules: &ServiceRules,
) -> Result<Parsed<'a>, Failure> {
    let authorization = Authorization::from_header(authorization_header(&head)?)?;
    head.single(&HOST)?;
    let session_token = head.single(&SECURITY_TOKEN)?;
    authorization.scope().check_service(rules.service)?;
    authorization
        .signed_headers()
        .check_coverage(head.headers)?;
    let date = request_date(&head)?;
    authorization.scope().check_day(date)?;
    let declared_payload = if rules.payload_hash_header_required {
        let declared = head.single(&CONTENT_SHA256)?;
        Some(PayloadHash::parse(
            declared.ok_or(Problem::PayloadHashMissing)?,
        )?)
    } else {
        None
    };
    Ok(Parsed {
        head,
        form: Form::Header,
        path: rules.path,
        authorization,
        date,
        expires_at: None,
        declared_payload,
        session_token: session_token.map(Cow::Borrowed),
    })
}

/// Checks as much of a signature in the query, in the same order.
pub fn parse_query<'a>(head: RequestHead<'a>, rules: &ServiceRules) -> Result<Parsed<'a>, Failure> {
    read_query(head, rules).map_err(|failure| failure.of(Form::Query))
}

fn read_query<'a>(head: RequestHead<'a>, rules: &ServiceRules) -> Result<Parsed<'a>, Failure> {
    let query = head.query.unwrap_or_default();
    match QueryVersion::of(query) {
        None => return Err(Problem::AuthorizationMissing.into()),
        Some(_) if head.headers.contains_key(AUTHORIZATION) => {
            return Err(Problem::AuthorizationInQueryToo.into());
        }
        Some(QueryVersion::V2) => return Err(QueryProblem::SigV2.into()),
        Some(QueryVersion::V4) => {}
    }
    let signed = QueryAuthorization::parse(query)?;
    head.single(&HOST)?;
    let scope = signed.authorization.scope();
    scope.check_service(rules.service)?;
    let signed_headers = signed.authorization.signed_headers();
    signed_headers.check_coverage(head.headers)?;
    scope.check_day(signed.date)?;
    let declared_payload = if rules.payload_hash_header_required {
        // s3.presigned.payload
        let declared = head.single(&CONTENT_SHA256)?;
        let declared = declared.filter(|_| signed_headers.contains(&CONTENT_SHA256));
        let declared = declared.map(PayloadHash::parse).transpose()?;
        Some(declared.or(signed.payload).unwrap_or(PayloadHash::Unsigned))
    } else {
        None
    };
    Ok(Parsed {
        head,
        form: Form::Query,
        path: rules.path,
        date: signed.date,
        expires_at: Some(signed.expires_at).filter(|_| rules.expires_in_query),
        declared_payload,
        session_token: signed.session_token.map(Cow::Owned),
        authorization: signed.authorization,
    })
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
    if QueryVersion::of(head.query.unwrap_or_default()).is_some() {
        return Err(Problem::AuthorizationInQueryToo);
    }
    Ok(value)
}
