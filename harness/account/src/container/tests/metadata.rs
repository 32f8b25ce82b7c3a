use super::*;
use crate::secret::Secret;

// container.metadata.v4
#[test]
fn the_metadata_is_about_the_task_and_holds_no_credentials() {
    let (mut world, task) = world_with_a_task();
    let credentials = read(&mut world, start(), &task);
    let session = world
        .session(credentials["AccessKeyId"].as_str().unwrap())
        .unwrap()
        .clone();
    let id = world.task_metadata_id(&task).unwrap().to_owned();
    assert_ne!(id, task, "who knows the one does not know the other");
    let mut get = |what| -> Value {
        let document = world.task_metadata(start(), &id, what).unwrap();
        for secret in [
            session.access_key_id.as_str(),
            session.secret_access_key.expose(),
            session.session_token.as_ref().map_or("", Secret::expose),
            &task,
        ] {
            assert!(!document.contains(secret), "{document}");
        }
        serde_json::from_str(&document).unwrap()
    };
    let container = get(TaskMetadata::Container);
    assert_eq!(container["Name"], "api");
    let whole = get(TaskMetadata::Task);
    let arn = format!(
        "arn:aws:ecs:us-east-1:111122223333:task/default/{}",
        task.replace('-', "")
    );
    assert_eq!(whole["TaskARN"], arn.as_str());
    assert_eq!(whole["Containers"][0], container);
    assert!(whole.get("TaskTags").is_none());
    assert!(get(TaskMetadata::TaskWithTags)["TaskTags"].is_object());
    let stats = get(TaskMetadata::ContainerStats);
    let docker_id = container["DockerId"].as_str().unwrap();
    assert_eq!(get(TaskMetadata::TaskStats)[docker_id], stats);
}

// container.metadata.v4
#[test]
fn an_unknown_endpoint_id_is_not_found() {
    let (mut world, task) = world_with_a_task();
    for what in TaskMetadata::ALL {
        let error = world.task_metadata(start(), &task, what).unwrap_err();
        assert_eq!(error.status(), 404);
        let body: Value = serde_json::from_str(&error.body()).unwrap();
        assert!(body.as_str().unwrap().starts_with("V4 "), "{body}");
    }
}
