//! A world behind real listeners, and a client that sees every byte and how the connection ended.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use rolecall_endpoints::{Effect, Fault, ListenOptions, Matcher, Place, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::support::{Lab, ROLE};

/// How long anything may take that must happen.
const BOUND: Duration = Duration::from_secs(20);

pub(crate) const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/photo-app";

/// A world that is served.
pub(crate) struct Wired {
    pub(crate) lab: Lab,
    pub(crate) aws: SocketAddr,
    pub(crate) web: SocketAddr,
    pub(crate) task: SocketAddr,
}

/// What a connection brought, and how it ended.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: String,
    pub(crate) end: Result<(), io::ErrorKind>,
}

impl Received {
    pub(crate) fn status(&self) -> u16 {
        let status = self.bytes.split(' ').nth(1);
        status
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(crate) fn head(&self) -> &str {
        self.bytes
            .split_once("\r\n\r\n")
            .map_or(&self.bytes, |(head, _)| head)
    }

    pub(crate) fn body(&self) -> &str {
        self.bytes
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head().lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn announced(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }
}

/// Runs `work` beside a server, which must come to its end afterwards.
pub(crate) fn wired<F: Future<Output = ()>>(work: impl FnOnce(Wired) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let lab = Lab::by_the_machine(None::<fn(&str)>);
        let options = ListenOptions {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: None,
            places: vec![
                ("web".to_owned(), lab.on_web()),
                ("api".to_owned(), lab.in_task()),
                ("laptop".to_owned(), Place::Laptop),
            ],
        };
        let server = Server::bind(&lab.edge, &options, Router::new())
            .await
            .unwrap();
        let addresses = server.addresses().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
        work(Wired {
            lab,
            aws: addresses.aws,
            web: addresses.places[0].2,
            task: addresses.places[1].2,
        })
        .await;
        drop(stop);
        let ended = tokio::time::timeout(BOUND, serving).await;
        ended.expect("the server stops").unwrap().unwrap();
    });
}

impl Wired {
    /// Has every request of `operation` suffer `effect`.
    pub(crate) fn strike(&self, operation: &str, effect: Effect) {
        let on = Matcher {
            operation: Some(operation.to_owned()),
            ..Matcher::default()
        };
        self.lab.edge.faults().add(Fault::new("fault", on, effect));
    }

    pub(crate) async fn credentials(&self) -> Received {
        get(self.web, CREDENTIALS).await.unwrap()
    }

    /// What was journalled of the one request so far.
    pub(crate) fn journalled(&self) -> rolecall_account::RedactedExchange {
        let exchanges = self.lab.exchanges_since(0);
        let [exchange] = &exchanges[..] else {
            panic!("{} exchanges", exchanges.len());
        };
        exchange.redacted()
    }

    /// Sends a request and waits until it is in the journal: nothing came back until then.
    pub(crate) async fn unanswered(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        stream
            .write_all(request("GET", path).as_bytes())
            .await
            .unwrap();
        settle(|| !self.lab.exchanges_since(0).is_empty()).await;
        stream
    }
}

/// Waits until `holds`.
pub(crate) async fn settle(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(BOUND, wait)
        .await
        .expect("it comes to hold");
}

/// Whether nothing has come so far, not even the end.
pub(crate) fn is_silent(stream: &TcpStream) -> bool {
    let mut buffer = [0];
    matches!(stream.try_read(&mut buffer), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

pub(crate) fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: 169.254.169.254\r\nconnection: close\r\n\r\n")
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> io::Result<Received> {
    send(address, request("GET", path).as_bytes()).await
}

pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> io::Result<Received> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    Ok(receive(stream).await)
}

/// Reads to the end.
pub(crate) async fn receive(mut stream: TcpStream) -> Received {
    let mut bytes = Vec::new();
    let end = loop {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(BOUND, stream.read(&mut buffer)).await;
        match read.expect("the connection ends") {
            Ok(0) => break Ok(()),
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) => break Err(error.kind()),
        }
    };
    let bytes = String::from_utf8(bytes).unwrap();
    Received { bytes, end }
}

#[test]
fn the_path_is_that_of_the_role() {
    assert!(CREDENTIALS.ends_with(ROLE));
}
