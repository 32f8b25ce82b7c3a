//! Managed policies and their versions.

use rolecall_account::IamQuotas;

use crate::desk::{ACCOUNT, Desk, GET, READ_ONLY, decoded, told};
use crate::support::lab;
use crate::support::signer::{get, put};

const ROLE: (&str, &str) = ("RoleName", "photo-app");

// iam.answers.policy-members, iam.id.prefixes
#[test]
fn a_policy_is_told_as_it_was_made() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let parameters = [
            ("PolicyName", "Reads"),
            ("Path", "/team/"),
            ("PolicyDocument", GET),
            ("Description", "reads all"),
            ("Tags.member.1.Key", "stage"),
            ("Tags.member.1.Value", "test"),
        ];
        let made = desk.done("CreatePolicy", &parameters).await;
        let arn = format!("arn:aws:iam::{ACCOUNT}:policy/team/Reads");
        assert_eq!(made.element("Arn"), arn);
        assert!(made.element("PolicyId").starts_with("ANPA"));
        let rest = [
            "DefaultVersionId",
            "AttachmentCount",
            "IsAttachable",
            "Path",
        ];
        let rest = rest.map(|name| made.element(name));
        assert_eq!(rest, ["v1", "0", "true", "/team/"]);
        let read = desk.done("GetPolicy", &[("PolicyArn", &arn)]).await;
        assert_eq!(read.element("Description"), "reads all");
        assert_eq!(read.element("Key"), "stage");
        let version = [("PolicyArn", &*arn), ("VersionId", "v1")];
        let version = desk.done("GetPolicyVersion", &version).await;
        assert_eq!(decoded(&version.element("Document")), GET);
        assert_eq!(version.element("IsDefaultVersion"), "true");

        let again = [("PolicyName", "reads"), ("PolicyDocument", GET)];
        let message = "A policy called reads already exists. Duplicate names are not allowed.";
        let refused = desk.refused("CreatePolicy", &again).await;
        assert_eq!(refused, told(409, "EntityAlreadyExists", message));
        let large = GET.replace("GetObject", &"x".repeat(6_200));
        let large = [("PolicyName", "large"), ("PolicyDocument", &*large)];
        let message = "Cannot exceed quota for PolicySize: 6144";
        let refused = desk.refused("CreatePolicy", &large).await;
        assert_eq!(refused, told(409, "LimitExceeded", message));
    });
}

// iam.managed.arn-needed
#[test]
fn a_policy_is_asked_for_by_its_arn() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let named = [ROLE, ("PolicyArn", "AmazonS3ReadOnlyAccess")];
        let refused = desk.refused("AttachRolePolicy", &named).await;
        let message = "ARN AmazonS3ReadOnlyAccess is not valid.";
        assert_eq!(refused, told(400, "InvalidInput", message));
        let absent = format!("arn:aws:iam::{ACCOUNT}:policy/absent");
        let named = [ROLE, ("PolicyArn", &*absent)];
        let refused = desk.refused("AttachRolePolicy", &named).await;
        let message = format!("Policy {absent} does not exist or is not attachable.");
        assert_eq!(refused, told(404, "NoSuchEntity", &message));
        let message = format!("Policy {absent} was not found.");
        for action in [
            "GetPolicy",
            "DeletePolicy",
            "ListPolicyVersions",
            "ListEntitiesForPolicy",
        ] {
            let refused = desk.refused(action, &[("PolicyArn", &absent)]).await;
            assert_eq!(refused, told(404, "NoSuchEntity", &message), "{action}");
        }
    });
}

