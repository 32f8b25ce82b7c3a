use super::*;
use crate::ec2::{Ec2Error, EventCode, InstanceState, Lifecycle, SpotAction};
use crate::testing::{HOUR, MILLISECOND, MINUTE, launch, read, served_role, world};

fn spot(world: &mut World) -> String {
    let request = RunInstance {
        lifecycle: Lifecycle::Spot,
        ..with_options(MetadataOptions::default())
    };
    launch_as(world, request)
}

// imds.spot.instance-action, imds.spot.termination-time, ec2.spot.two-minutes
#[test]
fn a_notice_of_interruption_appears_and_is_followed_by_the_interruption() {
    for (action, state, word) in [
        (
            SpotAction::Terminate,
            InstanceState::Terminated,
            "terminate",
        ),
        (SpotAction::Stop, InstanceState::Stopped, "stop"),
    ] {
        let mut world = world();
        let web = spot(&mut world);
        let mut now = start();
        let refused = read(&mut world, now, &web, None, "spot/");
        assert_eq!(refused, Err(ImdsError::NotFound));

        now = now + HOUR;
        world
            .operator(now)
            .interrupt_spot_instance(&web, action)
            .unwrap();
        let told = read(&mut world, now, &web, None, "spot/instance-action").unwrap();
        let expected = format!(r#"{{"action": "{word}", "time": "2031-05-01T01:02:00Z"}}"#);
        assert_eq!(told, expected);
        let ends = read(&mut world, now, &web, None, "spot/termination-time");
        let expected = match action {
            SpotAction::Terminate => Ok("2031-05-01T01:02:00Z"),
            _ => Err(ImdsError::NotFound),
        };
        assert_eq!(ends.as_deref().map_err(|error| *error), expected);

        let due = now + 2 * MINUTE;
        assert_eq!(world.next_event(), Some(due));
        world.advance_to(due - MILLISECOND);
        let running = world.instance(&web).unwrap().state;
        assert_eq!(running, InstanceState::Running);
        world.advance_to(due);
        assert_eq!(world.instance(&web).unwrap().state, state);
        assert_eq!(served_role(&mut world, due, &web), None);
    }
}

// ec2.spot.two-minutes
#[test]
fn hibernation_begins_at_once_and_a_start_clears_the_notice() {
    let mut world = world();
    let web = spot(&mut world);
    world
        .operator(start())
        .interrupt_spot_instance(&web, SpotAction::Hibernate)
        .unwrap();
    let state = world.instance(&web).unwrap().state;
    assert_eq!(state, InstanceState::Stopped);
    world.operator(start() + HOUR).start_instance(&web).unwrap();
    let told = read(&mut world, start() + HOUR, &web, None, "spot/");
    assert_eq!(told, Err(ImdsError::NotFound));
    assert!(served_role(&mut world, start() + HOUR, &web).is_some());
}

#[test]
fn an_instance_restarted_in_time_is_not_interrupted() {
    let mut world = world();
    let web = spot(&mut world);
    world
        .operator(start())
        .interrupt_spot_instance(&web, SpotAction::Terminate)
        .unwrap();
    world
        .operator(start() + MINUTE)
        .stop_instance(&web)
        .unwrap();
    world
        .operator(start() + MINUTE)
        .start_instance(&web)
        .unwrap();
    world.advance_to(start() + HOUR);
    let state = world.instance(&web).unwrap().state;
    assert_eq!(state, InstanceState::Running);
}

#[test]
fn only_the_notice_that_stands_is_carried_out() {
    let mut world = world();
    let web = spot(&mut world);
    for now in [start(), start() + MINUTE] {
        world.operator(now).stop_instance(&web).unwrap();
        world.operator(now).start_instance(&web).unwrap();
        world
            .operator(now)
            .interrupt_spot_instance(&web, SpotAction::Terminate)
            .unwrap();
    }
    let mut state = |now| {
        world.advance_to(now);
        world.instance(&web).unwrap().state
    };
    let (first, second) = (start() + 2 * MINUTE, start() + 3 * MINUTE);
    assert_eq!(state(first), InstanceState::Running, "void");
    assert_eq!(state(second), InstanceState::Terminated);
}

// imds.events.rebalance
#[test]
fn a_rebalance_recommendation_appears_when_it_is_given() {
    const PATH: &str = "events/recommendations/rebalance";
    let mut world = world();
    let web = spot(&mut world);
    let refused = read(&mut world, start(), &web, None, PATH);
    assert_eq!(refused, Err(ImdsError::NotFound));
    let listing = read(&mut world, start(), &web, None, "events/");
    assert_eq!(listing.as_deref(), Ok("maintenance/"));
    world
        .operator(start() + HOUR)
        .recommend_rebalance(&web)
        .unwrap();
    let told = read(&mut world, start() + HOUR, &web, None, PATH);
    assert_eq!(
        told.as_deref(),
        Ok(r#"{"noticeTime": "2031-05-01T01:00:00Z"}"#)
    );
    let listing = read(&mut world, start() + HOUR, &web, None, "events/");
    assert_eq!(listing.as_deref(), Ok("maintenance/\nrecommendations/"));
}

#[test]
fn only_running_spot_instances_are_interrupted() {
    let mut world = world();
    let web = launch(&mut world, None);
    let error = Ec2Error::NotSpot(web.clone());
    assert_eq!(error.code(), "UnsupportedOperation");
    let refused = world
        .operator(start())
        .interrupt_spot_instance(&web, SpotAction::Stop);
    assert_eq!(refused, Err(error.clone()));
    assert_eq!(
        world.operator(start()).recommend_rebalance(&web),
        Err(error)
    );
    let stopped = spot(&mut world);
    world.operator(start()).stop_instance(&stopped).unwrap();
    let refused = world.operator(start()).recommend_rebalance(&stopped);
    assert_eq!(refused.unwrap_err().code(), "IncorrectInstanceState");
}

// imds.events.maintenance
#[test]
fn maintenance_is_scheduled_and_moves_to_the_history() {
    const SCHEDULED: &str = "events/maintenance/scheduled";
    const HISTORY: &str = "events/maintenance/history";
    let mut world = world();
    let web = launch(&mut world, None);
    for path in [SCHEDULED, HISTORY] {
        let nothing = read(&mut world, start(), &web, None, path);
        assert_eq!(nothing.as_deref(), Ok("[]"), "{path}");
    }
    let window = (start() + HOUR, start() + 2 * HOUR);
    let mut schedule = |code| {
        world
            .operator(start())
            .schedule_event(&web, code, "scheduled reboot", window)
            .unwrap()
    };
    let first = schedule(EventCode::SystemReboot);
    let second = schedule(EventCode::InstanceStop);
    assert_ne!(first, second);
    world
        .operator(start() + HOUR)
        .end_event(&web, &first, false)
        .unwrap();
    let over = Ec2Error::NoSuchEvent(first.clone());
    let again = world.operator(start() + HOUR).end_event(&web, &first, true);
    assert_eq!(again, Err(over));

    let mut shown = |path| json(&read(&mut world, start() + HOUR, &web, None, path).unwrap());
    let event = |id: &str, code: &str, description: &str, state: &str| {
        serde_json::json!([{
            "NotBefore": "01 May 2031 01:00:00 GMT",
            "Code": code,
            "Description": description,
            "EventId": id,
            "NotAfter": "01 May 2031 02:00:00 GMT",
            "State": state,
        }])
    };
    assert_eq!(
        shown(SCHEDULED),
        event(&second, "instance-stop", "scheduled reboot", "active")
    );
    assert_eq!(
        shown(HISTORY),
        event(
            &first,
            "system-reboot",
            "[Completed] scheduled reboot",
            "completed"
        )
    );
    world
        .operator(start() + HOUR)
        .end_event(&web, &second, true)
        .unwrap();
    let history = read(&mut world, start() + HOUR, &web, None, HISTORY).unwrap();
    assert_eq!(json(&history)[1]["State"], "canceled");
    assert_eq!(
        json(&history)[1]["Description"],
        "[Canceled] scheduled reboot"
    );
}
