//! Who is recognised, and what EC2 tells the others.

use std::time::Duration;

use crate::support::signer::Signer;
use crate::support::{HOUR, lab};
use crate::{Asker, ann, form};

const FAILED: (u16, &str, &str) = (
    401,
    "AuthFailure",
    "AWS was not able to validate the provided access credentials",
);
const EXPIRED: (u16, &str, &str) = (400, "RequestExpired", "Request has expired.");

async fn told(asker: &Asker<'_>, signer: Signer) -> (u16, String, String) {
    let request = signer.sign(form("DescribeInstances", &[]));
    let answer = asker.lab.call(request).await;
    let root = "<Response><Errors><Error><Code>";
    assert!(answer.text().contains(root), "{answer:?}");
    (
        answer.status,
        answer.element("Code"),
        answer.element("Message"),
    )
}

// ec2.errors.authentication
#[test]
fn a_caller_that_is_not_recognised_is_told_in_ec2s_words() {
    lab(async |lab| {
        let ann = ann(&lab);
        let is = |told: (u16, String, String), expected: (u16, &str, &str)| {
            assert_eq!((told.0, &*told.1, &*told.2), expected);
        };
        let rows: [(fn(&mut Signer), _); 4] = [
            (
                |signer| signer.access_key_id = "AKIAAAAAAAAAAAAAAAAA".to_owned(),
                FAILED,
            ),
            (|signer| signer.secret_access_key.push('x'), FAILED),
            (|signer| signer.region = "eu-west-1", FAILED),
            (
                |signer| signer.session_token = Some("token".to_owned()),
                FAILED,
            ),
        ];
        for (change, expected) in rows {
            let mut signer = ann.signer.clone();
            change(&mut signer);
            is(told(&ann, signer).await, expected);
        }
        lab.advance(HOUR).await;
        is(told(&ann, ann.signer.clone()).await, EXPIRED);
        let ahead = Signer {
            date: lab.edge.now() + Duration::from_mins(16),
            ..ann.signer.clone()
        };
        is(told(&ann, ahead).await, EXPIRED);

        let anonymous = lab.call(form("DescribeInstances", &[])).await;
        let code = anonymous.element("Code");
        assert_eq!(
            (anonymous.status, &*code),
            (403, "MissingAuthenticationToken")
        );
        assert_eq!(
            anonymous.element("Message"),
            "Request is missing Authentication Token"
        );
    });
}

// ec2.errors.authentication
#[test]
fn a_session_that_is_over_is_an_expired_request() {
    lab(async |lab| {
        let ann = ann(&lab);
        let session = lab.edge.world().served_by(&lab.web).cloned().unwrap();
        lab.advance(6 * HOUR).await;
        let signer = Signer {
            service: "ec2",
            ..Signer::with(&session, lab.edge.now())
        };
        let (status, code, message) = told(&ann, signer).await;
        assert_eq!((status, &*code, &*message), EXPIRED);
    });
}
