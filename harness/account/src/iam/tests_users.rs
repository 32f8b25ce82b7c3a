//! Users, groups and what is simulated of them.

use std::sync::Arc;

use super::*;
use crate::control_plane::ControlPlane;
use crate::policy::{Context, Decision, Document, DocumentKind, TextPosition};
use crate::session::Session;
use crate::testing::{HOUR, policy, start, world};
use crate::world::World;

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const READ: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

fn named(name: &str) -> CreateUser {
    CreateUser {
        name: name.to_owned(),
        ..CreateUser::default()
    }
}

/// With Ann, who may do nothing, and a key of hers.
fn with_ann() -> (World, Arc<Session>) {
    let mut world = world();
    world.operator(start()).create_user(named("ann")).unwrap();
    let key = world.operator(start()).create_access_key("ann").unwrap();
    (world, key)
}

fn may(world: &World, key: &Session, action: &str) -> bool {
    let current = world.session(&key.access_key_id).unwrap();
    let decision = world.decide(start(), current, action, "arn:aws:s3:::b/k");
    decision.allowed()
}

fn told<T>(result: Result<T, IamError>) -> (&'static str, u16, String) {
    let error = result.map(|_| ()).unwrap_err();
    (error.code(), error.status(), error.to_string())
}

fn all() -> PageRequest {
    PageRequest::default()
}

fn document(json: &str) -> Document {
    Document::parse(json, DocumentKind::Identity).unwrap()
}

// iam.user.delete-conflict: each sentence is AWS's.
#[test]
fn a_user_is_deleted_when_nothing_is_theirs() {
    let (mut world, key) = with_ann();
    let mut own = world.operator(start());
    own.create_group("readers", None).unwrap();
    own.add_user_to_group("readers", "ann").unwrap();
    let ann = PolicyHolder::User("ann");
    own.attach_policy(ann, READ).unwrap();
    own.put_inline_policy(ann, "own", policy("Allow", "s3:*"))
        .unwrap();
    let conflict = |own: &mut ControlPlane<'_>, what: &str| {
        let message = format!("Cannot delete entity, must {what} first.");
        assert_eq!(
            told(own.delete_user("ann")),
            ("DeleteConflict", 409, message)
        );
    };
    conflict(&mut own, "delete access keys");
    own.delete_access_key(Some("ann"), &key.access_key_id)
        .unwrap();
    conflict(&mut own, "delete policies");
    own.delete_inline_policy(ann, "own").unwrap();
    conflict(&mut own, "detach all policies");
    own.detach_policy(ann, READ).unwrap();
    conflict(&mut own, "remove users from group");
    own.remove_user_from_group("readers", "ann").unwrap();
    own.delete_user("ann").unwrap();
    let (code, status, message) = told(own.delete_user("ann"));
    assert_eq!((code, status), ("NoSuchEntity", 404));
    assert_eq!(message, "The user with name ann cannot be found.");
}

// iam.user.rename
#[test]
fn a_user_that_is_renamed_keeps_its_keys_and_its_policies() {
    let (mut world, key) = with_ann();
    let mut own = world.operator(start());
    own.create_user(named("bob")).unwrap();
    own.attach_policy(PolicyHolder::User("ann"), READ).unwrap();
    let before = own.get_user(Some("ann")).unwrap();
    let taken = own.update_user("ann", Some("BOB"), None);
    assert_eq!(told(taken).0, "EntityAlreadyExists");
    own.update_user("ann", Some("anna"), Some("/staff/"))
        .unwrap();
    let after = own.get_user(Some("Anna")).unwrap();
    assert_eq!(after.id, before.id);
    assert_eq!(after.arn, "arn:aws:iam::111122223333:user/staff/anna");
    assert_eq!(told(own.get_user(Some("ann"))).0, "NoSuchEntity");
    let renamed = world.session(&key.access_key_id).unwrap();
    assert_eq!(renamed.identity.caller_arn(), after.arn);
    assert!(may(&world, &key, "s3:GetObject"));
    let mut own = world.operator(start());
    // Another case of its own name is its own.
    own.update_user("anna", Some("Anna"), None).unwrap();
    own.create_user(named("ann")).unwrap();
}

