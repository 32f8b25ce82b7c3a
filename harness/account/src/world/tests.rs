use super::*;
use crate::issuing::Issuing;
use crate::operation::Operation;
use crate::testing::{
    HOUR, MINUTE, PROFILE, add_other, issued, launch, launch_with, metadata_token, options, served,
    source, start, world, world_with,
};

/// Every number, time and happening of the journal, as text.
fn told(world: &World) -> Vec<String> {
    let entries = world.journal().entries();
    entries.map(|entry| entry.to_json().to_string()).collect()
}

#[test]
fn the_past_is_ignored() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let later = start() + 7 * HOUR;
    world.advance_to(later);
    let (before, next) = (told(&world), world.next_event());
    world.advance_to(start());
    assert_eq!((told(&world), world.next_event()), (before, next));
    assert_eq!(
        served(&mut world, start(), &web).issue,
        2,
        "what happened stays happened"
    );
}

#[test]
fn events_happen_in_order_each_at_its_own_time() {
    let mut world = world();
    for minutes in [60, 45, 90] {
        let issuing = Issuing {
            credential_lifetime: minutes * MINUTE,
            publish_before_expiry: Duration::ZERO,
            ..Issuing::default()
        };
        launch_with(&mut world, Some(PROFILE), issuing);
    }
    world.advance_to(start() + 24 * HOUR);
    let times: Vec<_> = issued(&world)
        .iter()
        .map(|session| session.issued_at)
        .collect();
    assert!(times.is_sorted());
    for minutes in [60, 45, 90] {
        let at = start() + minutes * MINUTE;
        assert!(times.contains(&at), "{minutes}");
    }
    assert_eq!(times.len(), 25 + 33 + 17);
    let entries: Vec<_> = world.journal().entries().map(|entry| entry.at).collect();
    assert!(entries.is_sorted());
}

#[test]
fn one_leap_and_many_steps_end_in_the_same_journal() {
    let run = |stride: Duration| {
        let mut world = world();
        launch(&mut world, Some(PROFILE));
        launch(&mut world, Some(PROFILE));
        let mut now = start();
        while now < start() + 48 * HOUR {
            now = now + stride;
            world.advance_to(now);
        }
        told(&world)
    };
    assert_eq!(run(48 * HOUR), run(MINUTE));
}

#[test]
fn whoever_asks_lets_what_was_due_happen_first() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let rotation = world.next_event().unwrap();
    assert_eq!(world.revoke(rotation, &source(&web), None), 2);
    let due = world.next_event().unwrap();
    let mark = world.journal().mark();
    let arrival = world.arrive(due);
    assert_eq!(arrival.at, due);
    assert_eq!(arrival.number, mark + 2, "the set that was due came first");
}

#[test]
fn numbers_are_drawn_on_arrival_and_entries_stand_in_that_order() {
    let mut world = world();
    let mark = world.journal().mark();
    let first = world.arrive(start());
    let second = world.arrive(start());
    world.operator(start()).create_bucket("photos");
    world.record(second, exchange("second"));
    let seen = |world: &World| -> Vec<_> {
        let entries = world.journal().since(mark);
        entries.map(|entry| entry.number - mark).collect()
    };
    assert_eq!(seen(&world), [2, 3], "the first is not answered yet");
    world.record(first, exchange("first"));
    assert_eq!(seen(&world), [1, 2, 3]);
    let ids = [first, second].map(|arrival| world.s3_request_ids(arrival));
    assert_ne!(ids[0].request_id, ids[1].request_id);
    assert_ne!(ids[0].host_id, ids[1].host_id);
    assert_eq!(ids[0], world.s3_request_ids(first));
}

