//! What holds of every set of policies.

use proptest::prelude::*;

use super::*;

/// A statement of few words, so that many of them meet.
#[derive(Clone, Debug)]
struct Words {
    effect: &'static str,
    action: (&'static str, &'static str),
    resource: (&'static str, &'static str),
    condition: &'static str,
}

fn words() -> impl Strategy<Value = Words> {
    let effect = prop::sample::select(vec!["Allow", "Allow", "Deny"]);
    let action = (
        prop::sample::select(vec!["Action", "Action", "NotAction"]),
        prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:PutObject", "sqs:*"]),
    );
    let resource = (
        prop::sample::select(vec!["Resource", "Resource", "NotResource"]),
        prop::sample::select(vec![
            "*",
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::b/${aws:username}",
            "arn:aws:s3:::c/*",
        ]),
    );
    let condition = prop::sample::select(vec![
        "",
        "",
        r#""StringEquals": {"aws:username": "ann"}"#,
        r#""StringNotLike": {"aws:username": "a*"}"#,
        r#""Null": {"aws:username": "true"}"#,
        r#""ForAllValues:StringEquals": {"aws:TagKeys": "x"}"#,
    ]);
    (effect, action, resource, condition).prop_map(|(effect, action, resource, condition)| Words {
        effect,
        action,
        resource,
        condition,
    })
}

impl Words {
    fn json(&self, principal: &str) -> String {
        let (action, actions) = self.action;
        let (resource, resources) = self.resource;
        format!(
            r#"{{"Effect": "{}", {principal} "{action}": "{actions}", "{resource}": "{resources}", "Condition": {{{}}}}}"#,
            self.effect, self.condition
        )
    }
}

fn read(name: &str, statements: &[Words], kind: DocumentKind) -> NamedPolicy {
    let principal = match kind {
        DocumentKind::Resource => r#""Principal": "*","#,
        _ => "",
    };
    let list: Vec<String> = statements.iter().map(|one| one.json(principal)).collect();
    policy(name, &list.join(","), kind)
}

fn own(statements: &[Words]) -> NamedPolicy {
    read("id", statements, DocumentKind::Identity)
}

fn some_words() -> impl Strategy<Value = Vec<Words>> {
    prop::collection::vec(words(), 1..4)
}

/// A request as its parts, which outlive it.
#[derive(Clone, Debug)]
struct Sent {
    principal: Principal,
    action: &'static str,
    resource: &'static str,
    context: Context,
}

