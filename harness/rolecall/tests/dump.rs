//! A world that is written in the middle of its life goes on, read again, as it would have.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use rolecall::language::Scenario;
use rolecall::providers::seed_sdk_jitter;
use rolecall::{AccountVocabulary, Dump, LoadError, Simulation, World, resume};
use rolecall_account::Source;
use rolecall_endpoints::{Delay, Effect, Fault, Gate, GatePoint, Matcher, Point, Stall};

const HOUR: Duration = Duration::from_hours(1);
const SEED: u64 = 1;

/// Two accounts, and a source of credentials of every kind.
const WORLD: &str = r#"
summary = "A world with something of everything."
rules   = ["s3.listing.complete"]

[world]
start = "2031-05-01T00:00:00Z"
buckets = ["photos"]
account.other = { id = "444455556666" }
user.ann = { policies = ["AdministratorAccess"] }
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.job = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
role.worker = { trust = "pods", policies = ["AmazonS3FullAccess"] }
role.elsewhere = { trust = "ec2", account = "other" }
profile.web-profile = { role = "photo-app" }
profile.other-profile = { role = "elsewhere" }
instance.web = { profile = "web-profile" }
instance.abroad = { profile = "other-profile", http-tokens = "required" }
task.job = { role = "job", authorization-token-file = "/run/token" }
pod.worker = { role = "worker" }

[[step]]
name = "nothing"
rotate = { instance = "web" }
"#;

fn world() -> World {
    let scenario = Scenario::parse("world.toml", WORLD, &AccountVocabulary);
    World::of(&scenario.unwrap_or_else(|bad| panic!("{bad:?}"))).seed(SEED)
}

fn s3(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).force_path_style(true).build())
}

/// What a gate or a fault is for.
fn on(operation: &str) -> Matcher {
    Matcher {
        operation: Some(operation.to_owned()),
        ..Matcher::default()
    }
}

/// Everything that leaves something behind. Answers the upload that has begun.
async fn first_half(simulation: &Simulation) -> String {
    let faults = simulation.edge().faults();
    let slow = Delay {
        min: Duration::from_millis(5),
        max: Duration::from_millis(900),
    };
    faults.add(Fault {
        times: Some(6),
        ..Fault::new("slow", on("s3-get-object"), Effect::Delay(slow))
    });
    faults.add(Fault::new(
        "stale",
        on("container-*"),
        Effect::StaleDocument,
    ));
    let stall = Stall {
        at: Point::OnArrival,
        lasts: None,
    };
    faults.add(Fault {
        nth: 900,
        ..Fault::new("never", on("imds-*"), Effect::Stall(stall))
    });
    faults.put_gate(Gate {
        name: "nobody".to_owned(),
        on: on("sts-assume-role"),
        at: GatePoint::Arrival,
        nth: 3,
    });
    let client = s3(&simulation.aws_config("web").await);
    for key in ["cat.jpg", "dog.jpg"] {
        let body = ByteStream::from_static(b"\x00\xff not text");
        let put = client.put_object().bucket("photos").key(key);
        put.body(body).tagging("kind=pet").send().await.unwrap();
    }
    let begun = client.create_multipart_upload();
    let begun = begun.bucket("photos").key("film.mp4").send().await.unwrap();
    let upload = begun.upload_id().unwrap().to_owned();
    client
        .upload_part()
        .bucket("photos")
        .key("film.mp4")
        .upload_id(&upload)
        .part_number(1)
        .body(ByteStream::from_static(b"the beginning"))
        .send()
        .await
        .unwrap();
    client
        .get_object()
        .bucket("photos")
        .key("cat.jpg")
        .send()
        .await
        .unwrap();
    for on in ["job", "worker"] {
        let client = s3(&simulation.aws_config(on).await);
        client
            .list_objects_v2()
            .bucket("photos")
            .send()
            .await
            .unwrap();
    }
    simulation.advance(7 * HOUR).await;
    let now = simulation.now();
    let web = Source::Instance(simulation.instance_id("web").unwrap());
    {
        let mut world = simulation.world();
        world.rotate(now, &web).unwrap();
        assert!(world.revoke(now, &web, Some(1)) > 0 || world.revoke(now, &web, Some(2)) > 0);
        world.operator(now).create_access_key("ann").unwrap();
    }
    // To the second, which a clock that begins again begins at.
    simulation.advance(HOUR).await;
    upload
}

