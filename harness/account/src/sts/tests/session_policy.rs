//! Policies that a session may not exceed.

use super::{Lab, admin, invalid, told};
use crate::sts::AssumeRole;
use crate::testing::start;

// sts.session-policy.intersects
#[test]
fn a_session_policy_limits_and_never_grants() {
    let mut lab = Lab::open();
    let passed = AssumeRole {
        policy: Some(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#.to_owned()),
        ..admin()
    };
    let assumed = lab.by_ann(passed.clone()).unwrap();
    assert_eq!(assumed.packed_policy_size, Some(5), "rounded up");
    let session = assumed.session;
    let decide = |lab: &Lab, action: &str| {
        let decision = lab
            .world
            .decide(start(), &session, action, "arn:aws:s3:::b/k");
        decision.because(action)
    };
    assert_eq!(decide(&lab, "s3:GetObject"), None);
    assert_eq!(
        decide(&lab, "s3:PutObject").unwrap(),
        "because no session policy allows the s3:PutObject action"
    );
    let by_arn = AssumeRole {
        policy: None,
        policy_arns: vec!["arn:aws:iam::aws:policy/AmazonS3FullAccess".to_owned()],
        ..passed
    };
    let session = lab.by_ann(by_arn).unwrap().session;
    let write = lab
        .world
        .decide(start(), &session, "s3:PutObject", "arn:aws:s3:::b/k");
    let other = lab.world.decide(start(), &session, "ec2:RunInstances", "*");
    assert_eq!((write.allowed(), other.allowed()), (true, false));
}

// sts.session-policy.limits
#[test]
fn session_policies_that_are_none_are_refused() {
    let mut lab = Lab::open();
    let mut refused = |policy: Option<&str>, arns: &[&str]| {
        let (code, status, _) = told(lab.by_ann(AssumeRole {
            policy: policy.map(str::to_owned),
            policy_arns: arns.iter().map(|&arn| arn.to_owned()).collect(),
            ..admin()
        }));
        (code, status)
    };
    let malformed = ("MalformedPolicyDocument", 400);
    assert_eq!(refused(Some("{}"), &[]), malformed);
    let long = " ".repeat(2049);
    assert_eq!(refused(Some(&long), &[]), ("PackedPolicyTooLarge", 400));
    let arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    assert_eq!(refused(None, &[arn; 11]), ("ValidationError", 400));
    let unknown = "arn:aws:iam::aws:policy/NoSuchPolicy";
    assert_eq!(refused(None, &[unknown]), ("ValidationError", 400));
}

// sts.session-policy.limits, sts.errors.validation-form
#[test]
fn a_policy_has_its_characters_and_an_arn_its_length() {
    let mut lab = Lab::open();
    let mut refused = |policy: &str, arns: &[&str]| {
        told(lab.by_ann(AssumeRole {
            policy: Some(policy.to_owned()),
            policy_arns: arns.iter().map(|&arn| arn.to_owned()).collect(),
            ..admin()
        }))
    };
    let pattern =
        r"Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+";
    let at = "at 'policy' failed to satisfy constraint";
    assert_eq!(
        refused("{\u{2028}}", &[]),
        invalid(&format!(
            "1 validation error detected: Value '{{\u{2028}}}' {at}: {pattern}"
        ))
    );
    let short = "Member must have length greater than or equal to";
    assert_eq!(
        refused("", &["arn:aws:iam::aws:policy/AmazonS3FullAccess", "S3"]),
        invalid(&format!(
            "2 validation errors detected: Value '' {at}: {short} 1; Value 'S3' at \
             'policyArns.2.member.arn' failed to satisfy constraint: {short} 20"
        ))
    );
}
