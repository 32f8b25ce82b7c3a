//! Presigned URLs, and everything that can be wrong with one.

use std::time::Duration;

use http::HeaderName;
use http::header::HOST;

use super::super::{Form, Problem, QueryParameter, QueryProblem, ServiceRules, Stage, parse};
use super::sample::{COLOUR, Row, assert_shows_no_secret, signer, text, unsigned};
use super::signer::Sent;

pub(super) const HOUR: Duration = Duration::from_hours(1);

pub(super) fn presigned() -> Sent {
    let mut sent = unsigned();
    signer().presign(&mut sent, HOUR);
    sent
}

fn check(rows: Vec<Row>, stage: Stage) {
    assert_eq!(signer().accept(&presigned()), Ok(()));
    for (change, apply, problem) in rows {
        let mut sent = presigned();
        apply(&mut sent);
        let failure = signer().accept(&sent).expect_err(change);
        assert_eq!(failure.problem, problem, "{change}");
        assert_eq!(
            (failure.stage(), failure.form),
            (stage, Form::Query),
            "{change}"
        );
        assert_shows_no_secret(&failure);
    }
}

/// The same request without one of its parameters.
fn without(sent: &mut Sent, parameter: QueryParameter) {
    let query = sent.query.take().unwrap();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with(&format!("{parameter}=")))
        .collect();
    sent.query = Some(kept.join("&"));
}

#[test]
fn signed_in_another_way() {
    let rows: Vec<Row> = vec![
        (
            "SigV2",
            |sent| sent.query = Some(text("AWSAccessKeyId=A&Signature=c2ln&Expires=1")),
            QueryProblem::SigV2.into(),
        ),
        (
            "SigV4a",
            |sent| sent.requery("AWS4%2DHMAC", "AWS4-ECDSA-P256"),
            QueryProblem::AlgorithmUnsupported {
                found: text("AWS4-ECDSA-P256-SHA256"),
            }
            .into(),
        ),
    ];
    check(rows, Stage::Form);
}

#[test]
fn parameters_missing_or_out_of_form() {
    for parameter in &QueryParameter::ALL[..6] {
        let mut sent = presigned();
        without(&mut sent, *parameter);
        let problem = signer().accept(&sent).unwrap_err().problem;
        let parameters = vec![*parameter];
        assert_eq!(
            problem,
            QueryProblem::ParametersMissing { parameters }.into()
        );
    }
    let rows: Vec<Row> = vec![
        (
            "all but one missing",
            |sent| sent.query = Some(text("X-Amz-Signature=0")),
            QueryProblem::ParametersMissing {
                parameters: vec![
                    QueryParameter::Algorithm,
                    QueryParameter::Credential,
                    QueryParameter::Date,
                    QueryParameter::SignedHeaders,
                    QueryParameter::Expires,
                ],
            }
            .into(),
        ),
        (
            "one twice, once in disguise",
            |sent| sent.requery("X-Amz-Date", "X%2DAmz-Date=0&X-Amz-Date"),
            QueryProblem::ParameterRepeated {
                parameter: QueryParameter::Date,
            }
            .into(),
        ),
        (
            "no text",
            |sent| sent.requery("X-Amz-Date=", "X-Amz-Date=%FF"),
            QueryProblem::ParameterNotText {
                parameter: QueryParameter::Date,
            }
            .into(),
        ),
        (
            "a signature that is none",
            |sent| sent.requery("X-Amz-Signature=", "X-Amz-Signature=x&no="),
            Problem::SignatureMalformed { found: text("x") },
        ),
        (
            "two hosts",
            |sent| sent.append("host", "s3.amazonaws.com"),
            Problem::HeaderRepeated { header: HOST },
        ),
    ];
    check(rows, Stage::Form);
}

#[test]
fn scopes_that_do_not_fit() {
    let rows: Vec<Row> = vec![
        (
            "a credential that is none",
            |sent| sent.requery("X-Amz-Credential=", "X-Amz-Credential=x&no="),
            Problem::CredentialMalformed { found: text("x") },
        ),
        (
            "another service",
            |sent| sent.requery("%2Fs3%2F", "%2Fsts%2F"),
            Problem::ScopeServiceWrong {
                expected: "s3",
                found: text("sts"),
            },
        ),
        (
            "another region",
            |sent| sent.requery("us%2Deast%2D1", "eu-west-1"),
            Problem::ScopeRegionWrong {
                expected: text("us-east-1"),
                found: text("eu-west-1"),
            },
        ),
        (
            "another day",
            |sent| sent.requery("%2F20310501%2F", "%2F20310502%2F"),
            Problem::ScopeDateMismatch {
                scope_date: text("20310502"),
                request_date: signer().date,
            },
        ),
    ];
    check(rows, Stage::Scope);
}