fn exchange(caller: &str) -> Exchange {
    Exchange {
        operation: Some(Operation::ImdsRole),
        caller: caller.to_owned(),
        request: crate::journal::RequestRecord {
            method: http::Method::GET,
            uri: http::Uri::from_static("http://169.254.169.254/"),
            headers: http::HeaderMap::new(),
            parameters: std::collections::BTreeMap::new(),
        },
        response: Some(crate::journal::ResponseRecord {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: crate::journal::BodyRecord::Data(0),
        }),
        session: None,
        by_machine_time: false,
        decision: None,
        asked: None,
        refusal: None,
        fault: None,
    }
}

#[test]
fn the_seed_decides_every_id_and_key() {
    let run = |seed| {
        let mut world = world_with(WorldOptions { seed, ..options() });
        add_other(&mut world);
        let web = launch(&mut world, Some(PROFILE));
        let token = metadata_token(&mut world, start(), &web);
        let association = world.instance(&web).unwrap().association.clone().unwrap();
        let session = served(&mut world, start() + 7 * HOUR, &web);
        let arrival = world.arrive(start());
        let ids = world.s3_request_ids(arrival);
        [
            web,
            token,
            association.id,
            association.profile_id,
            session.access_key_id.clone(),
            session.secret_access_key.expose().to_owned(),
            session.session_token.as_ref().unwrap().expose().to_owned(),
            session.identity.unique_id().to_owned(),
            ids.request_id,
            ids.host_id,
        ]
    };
    assert_eq!(run(1), run(1));
    for (one, two) in run(1).iter().zip(&run(2)) {
        assert_ne!(one, two);
    }
}

#[test]
fn a_journal_with_a_limit_keeps_the_latest() {
    let mut world = world();
    world.keep_journal(3);
    for name in ["a", "b", "c", "d", "e"] {
        let arrival = world.arrive(start());
        world.record(arrival, exchange(name));
    }
    let kept: Vec<_> = world
        .journal()
        .entries()
        .map(|entry| entry.number)
        .collect();
    let last = world.journal().mark();
    assert_eq!(kept, [last - 2, last - 1, last]);
}

/// Whoever asks for what was written since it last asked gets everything, late answers too.
#[test]
fn a_late_answer_is_not_missed_by_who_follows() {
    let mut world = world();
    let begun = world.journal().written();
    let first = world.arrive(start());
    let second = world.arrive(start());
    world.record(second, exchange("second"));
    let callers = |world: &World, since| -> Vec<String> {
        let written = world.journal().written_since(since);
        written
            .iter()
            .map(|entry| match &entry.happening {
                Happening::Exchange(exchange) => exchange.caller.clone(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(callers(&world, begun), ["second"]);
    let seen = world.journal().written();
    world.record(first, exchange("first"));
    assert_eq!(callers(&world, seen), ["first"]);
    assert_eq!(callers(&world, begun), ["first", "second"], "by number");
    assert_eq!(callers(&world, u64::MAX), [""; 0]);
}

#[test]
fn a_world_that_takes_the_place_of_another_goes_on_with_its_numbers() {
    let mut before = world();
    before.keep_journal(4);
    let late = before.arrive(start());
    let (mark, written) = (before.journal().mark(), before.journal().written());
    let mut after = world();
    let web = launch(&mut after, Some(PROFILE));
    after.succeed(&before);
    let numbers: Vec<_> = after
        .journal()
        .entries()
        .map(|entry| entry.number)
        .collect();
    let last = after.journal().mark();
    assert!(numbers.iter().all(|number| *number > mark), "{numbers:?}");
    assert_eq!(numbers.last(), Some(&last));
    assert_eq!(numbers.len(), 4, "as many are kept");
    assert_eq!(after.journal().written_since(written).len(), 4);
    after.record(late, exchange("late"));
    assert_eq!(
        after.journal().entries().count(),
        4,
        "it is not of this world"
    );
    let next = after.arrive(start());
    after.record(next, exchange("next"));
    assert_eq!(after.journal().mark(), last + 1);
    assert_eq!(after.journal().entries().last().unwrap().number, last + 1);
    assert!(after.instance(&web).is_some());
}
