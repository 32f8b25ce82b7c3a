use serde_json::json;

use super::*;
use crate::issuing::{Issuing, Source};
use crate::secret::Secret;
use crate::testing::{HOUR, MILLISECOND};

// container.credentials.document
#[test]
fn the_document_has_five_members() {
    let (mut world, task) = world_with_a_task();
    let document = read(&mut world, start(), &task);
    let session = world
        .session(document["AccessKeyId"].as_str().unwrap())
        .unwrap();
    let expected = json!({
        "RoleArn": "arn:aws:iam::111122223333:role/task-app",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose(),
        "Token": session.session_token.as_ref().map(Secret::expose),
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
    let two = run(&mut world, RunTask::new("api", ROLE));
    assert_ne!(one, two);
    let key = |world: &mut World, task: &str| read(world, start(), task)["AccessKeyId"].clone();
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
    let first = read(&mut world, rotation - MILLISECOND, &task);
    let second = read(&mut world, rotation, &task);
    assert_ne!(first["AccessKeyId"], second["AccessKeyId"]);
    assert_ne!(first["Expiration"], second["Expiration"]);
}

#[test]
fn a_document_is_written_once() {
    let (mut world, task) = world_with_a_task();
    let mut get = || {
        world
            .container_credentials(start(), &task, Shown::default())
            .unwrap()
    };
    assert_eq!(get().as_ptr(), get().as_ptr());
}

// container.errors.body
#[test]
fn refusals_have_a_code_and_a_message() {
    let (mut world, task) = world_with_a_task();
    add_role(&mut world, "closed", "ec2.amazonaws.com");
    let closed = run(&mut world, RunTask::new("closed", "closed"));
    let no_dashes = task.replace('-', "");
    for (task, status, code) in [
        ("", 400, "InvalidIdInRequest"),
        ("nobody", 400, "InvalidIdInRequest"),
        (no_dashes.as_str(), 400, "InvalidIdInRequest"),
        (closed.as_str(), 500, "AssumeRoleUnauthorizedAccess"),
    ] {
        let error = world
            .container_credentials(start(), task, Shown::default())
            .unwrap_err();
        let (kind, body) = error.document();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (error.status(), kind, &body["code"]),
            (status, "application/json", &Value::from(code)),
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

/// A task of each kind but ECS, in a world whose roles admit their services.
fn local(world: &mut World, kind: TaskKind) -> String {
    let (role, service) = match kind {
        TaskKind::Greengrass => ("device", "credentials.iot.amazonaws.com"),
        TaskKind::SnapStart => ("function", "lambda.amazonaws.com"),
        // Nobody of AWS assumes it.
        _ => ("console", "ec2.amazonaws.com"),
    };
    add_role(world, role, service);
    let task = RunTask::new("local", role);
    run(world, RunTask { kind, ..task })
}

const LOCAL: [TaskKind; 3] = [
    TaskKind::CloudShell,
    TaskKind::Greengrass,
    TaskKind::SnapStart,
];

// container.cloudshell.endpoint, container.greengrass.endpoint, container.snapstart.endpoint
#[test]
fn every_kind_serves_at_its_own_path_for_its_own_token() {
    for kind in LOCAL {
        let mut world = world();
        let task = local(&mut world, kind);
        let token = world.task_authorization(&task).unwrap().clone();
        let shown = showing(token.expose());
        let document = world.local_credentials(start(), &task, kind, shown);
        let document: Value = serde_json::from_slice(&document.unwrap()).unwrap();
        assert!(
            document["AccessKeyId"]
                .as_str()
                .unwrap()
                .starts_with("ASIA")
        );
        assert!(document.get("RoleArn").is_none(), "that is ECS's own");
        for other in LOCAL.into_iter().filter(|other| *other != kind) {
            let refused = world.local_credentials(start(), &task, other, shown);
            assert_eq!(refused.unwrap_err(), ContainerError::NoSuchPath);
        }
        let of_ecs = world.container_credentials(start(), &task, shown);
        assert_eq!(of_ecs.unwrap_err(), ContainerError::NoSuchTask, "{kind:?}");
    }
}

// container.greengrass.endpoint, container.snapstart.endpoint
#[test]
fn every_kind_refuses_in_its_own_way() {
    for (kind, status, body) in [
        (TaskKind::CloudShell, 401, "Unauthorized"),
        (TaskKind::Greengrass, 403, ""),
        (
            TaskKind::SnapStart,
            404,
            "cannot get credentials for the provided token\n",
        ),
    ] {
        let mut world = world();
        let task = local(&mut world, kind);
        for shown in [Shown::default(), showing(""), showing("Bearer x")] {
            let error = world
                .local_credentials(start(), &task, kind, shown)
                .unwrap_err();
            assert_eq!(error.status(), status, "{kind:?}");
            let (_, said) = error.document();
            assert!(
                if body.is_empty() {
                    said.is_empty()
                } else {
                    said.contains(body)
                },
                "{kind:?}: {said}"
            );
        }
    }
}

// container.cloudshell.endpoint
#[test]
fn cloudshell_takes_a_token_of_its_own_making_while_it_lives() {
    let mut world = world();
    let shell = local(&mut world, TaskKind::CloudShell);
    let grant = world.cloudshell_token(start(), &shell, Some("60")).unwrap();
    let mut get = |seconds: u64, shown: Shown<'_>| {
        let now = start() + std::time::Duration::from_secs(seconds);
        world
            .local_credentials(now, &shell, TaskKind::CloudShell, shown)
            .map(|_| ())
    };
    let token = grant.token.expose();
    let in_header = Shown {
        authorization: None,
        metadata_token: Some(token),
    };
    for shown in [in_header, showing(token)] {
        assert_eq!(get(59, shown), Ok(()));
    }
    for shown in [in_header, showing(token)] {
        assert!(get(60, shown).is_err(), "its time is over");
    }
    for ttl in [None, Some("0"), Some("21601"), Some("+60"), Some("")] {
        let refused = world.cloudshell_token(start(), &shell, ttl);
        assert_eq!(refused.unwrap_err(), ContainerError::BadTtl, "{ttl:?}");
    }
    let other = local(&mut world, TaskKind::SnapStart);
    let refused = world.cloudshell_token(start(), &other, Some("60"));
    assert_eq!(refused.unwrap_err(), ContainerError::NoSuchPath);
}
