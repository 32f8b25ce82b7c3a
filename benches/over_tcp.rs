//! What does a read of credentials over TCP take of the processor, beside the least that an HTTP
//! server takes?
//!
//! Two servers, each on a thread of its own: `hello`, axum with one route; and a world of 10,000
//! instances with its journal on, of which one is asked for its credentials with a metadata token.
//! Both end the connection with each answer, as the metadata service does. A client on a third thread
//! asks them in turns, one request after another, and each answer must be a 200 of the right length.
//!
//! All of it is on one processor: a server that wakes a client on another pays for that, and only
//! sometimes. What is told is the time that a server's thread was on the processor, by the kernel's own
//! count, divided by the requests. The kernel's work for the connection is in it, the same for both.

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::header::CONNECTION;
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{CreateRole, HttpTokens, MetadataOptions, RunInstance, World, WorldOptions};
use rolecall_clock::SimClock;
use rolecall_endpoints::{Edge, ListenOptions, Place, Server};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const INSTANCES: u32 = 10_000;
/// As `rolecall serve` keeps it.
const JOURNAL_ENTRIES_MAX: usize = 10_000;
/// How often the servers take turns, and how many requests a turn is: whatever else the machine does
/// falls on both, and the medians leave out what falls on one.
const TURNS: usize = 600;
const REQUESTS: u32 = 40;
/// Fills the journal, so that entries are dropped as fast as they come.
const WARM_UP: u32 = 15_000;

const ROLE: &str = "photo-app";
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/photo-app";

/// A server that is up, and the file that says what its thread has taken.
struct Up {
    address: SocketAddr,
    usage: String,
}

impl Up {
    /// Has `serve` run on a thread of its own.
    fn new(name: &str, serve: impl FnOnce(&Sender<Self>) + Send + 'static) -> Self {
        let (up, is_up) = channel();
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || serve(&up)).expect("a thread");
        is_up.recv().expect("it comes up")
    }

    fn at(address: SocketAddr) -> Self {
        let thread = fs::read_link("/proc/thread-self").expect("threads are told apart");
        let usage = format!("/proc/{}/schedstat", thread.display());
        Self { address, usage }
    }

    /// How long its thread has been on a processor.
    fn taken(&self) -> Duration {
        let usage = fs::read_to_string(&self.usage).expect("the kernel counts");
        let nanos = usage.split(' ').next().and_then(|text| text.parse().ok());
        Duration::from_nanos(nanos.expect("a number"))
    }

    /// Asks so often; the processor's time for all of it.
    fn asked(&self, times: u32, request: &str, length: usize) -> Duration {
        let before = self.taken();
        for _ in 0..times {
            let answer = ask(self.address, request);
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert_eq!(body(&answer).len(), length);
        }
        self.taken().saturating_sub(before)
    }
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::with_capacity(4096);
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

fn hello(up: &Sender<Up>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = async || ([(CONNECTION, "close")], "hello");
        let router = Router::new().route(CREDENTIALS, get(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        up.send(Up::at(listener.local_addr().unwrap())).unwrap();
        axum::serve(listener, router).await.unwrap();
    });
}

fn metadata(up: &Sender<Up>) {
    let clock = SimClock::real();
    let start = clock.now().into();
    let mut world = World::new(WorldOptions {
        start,
        region: "us-east-1".to_owned(),
        seed: 1,
        association_delay: Duration::ZERO,
    });
    let role = CreateRole::new(ROLE, Document::parse(TRUST, DocumentKind::Trust).unwrap());
    let mut operator = world.operator(start);
    operator.create_role(role).unwrap();
    operator.create_instance_profile("web").unwrap();
    operator.add_role_to_instance_profile("web", ROLE).unwrap();
    let ids: Vec<_> = (0..INSTANCES)
        .map(|number| {
            let instance = RunInstance {
                name: format!("web-{number}"),
                profile: Some("web".to_owned()),
                metadata_options: MetadataOptions {
                    http_tokens: HttpTokens::Required,
                    ..MetadataOptions::default()
                },
                ..RunInstance::default()
            };
            world.operator(start).run_instance(instance).unwrap()
        })
        .collect();
    world.keep_journal(JOURNAL_ENTRIES_MAX);
    let edge = Edge::new(world, clock);
    let options = ListenOptions {
        bind: IpAddr::from([127, 0, 0, 1]),
        port: None,
        places: vec![(
            "web".to_owned(),
            Place::Instance(ids[ids.len() / 2].clone()),
        )],
    };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::bind(&edge, &options, Router::new()).await.unwrap();
        up.send(Up::at(server.addresses().places[0].2)).unwrap();
        server.serve(std::future::pending()).await.unwrap();
    });
}

/// Keeps this thread, and those that it starts, on one processor; whether that could be done.
fn on_one_processor() -> bool {
    let this = std::process::id().to_string();
    let mut pin = Command::new("taskset");
    pin.args(["--pid", "--cpu-list", "0", &this])
        .stdout(Stdio::null());
    pin.status().is_ok_and(|status| status.success())
}

fn main() {
    // Without it, as a test: one short round, to see that it still runs.
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let (turns, warm_up) = if measuring { (TURNS, WARM_UP) } else { (1, 1) };
    if measuring && !on_one_processor() {
        println!("not on one processor: waking another is in some turns and not in others");
    }
    let (hello, metadata) = (Up::new("hello", hello), Up::new("metadata", metadata));
    let token = "PUT /latest/api/token HTTP/1.1\r\nhost: 169.254.169.254\r\nuser-agent: bench\r\n\
                 x-aws-ec2-metadata-token-ttl-seconds: 21600\r\ncontent-length: 0\r\n\r\n";
    let token = ask(metadata.address, token);
    let token = body(&token);
    let request = format!(
        "GET {CREDENTIALS} HTTP/1.1\r\nhost: 169.254.169.254\r\nuser-agent: bench\r\n\
         accept: */*\r\nx-aws-ec2-metadata-token: {token}\r\n\r\n"
    );
    let document = body(&ask(metadata.address, &request)).len();
    for (server, length) in [(&hello, 5), (&metadata, document)] {
        server.asked(warm_up, &request, length);
    }
    let (mut least, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        least.push(hello.asked(REQUESTS, &request, 5) / REQUESTS);
        ours.push(metadata.asked(REQUESTS, &request, document) / REQUESTS);
    }
    println!(
        "processor time a request, by turns of {REQUESTS}: a quarter takes less, half, three quarters"
    );
    for (name, taken) in [("hello", &mut least), ("metadata", &mut ours)] {
        taken.sort();
        let at = |quarter: usize| taken[(taken.len() - 1) * quarter / 4];
        println!("{name:>8} {:>8.2?} {:>8.2?} {:>8.2?}", at(1), at(2), at(3));
    }
    let median = |taken: &[Duration]| taken[(taken.len() - 1) / 2].as_secs_f64();
    println!("   ratio {:.2}", median(&ours) / median(&least));
}
