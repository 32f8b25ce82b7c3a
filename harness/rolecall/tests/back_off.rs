//! A client's back-off that crosses a rotation: the world moves on while the client waits, and the
//! same seed plays the same.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::Full;
use rolecall::World;
use rolecall::providers::{AwsConfig, Call, HttpService, Provider, http_service};
use tower::Service;

/// Answers the first `refusals` uploads with 503 and notes when each arrived.
#[derive(Clone)]
struct Busy {
    inner: HttpService,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    refusals: usize,
    arrivals: Arc<Mutex<Vec<SystemTime>>>,
}

type Answer = http::Response<Full<Bytes>>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Service<http::Request<SdkBody>> for Busy {
    type Response = Answer;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<SdkBody>) -> Self::Future {
        if request.method() == http::Method::PUT && request.uri().path() == "/cat.jpg" {
            let mut arrivals = self.arrivals.lock().unwrap();
            arrivals.push((self.clock)());
            if arrivals.len() <= self.refusals {
                let busy = http::Response::builder()
                    .status(503)
                    .body(Full::default())
                    .unwrap();
                return Box::pin(std::future::ready(Ok(busy)));
            }
        }
        self.inner.call(request)
    }
}

struct Played {
    /// Since the start of the world.
    arrivals: Vec<Duration>,
    journal: Vec<String>,
}

/// An upload that begins 300 ms before the first rotation and is refused twice.
fn play(seed: u64) -> Played {
    let world = World::new()
        .seed(seed)
        .bucket("photos")
        .role("photo-app", ["AmazonS3FullAccess"])
        .profile("web-profile", "photo-app")
        .instance("web", "web-profile");
    let played = world.simulate(async |simulation| {
        let start: SystemTime = simulation.now().into();
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let app = simulation.app("web", "web").unwrap();
        let clock = simulation.clock().clone();
        let app = app.through(|inner| {
            http_service(Busy {
                inner,
                clock: Arc::new(move || clock.now()),
                refusals: 2,
                arrivals: Arc::clone(&arrivals),
            })
        });
        let client = AwsConfig::new().open(app).await.unwrap();
        client.resolve().await.unwrap();
        simulation
            .advance(Duration::from_millis((5 * 3600 + 55 * 60) * 1000 - 300))
            .await;
        let (bucket, key) = ("photos".to_owned(), "cat.jpg".to_owned());
        client
            .call(Call::PutObject {
                bucket,
                key,
                size: 64,
                metadata: [].into(),
            })
            .await
            .unwrap();
        let arrivals = arrivals
            .lock()
            .unwrap()
            .iter()
            .map(|at| at.duration_since(start).unwrap())
            .collect();
        Played {
            arrivals,
            journal: simulation.journal(),
        }
    });
    played.unwrap()
}

#[test]
fn the_world_moves_on_while_a_client_backs_off() {
    let rotation = Duration::from_mins(5 * 60 + 55);
    let played = play(1);
    assert_eq!(played.arrivals.len(), 3, "two refusals, one success");
    assert!(
        played.arrivals[0] < rotation && played.arrivals[2] > rotation,
        "{:?}",
        played.arrivals
    );
    let at = |what: &str| {
        played
            .journal
            .iter()
            .rposition(|line| line.contains(what))
            .unwrap()
    };
    let second_set = at(r#""issue":2"#);
    assert!(
        played.journal[second_set].contains(r#""at":"2031-05-01T05:55:00.000Z""#),
        "at its own time"
    );
    assert!(
        second_set < at("s3-put-object"),
        "before the upload that came through"
    );
}

#[test]
fn the_same_seed_backs_off_the_same_and_another_does_not() {
    let (one, again, other) = (play(1), play(1), play(2));
    assert_eq!(one.arrivals, again.arrivals);
    assert_eq!(one.journal, again.journal);
    assert_ne!(one.arrivals, other.arrivals);
}
