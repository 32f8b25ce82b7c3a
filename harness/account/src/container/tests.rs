use serde_json::Value;

use super::*;
use crate::testing::{HOUR, MILLISECOND, add_role, start, world};

const ROLE: &str = "task-app";

fn world_with_a_task() -> (World, String) {
    let mut world = world();
    add_role(&mut world, ROLE, "ecs-tasks.amazonaws.com");
    let task = run(&mut world, "api");
    (world, task)
}

fn run(world: &mut World, name: &str) -> String {
    let issuing = Issuing::default();
    world.run_task(start(), name, ROLE, issuing).unwrap()
}

fn document(world: &mut World, now: SimInstant, task: &str) -> Value {
    let document = world.container_credentials(now, task).unwrap();
    serde_json::from_str(&document).unwrap()
}

// container.credentials.document
#[test]
fn the_document_has_five_members() {
    let (mut world, task) = world_with_a_task();
    let document = document(&mut world, start(), &task);
    let session = world
        .session(document["AccessKeyId"].as_str().unwrap())
        .unwrap();
    let expected = json!({
        "RoleArn": "arn:aws:iam::111122223333:role/task-app",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose(),
        "Token": session.session_token.as_ref().unwrap().expose(),
        "Expiration": "2031-05-01T06:00:00Z",
    });
    assert_eq!(document, expected);
    assert_eq!(
        session.identity.session_name(),
        Some(&*task.replace('-', ""))
    );
}

// container.ecs.path
#[test]
fn two_tasks_of_one_name_have_ids_and_keys_of_their_own() {
    let (mut world, one) = world_with_a_task();
    let two = run(&mut world, "api");
    assert_ne!(one, two);
    let key = |world: &mut World, task: &str| document(world, start(), task)["AccessKeyId"].clone();
    assert_ne!(key(&mut world, &one), key(&mut world, &two));
    world
        .rotate(start() + HOUR, &Source::Task(one.clone()))
        .unwrap();
    let issues: Vec<_> = world
        .sessions()
        .map(|session| (session.source.clone().unwrap(), session.issue))
        .collect();
    for expected in [(&one, 1), (&one, 2), (&two, 1)] {
        assert!(
            issues.contains(&(Source::Task(expected.0.clone()), expected.1)),
            "{expected:?}"
        );
    }
}

#[test]
fn a_rotation_is_served_from_its_millisecond_on() {
    let (mut world, task) = world_with_a_task();
    let rotation = world.next_event().unwrap();
    let first = document(&mut world, rotation - MILLISECOND, &task);
    let second = document(&mut world, rotation, &task);
    assert_ne!(first["AccessKeyId"], second["AccessKeyId"]);
    assert_ne!(first["Expiration"], second["Expiration"]);
}

// container.errors.body
#[test]
fn refusals_have_a_code_and_a_message() {
    let (mut world, task) = world_with_a_task();
    add_role(&mut world, "closed", "ec2.amazonaws.com");
    let closed = world
        .run_task(start(), "closed", "closed", Issuing::default())
        .unwrap();
    let no_dashes = task.replace('-', "");
    for (task, status, code) in [
        ("", 400, "InvalidIdInRequest"),
        ("nobody", 400, "InvalidIdInRequest"),
        (no_dashes.as_str(), 400, "InvalidIdInRequest"),
        (closed.as_str(), 500, "AssumeRoleUnauthorizedAccess"),
    ] {
        let error = world.container_credentials(start(), task).unwrap_err();
        let body: Value = serde_json::from_str(&error.body()).unwrap();
        assert_eq!(
            (error.status(), &body["code"]),
            (status, &Value::from(code)),
            "{task}"
        );
        assert_eq!(body["message"], error.to_string());
    }
}

#[test]
fn a_task_needs_a_role_that_exists() {
    let (mut world, _) = world_with_a_task();
    let refused = world.run_task(start(), "x", "nobody", Issuing::default());
    assert_eq!(refused.unwrap_err().code(), "NoSuchEntity");
}
