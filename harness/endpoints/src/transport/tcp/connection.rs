//! One connection, from its first byte to its last.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::response::Response;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::head::let_go_of_the_buffer;
use super::in_flight::InFlight;
use super::line::{Line, Malformed};
use super::read::Read;
use super::service::Service;
use crate::brought::Peer;
use crate::delivery::{Broken, Surplus, is_reset, silence};
use crate::edge::Edge;

/// How long the requests in flight have to end once the server stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long a client may take over the head of a request. AWS documents no time.
const HEAD_READ_MAX: Duration = Duration::from_mins(1);

/// Who is behind the connections of a listener.
pub(super) struct Behind {
    pub(super) edge: Edge,
    pub(super) service: Service,
    malformed: Malformed,
    in_flight: Option<InFlight>,
}

impl Behind {
    pub(super) fn new(edge: Edge, service: Service, in_flight: Option<InFlight>) -> Self {
        let malformed = service.malformed(&edge);
        Self {
            edge,
            service,
            malformed,
            in_flight,
        }
    }

    /// Answers a request, whose body may still be on its way.
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: Option<Peer>,
        surplus: &Surplus,
    ) -> Response {
        let counted = self.in_flight.as_ref().map(InFlight::one);
        // Policies alone look at it, and the metadata service has none.
        if let (Some(peer), Service::Aws { .. }) = (peer, &self.service) {
            request.extensions_mut().insert(peer);
        }
        if !self.edge.faults().is_idle() {
            request.extensions_mut().insert(surplus.clone());
        }
        let (mut head, body) = request.into_parts();
        let_go_of_the_buffer(&mut head);
        let read = Read::default();
        let body = read.watched(body);
        let request = Request::from_parts(head, body);
        let mut response = self.service.answer(&self.edge, request).await;
        if !read.is_whole() && Broken::of(&response).is_none() {
            // A client that was to be told whether to send its body does not send it now: what comes
            // next would be taken for that (`s3.errors.unread-body`).
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        // What gets no answer is over with that decision, however long its silence lasts.
        match counted.filter(|_| Broken::of(&response).is_none()) {
            Some(counted) => counted.with(response),
            None => response,
        }
    }
}

/// Speaks HTTP over `stream` until either side ends it or the server stops.
pub(super) async fn converse(
    stream: TcpStream,
    behind: Arc<Behind>,
    mut stopping: watch::Receiver<bool>,
) {
    // Answers are small and there is one at a time: nothing is gained by waiting for more to send.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
    let surplus = Surplus::default();
    let line = Line::new(stream, surplus.clone(), Arc::clone(&behind.malformed));
    let (reset, bare) = (line.reset(), line.bare());
    let (behind, surplus, reset, bare) = (&*behind, &surplus, &reset, &bare);
    let service = service_fn(|request: Request<Incoming>| async move {
        let response = behind.answer(request, peer, surplus).await;
        match Broken::of(&response) {
            None => {
                let has_type = response.headers().contains_key(CONTENT_TYPE);
                let is_bare = response.status().is_client_error() && !has_type;
                bare.store(is_bare, Ordering::Release);
                Ok(response)
            }
            Some(Broken::Silent) => match silence().await {},
            Some(Broken::Refused | Broken::Reset) => {
                reset.store(true, Ordering::Release);
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            }
            Some(Broken::Closed) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_READ_MAX);
    let mut connection = pin!(http.serve_connection(TokioIo::new(line), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Ok(ended),
        () = stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            timeout(FAREWELL, connection.as_mut()).await
        }
    };
    if let Ok(Err(error)) = ended
        && is_reset(&error)
    {
        reset.store(true, Ordering::Release);
    }
}

/// Over when the server stops.
pub(super) async fn stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, and so is the reason to go on.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
