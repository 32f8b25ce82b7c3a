//! Sessions that carry more than a role: tags, a source identity, a second factor, a guest.

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{CreateRole, CreateVirtualMfaDevice, Stage};

use crate::support::signer::Signer;
use crate::support::{HOUR, Lab, lab, policy};
use crate::{admin, ask, check, form, sts, user, who};

const OPEN: &str =
    "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fopen&RoleSessionName=ann-works";

/// A role for everyone of the account, who may say whatever there is to say about the session.
fn open(lab: &Lab) {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Principal": {"AWS": "111122223333"}}}"#;
    let trust = Document::parse(text, DocumentKind::Trust).unwrap();
    let role = CreateRole {
        inline: [(
            "all".to_owned(),
            policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#),
        )]
        .into(),
        ..CreateRole::new("open", trust)
    };
    let now = lab.edge.now();
    lab.edge.world().operator(now).create_role(role).unwrap();
}

fn keys(answer: &crate::Answer, of: &Signer) -> Signer {
    Signer {
        access_key_id: answer.element("AccessKeyId"),
        secret_access_key: answer.element("SecretAccessKey"),
        session_token: Some(answer.element("SessionToken")),
        ..of.clone()
    }
}

// sts.session-tags.transitive, sts.source-identity.sticky
#[test]
fn tags_and_a_source_identity_go_along_the_chain() {
    lab(async |lab| {
        open(&lab);
        let ann = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let rest = "Tags.member.1.Key=team&Tags.member.1.Value=blue&Tags.member.2.Key=stage\
                    &Tags.member.2.Value=&TransitiveTagKeys.member.1=team&SourceIdentity=Ann";
        let request = form("AssumeRole", &format!("{OPEN}&{rest}"));
        let answer = ask(&lab, &ann, request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.element("SourceIdentity"), "Ann");
        assert_eq!(answer.element("PackedPolicySize"), "1");
        let first = keys(&answer, &ann);
        let answer = ask(&lab, &first, form("AssumeRole", OPEN)).await;
        assert_eq!(answer.element("SourceIdentity"), "Ann");
        let world = lab.edge.world();
        let session = world.session(&answer.element("AccessKeyId")).unwrap();
        assert_eq!(session.tags.len(), 1);
        assert_eq!(session.tags["team"], "blue");
    });
}

// sts.mfa.code-refused, sts.session-token.not-for-iam, sts.session-token.not-for-sts
#[test]
fn a_second_factor_opens_iam_to_a_users_session() {
    lab(async |lab| {
        let session = user(&lab, None);
        let serial = {
            let mut world = lab.edge.world();
            let now = lab.edge.now();
            let device = CreateVirtualMfaDevice {
                name: "ann".to_owned(),
                ..CreateVirtualMfaDevice::default()
            };
            let mut operator = world.operator(now);
            let device = operator.create_virtual_mfa_device(&device).unwrap();
            let shown = world.mfa_code(now, &device.serial).unwrap();
            let codes = [shown.code.expose(), shown.next.expose()];
            let enabled = world
                .operator(now)
                .enable_mfa_device("ann", &device.serial, codes);
            enabled.unwrap();
            device.serial
        };
        lab.advance(HOUR).await;
        let ann = sts(Signer::with(&session, lab.edge.now()));
        let code = {
            let shown = lab.edge.world().mfa_code(lab.edge.now(), &serial);
            shown.unwrap().code.expose().to_owned()
        };
        let with = |code: &str| {
            let rest = format!("SerialNumber={serial}&TokenCode={code}");
            form("GetSessionToken", &rest)
        };
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let answer = ask(&lab, &ann, with(wrong)).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Parameters));
        let strong = keys(&ask(&lab, &ann, with(&code)).await, &ann);
        let plain = keys(&ask(&lab, &ann, form("GetSessionToken", "")).await, &ann);
        let iam = |signer: &Signer| {
            let body = "Action=AttachRolePolicy&Version=2010-05-08&RoleName=photo-app\
                        &PolicyArn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
            let request = crate::form_at("https://iam.amazonaws.com/", body);
            let service = "iam";
            Signer {
                service,
                ..signer.clone()
            }
            .sign(request)
        };
        let answer = lab.call(iam(&plain)).await;
        check(
            &lab,
            &answer,
            ("InvalidClientTokenId", 403, Stage::SessionToken),
        );
        assert_eq!(lab.call(iam(&strong)).await.status, 200);
        let answer = ask(&lab, &plain, form("GetFederationToken", "Name=Bob")).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Policy));
        assert_eq!(ask(&lab, &plain, who()).await.status, 200);
    });
}

