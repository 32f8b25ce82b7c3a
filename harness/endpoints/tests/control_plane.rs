//! IAM and EC2 over HTTP: who may change an account, and how it is told.

mod support;

use bytes::Bytes;
use http::Request;
use rolecall_account::Stage;
use support::signer::Signer;
use support::{Answer, Lab, lab, user};

const ROLE: &str =
    "RoleName=photo-app&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAmazonS3ReadOnlyAccess";

fn form(uri: &str, body: String) -> Request<Bytes> {
    let content_type = [("content-type", "application/x-www-form-urlencoded")];
    support::request("POST", uri, &content_type).map(|_| Bytes::from(body))
}

async fn iam(lab: &Lab, signer: &Signer, action: &str, rest: &str) -> Answer {
    let body = format!("Action={action}&Version=2010-05-08&{rest}");
    let request = form("https://iam.amazonaws.com/", body);
    let service = "iam";
    let signer = Signer {
        service,
        ..signer.clone()
    };
    lab.call(signer.sign(request)).await
}

async fn ec2(lab: &Lab, signer: &Signer, action: &str, rest: &str) -> Answer {
    let body = format!("Action={action}&Version=2016-11-15&{rest}");
    let request = form("https://ec2.us-east-1.amazonaws.com/", body);
    let service = "ec2";
    let signer = Signer {
        service,
        ..signer.clone()
    };
    lab.call(signer.sign(request)).await
}

/// Ann, who may do everything but `denied`.
fn ann(lab: &Lab, denied: &str) -> Signer {
    let ann = user(lab, Some(denied));
    Signer::with(&ann, lab.edge.now())
}

// iam.signature.region, iam.authorization.policy-arn
#[test]
fn iam_is_changed_by_those_who_may() {
    lab(async |lab| {
        let ann = ann(&lab, "iam:DetachRolePolicy");
        let answer = iam(&lab, &ann, "AttachRolePolicy", ROLE).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let root = "<AttachRolePolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">";
        assert!(answer.text().contains(root), "{answer:?}");

        let answer = iam(&lab, &ann, "DetachRolePolicy", ROLE).await;
        let code = answer.element("Code");
        assert_eq!((answer.status, code.as_str()), (403, "AccessDenied"));
        assert_eq!(
            answer.element("Message"),
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: \
             iam:DetachRolePolicy on resource: arn:aws:iam::111122223333:role/photo-app with an explicit deny in an \
             identity-based policy"
        );
        let refusal = lab.last_exchange().refusal.unwrap();
        assert_eq!(refusal.stage, Stage::Policy);
        assert!(lab.last_exchange().decision.is_some());
    });
}

#[test]
fn an_action_that_is_not_there_is_no_empty_answer() {
    lab(async |lab| {
        let ann = ann(&lab, "s3:*");
        let answer = iam(&lab, &ann, "CreateSAMLProvider", "").await;
        assert_eq!(answer.element("Code"), "InvalidAction");
        let answer = ec2(&lab, &ann, "CreateVpc", "").await;
        assert_eq!(answer.element("Code"), "InvalidAction");
    });
}

// ec2.query.documents, ec2.query.lists, ec2.errors.unauthorized
#[test]
fn ec2_answers_in_documents_of_its_own() {
    lab(async |lab| {
        let ann = ann(&lab, "ec2:DeleteTags");
        let tag = format!("ResourceId.1={}&Tag.1.Key=team&Tag.1.Value=blue", lab.web);
        let answer = ec2(&lab, &ann, "CreateTags", &tag).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.element("return"), "true");
        assert!(!answer.element("requestId").is_empty());
        let tags = lab.edge.world().instance(&lab.web).unwrap().tags.clone();
        assert_eq!(tags["team"], "blue");

        let answer = ec2(&lab, &ann, "DeleteTags", &tag).await;
        let code = answer.element("Code");
        assert_eq!(
            (answer.status, code.as_str()),
            (403, "UnauthorizedOperation")
        );
        assert!(
            answer.text().contains("<Response><Errors><Error>"),
            "{answer:?}"
        );

        let other = tag.replace(&lab.web, "i-0123456789abcdef0");
        let answer = ec2(&lab, &ann, "CreateTags", &other).await;
        assert_eq!(answer.element("Code"), "InvalidInstanceID.NotFound");
    });
}
