use std::time::Duration;

use super::*;
use crate::instant::SimInstant;
use crate::issuing::{Issuing, Source};
use crate::journal::Happening;
use crate::testing::{
    HOUR, MILLISECOND, MINUTE, PROFILE, ROLE, add_other, add_role, issued, launch, launch_with,
    read, served, served_role, source, start, world, world_with_delay,
};
use crate::world::{NothingServed, World};

const DELAY: Duration = Duration::from_secs(10);

fn request(profile: Option<&str>) -> RunInstance {
    RunInstance {
        name: "web".to_owned(),
        profile: profile.map(str::to_owned),
        ..RunInstance::default()
    }
}

fn code_and_status<T: std::fmt::Debug>(result: Result<T, Ec2Error>) -> (&'static str, u16) {
    let error = result.unwrap_err();
    (error.code(), error.status())
}

fn no_such_profile() -> Ec2Error {
    Ec2Error::NoSuchProfile {
        member: "name",
        value: "nobody".to_owned(),
    }
}

/// The profile that `iam/info` names, by the end of its ARN.
fn profile_shown(world: &mut World, now: SimInstant, instance: &str) -> Option<String> {
    let info = read(world, now, instance, None, "iam/info").ok()?;
    let info: serde_json::Value = serde_json::from_str(&info).unwrap();
    let arn = info["InstanceProfileArn"].as_str().unwrap();
    Some(arn.rsplit('/').next().unwrap().to_owned())
}

#[test]
fn a_launch_with_a_profile_serves_its_role_at_once_whatever_the_delay() {
    let mut world = world_with_delay(DELAY);
    let web = launch(&mut world, Some(PROFILE));
    assert_eq!(
        served_role(&mut world, start(), &web).as_deref(),
        Some(ROLE)
    );
    let bare = launch(&mut world, None);
    assert_eq!(served_role(&mut world, start(), &bare), None);
    assert_ne!(web, bare, "two instances of one name");
}

// ec2.launch.needs-a-role
#[test]
fn a_launch_needs_a_profile_that_exists_and_holds_a_role() {
    let mut world = world();
    world
        .operator(start())
        .create_instance_profile("empty")
        .unwrap();
    for (profile, expected) in [
        ("nobody", no_such_profile()),
        (
            "empty",
            Ec2Error::EmptyProfile("arn:aws:iam::111122223333:instance-profile/empty".to_owned()),
        ),
    ] {
        let refused = world.operator(start()).run_instance(request(Some(profile)));
        assert_eq!(refused, Err(expected));
        assert_eq!(code_and_status(refused), ("InvalidParameterValue", 400));
    }
}

// ec2.associate.one-per-instance
#[test]
fn a_second_association_is_refused_in_aws_words() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let refused = world.operator(start()).associate_profile(&web, PROFILE);
    assert_eq!(
        refused.as_ref().unwrap_err().to_string(),
        format!("There is an existing association for instance {web}")
    );
    assert_eq!(code_and_status(refused), ("IncorrectState", 400));
}

#[test]
fn refusals() {
    type Call = fn(&mut World, &str) -> Result<(), Ec2Error>;
    let rows: [(&str, Call, &str); 9] = [
        (
            "unknown instance",
            |world, _| world.operator(start()).associate_profile("i-0", PROFILE),
            "InvalidInstanceID.NotFound",
        ),
        (
            "unknown profile",
            |world, web| world.operator(start()).associate_profile(web, "nobody"),
            "InvalidParameterValue",
        ),
        (
            "nothing to replace",
            |world, web| world.operator(start()).replace_profile(web, PROFILE),
            "InvalidAssociationID.NotFound",
        ),
        (
            "nothing to take away",
            |world, web| world.operator(start()).disassociate_profile(web),
            "InvalidAssociationID.NotFound",
        ),
        (
            "started twice",
            |world, web| world.operator(start()).start_instance(web),
            "IncorrectInstanceState",
        ),
        (
            "stopped twice",
            |world, web| {
                world.operator(start()).stop_instance(web)?;
                world.operator(start()).stop_instance(web)
            },
            "IncorrectInstanceState",
        ),
        (
            // ec2.replace.needs-running
            "replaced while stopped",
            |world, web| {
                world.operator(start()).associate_profile(web, PROFILE)?;
                world.operator(start()).stop_instance(web)?;
                world.operator(start()).replace_profile(web, PROFILE)
            },
            "IncorrectInstanceState",
        ),
        (
            "given a profile when gone",
            |world, web| {
                world.operator(start()).terminate_instance(web)?;
                world.operator(start()).associate_profile(web, PROFILE)
            },
            "IncorrectInstanceState",
        ),
        (
            "started when gone",
            |world, web| {
                world.operator(start()).terminate_instance(web)?;
                world.operator(start()).start_instance(web)
            },
            "IncorrectInstanceState",
        ),
    ];
    for (what, call, code) in rows {
        let mut world = world();
        let web = launch(&mut world, None);
        assert_eq!(
            code_and_status(call(&mut world, &web)),
            (code, 400),
            "{what}"
        );
    }
}

