//! Services meet only in the world: a container's role is found by the same chain, through another
//! endpoint, and its keys are good for the same S3.

use std::time::Duration;

use rolecall::World;
use rolecall::language::Service;
use rolecall::providers::{AwsConfig, Call, Class, Provider, Unanswered};

fn world() -> World {
    World::new()
        .bucket("photos")
        .role_for(Service::EcsTasks, "task-role", ["AmazonS3FullAccess"])
        .role("instance-role", [])
        .role_for(Service::Pods, "pod-role", ["AmazonS3FullAccess"])
        .task("worker", "task-role")
        .task("misfit", "instance-role")
        .pod("api", "pod-role")
}

#[test]
fn a_task_finds_its_role_and_keeps_it_through_rotations() {
    let played = world().simulate(async |simulation| {
        let client = AwsConfig::new()
            .open(simulation.app("worker", "worker").unwrap())
            .await
            .unwrap();
        for _ in 0..4 {
            let (bucket, key) = ("photos".to_owned(), "cat.jpg".to_owned());
            client
                .call(Call::PutObject {
                    bucket,
                    key,
                    size: 10,
                    metadata: [].into(),
                })
                .await
                .unwrap();
            simulation.advance(Duration::from_hours(6)).await;
        }
        simulation.journal()
    });
    let journal = played.unwrap();
    let count = |what: &str| journal.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count(r#""operation":"container-credentials""#), 4);
    assert_eq!(count(r#""operation":"s3-put-object""#), 4);
    assert_eq!(count("assumed-role/task-role/"), 4);
    assert_eq!(
        count("169.254.169.254"),
        0,
        "a task has no metadata service"
    );
}

#[test]
fn a_role_that_does_not_admit_ecs_is_an_error_of_the_source() {
    let failure = world().simulate(async |simulation| {
        let client = AwsConfig::new()
            .open(simulation.app("misfit", "misfit").unwrap())
            .await
            .unwrap();
        client.resolve().await.unwrap_err()
    });
    let Unanswered::Failed(failure) = failure.unwrap() else {
        panic!("the provider says why");
    };
    assert_eq!(failure.class, Class::SourceError);
}

/// A day and a half of uploads from a pod, and its journal.
fn a_pods_journal() -> Vec<String> {
    let played = world().simulate(async |simulation| {
        let client = AwsConfig::new()
            .open(simulation.app("api", "api").unwrap())
            .await
            .unwrap();
        for hour in 0..36 {
            let (bucket, key) = ("photos".to_owned(), format!("cat-{hour}.jpg"));
            client
                .call(Call::PutObject {
                    bucket,
                    key,
                    size: 10,
                    metadata: [].into(),
                })
                .await
                .unwrap();
            simulation.advance(Duration::from_hours(1)).await;
        }
        simulation.journal()
    });
    played.unwrap()
}

#[test]
fn a_pod_finds_its_role_by_a_token_file_that_changes() {
    let journal = a_pods_journal();
    let count = |what: &str| journal.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count(r#""operation":"s3-put-object""#), 36);
    assert_eq!(count("assumed-role/pod-role/eks-simulated-api-"), 36);
    assert_eq!(count("token_issued"), 1, "after four fifths of a day");
    assert_eq!(count("169.254.170.23/v1/credentials"), 6);
    assert_eq!(count("eyJ"), 0, "a token never leaves the journal");
    assert_eq!(a_pods_journal(), journal, "the same again");
}
