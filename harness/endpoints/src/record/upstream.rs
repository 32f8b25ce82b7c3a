//! The endpoint that is recorded, and one exchange with it.

use std::error::Error;
use std::fmt;
use std::io;
use std::str::FromStr;

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, EXPECT, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::fixture::Ended;

/// The endpoint that is recorded: a host and a port, over plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    authority: Authority,
}

/// A URL that cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadUpstream {
    /// It is none.
    #[error("no URL such as `http://169.254.169.254`")]
    NoUrl,
    /// It needs TLS.
    #[error(
        "https is not spoken here: let a proxy on this machine speak it, such as `mitmdump --mode reverse:https://{0} --listen-port 8443`, and give `--upstream http://127.0.0.1:8443`"
    )]
    Https(String),
    /// A user and a password in it would be sent to nobody, and printed.
    #[error("a user name and a password have no place in it")]
    UserInfo,
    /// A path would be lost.
    #[error("leave out `{0}`: the client says which path it asks for")]
    Path(String),
}

impl FromStr for Upstream {
    type Err = BadUpstream;

    fn from_str(text: &str) -> Result<Self, BadUpstream> {
        let url: Uri = text.parse().map_err(|_| BadUpstream::NoUrl)?;
        let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else {
            return Err(BadUpstream::NoUrl);
        };
        if authority.as_str().contains('@') {
            return Err(BadUpstream::UserInfo);
        }
        match scheme {
            "http" => {}
            "https" => return Err(BadUpstream::Https(authority.to_string())),
            _ => return Err(BadUpstream::NoUrl),
        }
        match url.path_and_query().map_or("/", PathAndQuery::as_str) {
            "/" | "" => Ok(Self {
                authority: authority.clone(),
            }),
            path => Err(BadUpstream::Path(path.to_owned())),
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

/// Headers that are about the connection, not about what it carries. `te` and `trailer` go too:
/// trailers are not passed on.
const OF_THE_CONNECTION: &[HeaderName] = &[
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The same, without a name of their own in the standard.
const OF_THE_CONNECTION_TOO: &[&str] = &["keep-alive", "proxy-connection"];

/// Takes out what is about the connection alone, with all that `Connection` names.
pub(super) fn strip_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(OF_THE_CONNECTION) {
        headers.remove(name);
    }
    for name in OF_THE_CONNECTION_TOO {
        headers.remove(*name);
    }
}

/// An answer that has begun, and the connection it comes over.
pub(super) struct Answering {
    pub(super) response: Response<Incoming>,
    pub(super) connection: Connection,
}

/// A connection for one exchange. It is closed when this is dropped.
pub(super) struct Connection {
    task: JoinHandle<hyper::Result<http1::Parts<TokioIo<TcpStream>>>>,
    /// Whether the connection is over when the answer is: not while a request is still being sent.
    is_over_with_the_answer: bool,
}

impl Connection {
    /// Once the answer is whole: whether more bytes came with it.
    pub(super) async fn has_more(&mut self) -> bool {
        self.is_over_with_the_answer
            && matches!((&mut self.task).await, Ok(Ok(parts)) if !parts.read_buf.is_empty())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Upstream {
    /// Passes a request on, and waits for the head of the answer.
    ///
    /// # Errors
    /// How it ended instead.
    pub(super) async fn ask(&self, mut request: Request<Incoming>) -> Result<Answering, Ended> {
        let port = self.authority.port_u16().unwrap_or(80);
        let host = self
            .authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        let stream = TcpStream::connect((host, port))
            .await
            .map_err(|_| Ended::Unreachable)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| ending_of(&error))?;
        let mut connection = Connection {
            task: tokio::spawn(connection.without_shutdown()),
            is_over_with_the_answer: request.body().is_end_stream(),
        };
        self.address(&mut request);
        match sender.send_request(request).await {
            Ok(response) => Ok(Answering {
                response,
                connection,
            }),
            Err(error) => {
                connection.is_over_with_the_answer = false;
                Err(ending_of(&error))
            }
        }
    }

    /// Makes a request one for the upstream: a connection of its own, and an answer that is not
    /// compressed, because secrets must be found in it. Nothing is added that says a proxy was
    /// there: the metadata service refuses a request that does.
    fn address(&self, request: &mut Request<Incoming>) {
        let is_signed = is_signed(request);
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or(PathAndQuery::from_static("/")));
        let headers = request.headers_mut();
        strip_connection(headers);
        headers.remove(ACCEPT_ENCODING);
        headers.remove(EXPECT);
        // A signature covers the host, so that another would be refused.
        if !is_signed && let Ok(host) = HeaderValue::from_str(self.authority.as_str()) {
            headers.insert(HOST, host);
        }
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

fn is_signed<B>(request: &Request<B>) -> bool {
    let in_header = request
        .headers()
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
    in_header
        || request
            .uri()
            .query()
            .unwrap_or_default()
            .contains("X-Amz-Signature=")
}

/// How an exchange ended that broke.
pub(super) fn ending_of(error: &hyper::Error) -> Ended {
    if let Some(kind) = kind_of(error) {
        return match kind {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Ended::Reset,
            _ => Ended::Cut,
        };
    }
    if error.is_parse() {
        Ended::Garbled
    } else {
        Ended::Cut
    }
}

fn kind_of(error: &hyper::Error) -> Option<io::ErrorKind> {
    let mut next = error.source();
    while let Some(current) = next {
        if let Some(error) = current.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        next = current.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_recorded() {
        for (url, expected) in [
            ("http://169.254.169.254", Ok("http://169.254.169.254")),
            ("http://127.0.0.1:1338/", Ok("http://127.0.0.1:1338")),
            ("http://[fd00:ec2::254]", Ok("http://[fd00:ec2::254]")),
            ("169.254.169.254", Err("no URL")),
            ("ftp://x", Err("no URL")),
            ("http://", Err("no URL")),
            (
                "https://sts.amazonaws.com/",
                Err("reverse:https://sts.amazonaws.com --listen"),
            ),
            ("http://me:secret@x", Err("no place in it")),
            ("http://x/latest", Err("leave out `/latest`")),
            ("http://x/?a", Err("leave out `/?a`")),
        ] {
            let read: Result<Upstream, _> = url.parse();
            match (read, expected) {
                (Ok(upstream), Ok(expected)) => assert_eq!(upstream.to_string(), expected),
                (Err(error), Err(says)) => {
                    let text = error.to_string();
                    assert!(text.contains(says) && !text.contains("secret"), "{text}");
                }
                (read, _) => panic!("{url}: {read:?}"),
            }
        }
    }

    #[test]
    fn what_is_of_the_connection_stays_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "Basic eA=="),
            ("content-length", "3"),
            ("x-end", "2"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        strip_connection(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["content-length", "x-end"]);
    }
}
