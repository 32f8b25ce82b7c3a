//! Who is recognised, and what the others are told.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rolecall_account::sigv4::Stage as SigV4;
use rolecall_account::{Ending, SimInstant, Source, Stage};

use crate::support::signer::Signer;
use crate::support::{self, HOUR, Lab, lab};
use crate::{GLOBAL, REGIONAL, ask, check, form_at, sts, who};

/// A request, how it is refused, and how the message begins.
type Case = (
    Box<dyn Fn(&Lab) -> Request<Bytes>>,
    (&'static str, u16, Stage),
    &'static str,
);

// sts.errors.codes, sts.errors.unknown-key-or-token
#[test]
fn a_caller_that_is_not_recognised_is_told_why() {
    let with = |change: fn(&mut Signer)| {
        move |lab: &Lab| {
            let mut signer = sts(lab.signer());
            change(&mut signer);
            signer.sign(who())
        }
    };
    let signature = |code, stage| (code, 403, Stage::SigV4(stage));
    let invalid = |stage| ("InvalidClientTokenId", 403, stage);
    let mismatch = |stage| signature("SignatureDoesNotMatch", stage);
    let cases: Vec<Case> = vec![
        (
            Box::new(|_| who()),
            signature("MissingAuthenticationToken", SigV4::Form),
            "Request is missing Authentication Token",
        ),
        (
            Box::new(with(|signer| signer.secret_access_key.push('x'))),
            mismatch(SigV4::Signature),
            "The request signature we calculated does not match",
        ),
        (
            Box::new(with(|signer| {
                signer.access_key_id = "ASIAQQQQQQQQQQQQQQQQ".to_owned();
            })),
            invalid(Stage::AccessKey),
            "The security token included in the request is invalid",
        ),
        (
            Box::new(with(|signer| signer.session_token = None)),
            invalid(Stage::SessionToken),
            "The security token included in the request is invalid",
        ),
        (
            Box::new(with(|signer| {
                signer.session_token = Some("other".to_owned());
            })),
            invalid(Stage::SessionToken),
            "The security token included in the request is invalid",
        ),
        (
            Box::new(with(|signer| signer.service = "s3")),
            mismatch(SigV4::Scope),
            "Credential should be scoped to correct service: 'sts'.",
        ),
        (
            Box::new(with(|signer| signer.region = "eu-west-1")),
            mismatch(SigV4::Scope),
            "Credential should be scoped to a valid region. ",
        ),
        (
            Box::new(with(|signer| {
                signer.date = signer.date - Duration::from_secs(901);
            })),
            mismatch(SigV4::Scope),
            "",
        ),
        (
            Box::new(|lab: &Lab| {
                sts(lab.signer())
                    .sign(who())
                    .map(|_| Bytes::from("Action=GetCallerIdentity&Version=2011-06-15"))
            }),
            mismatch(SigV4::Signature),
            "The request signature we calculated does not match",
        ),
        (
            Box::new(|_| {
                let mut request = who();
                request.headers_mut().insert(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=A".parse().unwrap(),
                );
                request
            }),
            ("IncompleteSignature", 400, Stage::SigV4(SigV4::Form)),
            "`Authorization` lacks",
        ),
    ];
    lab(async |lab| {
        // Away from midnight, so that a date some minutes off is of the same day.
        lab.advance(HOUR).await;
        for (request, mut refused, message) in cases {
            if message.is_empty() {
                refused.2 = Stage::SigV4(SigV4::Date);
            }
            let answer = lab.call(request(&lab)).await;
            check(&lab, &answer, refused);
            assert!(answer.element("Message").starts_with(message), "{answer:?}");
        }
    });
}

// sts.signature.age-max
#[test]
fn a_date_more_than_a_quarter_of_an_hour_off_is_told_with_both_times() {
    lab(async |lab| {
        lab.advance(HOUR).await;
        let at = |text: &str| SimInstant::parse(text).unwrap();
        for (date, message) in [
            (
                "2031-05-01T00:44:59Z",
                "Signature expired: 20310501T004459Z is now earlier than 20310501T004500Z (20310501T010000Z - 15 min.)",
            ),
            (
                "2031-05-01T01:15:01Z",
                "Signature not yet current: 20310501T011501Z is still later than 20310501T011500Z (20310501T010000Z + 15 min.)",
            ),
        ] {
            let mut signer = sts(lab.signer());
            signer.date = at(date);
            let answer = ask(&lab, &signer, who()).await;
            check(
                &lab,
                &answer,
                ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Date)),
            );
            assert_eq!(answer.element("Message"), message);
        }
    });
}

#[test]
fn a_session_that_is_over_is_told_so() {
    lab(async |lab| {
        let keys = sts(lab.signer());
        let revoked = sts(lab.foreign_signer());
        let source = Source::Instance(lab.strict.clone());
        lab.edge.world().revoke(lab.edge.now(), &source, None);
        let answer = ask(&lab, &revoked, who()).await;
        check(
            &lab,
            &answer,
            ("InvalidClientTokenId", 403, Stage::Revocation),
        );
        let session = lab.last_exchange().session.unwrap();
        assert_eq!(session.ended.unwrap().1, Ending::Revoked);
        lab.advance(HOUR * 6).await;
        let late = Signer {
            date: lab.edge.now(),
            ..keys
        };
        let answer = ask(&lab, &late, who()).await;
        check(&lab, &answer, ("ExpiredToken", 403, Stage::Expiry));
        assert_eq!(
            answer.element("Message"),
            "The security token included in the request is expired"
        );
    });
}

// sts.endpoints.region
#[test]
fn each_endpoint_has_its_region() {
    lab(async |lab| {
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        for (uri, region, status) in [
            (REGIONAL, "us-east-1", 200),
            (GLOBAL, "us-east-1", 200),
            (GLOBAL, "eu-west-1", 403),
            ("https://sts.eu-west-1.amazonaws.com/", "eu-west-1", 200),
            ("https://sts.eu-west-1.amazonaws.com/", "us-east-1", 403),
        ] {
            let mut signer = sts(lab.signer());
            signer.region = region;
            let answer = ask(&lab, &signer, form_at(uri, body)).await;
            assert_eq!(answer.status, status, "{uri} {region}");
        }
    });
}

#[test]
fn a_presigned_url_tells_its_bearer_who_presigned_it() {
    lab(async |lab| {
        let url = format!("{REGIONAL}?Action=GetCallerIdentity&Version=2011-06-15");
        let request = support::request("GET", &url, &[]);
        let signer = sts(lab.signer());
        let presign = |minutes| {
            let expires = Duration::from_mins(minutes);
            signer.presign_empty(request.clone(), expires)
        };
        let (short, long) = (presign(1), presign(60));
        // Whatever a URL says, it is good for a quarter of an hour (sts.signature.age-max).
        for minutes in [0, 15] {
            lab.advance(Duration::from_mins(minutes)).await;
            for url in [&short, &long] {
                let answer = lab.call(url.clone()).await;
                assert!(answer.element("Arn").ends_with(&lab.web), "{answer:?}");
            }
        }
        lab.advance(Duration::from_secs(1)).await;
        for url in [short, long] {
            let answer = lab.call(url).await;
            let refused = ("SignatureDoesNotMatch", 403, Stage::SigV4(SigV4::Date));
            check(&lab, &answer, refused);
            let message = answer.element("Message");
            assert!(message.starts_with("Signature expired: "), "{message}");
        }
    });
}
