//! Who is really behind a session.

use super::{ACCOUNT, ADMIN, Lab, admin, told, trusting};
use crate::policy::{Document, DocumentKind};
use crate::sts::AssumeRole;
use crate::testing::{policy, start};

fn naming(condition: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Principal": {{"AWS": "{ACCOUNT}"}}{condition}}}]}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

fn lab(condition: &str) -> Lab {
    let rights = [policy("Allow", "sts:*")];
    Lab::new(naming(condition), &rights)
}

fn named(name: &str) -> AssumeRole {
    AssumeRole {
        source_identity: Some(name.to_owned()),
        ..admin()
    }
}

// sts.source-identity.sticky
#[test]
fn a_source_identity_stays_through_the_chain() {
    let mut lab = lab("");
    let first = lab.by_ann(named("Ann")).unwrap().session;
    assert_eq!(first.context.source_identity.as_deref(), Some("Ann"));
    for request in [admin(), named("Ann")] {
        let chained = lab.assume(&first, &request).unwrap().session;
        assert_eq!(chained.context.source_identity.as_deref(), Some("Ann"));
    }
    let other = told(lab.assume(&first, &named("Bob")));
    assert_eq!((other.0, other.1), ("AccessDenied", 403));
}

// sts.source-identity.permission
#[test]
fn who_says_it_or_passes_it_on_must_be_allowed_to() {
    let mut lab = Lab::open();
    let refused = told(lab.by_ann(named("Ann")));
    assert_eq!(refused.0, "AccessDenied");
    assert!(
        refused.2.contains(&format!(
            "is not authorized to perform: sts:SetSourceIdentity on resource: {ADMIN}"
        )),
        "{refused:?}"
    );
    let mut lab = self::lab("");
    let first = lab.by_ann(named("Ann")).unwrap().session;
    let closed = crate::iam::CreateRole {
        trust: trusting(ACCOUNT, ""),
        ..crate::testing::role("closed", "ec2.amazonaws.com")
    };
    lab.world.operator(start()).create_role(closed).unwrap();
    let request = AssumeRole {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/closed"),
        ..admin()
    };
    let refused = told(lab.assume(&first, &request));
    assert!(refused.2.contains("sts:SetSourceIdentity"), "{refused:?}");
}

// policy.context.source-identity, sts.assume-role.condition-keys
#[test]
fn policies_can_ask_for_it() {
    let condition = r#", "Condition": {"StringEquals": {"sts:SourceIdentity": "Ann"}}"#;
    assert!(lab(condition).by_ann(named("Ann")).is_ok());
    assert!(lab(condition).by_ann(named("Bob")).is_err());
    assert!(lab(condition).by_ann(admin()).is_err());
    let mut lab = lab("");
    let ann = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceIdentity": "Ann"}}}}"#;
    let ann = Document::parse(ann, DocumentKind::Identity).unwrap();
    let mut operator = lab.world.operator(start());
    operator.put_role_policy("admin", "ann", ann).unwrap();
    for (name, allowed) in [("Ann", true), ("Bob", false)] {
        let session = lab.by_ann(named(name)).unwrap().session;
        let decision = lab
            .world
            .decide(start(), &session, "s3:GetObject", "arn:aws:s3:::b/k");
        assert_eq!(decision.allowed(), allowed, "{name}");
    }
}

// sts.source-identity.form
#[test]
fn it_has_the_form_of_a_name() {
    let mut lab = lab("");
    for bad in ["a", "aws:ann", "a b", &"a".repeat(65)] {
        let refused = told(lab.by_ann(named(bad)));
        assert_eq!(refused.0, "ValidationError");
        assert!(refused.2.contains("at 'sourceIdentity'"), "{refused:?}");
    }
}
