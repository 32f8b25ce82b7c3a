//! Good requests to IAM and EC2: a line for each operation.

use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{ControlPlane, CreatePolicy, CreateRole, Operation, Service};

use crate::seeds::{Form, Seed, Speaker};
use crate::support::{Lab, policy, request};

const IAM: &str = "https://iam.amazonaws.com/";
const EC2: &str = "https://ec2.us-east-1.amazonaws.com/";
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
const GET: &str = r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const KEPT: &str = "arn:aws:iam::111122223333:policy/kept";
const SPARE: &str = "arn:aws:iam::111122223333:policy/spare";

type Row = (&'static str, Vec<(&'static str, &'static str)>);

/// Makes what the requests are about, unless it is there.
fn furnish(account: &mut ControlPlane<'_>) {
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

fn roles() -> Vec<Row> {
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

fn policies() -> Vec<Row> {
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

fn profiles() -> Vec<Row> {
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

/// A good request for each operation of IAM and EC2 that is there.
pub(crate) fn seeds(lab: &Lab) -> Vec<Seed> {
    furnish(&mut lab.edge.world().operator(lab.edge.now()));
    let rows = roles().into_iter().chain(policies()).chain(profiles());
    let mut seeds: Vec<_> = rows
        .map(|(action, parameters)| seed(lab, Service::Iam, action, &parameters))
        .collect();
    let instance = ("ResourceId.1", lab.web.as_str());
    let tag = [("Tag.1.Key", "team"), ("Tag.1.Value", "red")];
    for action in ["CreateTags", "DeleteTags"] {
        seeds.push(seed(lab, Service::Ec2, action, &[instance, tag[0], tag[1]]));
    }
    seeds
}

fn seed(lab: &Lab, service: Service, action: &str, parameters: &[(&str, &str)]) -> Seed {
    Seed {
        speaker: speaker(service),
        place: lab.on_web(),
        request: form(service, action, parameters),
        form: Form::User,
    }
}

fn speaker(service: Service) -> Speaker {
    match service {
        Service::Ec2 => Speaker::Ec2,
        _ => Speaker::Iam,
    }
}

fn form(service: Service, action: &str, parameters: &[(&str, &str)]) -> Request<Bytes> {
    let (address, version) = match service {
        Service::Ec2 => (EC2, "2016-11-15"),
        _ => (IAM, "2010-05-08"),
    };
    let mut form = vec![format!("Action={action}&Version={version}")];
    form.extend(
        parameters.iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        }),
    );
    request("POST", address, FORM).map(|_| Bytes::from(form.join("&")))
}

/// Whether an operation of IAM or EC2 is there: one that is not is told so before it is asked who
/// wants to know.
pub(crate) async fn is_there(lab: &Lab, operation: Operation) -> bool {
    let asked = form(operation.service(), operation.name(), &[]);
    let answer = lab.send(lab.on_web(), asked).await;
    answer.element("Code") != "InvalidAction"
}
