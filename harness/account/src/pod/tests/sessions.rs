use std::sync::Arc;

use super::*;
use crate::issuing::Source;
use crate::session::Session;

fn fetched(world: &mut World, uid: &str) -> Arc<Session> {
    let token = token(world, uid);
    let key = key(world, start(), &token);
    Arc::clone(world.session(&key).unwrap())
}

// container.pod.session-name
#[test]
fn sessions_are_named_after_cluster_and_pod_and_each_anew() {
    let (mut world, uid) = world_with_a_pod();
    let first = fetched(&mut world, &uid);
    let name = first.identity.session_name().unwrap().to_owned();
    assert!(name.starts_with("eks-simulated-api-"), "{name}");
    assert_eq!(name.len(), "eks-simulated-api-".len() + 36);
    world.rotate(start(), &Source::Pod(uid.clone())).unwrap();
    let second = fetched(&mut world, &uid);
    assert_ne!(second.identity.session_name(), Some(&*name));
    for pod in ["a-name-that-is-longer-than-any-name-of-a-session", "é /:"] {
        let uid = world.run_pod(start(), RunPod::new(pod, ROLE)).unwrap();
        let session = fetched(&mut world, &uid);
        let name = session.identity.session_name().unwrap();
        assert!(name.len() <= 64 && name.is_ascii(), "{name}");
        assert!(!name.contains([' ', '/', ':']), "{name}");
    }
}

// container.pod.session-tags
#[test]
fn sessions_are_tagged_and_policies_see_it() {
    let (mut world, uid) = world_with_a_pod();
    let session = fetched(&mut world, &uid);
    let tag = |key: &str| session.tags[key].as_str();
    assert_eq!(session.tags.len(), 6);
    assert_eq!(
        tag("eks-cluster-arn"),
        "arn:aws:eks:us-east-1:111122223333:cluster/simulated"
    );
    assert_eq!(tag("eks-cluster-name"), "simulated");
    assert_eq!(tag("kubernetes-namespace"), "default");
    assert_eq!(tag("kubernetes-service-account"), "default");
    assert_eq!(tag("kubernetes-pod-name"), "api");
    assert_eq!(tag("kubernetes-pod-uid"), uid);
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::photos/${aws:PrincipalTag/kubernetes-namespace}/*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/eks-cluster-name": "simulated"}}}}"#;
    let policy = Document::parse(text, DocumentKind::Identity).unwrap();
    world
        .operator(start())
        .put_role_policy(ROLE, "by-tag", policy)
        .unwrap();
    for (key, allowed) in [("default/cat.jpg", true), ("other/cat.jpg", false)] {
        let resource = format!("arn:aws:s3:::photos/{key}");
        let decision = world.decide(start(), &session, "s3:GetObject", &resource);
        assert_eq!(decision.allowed(), allowed, "{key}");
    }
}

// container.pod.trust
#[test]
fn the_trust_policy_must_let_eks_assume_and_tag_on_its_conditions() {
    let (mut world, _) = world_with_a_pod();
    let both = r#"["sts:AssumeRole", "sts:TagSession"]"#;
    let of_account = |account: &str| {
        format!(r#", "Condition": {{"StringEquals": {{"aws:SourceAccount": "{account}"}}}}"#)
    };
    let of_namespace = |namespace: &str| {
        format!(
            r#", "Condition": {{"StringEquals": {{"aws:RequestTag/kubernetes-namespace": "{namespace}"}},
                "ArnEquals": {{"aws:SourceArn": "arn:aws:eks:us-east-1:111122223333:cluster/simulated"}}}}"#
        )
    };
    for (name, actions, condition, admitted) in [
        ("assume-alone", r#""sts:AssumeRole""#, String::new(), false),
        ("tag-alone", r#""sts:TagSession""#, String::new(), false),
        ("account", both, of_account("111122223333"), true),
        ("other-account", both, of_account("444455556666"), false),
        ("namespace", both, of_namespace("default"), true),
        ("other-namespace", both, of_namespace("kube-system"), false),
    ] {
        add_pod_role(&mut world, name, actions, &condition);
        let uid = world.run_pod(start(), RunPod::new(name, name)).unwrap();
        let token = token(&world, &uid);
        let answer = get(&mut world, start(), &token);
        assert_eq!(answer.is_ok(), admitted, "{name}");
    }
}

#[test]
fn a_pod_needs_a_role_that_exists() {
    let (mut world, _) = world_with_a_pod();
    let refused = world.run_pod(start(), RunPod::new("x", "nobody"));
    assert_eq!(refused.unwrap_err().code(), "NoSuchEntity");
}
