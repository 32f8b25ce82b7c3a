use super::*;
use crate::issuing::Source;
use crate::journal::Happening;

fn guarded(world: &mut World, status: u16) -> String {
    let authorization = Authorization {
        refusal_status: status,
        ..Authorization::new("open sesame")
    };
    let task = RunTask::new("guarded", ROLE);
    let demand = Demand::Exactly(authorization);
    run(world, RunTask { demand, ..task })
}

// container.authorization.required
#[test]
fn only_the_very_token_is_taken_and_the_status_is_the_worlds() {
    let (mut world, _) = world_with_a_task();
    for status in [401, 403, 400] {
        let task = guarded(&mut world, status);
        let mut get = |shown| {
            world
                .container_credentials(start(), &task, shown)
                .map_err(ContainerError::status)
        };
        assert!(get(showing("open sesame")).is_ok());
        for wrong in ["", "open", "Open sesame", "Bearer open sesame"] {
            assert_eq!(get(showing(wrong)), Err(status), "{wrong}");
        }
        assert_eq!(get(Shown::default()), Err(status));
    }
}

// container.authorization.required
#[test]
fn a_token_can_be_drawn_for_ecs_too() {
    let (mut world, _) = world_with_a_task();
    let demand = Demand::Drawn;
    let mut start_one = |name| {
        let task = run(
            &mut world,
            RunTask {
                demand: demand.clone(),
                ..RunTask::new(name, ROLE)
            },
        );
        let token = world.task_authorization(&task).unwrap().expose().to_owned();
        let refused = world.container_credentials(start(), &task, Shown::default());
        assert!(refused.is_err());
        let given = world.container_credentials(start(), &task, showing(&token));
        assert!(given.is_ok());
        token
    };
    assert_ne!(start_one("one"), start_one("two"));
}

// container.authorization.required
#[test]
fn a_task_that_demands_nothing_takes_anything() {
    let (mut world, task) = world_with_a_task();
    for shown in [Shown::default(), showing("whatever")] {
        assert!(world.container_credentials(start(), &task, shown).is_ok());
    }
    assert!(world.task_authorization(&task).is_none());
    assert!(!world.rotate_task_authorization(start(), &task));
    assert!(!world.rotate_task_authorization(start(), "nobody"));
}

// container.authorization.required
#[test]
fn another_authorization_takes_the_place_of_the_one_before() {
    let (mut world, _) = world_with_a_task();
    let task = guarded(&mut world, 401);
    assert!(world.rotate_task_authorization(start(), &task));
    let next = world.task_authorization(&task).unwrap().clone();
    assert!(!next.is("open sesame"));
    let old = world.container_credentials(start(), &task, showing("open sesame"));
    assert!(old.is_err());
    let new = world.container_credentials(start(), &task, showing(next.expose()));
    assert!(new.is_ok());
    let source = Source::Task(task);
    let told = world.journal().entries().any(
        |entry| matches!(&entry.happening, Happening::TokenIssued { source: of } if *of == source),
    );
    assert!(told);
    assert!(!format!("{world:?}").contains(next.expose()));
}
