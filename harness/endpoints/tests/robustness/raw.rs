//! Listeners on loopback, and a client that sends bytes.

use std::cell::Cell;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::panic;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rolecall_endpoints::{ListenOptions, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::signer::Signer;
use crate::support::{Lab, request};

/// After that long a server is taken to hang. Nothing waits for it that goes well.
const PATIENCE: Duration = Duration::from_mins(2);

const TOKEN: &str = "open-sesame";

thread_local! {
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// A world that is served, on the thread of the test.
pub(crate) struct Served {
    pub(crate) lab: Lab,
    pub(crate) aws: SocketAddr,
    pub(crate) metadata: SocketAddr,
    pub(crate) container: SocketAddr,
    pub(crate) control: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// Its head, in lower case, and all that came after it.
    pub(crate) head: String,
    pub(crate) rest: Vec<u8>,
}

impl Served {
    pub(crate) async fn start() -> Self {
        count_panics();
        let lab = Lab::by_the_machine(None::<fn(&str)>);
        let options = ListenOptions {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: None,
            places: vec![
                ("web".to_owned(), lab.on_web()),
                ("api".to_owned(), lab.in_task()),
            ],
        };
        let routes = lab.control(TOKEN);
        let server = Server::bind(&lab.edge, &options, routes).await.unwrap();
        let addresses = server.addresses().clone();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        let [metadata, container] = [0, 1].map(|place| addresses.places[place].2);
        Self {
            lab,
            aws: addresses.aws,
            metadata,
            container,
            control: addresses.control,
            stop,
            server,
        }
    }

    /// Stops it, which must not have panicked on the way.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        let ended = tokio::time::timeout(PATIENCE, self.server).await;
        ended
            .expect("it stops when it is told to")
            .unwrap()
            .unwrap();
        assert_eq!(PANICS.get(), 0, "panics on the thread of the server");
    }

    /// The keys of the instance, for S3 or another service.
    pub(crate) fn signer(&self, service: &'static str) -> Signer {
        Signer {
            service,
            ..self.lab.signer()
        }
    }

    /// A request to the AWS endpoint, not signed yet.
    pub(crate) fn to_aws(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Request<Bytes> {
        let request = request(method, &format!("http://{}{path}", self.aws), headers);
        request.map(|_| Bytes::from_static(body.as_bytes()))
    }

    pub(crate) fn put(&self) -> Request<Bytes> {
        let request = self.to_aws("PUT", "/photos/cat.jpg", &[], "meow");
        self.signer("s3").sign(request)
    }

    pub(crate) fn who(&self) -> Request<Bytes> {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let request = self.to_aws("POST", "/", &form, body);
        self.signer("sts").sign(request)
    }

    pub(crate) fn token(&self) -> Request<Bytes> {
        let uri = format!("http://{}/latest/api/token", self.metadata);
        request(
            "PUT",
            &uri,
            &[("x-aws-ec2-metadata-token-ttl-seconds", "60")],
        )
    }

    pub(crate) fn credentials(&self) -> Request<Bytes> {
        let (address, task) = (self.container, &self.lab.task);
        let uri = format!("http://{address}/v2/credentials/{task}");
        request("GET", &uri, &[])
    }

    pub(crate) fn journal(&self) -> Request<Bytes> {
        let uri = format!("http://{}/journal?after={}", self.control, u64::MAX);
        request(
            "GET",
            &uri,
            &[("authorization", &format!("Bearer {TOKEN}"))],
        )
    }

    /// A good request for each listener, with its address.
    pub(crate) fn good(&self) -> [(SocketAddr, Request<Bytes>); 5] {
        [
            (self.aws, self.put()),
            (self.aws, self.who()),
            (self.metadata, self.token()),
            (self.container, self.credentials()),
            (self.control, self.journal()),
        ]
    }

    /// Every listener answers a good request well.
    pub(crate) async fn everything_still_works(&self) {
        for (address, request) in self.good() {
            let received = closing(address, &raw(&request)).await;
            assert_eq!(received.status, 200, "{}: {received:?}", request.uri());
        }
    }
}

/// Counts the panics of the thread it is called on, as those of a task on it would go unseen.
fn count_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.set(PANICS.get() + 1);
        before(info);
    }));
}

/// A request as it goes over the wire, after which the server is to close.
pub(crate) fn raw(request: &Request<Bytes>) -> Vec<u8> {
    let uri = request.uri();
    let target = uri.path_and_query().unwrap();
    let mut head = format!("{} {target} HTTP/1.1\r\n", request.method());
    let _ = write!(head, "Host: {}\r\n", uri.authority().unwrap());
    for (name, value) in request.headers() {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap());
    }
    if !request.body().is_empty() {
        let _ = write!(head, "Content-Length: {}\r\n", request.body().len());
    }
    let mut raw = (head + "Connection: close\r\n\r\n").into_bytes();
    raw.extend_from_slice(request.body());
    raw
}

/// [`until_closed`], of which the first answer is looked at.
pub(crate) async fn closing(address: SocketAddr, bytes: &[u8]) -> Received {
    let received = until_closed(address, bytes).await;
    parse(&received).unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(&received)))
}

/// Sends all of it and reads until the server closes, which it must do by itself.
pub(crate) async fn until_closed(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    exchange(address, bytes, false).await
}

/// Sends all of it and no more, and reads what comes.
pub(crate) async fn cut_off(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    exchange(address, bytes, true).await
}

async fn exchange(address: SocketAddr, bytes: &[u8], cut: bool) -> Vec<u8> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let mut received = Vec::new();
    let sending = async {
        // A server that has seen enough closes its side.
        let _ = writer.write_all(bytes).await;
        if cut {
            let _ = writer.shutdown().await;
        }
    };
    let receiving = async {
        let _ = reader.read_to_end(&mut received).await;
    };
    let both = async { tokio::join!(sending, receiving) };
    let told = || String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    let in_time = tokio::time::timeout(PATIENCE, both).await;
    in_time.unwrap_or_else(|_| panic!("no end to the answer to {:?}", told()));
    received
}

/// The first answer; `None` if there is none that is whole.
pub(crate) fn parse(received: &[u8]) -> Option<Received> {
    let end = received.windows(4).position(|at| at == b"\r\n\r\n")?;
    let head = str::from_utf8(&received[..end]).ok()?.to_lowercase();
    let status = head
        .strip_prefix("http/1.1 ")
        .or(head.strip_prefix("http/1.0 "))?;
    let status = status.get(..3)?.parse().ok()?;
    let rest = received[end + 4..].to_vec();
    Some(Received { status, head, rest })
}