// sts.federation-token.identity, sts.access-key-info.form
#[test]
fn a_user_vouches_for_somebody() {
    lab(async |lab| {
        let ann = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let rest = "Name=Bob&DurationSeconds=900&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        let answer = ask(&lab, &ann, form("GetFederationToken", rest)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.element("FederatedUserId"), "111122223333:Bob");
        let arn = "arn:aws:sts::111122223333:federated-user/Bob";
        assert_eq!(answer.element("Arn"), arn);
        assert_eq!(answer.element("Expiration"), "2031-05-01T00:15:00Z");
        assert_eq!(answer.element("PackedPolicySize"), "3");
        let bob = keys(&answer, &ann);
        assert_eq!(ask(&lab, &bob, who()).await.element("Arn"), arn);
        let key = format!("AccessKeyId={}", bob.access_key_id);
        let answer = ask(&lab, &ann, form("GetAccessKeyInfo", &key)).await;
        assert_eq!(answer.element("Account"), "111122223333");
        let denied = ask(&lab, &bob, form("GetAccessKeyInfo", &key)).await;
        check(&lab, &denied, ("AccessDenied", 403, Stage::Policy));
    });
}

// sts.operations.out-of-scope
#[test]
fn what_is_out_of_scope_says_so() {
    lab(async |lab| {
        admin(&lab);
        let ann = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let root = form("AssumeRoot", "TargetPrincipal=444455556666");
        let saml = form("AssumeRoleWithSAML", "RoleArn=a");
        for request in [ann.sign(root), saml] {
            let answer = lab.call(request).await;
            check(&lab, &answer, ("InvalidAction", 400, Stage::Operation));
            assert!(
                answer
                    .element("Message")
                    .contains("not supported by this simulated account")
            );
        }
    });
}

// sts.decode.message
#[test]
fn why_ec2_refused_is_decoded() {
    lab(async |lab| {
        let ann = sts(Signer::with(
            &user(&lab, Some("ec2:StopInstances")),
            lab.edge.now(),
        ));
        let body = format!(
            "Action=StopInstances&Version=2016-11-15&InstanceId.1={}",
            lab.web
        );
        let request = crate::form_at("https://ec2.us-east-1.amazonaws.com/", &body);
        let service = "ec2";
        let signer = Signer {
            service,
            ..ann.clone()
        };
        let refused = lab.call(signer.sign(request)).await;
        let message = refused.element("Message");
        let (_, encoded) = message.rsplit_once(' ').unwrap();
        let asking = |encoded: &str| {
            form(
                "DecodeAuthorizationMessage",
                &format!("EncodedMessage={encoded}"),
            )
        };
        let answer = ask(&lab, &ann, asking(encoded)).await;
        assert_eq!(answer.status, 200, "{answer:?} {message}");
        let decoded: serde_json::Value =
            serde_json::from_str(&answer.element("DecodedMessage")).unwrap();
        assert_eq!(decoded["explicitDeny"], true);
        assert_eq!(decoded["context"]["action"], "ec2:StopInstances");
        let answer = ask(&lab, &ann, asking("nonsense")).await;
        let code = "InvalidAuthorizationMessageException";
        check(&lab, &answer, (code, 400, Stage::Parameters));
    });
}