#[test]
fn an_unknown_profile_leaves_the_old_one_in_place() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let refused = world
        .operator(start() + MINUTE)
        .replace_profile(&web, "nobody");
    assert_eq!(refused, Err(no_such_profile()));
    let first = served(&mut world, start() + HOUR, &web);
    assert_eq!((first.issue, first.identity.name()), (1, ROLE));
}

#[test]
fn a_stopped_instance_may_be_associated_and_serves_from_its_start_on() {
    let mut world = world();
    let web = launch(&mut world, None);
    world.operator(start()).stop_instance(&web).unwrap();
    world
        .operator(start() + MINUTE)
        .associate_profile(&web, PROFILE)
        .unwrap();
    assert_eq!(issued(&world).len(), 0);
    world.operator(start() + HOUR).start_instance(&web).unwrap();
    assert_eq!(
        served(&mut world, start() + HOUR, &web).issued_at,
        start() + HOUR
    );
}

// ec2.disassociate.vended-keys-live
#[test]
fn disassociating_stops_the_serving_and_keeps_what_was_handed_out() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let vended = served(&mut world, start(), &web);
    let now = start() + HOUR;
    world.operator(now).disassociate_profile(&web).unwrap();
    assert_eq!(served_role(&mut world, now, &web), None);
    assert_eq!(profile_shown(&mut world, now, &web), None);
    assert_eq!(world.rotate(now, &source(&web)), Err(NothingServed));
    world.advance_to(start() + 24 * HOUR);
    assert_eq!(issued(&world).len(), 1, "the planned rotation is void");
    let kept = world.session(&vended.access_key_id).unwrap();
    assert_eq!(
        (kept.ended, kept.expires_at),
        (None, Some(start() + 6 * HOUR))
    );
}

#[test]
fn a_stop_ends_the_serving_and_a_start_takes_the_profiles_role_of_then() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    world.operator(start() + HOUR).stop_instance(&web).unwrap();
    assert_eq!(served_role(&mut world, start() + HOUR, &web), None);
    swap_role(&mut world, start() + HOUR);
    world
        .operator(start() + 2 * HOUR)
        .start_instance(&web)
        .unwrap();
    let second = served(&mut world, start() + 2 * HOUR, &web);
    assert_eq!((second.issue, second.identity.name()), (2, "other-app"));
}

#[test]
fn termination_is_the_end() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    world
        .operator(start() + HOUR)
        .terminate_instance(&web)
        .unwrap();
    world.advance_to(start() + 24 * HOUR);
    assert_eq!(issued(&world).len(), 1);
    let gone = world.instance(&web).unwrap();
    assert_eq!(gone.state, InstanceState::Terminated);
    assert!(gone.association.is_none());
}

fn swap_role(world: &mut World, now: SimInstant) {
    add_role(world, "other-app", "ec2.amazonaws.com");
    world
        .operator(now)
        .remove_role_from_instance_profile(PROFILE)
        .unwrap();
    world
        .operator(now)
        .add_role_to_instance_profile(PROFILE, "other-app")
        .unwrap();
}

// imds.role.swap-inside-profile-waits
#[test]
fn a_swap_inside_the_profile_waits_for_the_rotation() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    swap_role(&mut world, start() + HOUR);
    let rotation = start() + 6 * HOUR - 5 * MINUTE;
    let before = served(&mut world, rotation - MILLISECOND, &web);
    assert_eq!((before.issue, before.identity.name()), (1, ROLE));
    let after = served(&mut world, rotation, &web);
    assert_eq!((after.issue, after.identity.name()), (2, "other-app"));
}

// imds.role.swap-inside-profile-waits
#[test]
fn a_re_association_does_not_wait() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let now = start() + HOUR;
    swap_role(&mut world, now);
    world.operator(now).disassociate_profile(&web).unwrap();
    world
        .operator(now)
        .associate_profile(&web, PROFILE)
        .unwrap();
    assert_eq!(
        served_role(&mut world, now, &web).as_deref(),
        Some("other-app")
    );
}

#[test]
fn an_association_takes_effect_after_the_delay_to_the_millisecond() {
    let mut world = world_with_delay(DELAY);
    let web = launch(&mut world, None);
    world
        .operator(start())
        .associate_profile(&web, PROFILE)
        .unwrap();
    let due = start() + DELAY;
    assert_eq!(world.next_event(), Some(due));
    for (now, role) in [
        (start(), None),
        (due - MILLISECOND, None),
        (due, Some(ROLE)),
    ] {
        assert_eq!(served_role(&mut world, now, &web).as_deref(), role);
        let shown = profile_shown(&mut world, now, &web);
        assert_eq!(shown.is_some(), role.is_some());
    }
    assert_eq!(served(&mut world, due, &web).issued_at, due);
}

