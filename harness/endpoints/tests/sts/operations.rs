//! What is answered.

use std::sync::Arc;

use rolecall_account::{Operation, Stage};

use crate::support::signer::Signer;
use crate::support::{self, lab};
use crate::{ADMIN, NAMESPACE, REGIONAL, admin, ask, check, form, sts, user, who};

// sts.query.protocol, sts.query.result-document
#[test]
fn a_caller_is_told_who_it_is() {
    lab(async |lab| {
        let signer = sts(lab.signer());
        let get = format!("{REGIONAL}?Action=GetCallerIdentity&Version=2011-06-15");
        for request in [who(), support::request("GET", &get, &[])] {
            let answer = ask(&lab, &signer, request).await;
            let id = answer.header("x-amzn-requestid").unwrap();
            let web = &lab.web;
            let session = lab.last_exchange().session.unwrap();
            let user_id = session.identity.user_id();
            assert_eq!(
                answer.text(),
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                     <GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
                     <UserId>{user_id}</UserId><Account>111122223333</Account>\
                     <Arn>arn:aws:sts::111122223333:assumed-role/photo-app/{web}</Arn>\
                     </GetCallerIdentityResult><ResponseMetadata><RequestId>{id}</RequestId>\
                     </ResponseMetadata></GetCallerIdentityResponse>"
                )
            );
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("content-type"), Some("text/xml"));
            assert_eq!(answer.header("date"), Some("Thu, 01 May 2031 00:00:00 GMT"));
            let operation = lab.last_exchange().operation;
            assert_eq!(operation, Some(Operation::StsGetCallerIdentity));
        }
        let ids: Vec<_> = lab
            .exchanges_since(0)
            .iter()
            .map(|exchange| exchange.response.as_ref().unwrap().headers["x-amzn-requestid"].clone())
            .collect();
        assert_ne!(ids[0], ids[1]);
    });
}

// sts.caller-identity.needs-no-permission
#[test]
fn a_user_to_whom_everything_is_denied_is_told_too() {
    lab(async |lab| {
        let ann = user(&lab, Some("*"));
        let signer = sts(Signer::with(&ann, lab.edge.now()));
        let answer = ask(&lab, &signer, who()).await;
        assert_eq!(answer.element("Arn"), "arn:aws:iam::111122223333:user/ann");
        assert!(answer.element("UserId").starts_with("AIDA"));
    });
}

// sts.credentials.members
#[test]
fn a_role_is_assumed_and_its_keys_stay_out_of_the_journal() {
    lab(async |lab| {
        admin(&lab);
        let signer = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let answer = ask(&lab, &signer, form("AssumeRole", ADMIN)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.element("Arn"),
            "arn:aws:sts::111122223333:assumed-role/admin/ann-works"
        );
        assert!(answer.element("AssumedRoleId").ends_with(":ann-works"));
        assert_eq!(answer.element("Expiration"), "2031-05-01T01:00:00Z");
        assert!(!answer.text().contains("PackedPolicySize"));
        let secrets = [
            answer.element("SecretAccessKey"),
            answer.element("SessionToken"),
        ];
        let exchange = lab.last_exchange();
        assert_eq!(
            exchange.decision.as_ref().unwrap().to_string(),
            "allowed by `AdministratorAccess`, statement 1"
        );
        let shown = format!("{exchange:?}");
        for secret in &secrets {
            assert!(!shown.contains(secret));
        }
        assert!(shown.contains("<SessionToken>sha256:"));
        let assumed = Signer {
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: secrets[0].clone(),
            session_token: Some(secrets[1].clone()),
            ..signer
        };
        let itself = ask(&lab, &assumed, who()).await;
        assert_eq!(itself.element("Arn"), answer.element("Arn"));
    });
}

// sts.session-policy.packed-size
#[test]
fn session_policies_are_members_of_a_list() {
    lab(async |lab| {
        admin(&lab);
        let signer = sts(Signer::with(&user(&lab, None), lab.edge.now()));
        let arns = "PolicyArns.member.2.arn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
        let answer = ask(
            &lab,
            &signer,
            form("AssumeRole", &format!("{ADMIN}&{arns}")),
        )
        .await;
        assert_eq!(answer.element("PackedPolicySize"), "5");
        let key = answer.element("AccessKeyId");
        let session = Arc::clone(lab.edge.world().session(&key).unwrap());
        let names: Vec<_> = session
            .policies
            .iter()
            .flat_map(|all| all.iter())
            .map(|policy| policy.name.clone())
            .collect();
        assert_eq!(
            names,
            ["AmazonSSMManagedInstanceCore", "AmazonS3ReadOnlyAccess"]
        );
    });
}

#[test]
fn a_users_session_token_is_for_half_a_day() {
    lab(async |lab| {
        let signer = sts(Signer::with(&user(&lab, Some("sts:*")), lab.edge.now()));
        let answer = ask(&lab, &signer, form("GetSessionToken", "")).await;
        assert_eq!(answer.element("Expiration"), "2031-05-01T12:00:00Z");
        let role = sts(lab.signer());
        let answer = ask(&lab, &role, form("GetSessionToken", "")).await;
        check(&lab, &answer, ("AccessDenied", 403, Stage::Policy));
    });
}