// iam.policies.live, iam.managed.versions-max, iam.managed.delete-conflict
#[test]
fn another_default_version_counts_at_once() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        lab.detach_all();
        lab.call_signed(put("a", "b", &[])).await;
        let arn = desk.policy("mine").await;
        let policy = ("PolicyArn", &*arn);
        desk.done("AttachRolePolicy", &[ROLE, policy]).await;
        let writes = async || lab.call_signed(put("a", "b", &[])).await.status == 200;
        assert!(!writes().await);
        let all = GET.replace("GetObject", "*");
        let new = [policy, ("PolicyDocument", &*all)];
        let made = desk.done("CreatePolicyVersion", &new).await;
        assert_eq!(made.element("VersionId"), "v2");
        assert_eq!(made.element("IsDefaultVersion"), "false");
        assert!(!writes().await);
        let second = [policy, ("VersionId", "v2")];
        desk.done("SetDefaultPolicyVersion", &second).await;
        assert!(writes().await);
        let default = [policy, ("PolicyDocument", GET), ("SetAsDefault", "true")];
        desk.done("CreatePolicyVersion", &default).await;
        assert!(!writes().await);
        assert_eq!(lab.call_signed(get("a")).await.status, 200);

        for _ in 4..=5 {
            desk.done("CreatePolicyVersion", &new).await;
        }
        let refused = desk.refused("CreatePolicyVersion", &new).await;
        let message = "A managed policy can have up to 5 versions. Before you create a new version, \
                       you must delete an existing version.";
        assert_eq!(refused, told(409, "LimitExceeded", message));
        let page = desk
            .done("ListPolicyVersions", &[policy, ("MaxItems", "3")])
            .await;
        assert_eq!(page.elements("VersionId"), ["v5", "v4", "v3"]);
        assert!(!page.text().contains("Document"));
        let rest = [policy, ("Marker", &*page.element("Marker"))];
        let rest = desk.done("ListPolicyVersions", &rest).await;
        assert_eq!(rest.elements("VersionId"), ["v2", "v1"]);

        let third = [policy, ("VersionId", "v3")];
        let message = "Cannot delete the default version of a policy.";
        let refused = desk.refused("DeletePolicyVersion", &third).await;
        assert_eq!(refused, told(409, "DeleteConflict", message));
        desk.done("DeletePolicyVersion", &second).await;
        assert_eq!(
            desk.refused("GetPolicyVersion", &second).await.1,
            "NoSuchEntity"
        );
        assert_eq!(
            desk.done("CreatePolicyVersion", &new)
                .await
                .element("VersionId"),
            "v6"
        );
    });
}

// iam.managed.delete-conflict
#[test]
fn a_policy_is_deleted_when_nobody_has_it_and_it_has_one_version() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let arn = desk.policy("mine").await;
        let policy = ("PolicyArn", &*arn);
        desk.done("CreatePolicyVersion", &[policy, ("PolicyDocument", GET)])
            .await;
        desk.done("AttachRolePolicy", &[ROLE, policy]).await;
        let refused = desk.refused("DeletePolicy", &[policy]).await;
        let message = "Cannot delete a policy attached to entities.";
        assert_eq!(refused, told(409, "DeleteConflict", message));
        desk.done("DetachRolePolicy", &[ROLE, policy]).await;
        let again = desk.refused("DetachRolePolicy", &[ROLE, policy]).await;
        let message = format!("Policy {arn} was not found.");
        assert_eq!(again, told(404, "NoSuchEntity", &message));
        let refused = desk.refused("DeletePolicy", &[policy]).await;
        assert!(
            refused
                .2
                .starts_with("This policy has more than one version."),
            "{refused:?}"
        );
        desk.done("DeletePolicyVersion", &[policy, ("VersionId", "v2")])
            .await;
        desk.done("DeletePolicy", &[policy]).await;
        assert_eq!(
            desk.refused("DeletePolicy", &[policy]).await.1,
            "NoSuchEntity"
        );
        let aws = ("PolicyArn", READ_ONLY);
        assert_eq!(desk.refused("DeletePolicy", &[aws]).await.1, "AccessDenied");
        let new = [aws, ("PolicyDocument", GET)];
        assert_eq!(
            desk.refused("CreatePolicyVersion", &new).await.1,
            "AccessDenied"
        );
    });
}

#[test]
fn policies_of_aws_and_of_the_account_are_listed_side_by_side() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let mine = desk.policy("AmazonS3ReadOnlyAccess").await;
        desk.done("AttachRolePolicy", &[ROLE, ("PolicyArn", &mine)])
            .await;
        let listed = async |parameters: &[(&str, &str)]| {
            desk.done("ListPolicies", parameters).await.elements("Arn")
        };
        assert_eq!(listed(&[]).await.len(), 5);
        assert_eq!(listed(&[("Scope", "Local")]).await, [mine.as_str()]);
        assert_eq!(listed(&[("Scope", "AWS")]).await.len(), 4);
        let attached = listed(&[("OnlyAttached", "true")]).await;
        let full = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
        let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
        assert_eq!(attached, [admin, full, &mine]);
        let bounded = [("PolicyUsageFilter", "PermissionsBoundary")];
        assert!(listed(&bounded).await.is_empty());
        assert!(listed(&[("PathPrefix", "/team/")]).await.is_empty());
        for bad in [("Scope", "aws"), ("PolicyUsageFilter", "Both")] {
            assert_eq!(
                desk.refused("ListPolicies", &[bad]).await.1,
                "ValidationError"
            );
        }
        let bad = ("OnlyAttached", "yes");
        assert_eq!(desk.refused("ListPolicies", &[bad]).await.0, 400);
    });
}

