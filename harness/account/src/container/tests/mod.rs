mod authorization;
mod credentials;
mod metadata;

use serde_json::Value;

use super::*;
use crate::instant::SimInstant;
use crate::testing::{add_role, start, world};
use crate::world::World;

const ROLE: &str = "task-app";

fn world_with_a_task() -> (World, String) {
    let mut world = world();
    add_role(&mut world, ROLE, "ecs-tasks.amazonaws.com");
    let task = run(&mut world, RunTask::new("api", ROLE));
    (world, task)
}

fn run(world: &mut World, run: RunTask) -> String {
    world.run_task_with(start(), run).unwrap()
}

fn read(world: &mut World, now: SimInstant, task: &str) -> Value {
    let document = world.container_credentials(now, task, Shown::default());
    serde_json::from_slice(&document.unwrap()).unwrap()
}

fn showing(authorization: &str) -> Shown<'_> {
    Shown {
        authorization: Some(authorization),
        metadata_token: None,
    }
}
