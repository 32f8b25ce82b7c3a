//! What is refused to those who are recognised.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use rolecall_account::Stage;

use crate::support::signer::Signer;
use crate::support::{lab, request};
use crate::{ADMIN, NAMESPACE, REGIONAL, admin, ask, check, form, form_at, sts, user};

#[test]
fn a_refusal_says_what_is_missing() {
    lab(async |lab| {
        admin(&lab);
        let answer = ask(&lab, &sts(lab.signer()), form("AssumeRole", ADMIN)).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Policy));
        let caller = format!(
            "arn:aws:sts::111122223333:assumed-role/photo-app/{}",
            lab.web
        );
        assert_eq!(
            answer.element("Message"),
            format!(
                "User: {caller} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/admin because no identity-based policy allows the sts:AssumeRole action"
            )
        );
        let id = answer.header("x-amzn-requestid").unwrap();
        assert!(
            answer.text().ends_with(&format!(
                "</Error><RequestId>{id}</RequestId></ErrorResponse>"
            )) && answer
                .text()
                .contains(&format!("<ErrorResponse xmlns=\"{NAMESPACE}\"><Error>")),
            "{answer:?}"
        );
        assert!(lab.last_exchange().decision.is_some());
        let unknown = ADMIN.replace("admin", "nobody");
        let answer = ask(&lab, &sts(lab.signer()), form("AssumeRole", &unknown)).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Policy));
        assert!(answer.element("Message").ends_with("role/nobody"));
    });
}

// sts.query.protocol
#[test]
fn only_get_and_post_are_read() {
    lab(async |lab| {
        let signer = sts(lab.signer());
        let uri = format!("{REGIONAL}?Action=GetCallerIdentity&Version=2011-06-15");
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "BREW"] {
            let answer = ask(&lab, &signer, request(method, &uri, &[])).await;
            let refused = ("MalformedHttpRequestException", 400, Stage::Operation);
            check(&lab, &answer, refused);
            assert!(answer.element("Message").contains(method), "{answer:?}");
        }
        let head = ask(&lab, &signer, request("HEAD", &uri, &[])).await;
        assert_eq!((head.status, head.body.len()), (400, 0));
    });
}

/// What is announced to be too large is not waited for.
#[test]
fn a_body_above_a_mebibyte_is_refused_before_it_is_read() {
    struct Announced;
    impl http_body::Body for Announced {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            panic!("the body was read")
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact((1 << 20) + 1)
        }
    }
    lab(async |lab| {
        let request = form("GetCallerIdentity", "").map(|_| Announced);
        let answer = lab.try_send(lab.on_web(), request).await.unwrap();
        let refused = ("RequestEntityTooLargeException", 413, Stage::Body);
        check(&lab, &answer, refused);
        let id = answer.header("x-amzn-requestid").unwrap();
        assert_eq!(
            answer.text(),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"{NAMESPACE}\">\
                 <Error><Type>Sender</Type><Code>RequestEntityTooLargeException</Code>\
                 <Message>The request entity is too large.</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            )
        );
    });
}

// sts.errors.document
#[test]
fn requests_that_are_none_are_refused() {
    let (operation, parameters) = (Stage::Operation, Stage::Parameters);
    lab(async |lab| {
        admin(&lab);
        let signer = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let large = "a".repeat(1 << 20);
        for (body, refused, message) in [
            (
                "",
                ("MissingAction", 400, operation),
                "The request is missing",
            ),
            (
                "Action=GetWebIdentityToken&Version=2011-06-15",
                ("InvalidAction", 400, operation),
                "Could not find operation GetWebIdentityToken for version 2011-06-15",
            ),
            (
                "Action=PutObject&Version=2011-06-15",
                ("InvalidAction", 400, operation),
                "Could not",
            ),
            (
                "Action=GetCallerIdentity&Version=2010-05-08",
                ("InvalidAction", 400, operation),
                "Could not",
            ),
            (
                "Action=GetCallerIdentity",
                ("InvalidAction", 400, operation),
                "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
            ),
            ("Action=%ff", ("MalformedQueryString", 404, parameters), ""),
            (
                "Action=GetCallerIdentity&Action=GetCallerIdentity",
                ("MalformedInput", 400, parameters),
                "",
            ),
            (
                &format!("Action=GetCallerIdentity&Version=2011-06-15&{large}"),
                ("RequestEntityTooLargeException", 413, Stage::Body),
                "",
            ),
        ] {
            let answer = ask(&lab, &signer, form_at(REGIONAL, body)).await;
            check(&lab, &answer, refused);
            assert!(answer.element("Message").starts_with(message), "{answer:?}");
        }
        for (rest, code, message) in [
            (
                "RoleArn=arn:aws:iam::111122223333:role/admin",
                "ValidationError",
                "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
            ),
            (
                &format!("{ADMIN}&DurationSeconds=long"),
                "MalformedInput",
                "The parameter DurationSeconds is 'long', which is no number.",
            ),
            (
                &format!("{ADMIN}&DurationSeconds=1"),
                "ValidationError",
                "1 validation error detected: Value '1' at 'durationSeconds'",
            ),
            (
                &format!("{ADMIN}&PolicyArns.member.2.arn=a"),
                "MalformedInput",
                "PolicyArns.member.2 is there and PolicyArns.member.1 is not.",
            ),
            (
                &format!("{ADMIN}&ProvidedContexts.member.1.ProviderArn=a"),
                "ValidationError",
                "The parameter ProvidedContexts is not supported",
            ),
            (
                &format!("{ADMIN}&Tags.member.1.Key=a"),
                "ValidationError",
                "1 validation error detected: Value null at 'tags.member.1.Value'",
            ),
        ] {
            let answer = ask(&lab, &signer, form("AssumeRole", rest)).await;
            check(&lab, &answer, (code, 400, parameters));
            assert!(answer.element("Message").starts_with(message), "{answer:?}");
        }
        let sessions = lab.edge.world().sessions().count();
        assert_eq!(
            sessions, 4,
            "two instances, a task, ann: nothing was made on the way"
        );
    });
}