#[test]
fn who_has_a_policy_is_counted_and_listed() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let arn = desk.policy("mine").await;
        let policy = ("PolicyArn", &*arn);
        desk.role("second").await;
        for role in [ROLE, ("RoleName", "second")] {
            for _ in 0..2 {
                desk.done("AttachRolePolicy", &[role, policy]).await;
            }
        }
        let shown = desk.done("GetPolicy", &[policy]).await;
        assert_eq!(shown.element("AttachmentCount"), "2");
        let page = desk
            .done("ListEntitiesForPolicy", &[policy, ("MaxItems", "1")])
            .await;
        assert_eq!(page.elements("RoleName"), ["photo-app"]);
        let rest = [
            policy,
            ("MaxItems", "1"),
            ("Marker", &*page.element("Marker")),
        ];
        let rest = desk.done("ListEntitiesForPolicy", &rest).await;
        assert_eq!(rest.elements("RoleName"), ["second"]);
        let users = [policy, ("EntityFilter", "User")];
        let users = desk.done("ListEntitiesForPolicy", &users).await;
        assert!(users.elements("RoleName").is_empty());
        let admin = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
        let holders = desk.done("ListEntitiesForPolicy", &[admin]).await;
        assert_eq!(holders.elements("UserName"), ["ann"]);
        let attached = desk.done("ListAttachedRolePolicies", &[ROLE]).await;
        assert_eq!(
            attached.elements("PolicyName"),
            ["AmazonS3FullAccess", "mine"]
        );
        let bad = [policy, ("EntityFilter", "Robot")];
        assert_eq!(
            desk.refused("ListEntitiesForPolicy", &bad).await.1,
            "ValidationError"
        );
    });
}

// iam.quotas
#[test]
fn a_role_has_ten_policies_unless_the_account_was_given_more() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        desk.role("crowded").await;
        let role = ("RoleName", "crowded");
        let mut arns = Vec::new();
        for number in 1..=11 {
            arns.push(desk.policy(&format!("p{number}")).await);
        }
        for arn in &arns[..10] {
            desk.done("AttachRolePolicy", &[role, ("PolicyArn", arn)])
                .await;
        }
        desk.done("AttachRolePolicy", &[role, ("PolicyArn", &arns[0])])
            .await;
        let more = [role, ("PolicyArn", &*arns[10])];
        let message = "Cannot exceed quota for PoliciesPerRole: 10";
        let refused = desk.refused("AttachRolePolicy", &more).await;
        assert_eq!(refused, told(409, "LimitExceeded", message));
        let quotas = IamQuotas {
            policies_per_role: 11,
            ..IamQuotas::default()
        };
        let now = lab.edge.now();
        lab.edge.world().operator(now).set_iam_quotas(quotas);
        desk.done("AttachRolePolicy", &more).await;
    });
}

// iam.tags.case-sensitive-elsewhere
#[test]
fn tags_of_a_policy_are_set_listed_and_taken_away() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let arn = desk.policy("mine").await;
        let policy = ("PolicyArn", &*arn);
        for (key, value) in [("Team", "red"), ("team", "blue")] {
            let tag = [
                policy,
                ("Tags.member.1.Key", key),
                ("Tags.member.1.Value", value),
            ];
            desk.done("TagPolicy", &tag).await;
        }
        let listed = desk.done("ListPolicyTags", &[policy]).await;
        assert_eq!(listed.elements("Value"), ["red", "blue"]);
        desk.done("UntagPolicy", &[policy, ("TagKeys.member.1", "Team")])
            .await;
        let listed = desk.done("ListPolicyTags", &[policy]).await;
        assert_eq!(listed.elements("Value"), ["blue"]);
        let reserved = [policy, ("TagKeys.member.1", "aws:x")];
        assert_eq!(
            desk.refused("UntagPolicy", &reserved).await.1,
            "InvalidInput"
        );
    });
}
