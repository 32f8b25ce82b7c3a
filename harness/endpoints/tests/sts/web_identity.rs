//! A token in place of a signature.

use std::time::Duration;

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{CreateOidcProvider, CreateRole, Operation, Stage, WebIdentityToken};

use crate::support::signer::Signer;
use crate::support::{HOUR, Lab, lab};
use crate::{ask, check, form, sts, who};

const ISSUER: &str = "https://oidc.simulated.example/ci";

fn provide(lab: &Lab) {
    let now = lab.edge.now();
    let mut world = lab.edge.world();
    let provider = CreateOidcProvider {
        url: ISSUER.to_owned(),
        client_ids: vec!["sts.amazonaws.com".to_owned()],
        ..CreateOidcProvider::default()
    };
    let mut operator = world.operator(now);
    let arn = operator.create_oidc_provider(provider).unwrap().arn;
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": "{arn}"}},
            "Condition": {{"StringEquals": {{"oidc.simulated.example/ci:sub": "job"}}}}}}}}"#
    );
    let trust = Document::parse(&trust, DocumentKind::Trust).unwrap();
    let role = CreateRole::new("deploy", trust);
    operator.create_role(role).unwrap();
}

fn token(lab: &Lab, subject: &str) -> String {
    let asked = WebIdentityToken {
        issuer: ISSUER.to_owned(),
        subject: subject.to_owned(),
        audience: "sts.amazonaws.com".to_owned(),
        lifetime: Duration::from_mins(10),
        ..WebIdentityToken::default()
    };
    let token = lab.edge.world().web_identity_token(lab.edge.now(), &asked);
    token.expose().to_owned()
}

fn asking(token: &str) -> http::Request<bytes::Bytes> {
    let rest = format!(
        "RoleArn=arn:aws:iam::111122223333:role/deploy&RoleSessionName=run-1&WebIdentityToken={token}"
    );
    form("AssumeRoleWithWebIdentity", &rest)
}

// sts.web-identity.unsigned
#[test]
fn nobody_signs_and_the_token_is_exchanged() {
    lab(async |lab| {
        provide(&lab);
        let good = token(&lab, "job");
        let answer = lab.call(asking(&good)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        for (name, value) in [
            ("SubjectFromWebIdentityToken", "job"),
            ("Audience", "sts.amazonaws.com"),
            (
                "Provider",
                "arn:aws:iam::111122223333:oidc-provider/oidc.simulated.example/ci",
            ),
            ("Arn", "arn:aws:sts::111122223333:assumed-role/deploy/run-1"),
        ] {
            assert_eq!(answer.element(name), value);
        }
        let exchange = lab.last_exchange();
        assert_eq!(
            exchange.operation,
            Some(Operation::StsAssumeRoleWithWebIdentity)
        );
        assert!(!format!("{exchange:?}").contains(&good));
        let signer = sts(Signer {
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: answer.element("SecretAccessKey"),
            session_token: Some(answer.element("SessionToken")),
            ..lab.signer()
        });
        let itself = ask(&lab, &signer, who()).await;
        assert_eq!(itself.element("Arn"), answer.element("Arn"));
    });
}

// sts.web-identity.not-authorized, sts.web-identity.times, sts.web-identity.malformed
#[test]
fn refusals_are_those_of_aws() {
    lab(async |lab| {
        provide(&lab);
        let stranger = token(&lab, "other");
        let answer = lab.call(asking(&stranger)).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Policy));
        assert!(lab.last_exchange().decision.is_some());
        let answer = lab.call(asking("no-token")).await;
        check(
            &lab,
            &answer,
            ("InvalidIdentityToken", 400, Stage::Parameters),
        );
        let good = token(&lab, "job");
        lab.advance(HOUR).await;
        let answer = lab.call(asking(&good)).await;
        check(
            &lab,
            &answer,
            ("ExpiredTokenException", 400, Stage::Parameters),
        );
        let missing = form("AssumeRoleWithWebIdentity", "RoleSessionName=run-1");
        let answer = lab.call(missing).await;
        check(&lab, &answer, ("ValidationError", 400, Stage::Parameters));
    });
}