#[test]
fn until_a_replacement_takes_effect_all_is_as_it_was() {
    let mut world = world_with_delay(DELAY);
    let other = add_other(&mut world);
    let web = launch(&mut world, Some(PROFILE));
    let now = start() + HOUR;
    world.operator(now).replace_profile(&web, other).unwrap();
    let before = now + DELAY - MILLISECOND;
    assert_eq!(served(&mut world, before, &web).issue, 1);
    assert_eq!(
        profile_shown(&mut world, before, &web).as_deref(),
        Some(PROFILE)
    );
    let after = served(&mut world, now + DELAY, &web);
    assert_eq!((after.issue, after.identity.name()), (2, "other-app"));
    assert_eq!(
        profile_shown(&mut world, now + DELAY, &web).as_deref(),
        Some(other)
    );
}

#[test]
fn a_rotation_during_the_delay_of_a_replacement_is_one_of_the_old_role() {
    let mut world = world_with_delay(DELAY);
    let other = add_other(&mut world);
    let web = launch(&mut world, Some(PROFILE));
    let rotation = start() + 6 * HOUR - 5 * MINUTE;
    let replaced = rotation - DELAY / 2;
    world
        .operator(replaced)
        .replace_profile(&web, other)
        .unwrap();
    let meanwhile = served(&mut world, rotation, &web);
    assert_eq!((meanwhile.issue, meanwhile.identity.name()), (2, ROLE));
    world.rotate(rotation, &source(&web)).unwrap();
    assert_eq!(
        served_role(&mut world, rotation, &web).as_deref(),
        Some(ROLE)
    );
    let after = served(&mut world, replaced + DELAY, &web);
    assert_eq!((after.issue, after.identity.name()), (4, "other-app"));
}

#[test]
fn an_association_replaced_before_its_delay_is_over_never_takes_effect() {
    let mut world = world_with_delay(DELAY);
    let other = add_other(&mut world);
    let web = launch(&mut world, Some(PROFILE));
    let (first, second) = (start() + HOUR, start() + HOUR + DELAY / 2);
    world.operator(first).replace_profile(&web, other).unwrap();
    add_role(&mut world, "third-app", "ec2.amazonaws.com");
    world
        .operator(second)
        .create_instance_profile("third-profile")
        .unwrap();
    world
        .operator(second)
        .add_role_to_instance_profile("third-profile", "third-app")
        .unwrap();
    world
        .operator(second)
        .replace_profile(&web, "third-profile")
        .unwrap();
    let voided = first + DELAY;
    assert_eq!(served_role(&mut world, voided, &web).as_deref(), Some(ROLE));
    let due = second + DELAY;
    assert_eq!(
        served_role(&mut world, due, &web).as_deref(),
        Some("third-app")
    );
    let roles: Vec<_> = issued(&world)
        .iter()
        .map(|session| session.identity.name().to_owned())
        .collect();
    assert_eq!(roles, [ROLE, "third-app"]);
}

#[test]
fn an_association_taken_away_before_its_delay_is_over_never_takes_effect() {
    let mut world = world_with_delay(DELAY);
    let other = add_other(&mut world);
    let web = launch(&mut world, Some(PROFILE));
    world
        .operator(start())
        .replace_profile(&web, other)
        .unwrap();
    world
        .operator(start() + DELAY / 2)
        .disassociate_profile(&web)
        .unwrap();
    world.advance_to(start() + HOUR);
    assert_eq!(served_role(&mut world, start() + HOUR, &web), None);
    let associated = world
        .journal()
        .entries()
        .filter(|entry| matches!(entry.happening, Happening::Associated { .. }));
    assert_eq!(associated.count(), 0);
}

#[test]
fn a_restart_during_the_delay_serves_the_old_role_until_it_is_over() {
    let mut world = world_with_delay(DELAY);
    let other = add_other(&mut world);
    let web = launch(&mut world, Some(PROFILE));
    world
        .operator(start())
        .replace_profile(&web, other)
        .unwrap();
    world.operator(start()).stop_instance(&web).unwrap();
    world.operator(start()).start_instance(&web).unwrap();
    assert_eq!(
        served_role(&mut world, start(), &web).as_deref(),
        Some(ROLE)
    );
    let due = start() + DELAY;
    assert_eq!(
        served_role(&mut world, due, &web).as_deref(),
        Some("other-app")
    );
}

#[test]
fn association_ids_are_new_each_time_and_of_the_documented_form() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let id = |world: &World| {
        let association = world.instance(&web).unwrap().association.clone();
        association.unwrap().id
    };
    let first = id(&world);
    world
        .operator(start())
        .replace_profile(&web, PROFILE)
        .unwrap();
    assert_ne!(id(&world), first);
    let digits = first.strip_prefix("iip-assoc-").unwrap();
    assert_eq!(digits.len(), 17);
    assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

// ec2.role.session-name
#[test]
fn the_session_is_named_after_the_instance() {
    let mut world = world();
    let web = launch_with(&mut world, Some(PROFILE), Issuing::default());
    let session = served(&mut world, start(), &web);
    assert_eq!(session.identity.session_name(), Some(&*web));
    assert_eq!(session.source, Some(Source::Instance(web)));
}
