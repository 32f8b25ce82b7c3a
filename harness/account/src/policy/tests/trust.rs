//! Trust policies, and the words of a refusal.

use super::*;

const CHAIN: &str = "arn:aws:iam::111122223333:role/chain";
const ABROAD: &str = "arn:aws:iam::444455556666:role/chain";

/// Caller, principal of the trust policy, whether the caller's own policies allow, role, decision.
#[rustfmt::skip]
const CASES: &[(&str, &str, bool, &str, &str)] = &[
    ("user", r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, false, CHAIN, "allow trust#1"),
    ("user", r#"{"AWS": "arn:aws:iam::111122223333:user/Ann"}"#, true, CHAIN, "no role trust policy"),
    ("user", r#"{"AWS": "111122223333"}"#, false, CHAIN, "no identity-based policy"),
    ("user", r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, true, CHAIN, "allow id#1"),
    ("user", r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, false, ABROAD, "no identity-based policy"),
    ("user", r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, true, ABROAD, "allow trust#1"),
    ("user", r#"{"AWS": "111122223333"}"#, true, ABROAD, "allow trust#1"),
    ("user", r#"{"AWS": "444455556666"}"#, true, ABROAD, "no role trust policy"),
    ("user", r#"{"AWS": ["444455556666", "AIDAEXAMPLEEXAMPLE123"]}"#, false, CHAIN, "allow trust#1"),
    ("user", r#"{"AWS": "AIDASOMEBODYELSE12345"}"#, true, CHAIN, "no role trust policy"),
    ("user", r#""*""#, false, CHAIN, "allow trust#1"),
    ("session", r#"{"AWS": "arn:aws:iam::111122223333:role/web"}"#, false, CHAIN, "allow trust#1"),
    ("session", r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/web/i-0abc"}"#, false, CHAIN, "allow trust#1"),
    ("session", r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/web/other"}"#, true, CHAIN, "no role trust policy"),
    // A role does not trust itself unless it says so.
    ("session", r#"{"Service": "ec2.amazonaws.com"}"#, true, "arn:aws:iam::111122223333:role/web", "no role trust policy"),
    ("root", r#"{"AWS": "444455556666"}"#, false, CHAIN, "no role trust policy"),
    ("ec2", r#"{"Service": "ec2.amazonaws.com"}"#, false, CHAIN, "allow trust#1"),
    ("ec2", r#"{"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"], "AWS": "444455556666"}"#, false, CHAIN, "allow trust#1"),
    ("ec2", r#"{"Service": "ecs-tasks.amazonaws.com"}"#, false, CHAIN, "no role trust policy"),
    ("ec2", r#"{"AWS": "111122223333"}"#, false, CHAIN, "no role trust policy"),
    ("idp", r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}"#, false, CHAIN, "allow trust#1"),
    ("idp", r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example"}"#, false, CHAIN, "no role trust policy"),
];

fn caller(name: &str) -> Principal {
    match name {
        "user" => ann(),
        "session" => web(),
        "root" => Principal::root(ACCOUNT),
        "ec2" => Principal::service("ec2.amazonaws.com"),
        "idp" => Principal::federated("arn:aws:iam::111122223333:oidc-provider/id.example.com"),
        _ => panic!("{name}"),
    }
}

fn ask(name: &str, trust: &NamedPolicy, own: bool, role: &str, context: &Context) -> Decision {
    let identity = Vec::from_iter(own.then(|| {
        identity(r#"{"Effect": "Allow", "Action": "sts:*", "Resource": "arn:aws:iam::*:role/*"}"#)
    }));
    let request = Request {
        principal: &caller(name),
        action: "sts:AssumeRole",
        resource: role,
        resource_account: None,
        context,
    };
    let policies = Policies {
        identity: &identity,
        ..Policies::default()
    };
    evaluate_trust(&request, trust, &policies)
}

fn trusting(principal: &str, extra: &str) -> NamedPolicy {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"{extra}}}"#
    );
    policy("trust", &statement, DocumentKind::Trust)
}

#[test]
fn decisions() {
    for (name, principal, own, role, expected) in CASES {
        let decision = ask(name, &trusting(principal, ""), *own, role, &Context::new());
        assert_eq!(
            &brief(&decision),
            expected,
            "{name} {principal} {own} {role}"
        );
    }
}

#[test]
fn external_id() {
    let condition = r#", "Condition": {"StringEquals": {"sts:ExternalId": "x-1"}}"#;
    let trust = trusting(r#"{"AWS": "111122223333"}"#, condition);
    for (given, expected) in [
        (Some("x-1"), "allow trust#1"),
        (Some("X-1"), "no role trust policy"),
        (None, "no role trust policy"),
    ] {
        let mut context = Context::new();
        context.set("sts:ExternalId", given);
        let decision = ask("user", &trust, true, ABROAD, &context);
        assert_eq!(brief(&decision), expected, "{given:?}");
    }
}

#[test]
fn a_pinned_principal_has_no_successor() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": ["arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/gone"]}}}"#;
    let mut document = Document::parse(text, DocumentKind::Trust).unwrap();
    let unknown = document.pin_principals(|arn| arn.ends_with("/ann").then(|| USER_ID.to_owned()));
    assert_eq!(unknown, ["arn:aws:iam::111122223333:user/gone"]);
    let trust = NamedPolicy::new("trust", Arc::new(document));
    let successor = Principal::user(ACCOUNT, "ann", "AIDASUCCESSOROFANN123");
    for (principal, expected) in [
        (ann(), "allow trust#1"),
        (successor, "no role trust policy"),
    ] {
        let request = Request {
            principal: &principal,
            action: "sts:AssumeRole",
            resource: CHAIN,
            resource_account: None,
            context: &Context::new(),
        };
        let decision = evaluate_trust(&request, &trust, &Policies::default());
        assert_eq!(brief(&decision), expected);
    }
}

#[test]
fn refusals_in_the_words_of_aws() {
    let denied = |policy_type| Decision::ExplicitDeny {
        by: StatementRef {
            policy: "p".to_owned(),
            policy_type,
            index: 0,
            sid: None,
        },
    };
    let lacking = |missing| Decision::ImplicitDeny { missing };
    for (decision, expected) in [
        (
            lacking(PolicyType::Identity),
            "because no identity-based policy allows the s3:PutObject action",
        ),
        (
            lacking(PolicyType::PermissionsBoundary),
            "because no permissions boundary allows the s3:PutObject action",
        ),
        (
            lacking(PolicyType::Session),
            "because no session policy allows the s3:PutObject action",
        ),
        (
            lacking(PolicyType::Resource),
            "because no resource-based policy allows the s3:PutObject action",
        ),
        (
            lacking(PolicyType::Trust),
            "because no role trust policy allows the s3:PutObject action",
        ),
        (
            denied(PolicyType::Identity),
            "with an explicit deny in an identity-based policy",
        ),
        (
            denied(PolicyType::PermissionsBoundary),
            "with an explicit deny in a permissions boundary",
        ),
        (
            denied(PolicyType::Session),
            "with an explicit deny in a session policy",
        ),
        (
            denied(PolicyType::Resource),
            "with an explicit deny in a resource-based policy",
        ),
        (
            denied(PolicyType::Trust),
            "with an explicit deny in the role trust policy",
        ),
        (
            lacking(PolicyType::ServiceControl),
            "because no service control policy allows the s3:PutObject action",
        ),
        (
            denied(PolicyType::ServiceControl),
            "with an explicit deny in a service control policy",
        ),
        (
            lacking(PolicyType::ResourceControl),
            "because no resource control policy allows the s3:PutObject action",
        ),
        (
            denied(PolicyType::ResourceControl),
            "with an explicit deny in a resource control policy",
        ),
        (
            lacking(PolicyType::VpcEndpoint),
            "because no VPC endpoint policy allows the s3:PutObject action",
        ),
        (
            denied(PolicyType::VpcEndpoint),
            "with an explicit deny in a VPC endpoint policy",
        ),
    ] {
        assert_eq!(decision.because("s3:PutObject").as_deref(), Some(expected));
    }
    let trust = lacking(PolicyType::Trust);
    assert_eq!(
        access_denied_message("arn:u", "sts:AssumeRole", CHAIN, &trust).unwrap(),
        "User: arn:u is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::111122223333:role/chain because no role trust policy allows the \
         sts:AssumeRole action",
    );
    let allowed = Decision::Allowed { by: None };
    assert_eq!(
        access_denied_message("arn:u", "s3:GetObject", "*", &allowed),
        None
    );
}
