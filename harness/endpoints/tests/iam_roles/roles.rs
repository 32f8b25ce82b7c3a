//! Roles, their inline policies and boundaries.

use crate::desk::{ACCOUNT, Asked, Desk, GET, READ_ONLY, TRUST, decoded, told};
use crate::support::lab;
use crate::support::signer::get;

// iam.answers.role-members, iam.answers.documents-encoded, iam.paths.in-arn, iam.answers.boundary-type
#[test]
fn a_role_is_told_as_it_was_made() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let parameters = [
            ("RoleName", "reader"),
            ("Path", "/division/"),
            ("AssumeRolePolicyDocument", TRUST),
            ("Description", "reads <photos>"),
            ("MaxSessionDuration", "7200"),
            ("PermissionsBoundary", READ_ONLY),
            ("Tags.member.1.Key", "Team"),
            ("Tags.member.1.Value", "red"),
        ];
        let made = desk.done("CreateRole", &parameters).await;
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/division/reader");
        let members = |answer: &crate::support::Answer| {
            let names = ["Arn", "Path", "RoleName", "CreateDate", "Description"];
            names.map(|name| answer.element(name))
        };
        let expected = [
            &arn,
            "/division/",
            "reader",
            "2031-05-01T00:00:00Z",
            "reads <photos>",
        ];
        assert_eq!(members(&made), expected);
        assert!(made.element("RoleId").starts_with("AROA"));
        assert!(!made.text().contains("MaxSessionDuration"));
        assert!(!made.text().contains("RoleLastUsed"));

        let read = desk.done("GetRole", &[("RoleName", "READER")]).await;
        assert_eq!(members(&read), expected);
        let document = read.element("AssumeRolePolicyDocument");
        assert!(document.starts_with("%7B%22Version%22%3A%20%222012-10-17"));
        assert_eq!(decoded(&document), TRUST);
        assert_eq!(read.element("MaxSessionDuration"), "7200");
        assert_eq!(read.element("PermissionsBoundaryType"), "Policy");
        assert_eq!(read.element("PermissionsBoundaryArn"), READ_ONLY);
        assert_eq!(
            (read.element("Key"), read.element("Value")),
            ("Team".into(), "red".into())
        );
        assert_eq!(read.element("RoleLastUsed"), "");

        let below = [("PathPrefix", "/division")];
        let listed = desk.done("ListRoles", &below).await;
        assert_eq!(listed.element("RoleName"), "reader");
        for left_out in ["PermissionsBoundary", "Tags", "RoleLastUsed"] {
            assert!(
                !listed.text().contains(&format!("<{left_out}>")),
                "{left_out}"
            );
        }
    });
}

// iam.error.codes, iam.names.case-insensitive, iam.role.max-session-duration
#[test]
fn a_role_that_cannot_be_is_not_made() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        desk.role("reader").await;
        let base = [("RoleName", "writer"), ("AssumeRolePolicyDocument", TRUST)];
        let rows: [(Asked<'_>, u16, &str); 9] = [
            (
                &[("RoleName", "READER"), base[1]],
                409,
                "EntityAlreadyExists",
            ),
            (&[("RoleName", "a b"), base[1]], 400, "ValidationError"),
            (&[base[0]], 400, "ValidationError"),
            (&[base[1]], 400, "ValidationError"),
            (
                &[base[0], ("AssumeRolePolicyDocument", "{}")],
                400,
                "MalformedPolicyDocument",
            ),
            (
                &[base[0], ("AssumeRolePolicyDocument", GET)],
                400,
                "MalformedPolicyDocument",
            ),
            (
                &[base[0], base[1], ("MaxSessionDuration", "3599")],
                400,
                "ValidationError",
            ),
            (
                &[base[0], base[1], ("Path", "here")],
                400,
                "ValidationError",
            ),
            (
                &[
                    base[0],
                    base[1],
                    ("PermissionsBoundary", "arn:aws:iam::aws:policy/None"),
                ],
                404,
                "NoSuchEntity",
            ),
        ];
        for (parameters, status, code) in rows {
            let refused = desk.refused("CreateRole", parameters).await;
            assert_eq!(
                (refused.0, refused.1.as_str()),
                (status, code),
                "{parameters:?}"
            );
        }
        let missing = desk.refused("GetRole", &[("RoleName", "writer")]).await;
        let message = "The role with name writer cannot be found.";
        assert_eq!(missing, told(404, "NoSuchEntity", message));
    });
}