fn sent() -> impl Strategy<Value = Sent> {
    let federated = Principal {
        session_arn: Some(format!("arn:aws:sts::{ACCOUNT}:federated-user/fay")),
        kind: PrincipalKind::FederatedUser,
        ..ann()
    };
    let principal = prop::sample::select(vec![ann(), web(), federated, Principal::root(ACCOUNT)]);
    let action = prop::sample::select(vec!["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]);
    let resource = prop::sample::select(vec!["arn:aws:s3:::b/ann", "arn:aws:s3:::c/k", "*"]);
    let username = prop::option::of(prop::sample::select(vec!["ann", "bob", "*"]));
    let tags = prop::collection::vec(prop::sample::select(vec!["x", "y"]), 0..3);
    (principal, action, resource, username, tags).prop_map(
        |(principal, action, resource, username, tags)| {
            let mut context = Context::new();
            context.set("aws:username", username);
            context.set("aws:TagKeys", tags);
            Sent {
                principal,
                action,
                resource,
                context,
            }
        },
    )
}

impl Sent {
    fn decide(&self, policies: &Policies<'_>) -> Decision {
        evaluate(&self.request(), policies)
    }

    fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: self.action,
            resource: self.resource,
            resource_account: None,
            context: &self.context,
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// policy.decision.explicit-deny-wins: wherever it stands.
    #[test]
    fn a_deny_overrides(sent in sent(), words in some_words(), place in 0_usize..7) {
        let deny = Words {
            effect: "Deny",
            action: ("Action", "*"),
            resource: ("Resource", "*"),
            condition: "",
        };
        let with_deny: Vec<Words> = words.iter().cloned().chain([deny]).collect();
        let identity = [own(&words)];
        let denying = own(&with_deny);
        let resource = read("resource", &with_deny, DocumentKind::Resource);
        let levels = [vec![policy("scp", &with_deny.iter().map(|one| one.json("")).collect::<Vec<_>>().join(","), DocumentKind::ServiceControl)]];
        let denies = policy(
            "rcp",
            r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#,
            DocumentKind::ResourceControl,
        );
        let rcp = [vec![denies, rcp_full_aws_access()]];
        let session = [denying.clone()];
        let denying_identity = [denying.clone()];
        let base = Policies { identity: &identity, ..Policies::default() };
        let policies = match place {
            0 => Policies { identity: &denying_identity, ..base },
            1 => Policies { resource: Some(&resource), ..base },
            2 => Policies { boundary: Some(&denying), ..base },
            3 => Policies { session: Some(&session), ..base },
            4 => Policies { scp: &levels, ..base },
            5 => Policies { rcp: &rcp, ..base },
            _ => Policies { endpoint: Some(&resource), ..base },
        };
        let decision = sent.decide(&policies);
        prop_assert!(matches!(decision, Decision::ExplicitDeny { .. }), "{decision}");
    }

    /// One more statement that allows never takes anything away.
    #[test]
    fn an_allow_never_denies(sent in sent(), words in some_words(), more in words(), resource in some_words()) {
        let more = Words { effect: "Allow", ..more };
        let all: Vec<Words> = words.iter().cloned().chain([more]).collect();
        let (before, after) = ([own(&words)], [own(&all)]);
        let resource = read("resource", &resource, DocumentKind::Resource);
        let with = |identity| sent.decide(&Policies {
            identity,
            resource: Some(&resource),
            ..Policies::default()
        });
        prop_assert!(!with(&before).allowed() || with(&after).allowed());
    }

    /// policy.decision.boundary-intersects, policy.decision.session-intersects,
    /// policy.scp.every-level-allows: what limits never grants. A federated user is the exception:
    /// it has nothing without a session policy.
    #[test]
    fn limits_only_narrow(sent in sent(), words in some_words(), limit in some_words(), resource in some_words(), place in 0_usize..5) {
        let identity = [own(&words)];
        let resource = read("resource", &resource, DocumentKind::Resource);
        let base = Policies {
            identity: &identity,
            resource: Some(&resource),
            ..Policies::default()
        };
        let limit_policy = own(&limit);
        let session = [limit_policy.clone()];
        let text: Vec<String> = limit.iter().map(|one| one.json("")).collect();
        let scp = [vec![policy("scp", &text.join(","), DocumentKind::ServiceControl)]];
        let rcp = [vec![policy(
            "rcp",
            r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}"#,
            DocumentKind::ResourceControl,
        ), rcp_full_aws_access()]];
        let endpoint = read("endpoint", &limit, DocumentKind::Resource);
        let limited = match place {
            0 => Policies { boundary: Some(&limit_policy), ..base },
            1 => Policies { session: Some(&session), ..base },
            2 => Policies { scp: &scp, ..base },
            3 => Policies { rcp: &rcp, ..base },
            _ => Policies { endpoint: Some(&endpoint), ..base },
        };
        prop_assume!(place != 1 || sent.principal.kind != PrincipalKind::FederatedUser);
        prop_assert!(!sent.decide(&limited).allowed() || sent.decide(&base).allowed());
    }

    /// policy.variable.value-is-literal: a value reaches its own name and nothing else.
    #[test]
    fn a_value_is_no_pattern(value in "[a-c*?]{1,4}", other in "[a-c*?]{1,4}") {
        let context = Context::new().with("aws:username", value.clone());
        let statement = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"}"#;
        let decision = decide(statement, "s3:GetObject", &format!("arn:aws:s3:::b/{other}"), &context);
        prop_assert_eq!(decision == "allow id#1", value == other);
        let condition = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"t:k": "${aws:username}"}}}"#;
        let decision = decide(condition, "s3:GetObject", "*", &context.with("t:k", other.clone()));
        prop_assert_eq!(decision == "allow id#1", value == other);
    }

    /// Neither the order of statements nor that of policies decides anything.
    #[test]
    fn order_is_irrelevant(sent in sent(), words in prop::collection::vec(words(), 1..5), seed in any::<prop::sample::Index>()) {
        let mut turned = words.clone();
        turned.rotate_left(seed.index(words.len()));
        let apart: Vec<NamedPolicy> = turned.iter().rev().map(|one| own(std::slice::from_ref(one))).collect();
        let (one, other) = ([own(&words)], [own(&turned)]);
        let with = |identity| sent.decide(&Policies { identity, ..Policies::default() });
        let outcome = |decision: Decision| match decision {
            Decision::Allowed { .. } => "allowed",
            Decision::ExplicitDeny { .. } => "denied",
            Decision::ImplicitDeny { .. } => "not allowed",
        };
        prop_assert_eq!(outcome(with(&one)), outcome(with(&other)));
        prop_assert_eq!(outcome(with(&one)), outcome(with(&apart)));
    }

    /// Whoever asks why is told of the same decision, and of nothing that would have allowed what
    /// is allowed in its layer.
    #[test]
    fn an_explanation_is_of_the_same_decision(sent in sent(), words in some_words(), resource in some_words()) {
        let identity = [own(&words)];
        let resource = read("resource", &resource, DocumentKind::Resource);
        let policies = Policies {
            identity: &identity,
            resource: Some(&resource),
            ..Policies::default()
        };
        let why = explain(&sent.request(), &policies);
        prop_assert_eq!(&why.decision, &sent.decide(&policies));
        for layer in &why.layers {
            prop_assert!(layer.says == Say::Nothing || layer.near_misses.is_empty());
        }
        prop_assert!(why.near_misses().all(|miss| !miss.to_string().is_empty()));
    }

    /// Reading ends, whatever there is to read, and names a place that exists.
    #[test]
    fn reading_never_panics(
        text in "[\\[\\]{}\":, a-zA-Z*?$0-9\\\\-]{0,120}",
        member in "[A-Za-z:]{0,20}",
        value in "[a-z0-9:*?${}', /.-]{0,40}",
        kind in prop::sample::select(vec![
            DocumentKind::Identity,
            DocumentKind::Trust,
            DocumentKind::Resource,
            DocumentKind::Bucket,
            DocumentKind::ServiceControl,
            DocumentKind::ResourceControl,
        ]),
    ) {
        let whole = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{value}",
                "Principal": {{"{member}": "{value}"}}, "Resource": "arn:aws:s3:::{value}",
                "Condition": {{"{member}": {{"{value}": "{value}"}}}}}}}}"#
        );
        for json in [&text, &whole] {
            if let Err(refused) = Document::parse(json, kind) {
                prop_assert!(json.get(refused.span.clone()).is_some(), "{refused}");
                prop_assert!(!refused.told.is_empty());
            }
            let _ = Document::parse_for_bucket(json, &value);
        }
    }
}
