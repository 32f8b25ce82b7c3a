//! The recorder: a server that asks another one, and keeps what it says.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rolecall_account::SimInstant;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::fixture::{Ended, Fixture};
use super::tape::{CannotKeep, Summary, Take, Tape};
use super::upstream::{Connection, Upstream, ending_of, strip_connection};

/// How long exchanges in flight may take after the recorder was told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// How long to wait before the next connection when one could not be had.
const PAUSE: Duration = Duration::from_millis(50);

/// What is recorded, and where it is kept.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What is recorded.
    pub upstream: Upstream,
    /// The file; see [`Fixture::path`].
    pub out: PathBuf,
    /// Whether a recording that is there already is replaced.
    pub replace: bool,
    /// Whether a replay moves the dates of documents; see [`Fixture::shift`].
    pub shift: bool,
}

/// Stands between a client and an endpoint, and keeps every exchange.
///
/// The client gets what the endpoint says, when it says it. If the endpoint is dead the client's
/// connection is closed without an answer; if it is reset or cut short, so is the client's; if it
/// is silent, the client waits as long as it cares to. The recorder makes up no answer of its own.
#[derive(Debug)]
pub struct Recorder {
    listener: TcpListener,
    upstream: Arc<Upstream>,
    tape: Arc<Tape>,
}

impl Recorder {
    /// Opens the listener, and the file.
    ///
    /// # Errors
    /// An address that cannot be had, or a file that cannot be written.
    pub async fn bind(options: RecordOptions, from: SimInstant) -> Result<Self, CannotRecord> {
        let at = options.listen;
        let listener = TcpListener::bind(at).await;
        let listener = listener.map_err(|error| CannotRecord::Listen { at, error })?;
        let fixture = Fixture::new(from, options.upstream.to_string(), options.shift);
        let path = Fixture::path(&options.out);
        Ok(Self {
            listener,
            upstream: Arc::new(options.upstream),
            tape: Arc::new(Tape::new(fixture, path, options.replace)?),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The operating system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Records until `stop` is over.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) -> Summary {
        let (stopping, _) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else {
                // Out of file handles, or the client is gone: the next may fare better.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (upstream, tape) = (Arc::clone(&self.upstream), Arc::clone(&self.tape));
            connections.spawn(serve_client(stream, upstream, tape, stopping.subscribe()));
            while connections.try_join_next().is_some() {}
        }
        stopping.send_replace(true);
        let finished = async { while connections.join_next().await.is_some() {} };
        // Whoever is still waiting then has stalled, and is recorded so when the task is dropped.
        let _ = tokio::time::timeout(GRACE, finished).await;
        connections.shutdown().await;
        self.tape.summary()
    }
}

/// The recorder cannot begin.
#[derive(Debug, Error)]
pub enum CannotRecord {
    /// The address cannot be had.
    #[error("{at}: {error}")]
    Listen {
        /// The address.
        at: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The file cannot be kept.
    #[error(transparent)]
    Keep(#[from] CannotKeep),
}

/// There is no answer to give: the client's connection ends instead.
#[derive(Debug, Error)]
#[error("the upstream gave no answer")]
struct NoAnswer;

/// One connection of a client, to its end.
async fn serve_client(
    stream: TcpStream,
    upstream: Arc<Upstream>,
    tape: Arc<Tape>,
    mut stopped: watch::Receiver<bool>,
) {
    let was_reset = Arc::new(AtomicBool::new(false));
    let reset = Arc::clone(&was_reset);
    let service = service_fn(move |request| {
        let (upstream, tape, reset) =
            (Arc::clone(&upstream), Arc::clone(&tape), Arc::clone(&reset));
        Box::pin(pass_on(request, upstream, tape, reset))
    });
    // The upstream's `Date` is the upstream's, and so is the lack of one.
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let stop = async {
        // An error means that the recorder is gone, and so is the reason to go on.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let mut stop = pin!(stop);
    let mut stopping = false;
    let ended = std::future::poll_fn(|context| {
        if !stopping && stop.as_mut().poll(context).is_ready() {
            stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        connection.poll_without_shutdown(context)
    })
    .await;
    let stream = connection.into_parts().io.into_inner();
    if ended.is_err() && was_reset.load(Ordering::Relaxed) {
        // Then closing it is a reset. If it cannot be set, it is a plain end.
        let _ = stream.set_zero_linger();
    }
}

async fn pass_on(
    request: Request<Incoming>,
    upstream: Arc<Upstream>,
    tape: Arc<Tape>,
    reset: Arc<AtomicBool>,
) -> Result<Response<Passing>, NoAnswer> {
    let (parts, body) = request.into_parts();
    let mut making = tape.arrived(&parts);
    let answering = match upstream.ask(Request::from_parts(parts, body)).await {
        Ok(answering) => answering,
        Err(ended) => {
            reset.store(ended == Ended::Reset, Ordering::Relaxed);
            making.ended(ended);
            return Err(NoAnswer);
        }
    };
    let (mut head, body) = answering.response.into_parts();
    strip_connection(&mut head.headers);
    making.answered(&head);
    let mut passing = Passing {
        body,
        connection: answering.connection,
        take: Some(making),
        reset,
        held: None,
    };
    if passing.body.is_end_stream() {
        std::future::poll_fn(|context| passing.poll_whole(context)).await;
    }
    Ok(Response::from_parts(head, passing))
}

/// The body of an answer on its way to the client.
struct Passing {
    body: Incoming,
    connection: Connection,
    take: Option<Take>,
    reset: Arc<AtomicBool>,
    /// What comes next, as soon as what is before it has been seen to.
    held: Option<Held>,
}

enum Held {
    /// The last piece: what it completes is kept before the client has it.
    Last(Frame<Bytes>),
    /// It broke, and the client is about to be told.
    Broken(hyper::Error),
}

impl Passing {
    /// The answer is whole: keeps it.
    fn poll_whole(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.take.is_some() {
            let longer = ready!(pin!(self.connection.has_more()).poll(context));
            let ended = if longer { Ended::Longer } else { Ended::Whole };
            self.end(ended);
        }
        Poll::Ready(())
    }

    fn end(&mut self, ended: Ended) {
        if let Some(take) = self.take.take() {
            take.ended(ended);
        }
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.held.is_none() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let (Some(data), Some(take)) = (frame.data_ref(), &mut self.take) {
                        take.piece(data);
                    }
                    if !self.body.is_end_stream() {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    self.held = Some(Held::Last(frame));
                }
                Some(Err(error)) => {
                    let ended = ending_of(&error);
                    self.reset.store(ended == Ended::Reset, Ordering::Relaxed);
                    self.end(ended);
                    // What came before is sent before the connection is closed: the server sends
                    // when there is nothing more to be had at the moment.
                    self.held = Some(Held::Broken(error));
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                None => {}
            }
        }
        if let Some(Held::Broken(error)) = self.held.take_if(|held| matches!(held, Held::Broken(_)))
        {
            return Poll::Ready(Some(Err(error)));
        }
        ready!(self.poll_whole(context));
        match self.held.take() {
            Some(Held::Last(frame)) => Poll::Ready(Some(Ok(frame))),
            Some(Held::Broken(error)) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
