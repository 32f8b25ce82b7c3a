use std::sync::Arc;

use super::{CloudTrailError, LookedUp, LookupEvents};
use crate::iam::CreateUser;
use crate::instant::SimInstant;
use crate::session::Session;
use crate::testing::{HOUR, SECOND, policy, start, world};
use crate::world::World;

/// With Ann, who may look things up, and a few users besides, one made each second.
fn lab(allowed: &str) -> (World, Arc<Session>) {
    let mut world = world();
    for (number, name) in (0..).zip(["ann", "bob", "cid", "dan"]) {
        let user = CreateUser {
            name: name.to_owned(),
            inline: [("own".to_owned(), policy("Allow", allowed))].into(),
            ..CreateUser::default()
        };
        let now = start() + SECOND * number;
        world.operator(now).create_user(user).unwrap();
    }
    let later = start() + HOUR;
    let ann = world.operator(later).create_access_key("ann").unwrap();
    (world, ann)
}

fn look(
    world: &mut World,
    ann: &Arc<Session>,
    asked: &LookupEvents,
) -> Result<LookedUp, CloudTrailError> {
    look_at(world, ann, start() + HOUR, asked)
}

fn look_at(
    world: &mut World,
    ann: &Arc<Session>,
    now: SimInstant,
    asked: &LookupEvents,
) -> Result<LookedUp, CloudTrailError> {
    world.on_behalf(now, ann).lookup_events("us-east-1", asked)
}

fn by(name: &str, value: &str) -> LookupEvents {
    LookupEvents {
        attributes: vec![(name.to_owned(), value.to_owned())],
        ..LookupEvents::default()
    }
}

/// The users whose making was found, in the order of the page.
fn made(found: &LookedUp) -> Vec<String> {
    let made = found
        .events
        .iter()
        .filter(|event| event.name == "CreateUser");
    made.map(|event| event.resources[0].name.clone()).collect()
}

// cloudtrail.lookup.management-events, cloudtrail.lookup.resources, cloudtrail.lookup.username
#[test]
fn the_newest_events_come_first() {
    let (mut world, ann) = lab("*");
    let found = look(&mut world, &ann, &LookupEvents::default()).unwrap();
    assert_eq!(made(&found), ["dan", "cid", "bob", "ann"]);
    assert_eq!(found.next_token, None);
    let first = &found.events[0];
    assert_eq!(
        (first.name.as_str(), first.read_only),
        ("CreateAccessKey", false)
    );
    assert_eq!(first.source, "iam.amazonaws.com");
    assert_eq!(first.username.as_deref(), Some("root"));
    assert_eq!(first.record["eventID"], first.id.as_str());
    let kinds: Vec<_> = first.resources.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["AWS::IAM::AccessKey", "AWS::IAM::User"]);
    let elsewhere = world
        .on_behalf(start() + HOUR, &ann)
        .lookup_events("eu-west-1", &LookupEvents::default());
    assert!(elsewhere.unwrap().events.is_empty());
}

// cloudtrail.lookup.attributes
#[test]
fn events_are_looked_up_by_one_attribute() {
    let (mut world, ann) = lab("*");
    let key = ann.access_key_id.clone();
    let id = {
        let found = look(&mut world, &ann, &by("ResourceName", "cid")).unwrap();
        assert_eq!(made(&found), ["cid"]);
        found.events[0].id.clone()
    };
    let mut count = |name: &str, value: &str| {
        let found = look(&mut world, &ann, &by(name, value));
        found.unwrap().events.len()
    };
    for (name, value, expected) in [
        ("EventId", id.as_str(), 1),
        ("EventName", "CreateUser", 4),
        ("EventName", "DeleteUser", 0),
        ("ReadOnly", "true", 0),
        ("Username", "root", 8),
        ("ResourceType", "AWS::IAM::User", 5),
        ("ResourceName", key.as_str(), 1),
        ("EventSource", "iam.amazonaws.com", 8),
        ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE", 0),
    ] {
        assert_eq!(count(name, value), expected, "{name} {value}");
    }
    let mut refused = |asked: &LookupEvents| look(&mut world, &ann, asked).unwrap_err().code();
    let mut two = by("EventName", "CreateUser");
    two.attributes
        .push(("ReadOnly".to_owned(), "true".to_owned()));
    for asked in [by("EventTime", "now"), by("EventName", ""), two] {
        assert_eq!(refused(&asked), "InvalidLookupAttributesException");
    }
}

// cloudtrail.lookup.pages
#[test]
fn pages_hold_everything_once() {
    let (mut world, ann) = lab("*");
    let mut asked = LookupEvents {
        max_results: Some(3),
        ..by("EventName", "CreateUser")
    };
    let first = look(&mut world, &ann, &asked).unwrap();
    assert_eq!(made(&first), ["dan", "cid", "bob"]);
    asked.next_token.clone_from(&first.next_token);
    let second = look(&mut world, &ann, &asked).unwrap();
    assert_eq!(made(&second), ["ann"]);
    assert_eq!(second.next_token, None);
    let other = LookupEvents {
        next_token: first.next_token,
        ..by("EventName", "CreateRole")
    };
    for (asked, code) in [
        (other, "InvalidNextTokenException"),
        (
            LookupEvents {
                next_token: Some("x".to_owned()),
                ..by("EventName", "a")
            },
            "InvalidNextTokenException",
        ),
        (
            LookupEvents {
                max_results: Some(0),
                ..asked.clone()
            },
            "InvalidMaxResultsException",
        ),
        (
            LookupEvents {
                max_results: Some(51),
                ..asked.clone()
            },
            "InvalidMaxResultsException",
        ),
        (
            LookupEvents {
                category: Some("insight".to_owned()),
                ..asked
            },
            "InvalidEventCategoryException",
        ),
    ] {
        assert_eq!(look(&mut world, &ann, &asked).unwrap_err().code(), code);
    }
}

// cloudtrail.lookup.times, cloudtrail.lookup.days
#[test]
fn a_lookup_has_its_time() {
    let (mut world, ann) = lab("*");
    let between = |from: u32, to: u32| LookupEvents {
        start: Some(start() + SECOND * from),
        end: Some(start() + SECOND * to),
        ..by("EventName", "CreateUser")
    };
    let found = look(&mut world, &ann, &between(1, 2)).unwrap();
    assert_eq!(made(&found), ["cid", "bob"]);
    let backwards = look(&mut world, &ann, &between(2, 1)).unwrap_err();
    assert_eq!(backwards.code(), "InvalidTimeRangeException");
    let users = by("EventName", "CreateUser");
    let days = start() + HOUR * (90 * 24);
    assert_eq!(
        made(&look_at(&mut world, &ann, days + SECOND * 2, &users).unwrap()),
        ["dan", "cid"]
    );
    assert!(made(&look_at(&mut world, &ann, days + HOUR, &users).unwrap()).is_empty());
}

// cloudtrail.errors.codes
#[test]
fn who_looks_things_up_must_be_allowed_to() {
    let (mut world, ann) = lab("iam:*");
    let refused = look(&mut world, &ann, &LookupEvents::default()).unwrap_err();
    assert_eq!(refused.code(), "AccessDeniedException");
    assert!(
        refused.to_string().ends_with(
            "because no identity-based policy allows the cloudtrail:LookupEvents action"
        ),
        "{refused}"
    );
}