// policy.decision.boundary-intersects
#[test]
fn a_boundary_is_the_most_that_a_user_may_do() {
    let (mut world, key) = with_ann();
    let mut own = world.operator(start());
    own.attach_policy(PolicyHolder::User("ann"), FULL).unwrap();
    own.put_user_permissions_boundary("ann", READ).unwrap();
    let shown = own.get_user(Some("ann")).unwrap();
    assert_eq!(shown.permissions_boundary(), Some(READ));
    assert!(may(&world, &key, "s3:GetObject") && !may(&world, &key, "s3:PutObject"));
    let mut own = world.operator(start());
    own.delete_user_permissions_boundary("ann").unwrap();
    let again = own.delete_user_permissions_boundary("ann");
    assert_eq!(told(again).0, "NoSuchEntity");
    assert!(may(&world, &key, "s3:PutObject"));
    let unknown = world
        .operator(start())
        .put_user_permissions_boundary("ann", "arn:aws:iam::aws:policy/None");
    assert_eq!(told(unknown).0, "NoSuchEntity");
}

// iam.group.policies-count
#[test]
fn the_policies_of_a_group_count_for_its_users_at_once() {
    let (mut world, key) = with_ann();
    let readers = PolicyHolder::Group("readers");
    let mut own = world.operator(start());
    own.create_group("readers", Some("/staff/")).unwrap();
    own.attach_policy(readers, READ).unwrap();
    own.put_inline_policy(readers, "no-lists", policy("Deny", "s3:List*"))
        .unwrap();
    assert!(!may(&world, &key, "s3:GetObject"));
    let mut own = world.operator(start());
    for _ in 0..2 {
        own.add_user_to_group("readers", "ann").unwrap();
    }
    assert!(may(&world, &key, "s3:GetObject") && !may(&world, &key, "s3:ListBucket"));
    let mut own = world.operator(start());
    let groups = own.list_groups_for_user("ann", &all()).unwrap().items;
    assert_eq!(
        groups[0].arn,
        "arn:aws:iam::111122223333:group/staff/readers"
    );
    assert!(groups[0].id.starts_with("AGPA"), "iam.id.prefixes");
    let (group, members) = own.get_group("READERS", &all()).unwrap();
    assert_eq!(
        (group.name.as_str(), members.items[0].name.as_str()),
        ("readers", "ann")
    );
    own.update_group("readers", Some("lookers"), None).unwrap();
    assert!(may(&world, &key, "s3:GetObject"));
    world
        .operator(start())
        .remove_user_from_group("lookers", "ann")
        .unwrap();
    assert!(!may(&world, &key, "s3:GetObject"));
}

// iam.group.delete-conflict
#[test]
fn a_group_is_deleted_when_nothing_is_in_it() {
    let (mut world, _) = with_ann();
    let group = PolicyHolder::Group("readers");
    let mut own = world.operator(start());
    own.create_group("readers", None).unwrap();
    let taken = own.create_group("Readers", None);
    assert_eq!(told(taken).0, "EntityAlreadyExists");
    own.add_user_to_group("readers", "ann").unwrap();
    own.attach_policy(group, READ).unwrap();
    own.put_inline_policy(group, "own", policy("Allow", "s3:*"))
        .unwrap();
    let what = |own: &mut ControlPlane<'_>| told(own.delete_group("readers")).2;
    assert_eq!(
        what(&mut own),
        "Cannot delete entity, must remove users from group first."
    );
    own.remove_user_from_group("readers", "ann").unwrap();
    assert_eq!(
        what(&mut own),
        "Cannot delete entity, must delete policies first."
    );
    own.delete_inline_policy(group, "own").unwrap();
    assert_eq!(
        what(&mut own),
        "Cannot delete entity, must detach all policies first."
    );
    own.detach_policy(group, READ).unwrap();
    own.delete_group("readers").unwrap();
    let gone = own.add_user_to_group("readers", "ann");
    assert_eq!(told(gone).2, "The group with name readers cannot be found.");
}

