use super::*;
use crate::issuing::Source;
use crate::journal::Happening;
use crate::session::Ending;
use crate::testing::MILLISECOND;

// container.agent.cache
#[test]
fn a_set_is_kept_for_three_hours_and_then_renewed_by_the_agent_itself() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let first = key(&mut world, hours(1), &token);
    assert_eq!(key(&mut world, hours(4) - MILLISECOND, &token), first);
    let second = key(&mut world, hours(6), &token);
    assert_ne!(second, first);
    let issued = world.session(&second).unwrap().issued_at;
    assert_eq!(issued, hours(4), "not when it was asked for");
}

// container.agent.cache
#[test]
fn nothing_is_issued_for_a_pod_that_does_not_ask() {
    let (mut world, uid) = world_with_a_pod();
    world.advance_to(hours(20));
    assert_eq!(world.sessions().count(), 0);
    let source = Source::Pod(uid);
    assert!(world.rotate(hours(20), &source).is_err());
}

// container.agent.cache
#[test]
fn a_set_with_fifteen_seconds_left_is_dropped() {
    let (mut world, _) = world_with_a_pod();
    let minute = Duration::from_mins(1);
    let run = RunPod {
        issuing: issuing(minute),
        ..RunPod::new("short", ROLE)
    };
    let uid = world.run_pod(start(), run).unwrap();
    let token = token(&world, &uid);
    let first = key(&mut world, start(), &token);
    let left = |seconds| start() + minute - Duration::from_secs(seconds);
    assert_eq!(key(&mut world, left(15) - MILLISECOND, &token), first);
    assert_ne!(key(&mut world, left(15), &token), first);
}

// container.agent.cache
#[test]
fn the_next_token_gets_a_set_of_its_own_and_the_one_before_keeps_its_set() {
    let (mut world, uid) = world_with_a_pod();
    let old = token(&world, &uid);
    let first = key(&mut world, start(), &old);
    world.rotate_pod_token(start(), &uid);
    let new = token(&world, &uid);
    let second = key(&mut world, start(), &new);
    assert_ne!(first, second);
    for _ in 0..3 {
        assert_eq!(key(&mut world, hours(1), &old), first);
        assert_eq!(key(&mut world, hours(1), &new), second);
    }
    let late = key(&mut world, hours(3), &old);
    assert_ne!(late, first, "three hours are over for that one too");
}

// container.agent.cache
#[test]
fn an_agent_that_keeps_by_the_pod_hands_the_next_token_the_same_set() {
    let (mut world, uid) = world_with_a_pod();
    world.set_up_pod_agent(AgentOptions {
        cache: AgentCache::PerPod,
        ..AgentOptions::default()
    });
    let old = token(&world, &uid);
    let first = key(&mut world, start(), &old);
    world.rotate_pod_token(start(), &uid);
    let new = token(&world, &uid);
    assert_eq!(key(&mut world, start(), &new), first);
    assert_eq!(key(&mut world, start(), &old), first);
    let (signed, _) = new.rsplit_once('.').unwrap();
    let (_, other) = old.rsplit_once('.').unwrap();
    let forged = get(&mut world, start(), &format!("{signed}.{other}"));
    assert_eq!(
        forged.unwrap_err().code(),
        "InvalidTokenException",
        "another token is looked at before it is let in"
    );
}

// container.agent.cache
#[test]
fn the_agent_stops_fetching_when_the_token_it_has_is_expired() {
    let (mut world, _) = world_with_a_pod();
    let run = RunPod {
        token_lifetime: Duration::from_hours(5),
        ..RunPod::new("brief", ROLE)
    };
    let uid = world.run_pod(start(), run).unwrap();
    let token = token(&world, &uid);
    key(&mut world, start(), &token);
    world.advance_to(hours(30));
    let issued: Vec<SimInstant> = world.sessions().map(|session| session.issued_at).collect();
    assert_eq!(
        issued.len(),
        2,
        "at the start and at three hours: {issued:?}"
    );
}

#[test]
fn a_pod_can_be_rotated_and_revoked_like_any_source() {
    let (mut world, uid) = world_with_a_pod();
    let (token, source) = (token(&world, &uid), Source::Pod(uid));
    let first = key(&mut world, start(), &token);
    world.rotate(start(), &source).unwrap();
    let second = key(&mut world, start(), &token);
    assert_ne!(first, second);
    assert_eq!(world.revoke(start(), &source, Some(2)), 1);
    let ended = world.session(&second).unwrap().ended;
    assert_eq!(ended, Some((start(), Ending::Revoked)));
    assert_eq!(
        key(&mut world, start(), &token),
        second,
        "the agent has not heard of it"
    );
}

#[test]
fn a_document_is_written_once() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let mut get = || world.pod_credentials(start(), HOST, &token).unwrap();
    assert_eq!(get().as_ptr(), get().as_ptr());
}

// container.agent.cache
#[test]
fn nothing_is_kept_or_fetched_after_a_refusal() {
    let (mut world, _) = world_with_a_pod();
    add_pod_role(&mut world, "closed", r#""sts:AssumeRole""#, "");
    let uid = world.run_pod(start(), RunPod::new("x", "closed")).unwrap();
    let token = token(&world, &uid);
    assert!(get(&mut world, start(), &token).is_err());
    world.advance_to(hours(18));
    let refused = world
        .journal()
        .entries()
        .filter(|entry| matches!(entry.happening, Happening::IssueRefused { .. }));
    assert_eq!(refused.count(), 1, "when it was asked for, and not again");
}