// policy.principal.gone-shown-by-id, iam.trust.principals-exist
#[test]
fn a_trust_policy_holds_to_whom_it_named() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let trusting = TRUST.replace(
            r#"{"Service": "ec2.amazonaws.com"}"#,
            r#"{"AWS": "arn:aws:iam::111122223333:role/reader"}"#,
        );
        let new = [
            ("RoleName", "writer"),
            ("AssumeRolePolicyDocument", &*trusting),
        ];
        let refused = desk.refused("CreateRole", &new).await;
        let message =
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/reader\"";
        assert_eq!(refused, told(400, "MalformedPolicyDocument", message));
        desk.role("writer").await;
        desk.role("reader").await;
        let update = [("RoleName", "writer"), ("PolicyDocument", &*trusting)];
        desk.done("UpdateAssumeRolePolicy", &update).await;
        let named = async || {
            let read = desk.done("GetRole", &[("RoleName", "writer")]).await;
            decoded(&read.element("AssumeRolePolicyDocument"))
        };
        assert_eq!(named().await, trusting);
        let read = desk.done("GetRole", &[("RoleName", "reader")]).await;
        let id = read.element("RoleId");
        desk.done("DeleteRole", &[("RoleName", "reader")]).await;
        let by_id = trusting.replace("arn:aws:iam::111122223333:role/reader", &id);
        assert_eq!(named().await, by_id);
        desk.role("reader").await;
        assert_eq!(
            named().await,
            by_id,
            "another one of that name is not meant"
        );
    });
}

// iam.role.delete-conflict
#[test]
fn a_role_is_deleted_when_nothing_is_left_in_it() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let role = ("RoleName", "photo-app");
        let inline = [role, ("PolicyName", "get"), ("PolicyDocument", GET)];
        desk.done("PutRolePolicy", &inline).await;
        let full = ("PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess");
        let profile = ("InstanceProfileName", "web-profile");
        let steps: [(&str, &str, Asked<'_>); 3] = [
            (
                "remove roles from instance profile",
                "RemoveRoleFromInstanceProfile",
                &[profile, role],
            ),
            ("delete policies", "DeleteRolePolicy", &inline[..2]),
            ("detach all policies", "DetachRolePolicy", &[role, full]),
        ];
        for (must, action, parameters) in steps {
            let message = format!("Cannot delete entity, must {must} first.");
            let refused = desk.refused("DeleteRole", &[role]).await;
            assert_eq!(refused, told(409, "DeleteConflict", &message));
            desk.done(action, parameters).await;
        }
        desk.done("DeleteRole", &[role]).await;
        assert_eq!(desk.refused("DeleteRole", &[role]).await.1, "NoSuchEntity");
    });
}

#[test]
fn what_is_said_of_a_role_is_changed() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let role = ("RoleName", "photo-app");
        let longer = [
            role,
            ("MaxSessionDuration", "43200"),
            ("Description", "one"),
        ];
        desk.done("UpdateRole", &longer).await;
        let read = desk.done("GetRole", &[role]).await;
        assert_eq!(read.element("MaxSessionDuration"), "43200");
        assert_eq!(read.element("Description"), "one");
        let told = desk
            .done("UpdateRoleDescription", &[role, ("Description", "two")])
            .await;
        assert_eq!(told.element("Description"), "two");
        for bad in [("MaxSessionDuration", "43201"), ("Description", "λ")] {
            let refused = desk.refused("UpdateRole", &[role, bad]).await;
            assert_eq!(refused.1, "ValidationError", "{bad:?}");
        }
    });
}

