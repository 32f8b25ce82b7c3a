//! What does an answer of a provider chain cost, by how many requests it takes?
//!
//! The chain is that of `aws-config`, in this process and in virtual time; the time measured is
//! real. `cold` makes a client and asks it (three requests), `open` makes it and does not ask;
//! `warm` is answered from the identity cache; a `refresh` comes after the expiry of the set, and
//! takes two requests, or three where the metadata token is over too. The journal must say the same
//! numbers, or there is no measurement.
//!
//! `canned` is the floor of `cold`: the same client, with three constant answers for its network.
//! What `cold` takes beyond it is the simulation's own.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, put};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use rolecall_account::Happening;
use rolecall_providers::{App, AwsConfig, Client, Provider, http_service};
use rolecall_scenario::language::{Instance, IssuingChanges, Profile, Role, Service, Trust, World};
use rolecall_scenario::{Simulation, simulate};

const HOUR: Duration = Duration::from_hours(1);
/// Journals grow: a long measurement takes many worlds.
const RUNS_A_WORLD: u64 = 1_000;

fn refreshes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refresh");
    measure(&mut group, "open", async |simulation, app, runs| {
        timed(simulation, runs, 0, async || open(app).await).await
    });
    measure(&mut group, "canned", async |simulation, app, runs| {
        let app = canned(app);
        timed(simulation, runs, 0, async || answered(&app).await).await
    });
    measure(&mut group, "cold", async |simulation, app, runs| {
        timed(simulation, runs, 3, async || answered(app).await).await
    });
    measure(&mut group, "warm", async |simulation, app, runs| {
        let client = answered(app).await;
        let hit = async || client.resolve().await.unwrap();
        timed(simulation, runs, 0, hit).await
    });
    // Sets live for an hour, the metadata tokens that the SDK asks for for six.
    for (name, idle, requests) in [("refresh-2", HOUR, 2), ("refresh-3", 7 * HOUR, 3)] {
        measure(&mut group, name, async |simulation, app, runs| {
            let mut took = Duration::ZERO;
            for _ in 0..runs {
                let client = answered(app).await;
                simulation.advance(idle).await;
                let refresh = async || client.resolve().await.unwrap();
                took += timed(simulation, 1, requests, refresh).await;
            }
            took
        });
    }
}

/// Adds up the real time that `play` says its runs took, in as many worlds as they need.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    play: impl AsyncFn(&Simulation, &App, u64) -> Duration,
) {
    let world = world();
    group.bench_function(name, move |bencher| {
        bencher.iter_custom(|runs| {
            let (mut took, mut left) = (Duration::ZERO, runs);
            while left > 0 {
                let runs = left.min(RUNS_A_WORLD);
                let played = simulate(&world, 1, async |simulation| {
                    let app = simulation.app("bench", "web").unwrap();
                    play(&simulation, &app, runs).await
                });
                took += played.unwrap();
                left -= runs;
            }
            took
        });
    });
}

/// Real time of `runs` times `work`, each of which must have sent so many `requests`.
async fn timed<T>(
    simulation: &Simulation,
    runs: u64,
    requests: u64,
    work: impl AsyncFn() -> T,
) -> Duration {
    let mark = simulation.world().journal().mark();
    let begun = Instant::now();
    for _ in 0..runs {
        black_box(work().await);
    }
    let took = begun.elapsed();
    let world = simulation.world();
    let journalled = world.journal().since(mark);
    let sent = journalled.filter(|entry| matches!(entry.happening, Happening::Exchange(_)));
    assert_eq!(sent.count() as u64, runs * requests);
    took
}

/// A new client.
async fn open(app: &App) -> Box<dyn Client> {
    AwsConfig::new().open(app.clone()).await.unwrap()
}

/// A new client that holds its first set.
async fn answered(app: &App) -> Box<dyn Client> {
    let client = open(app).await;
    client.resolve().await.unwrap();
    client
}

/// An instance with a role.
fn world() -> World {
    let named = |name: &str| name.to_owned();
    let profile = Profile {
        role: Some("photo-app".into()),
    };
    let instance = Instance {
        profile: Some("web-profile".into()),
        ..Instance::default()
    };
    World {
        issuing: IssuingChanges {
            credential_lifetime: Some(HOUR.into()),
            ..IssuingChanges::default()
        },
        roles: [(
            named("photo-app"),
            Role::new(Trust::Service(Service::Ec2).into()).into(),
        )]
        .into(),
        profiles: [(named("web-profile"), profile.into())].into(),
        instances: [(named("web"), instance.into())].into(),
        ..World::default()
    }
}

/// The app, with three answers for a network.
fn canned(app: &App) -> App {
    let token = async || ([("x-aws-ec2-metadata-token-ttl-seconds", "21600")], "token");
    let set = format!(
        r#"{{"Code": "Success", "LastUpdated": "2031-05-01T00:00:00Z", "Type": "AWS-HMAC",
            "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret", "Token": "{}",
            "Expiration": "2031-05-01T06:00:00Z"}}"#,
        "t".repeat(860)
    );
    let root = "/latest/meta-data/iam/security-credentials";
    let router = Router::new()
        .route("/latest/api/token", put(token))
        .route(&format!("{root}/"), get(async || "canned"))
        .route(&format!("{root}/canned"), get(async move || set));
    app.clone().through(|_| http_service(router))
}

criterion_group!(benches, refreshes);
criterion_main!(benches);
