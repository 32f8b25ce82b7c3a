//! Many clients for a while, with faults on: nothing goes wrong that was not asked for, and memory
//! stays what it was. Not part of the usual run: `just soak` runs it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rolecall_endpoints::{Answer, Delay, Effect, Fault, Matcher, Point, Throttle};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{CREDENTIALS, Wired, wired};

const CLIENTS: usize = 2_000;
/// How much the process may grow between the first quarter and the end, of some 32 MiB. It serves from a journal of
/// bounded length, and from tokens that end.
const GROWTH_BYTES_MAX: u64 = 8 << 20;

/// What a request came to, by the fault that does that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Well,
    Teapot,
    Throttled,
    Broken,
    Unauthorized,
}

#[test]
#[ignore = "takes a minute: `just soak`"]
fn two_thousand_clients_with_faults_on() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(60, |text| text.parse().unwrap());
    wired(async |it| {
        it.lab.edge.world().keep_journal(1_000);
        arm(&it);
        let over = Arc::new(AtomicBool::new(false));
        let counts: Arc<[AtomicU64; 5]> = Arc::default();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| tokio::spawn(client(it.web, Arc::clone(&over), Arc::clone(&counts))))
            .collect();
        let began = Instant::now();
        let mut settled = None;
        while began.elapsed() < Duration::from_secs(seconds) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if settled.is_none() && began.elapsed() > Duration::from_secs(seconds) / 4 {
                settled = Some(resident_bytes());
            }
            // Half an hour each second: sets rotate and tokens end under the clients.
            it.lab.advance(Duration::from_mins(3)).await;
        }
        over.store(true, Ordering::Release);
        for client in clients {
            client
                .await
                .expect("no client met anything that was not asked for");
        }
        let (settled, end) = (settled.unwrap(), resident_bytes());
        let came = [
            Came::Well,
            Came::Teapot,
            Came::Throttled,
            Came::Broken,
            Came::Unauthorized,
        ];
        let came: BTreeMap<_, _> = came
            .into_iter()
            .zip(counts.iter().map(|it| it.load(Ordering::Relaxed)))
            .collect();
        println!(
            "{came:?} in {seconds} s; resident {} MiB, then {} MiB",
            settled >> 20,
            end >> 20
        );
        assert!(
            came.values().all(|count| *count > 0),
            "every fault struck: {came:?}"
        );
        assert!(
            end < settled + GROWTH_BYTES_MAX,
            "{settled} then {end} bytes"
        );
        it.lab.edge.faults().clear_all();
        assert_eq!(it.credentials().await.status(), 200, "and it still serves");
    });
}

fn arm(it: &Wired) {
    let every = |name: &str, path: &str, effect| {
        let on = Matcher {
            path: Some(path.to_owned()),
            ..Matcher::default()
        };
        it.lab.edge.faults().add(Fault::new(name, on, effect));
    };
    // Clients choose their fault by what they ask for.
    every(
        "teapot",
        "*/instance-id",
        Effect::Answer(Answer {
            status: 418,
            ..Answer::default()
        }),
    );
    every(
        "throttle",
        "*/region",
        Effect::Throttle(Throttle::default()),
    );
    every("cut", "*/domain", Effect::Truncate(3));
    every("reset", "*/partition", Effect::Reset(Point::InBody));
    let (min, max) = (Duration::from_millis(1), Duration::from_millis(20));
    every(
        "late",
        "*/availability-zone",
        Effect::Delay(Delay { min, max }),
    );
}

/// Asks for one thing after another until it is over; panics at what nobody asked for.
async fn client(server: std::net::SocketAddr, over: Arc<AtomicBool>, counts: Arc<[AtomicU64; 5]>) {
    const PATHS: [(&str, Came); 7] = [
        (CREDENTIALS, Came::Well),
        ("/latest/meta-data/instance-id", Came::Teapot),
        (CREDENTIALS, Came::Well),
        ("/latest/meta-data/placement/region", Came::Throttled),
        ("/latest/meta-data/services/domain", Came::Broken),
        ("/latest/meta-data/placement/availability-zone", Came::Well),
        ("/latest/meta-data/services/partition", Came::Broken),
    ];
    let mut token = token_from(server).await;
    let mut paths = PATHS.iter().cycle();
    while !over.load(Ordering::Acquire) {
        let (path, expected) = paths.next().unwrap();
        let header = format!("x-aws-ec2-metadata-token: {token}\r\n");
        let came = match ask(server, "GET", path, &header).await {
            Some((200, body)) => {
                if *path == CREDENTIALS {
                    let document: Value = serde_json::from_str(&body).expect("a whole document");
                    assert_eq!(document["Code"], "Success");
                }
                Came::Well
            }
            Some((418, _)) => Came::Teapot,
            Some((503, _)) => Came::Throttled,
            // The token's time is over, for time flies.
            Some((401, _)) => {
                token = token_from(server).await;
                Came::Unauthorized
            }
            None => Came::Broken,
            Some((status, body)) => panic!("{status} {body} from {path}"),
        };
        assert!(
            came == *expected || came == Came::Unauthorized,
            "{came:?} from {path}"
        );
        counts[came as usize].fetch_add(1, Ordering::Relaxed);
    }
}

async fn token_from(server: std::net::SocketAddr) -> String {
    let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 1800\r\ncontent-length: 0\r\n";
    let answer = ask(server, "PUT", "/latest/api/token", ttl).await;
    let (status, token) = answer.expect("a token");
    assert_eq!(status, 200);
    token
}

/// The status and the body; `None` if the connection broke. The service's answers end their
/// connections, so that each request has its own.
async fn ask(
    server: std::net::SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
) -> Option<(u16, String)> {
    let stream = TcpStream::connect(server).await;
    let mut stream = stream.expect("the server takes connections");
    let request = format!("{method} {path} HTTP/1.1\r\nhost: 169.254.169.254\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = whole(&bytes) {
            return Some(answer);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// The status and the body of an answer, if it is all there.
fn whole(bytes: &[u8]) -> Option<(u16, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| line.strip_prefix("content-length: "))?;
    (body.len() == length.parse::<usize>().ok()?).then(|| (status, body.to_owned()))
}

/// What the process holds in memory, by the kernel's count.
fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * PAGE_BYTES
}