// iam.tags.case-insensitive-on-principals, iam.lists.marker-if-truncated
#[test]
fn tags_of_a_role_are_set_listed_and_taken_away() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let role = ("RoleName", "photo-app");
        let tags = [
            role,
            ("Tags.member.1.Key", "Team"),
            ("Tags.member.1.Value", "red"),
            ("Tags.member.2.Key", "stage"),
            ("Tags.member.2.Value", ""),
        ];
        desk.done("TagRole", &tags).await;
        let again = [
            role,
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "blue"),
        ];
        desk.done("TagRole", &again).await;
        let page = desk.done("ListRoleTags", &[role, ("MaxItems", "1")]).await;
        assert_eq!(page.elements("Key"), ["stage"]);
        assert_eq!(page.element("IsTruncated"), "true");
        let marker = page.element("Marker");
        let page = desk
            .done("ListRoleTags", &[role, ("Marker", &marker)])
            .await;
        assert_eq!(
            (page.element("Key"), page.element("Value")),
            ("team".into(), "blue".into())
        );
        assert_eq!(page.element("IsTruncated"), "false");
        assert!(!page.text().contains("<Marker>"));

        desk.done("UntagRole", &[role, ("TagKeys.member.1", "TEAM")])
            .await;
        let left = desk.done("ListRoleTags", &[role]).await;
        assert_eq!(left.elements("Key"), ["stage"]);
        let none = desk.refused("TagRole", &[role]).await;
        assert_eq!(none.1, "ValidationError");
        let none = [("RoleName", "none"), ("TagKeys.member.1", "a")];
        assert_eq!(desk.refused("UntagRole", &none).await.1, "NoSuchEntity");
    });
}

// iam.policies.live, iam.policies.size
#[test]
fn an_inline_policy_is_written_read_and_deleted() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let (role, name) = (("RoleName", "photo-app"), ("PolicyName", "closed"));
        let deny = GET.replace("Allow", "Deny");
        desk.done("PutRolePolicy", &[role, name, ("PolicyDocument", &deny)])
            .await;
        assert_eq!(lab.call_signed(get("cat.jpg")).await.status, 403);
        let read = desk.done("GetRolePolicy", &[role, name]).await;
        assert_eq!(decoded(&read.element("PolicyDocument")), deny);
        assert_eq!(read.element("RoleName"), "photo-app");
        let listed = desk.done("ListRolePolicies", &[role]).await;
        assert_eq!(listed.elements("member"), ["closed"]);
        desk.done("DeleteRolePolicy", &[role, name]).await;
        assert_eq!(lab.call_signed(get("cat.jpg")).await.status, 404);
        let gone = desk.refused("GetRolePolicy", &[role, name]).await;
        let message = "The role policy with name closed cannot be found.";
        assert_eq!(gone, told(404, "NoSuchEntity", message));
        assert_eq!(
            desk.refused("DeleteRolePolicy", &[role, name]).await.1,
            "NoSuchEntity"
        );

        let large = format!(r#""s3:{}*""#, "x".repeat(10_300));
        let large = GET.replace(r#""s3:GetObject""#, &large);
        let put = [role, name, ("PolicyDocument", &*large)];
        let message = "Maximum policy size of 10240 bytes exceeded for role photo-app";
        assert_eq!(
            desk.refused("PutRolePolicy", &put).await,
            told(409, "LimitExceeded", message)
        );
        // White space does not count.
        let airy = GET.replace(' ', &" ".repeat(3_000));
        let put = [role, name, ("PolicyDocument", &*airy)];
        desk.done("PutRolePolicy", &put).await;
    });
}

