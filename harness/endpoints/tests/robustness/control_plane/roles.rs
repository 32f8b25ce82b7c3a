//! Roles, managed policies and instance profiles.

use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{ControlPlane, CreatePolicy, CreateRole};

use super::{GET, Row, TRUST};
use crate::support::policy;

const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const KEPT: &str = "arn:aws:iam::111122223333:policy/kept";
const SPARE: &str = "arn:aws:iam::111122223333:policy/spare";

/// Makes what the requests are about, unless it is there.
pub(super) fn furnish(account: &mut ControlPlane<'_>) {
    let statement = r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}"#;
    let trust = || Document::parse(TRUST, DocumentKind::Trust).unwrap();
    for name in ["kept", "spare"] {
        let role = CreateRole {
            permissions_boundary: Some(READ_ONLY.to_owned()),
            ..CreateRole::new(name, trust())
        };
        // The second time it is there; what requests have made of it stays.
        if account.create_role(role).is_err() {
            return;
        }
        let policy = CreatePolicy {
            name: name.to_owned(),
            document: policy(statement),
            path: None,
            description: None,
            tags: Vec::new(),
        };
        account.create_policy(policy).unwrap();
        account.create_instance_profile(name).unwrap();
    }
    for name in ["kept", "spare"] {
        account
            .put_role_policy("kept", name, policy(statement))
            .unwrap();
        account
            .create_policy_version("kept", policy(statement), false)
            .unwrap();
    }
    account.attach_role_policy("kept", FULL).unwrap();
    account.create_instance_profile("full").unwrap();
    account
        .add_role_to_instance_profile("full", "kept")
        .unwrap();
}

pub(super) fn rows() -> Vec<Row<'static>> {
    roles()
        .into_iter()
        .chain(policies())
        .chain(profiles())
        .collect()
}

fn roles() -> Vec<Row<'static>> {
    let role = ("RoleName", "kept");
    let boundary = ("PermissionsBoundary", READ_ONLY);
    let tag = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "red"),
    ];
    let new = [
        ("RoleName", "new"),
        ("AssumeRolePolicyDocument", TRUST),
        ("Path", "/a/"),
        ("Description", "new"),
        ("MaxSessionDuration", "7200"),
        boundary,
        tag[0],
        tag[1],
    ];
    let named = |name| vec![role, ("PolicyName", name)];
    vec![
        ("CreateRole", new.to_vec()),
        ("GetRole", vec![role]),
        ("ListRoles", vec![("MaxItems", "1"), ("PathPrefix", "/")]),
        ("UpdateRole", vec![role, ("MaxSessionDuration", "3600")]),
        ("UpdateRoleDescription", vec![role, ("Description", "kept")]),
        ("DeleteRole", vec![("RoleName", "spare")]),
        ("TagRole", vec![role, tag[0], tag[1]]),
        ("UntagRole", vec![role, ("TagKeys.member.1", "team")]),
        ("ListRoleTags", vec![role]),
        (
            "UpdateAssumeRolePolicy",
            vec![role, ("PolicyDocument", TRUST)],
        ),
        ("DeleteRolePermissionsBoundary", vec![role]),
        ("PutRolePermissionsBoundary", vec![role, boundary]),
        (
            "PutRolePolicy",
            vec![role, ("PolicyName", "new"), ("PolicyDocument", GET)],
        ),
        ("GetRolePolicy", named("kept")),
        ("ListRolePolicies", vec![role]),
        ("DeleteRolePolicy", named("spare")),
        ("DetachRolePolicy", vec![role, ("PolicyArn", FULL)]),
        ("AttachRolePolicy", vec![role, ("PolicyArn", READ_ONLY)]),
        ("ListAttachedRolePolicies", vec![role]),
    ]
}

fn policies() -> Vec<Row<'static>> {
    let policy = ("PolicyArn", KEPT);
    let tag = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "red"),
    ];
    let new = vec![
        ("PolicyName", "new"),
        ("PolicyDocument", GET),
        tag[0],
        tag[1],
    ];
    let document = ("PolicyDocument", GET);
    vec![
        ("CreatePolicy", new),
        ("GetPolicy", vec![policy]),
        (
            "ListPolicies",
            vec![("Scope", "Local"), ("OnlyAttached", "false")],
        ),
        ("DeletePolicy", vec![("PolicyArn", SPARE)]),
        (
            "CreatePolicyVersion",
            vec![policy, document, ("SetAsDefault", "false")],
        ),
        ("GetPolicyVersion", vec![policy, ("VersionId", "v1")]),
        ("ListPolicyVersions", vec![policy]),
        ("SetDefaultPolicyVersion", vec![policy, ("VersionId", "v2")]),
        ("DeletePolicyVersion", vec![policy, ("VersionId", "v3")]),
        ("TagPolicy", vec![policy, tag[0], tag[1]]),
        ("UntagPolicy", vec![policy, ("TagKeys.member.1", "team")]),
        ("ListPolicyTags", vec![policy]),
        (
            "ListEntitiesForPolicy",
            vec![policy, ("EntityFilter", "Role")],
        ),
    ]
}

fn profiles() -> Vec<Row<'static>> {
    let named = |name| ("InstanceProfileName", name);
    let role = ("RoleName", "kept");
    let tag = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "red"),
    ];
    vec![
        (
            "CreateInstanceProfile",
            vec![named("new"), ("Path", "/a/"), tag[0], tag[1]],
        ),
        ("GetInstanceProfile", vec![named("kept")]),
        ("ListInstanceProfiles", vec![("PathPrefix", "/")]),
        ("ListInstanceProfilesForRole", vec![role]),
        ("DeleteInstanceProfile", vec![named("spare")]),
        ("AddRoleToInstanceProfile", vec![named("kept"), role]),
        ("RemoveRoleFromInstanceProfile", vec![named("full"), role]),
        ("TagInstanceProfile", vec![named("kept"), tag[0], tag[1]]),
        (
            "UntagInstanceProfile",
            vec![named("kept"), ("TagKeys.member.1", "team")],
        ),
        ("ListInstanceProfileTags", vec![named("kept")]),
    ]
}