// iam.user.tags-on-principal
#[test]
fn the_tags_of_a_user_are_seen_by_policies_as_they_stand() {
    let (mut world, key) = with_ann();
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}}"#;
    let mut own = world.operator(start());
    own.put_inline_policy(PolicyHolder::User("ann"), "blue", document(text))
        .unwrap();
    let tag = |value: &str| Tag {
        key: "Team".to_owned(),
        value: value.to_owned(),
    };
    let ann = Tagged::User("ann");
    own.tag(ann, &[tag("red")]).unwrap();
    assert!(!may(&world, &key, "s3:GetObject"));
    let mut own = world.operator(start());
    own.tag(ann, &[tag("blue")]).unwrap();
    let tags = own.list_tags(ann, &all()).unwrap();
    assert_eq!(tags.items, [tag("blue")]);
    assert!(may(&world, &key, "s3:GetObject"));
    let mut own = world.operator(start());
    own.untag(ann, &["TEAM".to_owned()]).unwrap();
    assert!(!may(&world, &key, "s3:GetObject"));
}

// iam.policies.size, iam.quotas
#[test]
fn a_user_and_a_group_have_room_for_so_much() {
    let (mut world, _) = with_ann();
    let mut own = world.operator(start());
    own.create_group("readers", None).unwrap();
    for (holder, max) in [
        (PolicyHolder::User("ann"), 2048),
        (PolicyHolder::Group("readers"), 5120),
    ] {
        let sized = |size: usize| {
            let bare =
                r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Sid":""}}"#;
            let sid = "a".repeat(size - bare.len());
            document(&bare.replace(r#""Sid":"""#, &format!(r#""Sid":"{sid}""#)))
        };
        own.put_inline_policy(holder, "large", sized(max)).unwrap();
        let larger = own.put_inline_policy(holder, "large", sized(max + 1));
        assert_eq!(told(larger).0, "LimitExceeded");
        for number in 0..10 {
            let name = format!("p{max}-{number}");
            let document = policy("Allow", "s3:*");
            let request = CreatePolicy {
                name: name.clone(),
                document,
                path: None,
                description: None,
                tags: Vec::new(),
            };
            own.create_policy(request).unwrap();
            own.attach_policy(holder, &name).unwrap();
            own.attach_policy(holder, &name).unwrap();
        }
        assert_eq!(told(own.attach_policy(holder, READ)).0, "LimitExceeded");
    }
    for number in 0..10 {
        let name = format!("g{number}");
        own.create_group(&name, None).unwrap();
        own.add_user_to_group(&name, "ann").unwrap();
    }
    let eleventh = own.add_user_to_group("readers", "ann");
    assert_eq!(
        told(eleventh).2,
        "Cannot exceed quota for GroupsPerUser: 10"
    );
}

// iam.user.caller-is-default: also of a session that has nobody's name.
#[test]
fn who_asks_is_shown_without_a_name() {
    let (mut world, key) = with_ann();
    let mut own = world.on_behalf(start(), &key);
    assert_eq!(told(own.get_user(None)).0, "AccessDenied");
    world
        .operator(start())
        .put_inline_policy(
            PolicyHolder::User("ann"),
            "self",
            policy("Allow", "iam:GetUser"),
        )
        .unwrap();
    let mut own = world.on_behalf(start(), &key);
    assert_eq!(own.get_user(None).unwrap().arn, ANN);
    let other = own.get_user(Some("nobody"));
    assert_eq!(told(other).0, "NoSuchEntity");
}

const READS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::teambucket/${aws:username}/*"},{"Sid":"Late","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2031-01-01T00:00:00Z"}}}]}"#;

fn simulation(actions: &[&str], resources: &[&str]) -> Simulation {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Simulation {
        actions: owned(actions),
        resources: owned(resources),
        ..Simulation::default()
    }
}

// iam.simulate.matched, iam.simulate.source-ids, iam.simulate.context-keys
#[test]
fn what_policies_would_say_is_told_with_the_statements() {
    let (mut world, _) = with_ann();
    let mut own = world.operator(start());
    let key = "arn:aws:s3:::teambucket/ann/cat.jpg";
    let at = |context: Context| Simulation {
        policies: vec![document(READS)],
        context,
        ..simulation(&["s3:GetObject", "s3:PutObject"], &[key])
    };
    let early = Context::new()
        .with("aws:username", "ann")
        .with("aws:CurrentTime", "2030-01-01T00:00:00Z");
    let results = own.simulate_custom_policy(at(early), &all()).unwrap().items;
    let [get, put] = &results[..] else {
        panic!("{results:?}");
    };
    assert!(get.decision.allowed());
    // Right after its brace, counted from 1.
    let end = READS.find("},{").unwrap() + 2;
    let matched = MatchedStatement {
        source: "PolicyInputList.1".to_owned(),
        start: TextPosition {
            line: 1,
            column: 38,
        },
        end: TextPosition {
            line: 1,
            column: end,
        },
    };
    assert_eq!(get.matched, [matched]);
    assert!(get.missing.is_empty() && get.within_boundary.is_none());
    assert!(matches!(put.decision, Decision::ImplicitDeny { .. }));
    assert!(put.matched.is_empty());

    let late = Context::new().with("aws:CurrentTime", "2032-01-01T00:00:00Z");
    let results = own.simulate_custom_policy(at(late), &all()).unwrap().items;
    assert!(matches!(results[0].decision, Decision::ExplicitDeny { .. }));
    assert_eq!(results[0].matched[0].start.column, end + 1);
    assert_eq!(results[0].missing, ["aws:username"]);

    let keys = own
        .get_context_keys_for_custom_policy(&[document(READS)])
        .unwrap();
    assert_eq!(Vec::from_iter(keys), ["aws:CurrentTime", "aws:username"]);
}

// iam.simulate.source-ids: a user is simulated with its groups.
#[test]
fn a_principal_is_simulated_with_all_that_it_has() {
    let (mut world, _) = with_ann();
    let mut own = world.operator(start());
    own.create_group("readers", None).unwrap();
    own.add_user_to_group("readers", "ann").unwrap();
    own.put_inline_policy(
        PolicyHolder::Group("readers"),
        "reads",
        policy("Allow", "s3:Get*"),
    )
    .unwrap();
    own.put_inline_policy(
        PolicyHolder::User("ann"),
        "no",
        policy("Deny", "s3:Delete*"),
    )
    .unwrap();
    own.attach_policy(PolicyHolder::User("ann"), FULL).unwrap();
    own.put_user_permissions_boundary("ann", READ).unwrap();
    let asked = simulation(&["s3:GetObject", "s3:DeleteObject", "s3:PutObject"], &[]);
    let results = own.simulate_principal_policy(ANN, asked.clone(), &all());
    let results = results.unwrap().items;
    let sources = |result: &Simulated| {
        let sources = result.matched.iter().map(|it| it.source.clone());
        sources.collect::<Vec<_>>()
    };
    assert_eq!(
        sources(&results[0]),
        ["AmazonS3FullAccess", "group_readers_reads"]
    );
    assert_eq!(results[0].within_boundary, Some(true));
    assert_eq!(sources(&results[1]), ["user_ann_no"]);
    assert_eq!(results[2].within_boundary, Some(false));
    assert!(!results[2].decision.allowed());
    let without = Simulation {
        boundary: Some(policy("Allow", "*")),
        ..asked.clone()
    };
    let results = own.simulate_principal_policy(ANN, without, &all()).unwrap();
    assert!(results.items[2].decision.allowed());
    let nobody = own.simulate_principal_policy("arn:aws:iam::111122223333:user/x", asked, &all());
    assert_eq!(told(nobody).0, "NoSuchEntity");
}

// iam.simulate.resource-policy-needs-caller
#[test]
fn a_policy_of_the_resource_is_simulated_for_a_caller() {
    let (mut world, _) = with_ann();
    let mut own = world.operator(start());
    let bucket = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{ANN}"}},
            "Action": "s3:GetObject", "Resource": "*"}}}}"#
    );
    let asked = Simulation {
        policies: vec![policy("Allow", "sns:*")],
        resource_policy: Some(Document::parse(&bucket, DocumentKind::Resource).unwrap()),
        ..simulation(&["s3:GetObject"], &["arn:aws:s3:::teambucket/cat.jpg"])
    };
    let nobody = own.simulate_custom_policy(asked.clone(), &all());
    assert_eq!(told(nobody).0, "InvalidInput");
    let caller = |arn: &str| Simulation {
        caller: Some(arn.to_owned()),
        ..asked.clone()
    };
    let ann = own.simulate_custom_policy(caller(ANN), &all()).unwrap();
    assert!(ann.items[0].decision.allowed());
    let bob = ANN.replace("ann", "bob");
    let bob = own.simulate_custom_policy(caller(&bob), &all()).unwrap();
    assert!(!bob.items[0].decision.allowed());
    let role = own.simulate_custom_policy(caller("arn:aws:iam::111122223333:role/r"), &all());
    assert_eq!(told(role).0, "InvalidInput");
}

// iam.details.policies-in-use
#[test]
fn an_account_is_shown_as_a_whole_or_by_kind() {
    let (mut world, _) = with_ann();
    let mut own = world.operator(start() + HOUR);
    own.create_group("readers", None).unwrap();
    own.attach_policy(PolicyHolder::Group("readers"), READ)
        .unwrap();
    let count = |own: &mut ControlPlane<'_>, kinds: &[EntityKind]| {
        let shown = own.get_account_authorization_details(kinds, &all());
        shown.unwrap().items.len()
    };
    // Ann, the readers, the role of the world, and the policy that is in use.
    assert_eq!(count(&mut own, &[]), 4);
    assert_eq!(count(&mut own, &[EntityKind::User]), 1);
    assert_eq!(count(&mut own, &[EntityKind::Group, EntityKind::Role]), 2);
    assert_eq!(count(&mut own, &[EntityKind::AwsManagedPolicy]), 1);
    assert_eq!(count(&mut own, &[EntityKind::LocalManagedPolicy]), 0);
    let summary = own.get_account_summary().unwrap();
    let counted = ["Users", "Groups", "Roles", "InstanceProfiles", "Policies"];
    assert_eq!(counted.map(|what| summary[what]), [1, 1, 1, 1, 0]);
}

// iam.alias.one, iam.alias.form, iam.account.no-password-policy
#[test]
fn an_account_has_one_alias() {
    let mut world = world();
    world.open_account("444455556666").unwrap();
    let mut own = world.operator(start());
    own.create_account_alias("blue-team").unwrap();
    own.create_account_alias("red-team").unwrap();
    assert_eq!(
        own.list_account_aliases(&all()).unwrap().items,
        ["red-team"]
    );
    let old = own.delete_account_alias("blue-team");
    assert_eq!(told(old).0, "NoSuchEntity");
    for alias in ["ab", "-ab", "ab-", "a--b", "Ab1", "a_b", &"a".repeat(64)] {
        let refused = own.create_account_alias(alias);
        assert_eq!(told(refused).0, "ValidationError", "{alias}");
    }
    let none = own.get_account_password_policy();
    assert_eq!(
        told(none).2,
        "The Password Policy with domain name 111122223333 cannot be found."
    );
    let mut other = world.operator_in(start(), "444455556666").unwrap();
    let taken = other.create_account_alias("red-team");
    assert_eq!(told(taken).0, "EntityAlreadyExists");
    let mut own = world.operator(start());
    own.delete_account_alias("red-team").unwrap();
    assert!(own.list_account_aliases(&all()).unwrap().items.is_empty());
}