// policy.decision.boundary-intersects, iam.managed.attachable
#[test]
fn a_boundary_withholds_what_it_does_not_allow() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let role = ("RoleName", "photo-app");
        let bounded = desk.policy("reads-only").await;
        assert_eq!(
            lab.call_signed(crate::support::signer::put("a", "b", &[]))
                .await
                .status,
            200
        );
        let put = [role, ("PermissionsBoundary", &*bounded)];
        desk.done("PutRolePermissionsBoundary", &put).await;
        assert_eq!(lab.call_signed(get("a")).await.status, 200);
        let write = lab
            .call_signed(crate::support::signer::put("a", "b", &[]))
            .await;
        assert_eq!(write.status, 403);
        assert!(
            write
                .element("Message")
                .contains("no permissions boundary allows"),
            "{write:?}"
        );
        let shown = desk.done("GetPolicy", &[("PolicyArn", &bounded)]).await;
        assert_eq!(shown.element("PermissionsBoundaryUsageCount"), "1");
        assert_eq!(shown.element("AttachmentCount"), "0");

        desk.done("DeleteRolePermissionsBoundary", &[role]).await;
        assert_eq!(
            lab.call_signed(crate::support::signer::put("a", "b", &[]))
                .await
                .status,
            200
        );
        let none = desk.refused("DeleteRolePermissionsBoundary", &[role]).await;
        assert_eq!(none.1, "NoSuchEntity");
        let absent = format!("arn:aws:iam::{ACCOUNT}:policy/absent");
        let put = [role, ("PermissionsBoundary", &*absent)];
        let message = format!("Scope ARN: {absent} does not exist or is not attachable.");
        let refused = desk.refused("PutRolePermissionsBoundary", &put).await;
        assert_eq!(refused, told(404, "NoSuchEntity", &message));
    });
}

// iam.role.last-used
#[test]
fn a_role_tells_when_it_was_last_used() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        lab.call_signed(get("cat.jpg")).await;
        let read = desk.done("GetRole", &[("RoleName", "photo-app")]).await;
        assert_eq!(read.element("LastUsedDate"), "2031-05-01T00:00:00Z");
        assert_eq!(read.element("Region"), "us-east-1");
    });
}

// iam.lists.pages, iam.lists.marker-validated, iam.paths.prefix
#[test]
fn roles_are_listed_in_pages() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        for name in ["Beta", "alpha", "gamma"] {
            desk.role(name).await;
        }
        let (mut names, mut marker) = (Vec::new(), None::<String>);
        loop {
            let mut parameters = vec![("MaxItems", "1")];
            parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page = desk.done("ListRoles", &parameters).await;
            names.extend(page.elements("RoleName"));
            if page.element("IsTruncated") == "false" {
                break;
            }
            marker = Some(page.element("Marker"));
        }
        assert_eq!(names, ["alpha", "Beta", "gamma", "photo-app"]);
        let rows: [Asked<'_>; 4] = [
            &[("MaxItems", "0")],
            &[("MaxItems", "1001")],
            &[("Marker", "alpha")],
            &[("PathPrefix", "division")],
        ];
        for parameters in rows {
            let refused = desk.refused("ListRoles", parameters).await;
            assert_eq!(refused.1, "ValidationError", "{parameters:?}");
        }
    });
}

// iam.authorization.before-existence, iam.authorization.lists
#[test]
fn who_may_not_is_not_told_what_is_there() {
    lab(async |lab| {
        let desk = Desk::without(&lab, "iam:*Role*");
        for (action, name) in [("GetRole", "photo-app"), ("DeleteRole", "nobody")] {
            let refused = desk.refused(action, &[("RoleName", name)]).await;
            let message = format!(
                "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: iam:{action} \
                 on resource: arn:aws:iam::{ACCOUNT}:role/{name} with an explicit deny in an \
                 identity-based policy"
            );
            assert_eq!(refused, told(403, "AccessDenied", &message));
        }
        let refused = desk.refused("ListRoles", &[]).await;
        assert!(
            refused.2.contains(":role/ with an explicit deny"),
            "{refused:?}"
        );
    });
}
