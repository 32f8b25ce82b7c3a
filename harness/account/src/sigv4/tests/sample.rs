//! A request that is accepted, and how one change to it is refused.

use http::{HeaderMap, HeaderName, Method};

use super::super::{Failure, Problem, ServiceRules, Stage};
use super::signer::{Sent, Signer};
use crate::SimInstant;

pub(super) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(super) const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE==";
pub(super) const COLOUR: HeaderName = HeaderName::from_static("x-amz-meta-colour");

pub(super) fn signer() -> Signer {
    Signer {
        secret: SECRET.to_owned(),
        token: Some(TOKEN.to_owned()),
        region: "us-east-1".to_owned(),
        rules: ServiceRules::S3,
        date: SimInstant::parse("2031-05-01T06:00:00Z").unwrap(),
    }
}

pub(super) fn unsigned() -> Sent {
    let mut sent = Sent {
        method: Method::PUT,
        path: "/bucket/a%20key".to_owned(),
        query: Some("partNumber=1&uploadId=abc".to_owned()),
        headers: HeaderMap::new(),
        body: b"hello".to_vec(),
    };
    sent.append("host", "s3.amazonaws.com");
    sent.append("content-type", "text/plain");
    sent.append("x-amz-meta-colour", "red");
    sent
}

pub(super) fn signed() -> Sent {
    let mut sent = unsigned();
    signer().sign(&mut sent);
    sent
}

pub(super) type Change = fn(&mut Sent);

/// What the change is, the change, what is wrong then.
pub(super) type Row = (&'static str, Change, Problem);

pub(super) fn check(rows: Vec<Row>, stage: Stage) {
    assert_eq!(signer().accept(&signed()), Ok(()));
    for (change, apply, problem) in rows {
        let mut sent = signed();
        apply(&mut sent);
        let failure = signer().accept(&sent).expect_err(change);
        assert_eq!(failure.problem, problem, "{change}");
        assert_eq!(failure.stage(), stage, "{change}");
        assert_shows_no_secret(&failure);
    }
}

pub(super) fn assert_shows_no_secret(failure: &Failure) {
    let explanation = failure.explanation.as_ref().map(ToString::to_string);
    let shown = format!("{failure} {failure:?} {explanation:?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}
