//! How many rotations a second does the simulation play, when every request is verified?
//!
//! A `rotation`: the world issues the next set; a client on the instance fetches it with the three
//! requests of an SDK and stores 1 KiB in a bucket, signed with that set by AWS's own signer and
//! verified by the account. All of it goes through the in-memory transport, the journal is on, and
//! every answer must be a 200. A `day` is 24 hours of that on the virtual clock, with a set every
//! 86.4 seconds: from an empty world to a checked journal.
//!
//! They are read as ratios to what stands beside them in the same run: `hello`, the least that axum
//! takes for an answer; `metadata-get`, one read of a set; `metadata-fetch`, the three requests;
//! `sign`, reading a set and signing with it, the part of a rotation that is the client's.

mod client;

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use client::{Client, ROLE, START, ok};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use http::Request;
use rolecall_clock::run_virtual;

const DAY: Duration = Duration::from_hours(24);
const ROTATIONS_A_DAY: u64 = 1_000;
/// From one rotation to the next.
const INTERVAL: Duration = Duration::from_millis(86_400);
/// Journals grow: a long measurement takes many worlds.
const RUNS_A_WORLD: u64 = 1_000;

fn rotations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rotation");
    group.throughput(Throughput::Elements(1));
    let hello = Router::new().route("/", get(async || "hello"));
    measure(&mut group, "hello", async |_, runs| {
        let request = || Request::get("/").body(Body::empty()).unwrap();
        timed(runs, async || ok(&hello, request()).await).await
    });
    measure(&mut group, "metadata-get", async |client, runs| {
        let token = client.metadata_token().await;
        timed(runs, async || client.set(&token, ROLE).await).await
    });
    measure(&mut group, "metadata-fetch", async |client, runs| {
        timed(runs, async || client.fetch().await).await
    });
    measure(&mut group, "sign", async |client, runs| {
        let set = client.fetch().await;
        timed(runs, async || client.signed_upload(&set)).await
    });
    measure(&mut group, "rotation", async |client, runs| {
        let rotation = async || {
            client.rotate();
            client.fetch_and_upload().await;
        };
        let took = timed(runs, rotation).await;
        assert_eq!(client.sets_that_signed(), runs);
        took
    });
    group.throughput(Throughput::Elements(ROTATIONS_A_DAY));
    group.bench_function("day", |bencher| bencher.iter(day));
}

/// Adds up the real time that `play` says its runs took, in as many worlds as they need.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    play: impl AsyncFn(&Client, u64) -> Duration,
) {
    group.bench_function(name, move |bencher| {
        bencher.iter_custom(|runs| {
            let (mut took, mut left) = (Duration::ZERO, runs);
            while left > 0 {
                let runs = left.min(RUNS_A_WORLD);
                took += run_virtual(START.into(), async |clock| {
                    play(&Client::on_an_instance(clock, INTERVAL), runs).await
                });
                left -= runs;
            }
            took
        });
    });
}

async fn timed<T>(runs: u64, work: impl AsyncFn() -> T) -> Duration {
    let begun = Instant::now();
    for _ in 0..runs {
        black_box(work().await);
    }
    begun.elapsed()
}

fn day() {
    run_virtual(START.into(), async |clock| {
        let client = Client::on_an_instance(clock.clone(), INTERVAL);
        for _ in 0..ROTATIONS_A_DAY {
            clock.advance(INTERVAL).await;
            client.fetch_and_upload().await;
        }
        assert_eq!(clock.now(), SystemTime::from(START) + DAY);
        assert_eq!(client.sets_issued(), 1 + ROTATIONS_A_DAY);
        assert_eq!(client.sets_that_signed(), ROTATIONS_A_DAY);
    });
}

criterion_group!(benches, rotations);
criterion_main!(benches);
