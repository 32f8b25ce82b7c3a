//! A recorder on loopback, a client that sees every byte, and an upstream that sends any.

use std::net::SocketAddr;
use std::path::PathBuf;

use rolecall_account::SimInstant;
use rolecall_endpoints::record::{Fixture, RecordOptions, Recorder, Summary};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// When every recording of these tests begins.
pub(crate) const BEGINNING: &str = "2031-05-01T00:00:00Z";

/// A recorder that runs.
pub(crate) struct Recording {
    pub(crate) address: SocketAddr,
    pub(crate) path: PathBuf,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Summary>,
    _folder: tempfile::TempDir,
}

/// What is left of one.
pub(crate) struct Recorded {
    pub(crate) summary: Summary,
    /// The text of the file; empty if there is none.
    pub(crate) text: String,
}

impl Recorded {
    pub(crate) fn fixture(&self) -> Fixture {
        Fixture::parse(&self.text).unwrap()
    }
}

impl Recording {
    pub(crate) async fn of(upstream: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = RecordOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            upstream: upstream.parse().unwrap(),
            out: folder.path().join("new/recording"),
            replace: false,
            shift: true,
        };
        let from = SimInstant::parse(BEGINNING).unwrap();
        let recorder = Recorder::bind(options, from).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            address: recorder.address().unwrap(),
            path: folder.path().join("new/recording.json"),
            stop,
            ended: tokio::spawn(recorder.serve(async {
                let _ = stopped.await;
            })),
            _folder: folder,
        }
    }

    /// One request on a connection of its own, by its first line and its other lines.
    pub(crate) async fn ask(&self, line: &str, headers: &[(&str, &str)]) -> Heard {
        let mut stream = self.send(line, headers).await;
        hear(&mut stream).await
    }

    /// Sends a request, and leaves what becomes of it open.
    pub(crate) async fn send(&self, line: &str, headers: &[(&str, &str)]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!(
            "{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.address
        );
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request += "\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// The text of the file as it is now.
    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }

    pub(crate) async fn stop(self) -> Recorded {
        self.stop.send(()).unwrap();
        let summary = self.ended.await.unwrap();
        Recorded {
            summary,
            text: std::fs::read_to_string(&self.path).unwrap_or_default(),
        }
    }
}

/// What a client heard until the connection was over.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) text: String,
    pub(crate) was_reset: bool,
}

impl Heard {
    pub(crate) fn status(&self) -> u16 {
        let status = self.text.split(' ').nth(1);
        status
            .unwrap_or_else(|| panic!("{self:?}"))
            .parse()
            .unwrap()
    }

    pub(crate) fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }
}

pub(crate) async fn hear(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).await;
    Heard {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        was_reset: ended.is_err(),
    }
}

/// How an upstream of our own ends a connection.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    Reset,
    /// Neither says anything nor goes, until the other side goes.
    Silence,
}

/// An upstream that reads the head of a request, sends these bytes and ends so, each time.
pub(crate) async fn upstream_that_sends(bytes: &'static [u8], then: Then) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(bytes).await.unwrap();
            match then {
                Then::Close => {}
                Then::Reset => stream.set_zero_linger().unwrap(),
                Then::Silence => drop(hear(&mut stream).await),
            }
        }
    });
    url
}
