//! Whether an answer arrives, and at which address there is one.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use rolecall_account::{Happening, MetadataOptionsChange, Operation, RunInstance, Switch};
use rolecall_endpoints::{Caller, Hops, ListenOptions, MemoryNetwork, Place, Server, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::support::{HOUR, Lab, METADATA, lab, request};
use super::{LISTING, TTL, at};

/// How long anything may take that must happen.
const BOUND: Duration = Duration::from_secs(20);

const IPV6: &str = "http://[fd00:ec2::254]";

fn wire(lab: &Lab) -> Wire {
    let caller = Caller {
        name: "app".into(),
        place: lab.on_web(),
    };
    MemoryNetwork::new(&lab.edge).wire(caller)
}

/// What comes back within an hour.
async fn answered(wire: Wire, request: Request<Bytes>) -> Option<Response<axum::body::Body>> {
    let call = wire.oneshot(request.map(Full::new));
    let within = tokio::time::timeout(HOUR, call).await;
    within.ok().map(Result::unwrap)
}

fn ask_token(ttl_seconds: &str) -> Request<Bytes> {
    request("PUT", &at("/latest/api/token"), &[(TTL, ttl_seconds)])
}

fn set_hop_limit(lab: &Lab, limit: u8) {
    let change = MetadataOptionsChange {
        http_put_response_hop_limit: Some(limit),
        ..MetadataOptionsChange::default()
    };
    modify(lab, change);
}

fn modify(lab: &Lab, change: MetadataOptionsChange) {
    lab.edge
        .world()
        .operator(lab.edge.now())
        .modify_instance_metadata_options(&lab.web, change)
        .unwrap();
}

// imds.token.hop-limit
#[test]
fn a_token_does_not_reach_a_client_behind_a_bridge_and_reads_do() {
    lab(async |lab| {
        let far = wire(&lab).at_hops(Hops(2));
        for ttl_seconds in ["60", "0"] {
            let mark = lab.edge.world().journal().mark();
            let before = lab.edge.now();
            assert!(
                answered(far.clone(), ask_token(ttl_seconds))
                    .await
                    .is_none()
            );
            assert_eq!(
                lab.edge.now(),
                before + HOUR,
                "silence for as long as asked"
            );
            let exchange = lab.exchanges_since(mark).pop().unwrap();
            assert_eq!(exchange.operation, Some(Operation::ImdsToken));
            let world = lab.edge.world();
            let mut since = world.journal().since(mark);
            assert!(since.any(|entry| matches!(
                &entry.happening,
                Happening::ReplyLost {
                    hops: 2,
                    hop_limit: 1,
                    ..
                }
            )));
        }
        let read = request("GET", &at(LISTING), &[]);
        let answer = answered(far.clone(), read).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answered(wire(&lab), ask_token("60")).await.is_some());

        set_hop_limit(&lab, 2);
        assert!(answered(far, ask_token("60")).await.is_some());
        let farther = wire(&lab).at_hops(Hops(3));
        assert!(answered(farther, ask_token("60")).await.is_none());
    });
}

// imds.token.hop-limit
#[test]
fn a_put_that_is_no_token_request_is_answered_from_anywhere() {
    lab(async |lab| {
        let far = wire(&lab).at_hops(Hops(9));
        let put = request("PUT", &at(LISTING), &[(TTL, "60")]);
        assert_eq!(answered(far, put).await.unwrap().status(), 405);
    });
}

// imds.address
#[test]
fn the_ipv6_address_is_there_when_it_is_enabled() {
    lab(async |lab| {
        let path = "/latest/meta-data/instance-id";
        let spellings = [
            IPV6,
            "http://[fd00:0ec2:0:0:0:0:0:254]",
            "http://[FD00:EC2::254]:80",
        ];
        let ask = |host: &str| {
            let request = request("GET", &format!("{host}{path}"), &[]);
            lab.try_send(lab.on_web(), request.map(Full::new))
        };
        for host in spellings {
            assert!(ask(host).await.is_err(), "{host}");
        }
        for (switch, there) in [(Switch::Enabled, true), (Switch::Disabled, false)] {
            let change = MetadataOptionsChange {
                http_protocol_ipv6: Some(switch),
                ..MetadataOptionsChange::default()
            };
            modify(&lab, change);
            for host in spellings {
                let answer = ask(host).await.ok();
                assert_eq!(answer.is_some(), there, "{host}");
                assert!(answer.is_none_or(|answer| answer.text() == lab.web));
            }
            assert_eq!(ask(METADATA).await.unwrap().text(), lab.web);
            assert!(ask("http://[fd00:ec2::23]").await.is_err());
        }
        let request = request("GET", &format!("{IPV6}{path}"), &[]).map(Full::new);
        assert!(lab.try_send(lab.in_task(), request).await.is_err());
    });
}

/// A connection on which `head` was sent.
async fn sent(to: SocketAddr, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

// imds.token.hop-limit, imds.headers.connection-close
#[test]
fn over_tcp_the_connection_stays_open_and_silent() {
    const PUT: &str = "PUT /latest/api/token HTTP/1.1\r\nhost: x\r\n\
        x-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n";
    const GET: &str = "GET /latest/meta-data/instance-id HTTP/1.1\r\nhost: x\r\n\r\n";
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let lab = Lab::by_the_machine(None::<fn(&str)>);
        let behind_a_bridge = RunInstance {
            client_hops: 2,
            ..RunInstance::default()
        };
        let launched = lab
            .edge
            .world()
            .operator(lab.edge.now())
            .run_instance(behind_a_bridge);
        let id = launched.unwrap();
        let options = ListenOptions {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: None,
            places: vec![("far".to_owned(), Place::Instance(id.clone()))],
        };
        let server = Server::bind(&lab.edge, &options, axum::Router::new()).await;
        let server = server.unwrap();
        let (_, _, far) = server.addresses().places[0].clone();
        tokio::spawn(server.serve(std::future::pending()));

        let waiting = sent(far, PUT).await;
        let lost = || {
            let world = lab.edge.world();
            let mut entries = world.journal().entries();
            entries.any(|entry| matches!(entry.happening, Happening::ReplyLost { .. }))
        };
        let decided = async {
            while !lost() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(BOUND, decided).await.unwrap();
        // A read is answered, and its connection ended, although nobody asked for that.
        let mut answered = sent(far, GET).await;
        let mut answer = String::new();
        let ended = tokio::time::timeout(BOUND, answered.read_to_string(&mut answer)).await;
        ended.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&id), "{answer}");
        let read = waiting.try_read(&mut [0]);
        assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    });
}
