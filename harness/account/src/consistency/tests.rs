use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::ec2::RunInstance;
use crate::iam::{CreateRole, PageRequest, PolicyHolder};
use crate::policy::{Document, DocumentKind};
use crate::sts::AssumeRole;
use crate::testing::{MILLISECOND, ROLE, policy, role, served_role, start, world_with_ann};

const DELAY: Duration = Duration::from_secs(8);
const ACCOUNT: &str = "111122223333";

/// With a user ann, who may do everything, and changes that take eight seconds from now on.
fn late() -> (World, Arc<Session>) {
    let (mut world, ann) = world_with_ann();
    world.delay_changes(DELAY);
    (world, ann)
}

fn of_account(name: &str) -> CreateRole {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
            "Action": "sts:AssumeRole", "Principal": {{"AWS": "{ACCOUNT}"}}}}}}"#
    );
    CreateRole::new(name, Document::parse(&trust, DocumentKind::Trust).unwrap())
}

fn assume(world: &mut World, now: SimInstant, by: &Arc<Session>, role: &str) -> &'static str {
    let request = AssumeRole {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        role_session_name: "try".to_owned(),
        ..AssumeRole::default()
    };
    let tried = world.sts_assume_role(now, by, &request);
    tried.map_or_else(|error| error.code(), |_| "done")
}

// iam.consistency.eventual: documented of creating a role and using it.
#[test]
fn a_new_role_is_there_for_iam_and_for_nobody_else_at_first() {
    let (mut world, ann) = late();
    let at = start() + Duration::from_mins(1);
    world
        .on_behalf(at, &ann)
        .create_role(of_account("new"))
        .unwrap();
    assert_eq!(
        world.on_behalf(at, &ann).get_role("new").unwrap().name,
        "new"
    );
    assert_eq!(assume(&mut world, at, &ann, "new"), "AccessDenied");
    let before = at + DELAY - MILLISECOND;
    assert_eq!(assume(&mut world, before, &ann, "new"), "AccessDenied");
    assert_eq!(world.next_event(), Some(at + DELAY));
    assert_eq!(assume(&mut world, at + DELAY, &ann, "new"), "done");
    world.operator(at + DELAY).delete_role("new").unwrap();
    let gone = at + 2 * DELAY;
    assert_eq!(assume(&mut world, gone - MILLISECOND, &ann, "new"), "done");
    assert_eq!(assume(&mut world, gone, &ann, "new"), "AccessDenied");
}

// iam.consistency.eventual: each change after its own delay, and none for the one after it.
#[test]
fn changes_are_seen_in_the_order_in_which_they_were_made() {
    let (mut world, _) = late();
    let session = {
        let id = crate::testing::launch(&mut world, Some(crate::testing::PROFILE));
        crate::testing::served(&mut world, start(), &id)
    };
    let may = |world: &mut World, now, action: &str| {
        world.advance_to(now);
        world.decide(now, &session, action, "*").allowed()
    };
    let (first, second) = (start() + 10 * MILLISECOND, start() + DELAY / 2);
    let mut own = world.operator(first);
    own.put_role_policy(ROLE, "one", policy("Allow", "sqs:ListQueues"))
        .unwrap();
    own.put_role_policy(ROLE, "two", policy("Allow", "sns:ListTopics"))
        .unwrap();
    let mut own = world.operator(second);
    own.delete_inline_policy(PolicyHolder::Role(ROLE), "one")
        .unwrap();
    for (now, one, two) in [
        (second, false, false),
        (first + DELAY - MILLISECOND, false, false),
        (first + DELAY, true, true),
        (second + DELAY - MILLISECOND, true, true),
        (second + DELAY, false, true),
    ] {
        assert_eq!(may(&mut world, now, "sqs:ListQueues"), one, "{now}");
        assert_eq!(may(&mut world, now, "sns:ListTopics"), two, "{now}");
    }
    assert!(world.accounts.lag.as_ref().unwrap().seen.is_empty());
}

// iam.consistency.eventual, ec2.profile.unknown: what launching with a new profile meets.
#[test]
fn a_new_profile_cannot_be_launched_with_at_first() {
    let (mut world, _) = late();
    let at = start() + Duration::from_mins(1);
    let mut own = world.operator(at);
    own.create_role(role("fresh", "ec2.amazonaws.com")).unwrap();
    own.create_instance_profile("fresh").unwrap();
    own.add_role_to_instance_profile("fresh", "fresh").unwrap();
    let launch = |world: &mut World, now| {
        world.operator(now).run_instance(RunInstance {
            name: "web".to_owned(),
            profile: Some("fresh".to_owned()),
            ..RunInstance::default()
        })
    };
    let refused = launch(&mut world, at).unwrap_err();
    assert_eq!(refused.code(), "InvalidParameterValue");
    let id = launch(&mut world, at + DELAY).unwrap();
    let served = served_role(&mut world, at + DELAY, &id);
    assert_eq!(served.as_deref(), Some("fresh"));
}

// iam.consistency.eventual, iam.trust.principals-exist
#[test]
fn a_new_role_cannot_be_trusted_at_first() {
    let (mut world, ann) = late();
    let at = start() + Duration::from_mins(1);
    world.operator(at).create_role(of_account("one")).unwrap();
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:role/one"}}}}}}"#
    );
    let two = CreateRole::new("two", Document::parse(&trust, DocumentKind::Trust).unwrap());
    let refused = world.on_behalf(at, &ann).create_role(two.clone());
    assert_eq!(refused.unwrap_err().code(), "MalformedPolicyDocument");
    world.on_behalf(at + DELAY, &ann).create_role(two).unwrap();
}

// iam.consistency.keys
#[test]
fn keys_are_recognised_and_refused_late() {
    let (mut world, ann) = late();
    let at = start() + Duration::from_mins(1);
    let mut own = world.on_behalf(at, &ann);
    let key = own.create_access_key("ann").unwrap().access_key_id.clone();
    own.update_user("ann", Some("anna"), None).unwrap();
    let (_, keys) = own
        .list_access_keys(Some("anna"), &PageRequest::default())
        .unwrap();
    assert_eq!(keys.items.len(), 2, "IAM knows it");
    assert!(world.session(&key).is_none());
    let known = at + DELAY;
    world.advance_to(known);
    assert_eq!(world.session(&key).unwrap().identity.name(), "anna");
    let mut own = world.operator(known);
    own.update_access_key(Some("anna"), &key, KeyStatus::Inactive)
        .unwrap();
    let ended = |world: &World| world.session(&key).unwrap().ended;
    assert_eq!(ended(&world), None);
    let inactive = known + DELAY;
    world.advance_to(inactive);
    assert_eq!(ended(&world), Some((inactive, Ending::Deactivated)));
    let mut own = world.operator(inactive);
    own.delete_access_key(Some("anna"), &key).unwrap();
    assert!(world.session(&key).is_some());
    world.advance_to(inactive + DELAY);
    assert!(world.session(&key).is_none());
}

#[test]
fn without_it_nothing_is_kept_and_nothing_is_planned() {
    let (mut world, ann) = late();
    world.delay_changes(Duration::ZERO);
    let at = start() + Duration::from_mins(1);
    world.operator(at).create_role(of_account("new")).unwrap();
    assert_eq!(assume(&mut world, at, &ann, "new"), "done");
    assert!(world.accounts.lag.is_none());
    assert_eq!(world.next_event(), None);
}
