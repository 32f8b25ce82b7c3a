//! Session tags, and those that go on to the next session.

use std::sync::Arc;

use super::{ACCOUNT, ADMIN, Lab, admin, told};
use crate::iam::CreateRole;
use crate::policy::{Document, DocumentKind};
use crate::session::Session;
use crate::sts::AssumeRole;
use crate::testing::{policy, role, start};

/// Everyone of the account may assume it and, under a condition, tag the session.
fn tagging(condition: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Principal": {{"AWS": "{ACCOUNT}"}}{condition}}}]}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

fn lab(condition: &str) -> Lab {
    Lab::new(tagging(condition), &[policy("Allow", "sts:*")])
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    let tags = tags.iter();
    tags.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn tagged(tags: &[(&str, &str)], transitive: &[&str]) -> AssumeRole {
    AssumeRole {
        tags: pairs(tags),
        transitive_tag_keys: transitive.iter().map(|key| (*key).to_owned()).collect(),
        ..admin()
    }
}

fn tags_of(session: &Session) -> Vec<(&str, &str)> {
    let tags = session.tags.iter();
    tags.map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

// sts.session-tags.principal-tags
#[test]
fn tags_are_those_of_the_principal() {
    let mut lab = lab("");
    let request = tagged(&[("team", "blue"), ("stage", "prod")], &[]);
    let assumed = lab.by_ann(request).unwrap();
    let session = assumed.session;
    assert_eq!(tags_of(&session), [("stage", "prod"), ("team", "blue")]);
    assert_eq!(
        assumed.packed_policy_size,
        Some(1),
        "sts.session-policy.packed-size"
    );
    let own = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*",
        "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}}}"#;
    let own = Document::parse(own, DocumentKind::Identity).unwrap();
    lab.world
        .operator(start())
        .put_role_policy("admin", "blue", own)
        .unwrap();
    let decide = |session: &Session| {
        let world = &lab.world;
        world.decide(start(), session, "s3:GetObject", "arn:aws:s3:::b/k")
    };
    assert!(!decide(&session).allowed());
    let plain = lab.world.sts_assume_role(start(), &lab.ann, &admin());
    assert!(
        lab.world
            .decide(
                start(),
                &plain.unwrap().session,
                "s3:GetObject",
                "arn:aws:s3:::b/k"
            )
            .allowed()
    );
}

// sts.session-tags.permission
#[test]
fn who_tags_a_session_must_be_allowed_to() {
    let mut lab = Lab::open();
    let mut refused = |request| told(lab.by_ann(request));
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: sts:TagSession on \
         resource: {ADMIN} because no role trust policy allows the sts:TagSession action"
    );
    assert_eq!(
        refused(tagged(&[("team", "blue")], &[])),
        ("AccessDenied", 403, message)
    );
}

// sts.session-tags.condition-keys
#[test]
fn the_request_says_its_tags_to_the_trust_policy() {
    let equals = |key: &str, value: &str| {
        format!(r#", "Condition": {{"StringEquals": {{"{key}": "{value}"}}}}"#)
    };
    let all = |key: &str, value: &str| {
        format!(r#", "Condition": {{"ForAllValues:StringEquals": {{"{key}": ["{value}"]}}}}"#)
    };
    let blue = || tagged(&[("team", "blue")], &["team"]);
    for (condition, allowed) in [
        (equals("aws:RequestTag/team", "blue"), true),
        (equals("aws:RequestTag/team", "red"), false),
        (all("aws:TagKeys", "team"), true),
        (all("aws:TagKeys", "stage"), false),
        (all("sts:TransitiveTagKeys", "team"), true),
        (all("sts:TransitiveTagKeys", "stage"), false),
    ] {
        let result = lab(&condition).by_ann(blue());
        assert_eq!(result.is_ok(), allowed, "{condition}");
    }
}

/// A second role, which everyone may assume, too.
fn second(lab: &mut Lab) -> AssumeRole {
    let next = CreateRole {
        trust: tagging(""),
        attached: vec!["AdministratorAccess".to_owned()],
        ..role("next", "ec2.amazonaws.com")
    };
    lab.world.operator(start()).create_role(next).unwrap();
    AssumeRole {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/next"),
        ..admin()
    }
}

// sts.session-tags.transitive
#[test]
fn transitive_tags_go_on_and_others_do_not() {
    let mut lab = lab("");
    let next = second(&mut lab);
    let first = lab
        .by_ann(tagged(&[("Team", "blue"), ("stage", "prod")], &["Team"]))
        .unwrap()
        .session;
    let request = AssumeRole {
        tags: pairs(&[("stage", "test")]),
        ..next.clone()
    };
    let chained = lab.assume(&first, &request).unwrap().session;
    assert_eq!(tags_of(&chained), [("Team", "blue"), ("stage", "test")]);
    let again = lab.assume(&chained, &admin()).unwrap().session;
    assert_eq!(
        tags_of(&again),
        [("Team", "blue")],
        "to the end of the chain"
    );
    let other = AssumeRole {
        tags: pairs(&[("TEAM", "red")]),
        ..next
    };
    let refused = told(lab.assume(&first, &other));
    assert_eq!((refused.0, refused.1), ("ValidationError", 400));
    assert!(
        refused.2.ends_with("from the calling session: TEAM"),
        "{refused:?}"
    );
}

// sts.session-tags.case, sts.session-tags.limits
#[test]
fn tags_have_limits() {
    let mut lab = lab("");
    let mut refused = |tags: &[(&str, &str)], transitive: &[&str]| {
        let (code, _, message) = told(lab.by_ann(tagged(tags, transitive)));
        assert_eq!(code, "ValidationError", "{message}");
        message
    };
    assert_eq!(
        refused(&[("team", "a"), ("TEAM", "b")], &[]),
        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    assert!(refused(&[("aws:team", "a")], &[]).contains("reserved"));
    assert!(refused(&[], &["team"]).contains("must be included in the requested tags"));
    let long = "k".repeat(129);
    assert!(
        refused(&[(long.as_str(), "")], &[])
            .contains("at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128")
    );
    let long = "v".repeat(257);
    assert!(refused(&[("k", long.as_str())], &[]).contains("'tags.1.member.value'"));
    assert!(refused(&[("", "v")], &[]).contains("greater than or equal to 1"));
    assert!(refused(&[("a#b", "v")], &[]).contains("regular expression pattern"));
    let keys: Vec<String> = (0..51).map(|number| format!("k{number}")).collect();
    let many: Vec<_> = keys.iter().map(|key| (key.as_str(), "v")).collect();
    assert!(refused(&many, &[]).contains("less than or equal to 50"));
    let most = tagged(&many[..50], &[]);
    assert_eq!(lab.by_ann(most).unwrap().session.tags.len(), 50);
}

// sts.session-tags.transitive
#[test]
fn the_tags_of_a_users_session_are_none() {
    let mut lab = lab("");
    let ann = Arc::clone(&lab.ann);
    let session = lab
        .world
        .sts_get_session_token(start(), &ann, None)
        .unwrap();
    assert!(session.tags.is_empty());
}