#[test]
fn headers_that_do_not_fit() {
    let rows: Vec<Row> = vec![
        (
            "a signed header dropped",
            |sent| drop(sent.headers.remove(COLOUR)),
            Problem::SignedHeaderAbsent { header: COLOUR },
        ),
        (
            "a header added",
            |sent| sent.append("x-amz-acl", "private"),
            Problem::HeadersNotSigned {
                headers: vec![HeaderName::from_static("x-amz-acl")],
            },
        ),
        (
            "no list",
            |sent| sent.requery("X-Amz-SignedHeaders=", "X-Amz-SignedHeaders=&no="),
            Problem::SignedHeaderMalformed { found: text("") },
        ),
    ];
    check(rows, Stage::SignedHeaders);
}

#[test]
fn times_out_of_form() {
    let date = |found| QueryProblem::DateMalformed { found: text(found) }.into();
    let expires = |found| QueryProblem::ExpiresMalformed { found: text(found) }.into();
    let rows: Vec<Row> = vec![
        (
            "an RFC 3339 date",
            |sent| sent.requery("X-Amz-Date=", "X-Amz-Date=2031-05-01T06:00:00Z&no="),
            date("2031-05-01T06:00:00Z"),
        ),
        (
            "at once",
            |sent| sent.requery("Expires=3600", "Expires=0"),
            expires("0"),
        ),
        (
            "before",
            |sent| sent.requery("Expires=3600", "Expires=-1"),
            expires("-1"),
        ),
        (
            "with a sign",
            |sent| sent.requery("Expires=3600", "Expires=+1"),
            expires("+1"),
        ),
        (
            "in words",
            |sent| sent.requery("Expires=3600", "Expires=1h"),
            expires("1h"),
        ),
        (
            "empty",
            |sent| sent.requery("Expires=3600", "Expires="),
            expires(""),
        ),
        (
            "a second more than a week",
            |sent| sent.requery("Expires=3600", "Expires=604801"),
            QueryProblem::ExpiresTooLong.into(),
        ),
        (
            "beyond all numbers",
            |sent| sent.requery("Expires=3600", "Expires=99999999999999999999"),
            expires("99999999999999999999"),
        ),
    ];
    check(rows, Stage::Date);
}

#[test]
fn changed_after_signing() {
    let mismatch = |sent: &Sent| {
        let parsed = parse(sent.head(), &ServiceRules::S3).unwrap();
        Problem::SignatureMismatch {
            provided: parsed.authorization().signature(),
        }
    };
    let changes: [fn(&mut Sent); 6] = [
        |sent| sent.requery("uploadId=abc", "uploadId=abd"),
        |sent| sent.requery("Expires=3600", "Expires=3601"),
        |sent| sent.requery("Security-Token=", "Security-Token=x"),
        |sent| sent.set("x-amz-meta-colour", "blue"),
        |sent| sent.path.push('x'),
        |sent| without(sent, QueryParameter::SecurityToken),
    ];
    for change in changes {
        let mut sent = presigned();
        change(&mut sent);
        let failure = signer().accept(&sent).unwrap_err();
        assert_eq!(failure.problem, mismatch(&sent));
        assert_eq!(
            (failure.stage(), failure.form),
            (Stage::Signature, Form::Query)
        );
        assert_shows_no_secret(&failure);
        let explanation = failure.explanation.unwrap().canonical_request;
        assert!(!explanation.contains("X-Amz-Signature"), "{explanation}");
    }
}

/// Valid from its date, a skewed clock allowed for, until its expiry and not at it.
#[test]
fn a_url_has_its_time() {
    let sent = presigned();
    let parsed = parse(sent.head(), &ServiceRules::S3).unwrap();
    let skew_max = ServiceRules::S3.clock_skew_max;
    let instant = Duration::from_millis(1);
    let date = parsed.date();
    let expired_at = date + HOUR;
    assert_eq!(
        (parsed.form(), parsed.expires_at()),
        (Form::Query, Some(expired_at))
    );
    for now in [
        date - skew_max,
        date,
        date + skew_max + instant,
        expired_at - instant,
    ] {
        assert_eq!(parsed.check_date(now, skew_max), Ok(()), "{now}");
    }
    let now = date - skew_max - instant;
    let early = parsed.check_date(now, skew_max).unwrap_err();
    assert_eq!(
        early.problem,
        QueryProblem::NotYetValid {
            date,
            expires_at: expired_at,
            now
        }
        .into()
    );
    for now in [expired_at, expired_at + HOUR] {
        let late = parsed.check_date(now, skew_max).unwrap_err();
        assert_eq!(
            late.problem,
            QueryProblem::Expired {
                date,
                expired_at,
                now
            }
            .into()
        );
    }
}

#[test]
fn the_longest_and_the_shortest_are_accepted() {
    for seconds in [1, 604_800] {
        let mut sent = unsigned();
        signer().presign(&mut sent, Duration::from_secs(seconds));
        assert_eq!(signer().accept(&sent), Ok(()));
    }
}
