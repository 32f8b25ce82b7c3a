use super::*;
use crate::iam::IamError;
use crate::journal::Happening;
use crate::testing::{
    HOUR, MILLISECOND, MINUTE, PROFILE, ROLE, add_other, add_role, issued, launch, launch_with,
    served, served_role, source, start, world,
};
use crate::world::NothingServed;

fn issuing(credential_lifetime: Duration, publish_before_expiry: Duration) -> Issuing {
    Issuing {
        credential_lifetime,
        publish_before_expiry,
        ..Issuing::default()
    }
}

fn abrupt() -> Issuing {
    Issuing {
        overlap: Overlap::None,
        ..Issuing::default()
    }
}

/// Each ending as `(access key id, why)`, in order.
fn endings(world: &World) -> Vec<(String, Ending)> {
    let entries = world.journal().entries();
    entries
        .filter_map(|entry| match &entry.happening {
            Happening::Ended {
                access_key_id,
                ending,
            } => Some((access_key_id.clone(), *ending)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_first_set_comes_with_the_launch() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let first = served(&mut world, start(), &web);
    assert_eq!((first.issue, first.issued_at), (1, start()));
    assert_eq!(first.source, Some(source(&web)));
    assert_eq!(first.ended, None);
    // imds.credentials.lifetime, imds.credentials.longer-than-role
    let role = world.first_iam().role(ROLE).unwrap();
    assert_eq!(role.max_session_duration, HOUR);
    assert_eq!(first.expires_at, Some(start() + 6 * HOUR));
}

// imds.credentials.overlap
#[test]
fn over_a_day_each_set_is_published_ahead_of_its_predecessors_expiry() {
    for (lifetime, ahead, sets) in [
        (6 * HOUR, 5 * MINUTE, 5),
        (HOUR, 15 * MINUTE, 33),
        (10 * MINUTE, Duration::ZERO, 145),
    ] {
        let interval = lifetime.saturating_sub(ahead);
        let mut world = world();
        launch_with(&mut world, Some(PROFILE), issuing(lifetime, ahead));
        world.advance_to(start() + 24 * HOUR);
        let issued = issued(&world);
        assert_eq!(issued.len(), sets, "{lifetime:?} {ahead:?}");
        for (number, session) in (0..).zip(&issued) {
            assert_eq!(session.issue, number + 1);
            assert_eq!(session.issued_at, start() + interval * number);
            assert_eq!(session.expires_at, Some(session.issued_at + lifetime));
            assert_eq!(session.ended, None, "valid until its own expiry");
        }
        let next = issued[sets - 1].issued_at + interval;
        assert_eq!(world.next_event(), Some(next));
    }
}

#[test]
fn a_rotation_comes_at_its_millisecond() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let rotation = start() + 6 * HOUR - 5 * MINUTE;
    assert_eq!(served(&mut world, rotation - MILLISECOND, &web).issue, 1);
    assert_eq!(served(&mut world, rotation, &web).issue, 2);
}

#[test]
fn the_sets_of_a_source_have_nothing_in_common_but_the_role() {
    let mut world = world();
    launch(&mut world, Some(PROFILE));
    world.advance_to(start() + 6 * HOUR);
    let [first, second] = &issued(&world)[..] else {
        panic!("two sets");
    };
    assert_ne!(first.access_key_id, second.access_key_id);
    assert!(
        !first
            .secret_access_key
            .is(second.secret_access_key.expose())
    );
    assert!(
        !first
            .session_token
            .as_ref()
            .unwrap()
            .is(second.session_token.as_ref().unwrap().expose())
    );
    assert_eq!(first.identity, second.identity);
}

#[test]
fn without_overlap_a_set_ends_when_the_next_is_issued() {
    let mut world = world();
    launch_with(&mut world, Some(PROFILE), abrupt());
    let rotation = start() + 6 * HOUR - 5 * MINUTE;
    world.advance_to(rotation);
    let [first, second] = &issued(&world)[..] else {
        panic!("two sets");
    };
    let ended = |session: &Session| world.session(&session.access_key_id).unwrap().ended;
    assert_eq!(ended(first), Some((rotation, Ending::Superseded)));
    assert_eq!(ended(second), None);
    assert_eq!(
        endings(&world),
        [(first.access_key_id.clone(), Ending::Superseded)]
    );
}

#[test]
fn a_set_ends_once_and_for_the_first_reason() {
    let mut world = world();
    let web = launch_with(&mut world, Some(PROFILE), abrupt());
    let first = served(&mut world, start(), &web).access_key_id.clone();
    let at = start() + HOUR;
    assert_eq!(world.revoke(at, &source(&web), None), 1);
    assert_eq!(world.revoke(at, &source(&web), None), 0);
    world.rotate(at + MINUTE, &source(&web)).unwrap();
    let ended = world.session(&first).unwrap().ended;
    assert_eq!(ended, Some((at, Ending::Revoked)));
    assert_eq!(endings(&world), [(first, Ending::Revoked)]);
}

#[test]
fn what_has_expired_is_not_superseded() {
    let mut world = world();
    let abrupt_at_expiry = Issuing {
        publish_before_expiry: Duration::ZERO,
        ..abrupt()
    };
    launch_with(&mut world, Some(PROFILE), abrupt_at_expiry);
    world.advance_to(start() + 6 * HOUR);
    assert_eq!(issued(&world).len(), 2);
    assert_eq!(endings(&world), []);
}

#[test]
fn a_forced_rotation_voids_the_planned_one() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let planned = world.next_event().unwrap();
    let forced = start() + 2 * HOUR;
    world.rotate(forced, &source(&web)).unwrap();
    assert_eq!(served(&mut world, planned, &web).issue, 2, "void");
    let next = forced + 6 * HOUR - 5 * MINUTE;
    assert_eq!(world.next_event(), Some(next));
    assert_eq!(served(&mut world, next, &web).issue, 3);
}

#[test]
fn what_serves_nothing_cannot_rotate() {
    let mut world = world();
    let bare = launch(&mut world, None);
    for source in [source(&bare), source("i-0"), Source::Task("t".to_owned())] {
        assert_eq!(world.rotate(start(), &source), Err(NothingServed));
    }
    assert_eq!(issued(&world).len(), 0);
}

#[test]
fn issues_are_counted_on_across_roles_and_restarts() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let other = add_other(&mut world);
    world
        .operator(start() + HOUR)
        .replace_profile(&web, other)
        .unwrap();
    world
        .operator(start() + 2 * HOUR)
        .stop_instance(&web)
        .unwrap();
    world
        .operator(start() + 3 * HOUR)
        .start_instance(&web)
        .unwrap();
    let issued: Vec<_> = issued(&world)
        .iter()
        .map(|session| (session.issue, session.identity.name().to_owned()))
        .collect();
    let expected = [(1, ROLE), (2, "other-app"), (3, "other-app")];
    assert_eq!(
        issued,
        expected.map(|(issue, role)| (issue, role.to_owned()))
    );
}

