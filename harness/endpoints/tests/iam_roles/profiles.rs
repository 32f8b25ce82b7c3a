//! Instance profiles.

use crate::desk::{ACCOUNT, Desk, told};
use crate::support::lab;

const ROLE: (&str, &str) = ("RoleName", "photo-app");

// iam.paths.in-arn, iam.profile.one-role, iam.profile.delete-conflict
#[test]
fn a_profile_carries_one_role() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let profile = ("InstanceProfileName", "Batch");
        let tags = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
        let new = [profile, ("Path", "/jobs/"), tags[0], tags[1]];
        let made = desk.done("CreateInstanceProfile", &new).await;
        let arn = format!("arn:aws:iam::{ACCOUNT}:instance-profile/jobs/Batch");
        assert_eq!(made.element("Arn"), arn);
        assert_eq!(made.element("Roles"), "");
        assert!(made.element("InstanceProfileId").starts_with("AIPA"));
        let taken = [("InstanceProfileName", "batch")];
        let message = "Instance Profile batch already exists.";
        let refused = desk.refused("CreateInstanceProfile", &taken).await;
        assert_eq!(refused, told(409, "EntityAlreadyExists", message));

        desk.done("AddRoleToInstanceProfile", &[profile, ROLE])
            .await;
        let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
        let refused = desk
            .refused("AddRoleToInstanceProfile", &[profile, ROLE])
            .await;
        assert_eq!(refused, told(409, "LimitExceeded", message));
        let read = desk.done("GetInstanceProfile", &[profile]).await;
        assert_eq!(read.element("RoleName"), "photo-app");
        assert_eq!(read.element("Key"), "a");
        let message = "Cannot delete entity, must remove roles from instance profile first.";
        let refused = desk.refused("DeleteInstanceProfile", &[profile]).await;
        assert_eq!(refused, told(409, "DeleteConflict", message));

        desk.role("other").await;
        let other = [profile, ("RoleName", "other")];
        let refused = desk.refused("RemoveRoleFromInstanceProfile", &other).await;
        assert_eq!((refused.0, refused.1.as_str()), (404, "NoSuchEntity"));
        desk.done("RemoveRoleFromInstanceProfile", &[profile, ROLE])
            .await;
        desk.done("DeleteInstanceProfile", &[profile]).await;
        let message = "Instance Profile Batch cannot be found.";
        let gone = desk.refused("GetInstanceProfile", &[profile]).await;
        assert_eq!(gone, told(404, "NoSuchEntity", message));
    });
}

// iam.profile.pass-role
#[test]
fn a_role_is_put_into_a_profile_by_who_may_pass_it() {
    lab(async |lab| {
        let desk = Desk::without(&lab, "iam:PassRole");
        let profile = ("InstanceProfileName", "batch");
        desk.done("CreateInstanceProfile", &[profile]).await;
        let refused = desk
            .refused("AddRoleToInstanceProfile", &[profile, ROLE])
            .await;
        let message = format!(
            "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: iam:PassRole on \
             resource: arn:aws:iam::{ACCOUNT}:role/photo-app with an explicit deny in an \
             identity-based policy"
        );
        assert_eq!(refused, told(403, "AccessDenied", &message));
        let read = desk.done("GetInstanceProfile", &[profile]).await;
        assert_eq!(read.element("Roles"), "");
    });
}

#[test]
fn profiles_are_listed_by_path_and_by_role() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let profile = ("InstanceProfileName", "batch");
        desk.done("CreateInstanceProfile", &[profile, ("Path", "/jobs/")])
            .await;
        let listed = async |action: &str, parameters: &[(&str, &str)]| {
            let answer = desk.done(action, parameters).await;
            answer.elements("InstanceProfileName")
        };
        let all = listed("ListInstanceProfiles", &[]).await;
        assert_eq!(all, ["batch", "web-profile"]);
        let jobs = listed("ListInstanceProfiles", &[("PathPrefix", "/jobs/")]).await;
        assert_eq!(jobs, ["batch"]);
        let with_role = listed("ListInstanceProfilesForRole", &[ROLE]).await;
        assert_eq!(with_role, ["web-profile"]);
        let nobody = [("RoleName", "nobody")];
        let refused = desk.refused("ListInstanceProfilesForRole", &nobody).await;
        assert_eq!(refused.1, "NoSuchEntity");
    });
}

#[test]
fn tags_of_a_profile_are_set_listed_and_taken_away() {
    lab(async |lab| {
        let desk = Desk::new(&lab);
        let profile = ("InstanceProfileName", "web-profile");
        let tag = [
            profile,
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ];
        desk.done("TagInstanceProfile", &tag).await;
        let listed = desk.done("ListInstanceProfileTags", &[profile]).await;
        assert_eq!(listed.elements("Key"), ["a"]);
        let key = [profile, ("TagKeys.member.1", "a")];
        desk.done("UntagInstanceProfile", &key).await;
        let listed = desk.done("ListInstanceProfileTags", &[profile]).await;
        assert!(listed.elements("Key").is_empty());
        let none = ("InstanceProfileName", "none");
        let refused = desk.refused("ListInstanceProfileTags", &[none]).await;
        assert_eq!(refused.1, "NoSuchEntity");
    });
}
