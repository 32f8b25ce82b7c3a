use super::*;
use crate::testing::{
    HOUR, MILLISECOND, MINUTE, ROLE, add_profile, add_role, issued, launch, read, served_role,
    source, world,
};
use crate::world::NothingServed;

const ROTATION: std::time::Duration = std::time::Duration::from_mins(6 * 60 - 5);

fn info(world: &mut World, now: SimInstant, instance: &str) -> serde_json::Value {
    json(&read(world, now, instance, None, "iam/info").unwrap())
}

// imds.role.listing, imds.role.not-profile-name
#[test]
fn the_listing_is_the_roles_name_and_nothing_else() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    for path in ["iam/security-credentials/", "iam/security-credentials"] {
        let listing = read(&mut world, start(), &web, None, path);
        assert_eq!(listing.as_deref(), Ok(ROLE), "{path}");
    }
}

// imds.role.wrong-name
#[test]
fn only_the_exact_name_of_the_role_has_credentials() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    for (name, there) in [
        (ROLE, true),
        // imds.paths.slashes
        ("photo-app/", true),
        (PROFILE, false),
        ("photo-ap", false),
        ("photo-app%0A", false),
        ("Photo-App", false),
        ("photo-app/AccessKeyId", false),
    ] {
        let path = format!("iam/security-credentials/{name}");
        let answer = read(&mut world, start(), &web, None, &path);
        assert_eq!(answer.is_ok(), there, "{name:?}");
        assert!(there || answer == Err(ImdsError::NotFound), "{name:?}");
    }
}

// imds.role.absent-without-profile
#[test]
fn without_a_profile_the_whole_subtree_is_absent() {
    let mut world = world();
    let bare = launch(&mut world, None);
    for path in [
        "iam",
        "iam/",
        "iam/info",
        "iam/security-credentials/",
        "iam/security-credentials/photo-app",
        "iam/security-credentials-extended/",
    ] {
        let answer = read(&mut world, start(), &bare, None, path);
        assert_eq!(answer, Err(ImdsError::NotFound), "{path}");
    }
    let listing = text(&mut world, &bare, "/latest/meta-data/").unwrap();
    assert!(!listing.lines().any(|line| line == "iam/"), "{listing}");
}

// imds.info.document
#[test]
fn the_info_names_the_profile() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let info = info(&mut world, start() + HOUR, &web);
    assert_eq!(info["Code"], "Success");
    assert_eq!(info["LastUpdated"], "2031-05-01T00:00:00Z");
    assert_eq!(
        info["InstanceProfileArn"],
        "arn:aws:iam::111122223333:instance-profile/web-profile"
    );
    assert!(
        info["InstanceProfileId"]
            .as_str()
            .unwrap()
            .starts_with("AIPA")
    );
    assert_eq!(info.as_object().unwrap().len(), 4);
}

// imds.credentials.error-document
#[test]
fn a_trust_policy_without_ec2_gives_a_document_that_says_so() {
    let mut world = world();
    add_role(&mut world, "closed", "ecs-tasks.amazonaws.com");
    add_profile(&mut world, "closed", "closed");
    let web = launch(&mut world, Some("closed"));
    assert_eq!(
        served_role(&mut world, start(), &web).as_deref(),
        Some("closed")
    );
    let path = "iam/security-credentials/closed";
    let document = json(&read(&mut world, start(), &web, None, path).unwrap());
    assert_eq!(document["Code"], "AssumeRoleUnauthorizedAccess");
    assert_eq!(document["LastUpdated"], "2031-05-01T00:00:00Z");
    let message = document["Message"].as_str().unwrap();
    assert!(
        message.starts_with("EC2 cannot assume the role closed."),
        "{message}"
    );
    let members = document.as_object().unwrap().len();
    assert_eq!(members, 3, "no keys: {document}");
    assert_eq!(info(&mut world, start(), &web)["Code"], "Success");
}

/// Takes the role out of the profile an hour after the launch.
fn emptied(world: &mut World) -> String {
    let web = launch(world, Some(PROFILE));
    world
        .operator(start() + HOUR)
        .remove_role_from_instance_profile(PROFILE)
        .unwrap();
    web
}

// imds.info.no-role
#[test]
fn a_profile_that_lost_its_role_says_so_from_the_next_rotation_on() {
    let mut world = world();
    let web = emptied(&mut world);
    let rotation = start() + ROTATION;
    let before = rotation - MILLISECOND;
    assert!(served_role(&mut world, before, &web).is_some());
    assert!(info(&mut world, before, &web).get("Message").is_none());

    assert_eq!(served_role(&mut world, rotation, &web), None);
    let listing = read(&mut world, rotation, &web, None, "iam/");
    assert_eq!(listing.as_deref(), Ok("info"));
    let shown = info(&mut world, rotation, &web);
    assert_eq!(shown["Code"], "Success");
    assert_eq!(shown["LastUpdated"], "2031-05-01T05:55:00Z");
    let message = shown["Message"].as_str().unwrap();
    assert!(message.starts_with("Instance Profile does not contain a role."));
    assert!(shown["InstanceProfileId"].is_string());
    assert_eq!(world.rotate(rotation, &source(&web)), Err(NothingServed));
}

// imds.role.swap-inside-profile-waits
#[test]
fn a_role_added_later_is_served_at_the_next_scheduled_rotation() {
    let mut world = world();
    let web = emptied(&mut world);
    let empty_for = start() + ROTATION;
    world.advance_to(empty_for + HOUR);
    world
        .operator(empty_for + HOUR)
        .add_role_to_instance_profile(PROFILE, ROLE)
        .unwrap();
    let next = empty_for + ROTATION;
    assert_eq!(world.next_event(), Some(next));
    assert_eq!(served_role(&mut world, next - MILLISECOND, &web), None);
    assert_eq!(served_role(&mut world, next, &web).as_deref(), Some(ROLE));
    let issues: Vec<_> = issued(&world)
        .iter()
        .map(|session| (session.issue, session.issued_at))
        .collect();
    assert_eq!(issues, [(1, start()), (2, next)]);
}

#[test]
fn an_instance_associated_with_an_empty_profile_gets_the_role_that_comes_later() {
    let mut world = world();
    world
        .operator(start())
        .create_instance_profile("empty")
        .unwrap();
    let web = launch(&mut world, None);
    world
        .operator(start())
        .associate_profile(&web, "empty")
        .unwrap();
    assert_eq!(served_role(&mut world, start(), &web), None);
    world
        .operator(start() + MINUTE)
        .add_role_to_instance_profile("empty", ROLE)
        .unwrap();
    let next = start() + ROTATION;
    assert_eq!(served_role(&mut world, next, &web).as_deref(), Some(ROLE));
}

// imds.info.profile-not-found
#[test]
fn a_deleted_profile_is_not_found_even_under_its_old_name() {
    let mut world = world();
    let web = emptied(&mut world);
    let now = start() + HOUR;
    world
        .operator(now)
        .delete_instance_profile(PROFILE)
        .unwrap();
    world
        .operator(now)
        .create_instance_profile(PROFILE)
        .unwrap();
    world
        .operator(now)
        .add_role_to_instance_profile(PROFILE, ROLE)
        .unwrap();
    let rotation = start() + ROTATION;
    let shown = info(&mut world, rotation, &web);
    assert_eq!(shown["Code"], "InstanceProfileNotFound");
    assert_eq!(served_role(&mut world, rotation, &web), None);
    assert_eq!(world.next_event(), None, "there is nothing to wait for");
}