/// What depends on nearly all of that.
async fn second_half(simulation: &Simulation, upload: &str) -> Vec<String> {
    let mark = simulation.world().journal().mark();
    seed_sdk_jitter(SEED);
    let client = s3(&simulation.aws_config("web").await);
    for key in ["cat.jpg", "dog.jpg", "cat.jpg"] {
        let got = client
            .get_object()
            .bucket("photos")
            .key(key)
            .send()
            .await
            .unwrap();
        let body = got.body.collect().await.unwrap().into_bytes();
        assert_eq!(&body[..], b"\x00\xff not text");
    }
    let tags = client.get_object_tagging().bucket("photos").key("dog.jpg");
    assert_eq!(tags.send().await.unwrap().tag_set()[0].value(), "pet");
    let parts = client.list_parts().bucket("photos").key("film.mp4");
    let parts = parts.upload_id(upload).send().await.unwrap();
    let etag = parts.parts()[0].e_tag().unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
    let whole = CompletedMultipartUpload::builder().parts(part).build();
    client
        .complete_multipart_upload()
        .bucket("photos")
        .key("film.mp4")
        .upload_id(upload)
        .multipart_upload(whole)
        .send()
        .await
        .unwrap();
    for on in ["job", "worker", "abroad"] {
        let client = s3(&simulation.aws_config(on).await);
        // What the task was answered first is over by now; the role of another account may not at all.
        let listed = client.list_objects_v2().bucket("photos").send().await;
        assert_eq!(listed.is_ok(), on == "worker", "{on}");
    }
    simulation.advance(30 * HOUR).await;
    client
        .get_object()
        .bucket("photos")
        .key("film.mp4")
        .send()
        .await
        .unwrap();
    let world = simulation.world();
    let entries = world.journal().since(mark);
    entries.map(|entry| entry.to_json().to_string()).collect()
}

#[test]
fn it_goes_on_as_it_would_have() {
    let (text, upload, expected) = world()
        .simulate(|simulation| async move {
            let upload = first_half(&simulation).await;
            let text = simulation.dump().unwrap();
            let journal = second_half(&simulation, &upload).await;
            (text, upload, journal)
        })
        .unwrap();
    let dump = Dump::read(text.as_bytes()).unwrap();
    let journal = resume(dump, SEED, |simulation| async move {
        assert_eq!(simulation.dump().unwrap(), text, "to the byte");
        second_half(&simulation, &upload).await
    })
    .unwrap();
    assert!(journal.len() > 40, "something happened");
    for (found, expected) in journal.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(journal.len(), expected.len());
}

#[test]
fn keys_come_in_their_order() {
    let text = world().simulate(|simulation| async move { simulation.dump().unwrap() });
    let text = text.unwrap();
    let top: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split('"').next())
        .collect();
    let expected = ["faults", "format", "places", "setting", "version", "world"];
    assert_eq!(top, expected);
    assert!(!format!("{:?}", Dump::read(text.as_bytes())).contains("secret"));
}

#[test]
fn what_is_no_dump_is_refused() {
    let text = world().simulate(|simulation| async move { simulation.dump().unwrap() });
    let text = text.unwrap();
    let refused = |text: &str| Dump::read(text.as_bytes()).unwrap_err();
    assert!(matches!(refused("[]"), LoadError::Foreign));
    assert!(matches!(
        refused(r#"{"format": "other"}"#),
        LoadError::Foreign
    ));
    let cut = refused(&text[..text.len() - 3]);
    assert!(
        matches!(cut, LoadError::CutShort { line } if line > 100),
        "{cut}"
    );
    let newer = text.replacen("\"version\": 1", "\"version\": \"2\"", 1);
    let newer = refused(&newer).to_string();
    assert!(newer.contains("of version \"2\""), "{newer}");
    let second = text.lines().nth(1).unwrap();
    let wrong = text.replacen(second, "  \"faults\": 5, \"x\": {", 1);
    let wrong = refused(&wrong);
    assert!(
        matches!(wrong, LoadError::Malformed { line: 2, .. }),
        "{wrong}"
    );
    assert!(wrong.to_string().contains("line 2"), "{wrong}");
    let policy = text.replacen(r#"\"Effect\": \"Allow\""#, r#"\"Effect\": \"Perhaps\""#, 1);
    let policy = refused(&policy).to_string();
    assert!(policy.contains("a policy document: "), "{policy}");
}