#[test]
fn every_source_counts_for_itself() {
    let mut world = world();
    let one = launch(&mut world, Some(PROFILE));
    let two = launch(&mut world, Some(PROFILE));
    world.rotate(start() + MINUTE, &source(&one)).unwrap();
    assert_eq!(served(&mut world, start() + HOUR, &one).issue, 2);
    assert_eq!(served(&mut world, start() + HOUR, &two).issue, 1);
}

#[test]
fn revoking_ends_one_issue_or_all_that_are_live_and_changes_nothing_served() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let other = launch(&mut world, Some(PROFILE));
    // Three sets, of which the first has expired.
    let now = start() + 12 * HOUR - 9 * MINUTE;
    world.advance_to(now);
    let live: Vec<_> = (1..=3)
        .map(|issue| world.revoke(now, &source(&web), Some(issue)))
        .collect();
    assert_eq!(live, [0, 1, 1]);
    assert_eq!(served(&mut world, now, &web).issue, 3, "goes on serving it");
    assert_eq!(world.revoke(now, &source(&other), None), 2);
    let untouched = world.sessions().filter(|session| session.ended.is_none());
    assert!(
        untouched
            .map(|session| session.issue)
            .all(|issue| issue == 1)
    );
}

// imds.credentials.error-document
#[test]
fn a_role_that_does_not_admit_the_service_is_asked_again_at_the_next_rotation() {
    let mut world = world();
    add_role(&mut world, "closed", "lambda.amazonaws.com");
    world
        .operator(start())
        .create_instance_profile("closed")
        .unwrap();
    world
        .operator(start())
        .add_role_to_instance_profile("closed", "closed")
        .unwrap();
    let web = launch(&mut world, Some("closed"));
    assert_eq!(
        served_role(&mut world, start(), &web).as_deref(),
        Some("closed")
    );
    assert_eq!(issued(&world).len(), 0);
    let rotation = start() + 6 * HOUR - 5 * MINUTE;
    world.advance_to(rotation);
    let refused: Vec<_> = world
        .journal()
        .entries()
        .filter(|entry| matches!(entry.happening, Happening::IssueRefused { .. }))
        .map(|entry| entry.at)
        .collect();
    assert_eq!(refused, [start(), rotation]);
}

#[test]
fn a_source_that_publishes_as_early_as_it_issues_still_lets_time_pass() {
    let mut world = world();
    launch_with(&mut world, Some(PROFILE), issuing(MINUTE, 5 * MINUTE));
    world.advance_to(start() + MINUTE);
    assert!(world.next_event().unwrap() > start() + MINUTE);
}

#[test]
fn a_task_rotates_like_an_instance() -> Result<(), IamError> {
    let mut world = world();
    add_role(&mut world, "task-app", "ecs-tasks.amazonaws.com");
    let id = world.run_task(start(), "api", "task-app", issuing(HOUR, 15 * MINUTE))?;
    world.advance_to(start() + 2 * HOUR);
    let issued = issued(&world);
    assert_eq!(issued.len(), 3);
    assert!(
        issued
            .iter()
            .all(|session| session.source == Some(Source::Task(id.clone())))
    );
    Ok(())
}
