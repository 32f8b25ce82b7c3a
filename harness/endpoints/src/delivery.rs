//! How an answer reaches the client, or does not.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// An exchange that ends without an answer. Travels as an extension of a response that no
/// transport sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Nobody listens.
    Refused,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Closed,
    /// The connection stays open and silent.
    Silent,
}

impl Broken {
    /// The response that stands for it.
    pub(crate) fn response(self) -> Response {
        let mut response = Response::new(Body::empty());
        // Never seen, unless a transport forgets to look.
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(self);
        response
    }

    /// What `response` stands for, if not for itself.
    pub(crate) fn of(response: &Response) -> Option<Self> {
        response.extensions().get().copied()
    }
}

/// Waits for ever: what a client sees is silence, until it gives up.
pub(crate) async fn silence() -> std::convert::Infallible {
    std::future::pending().await
}

/// What bytes a connection sends after an answer that announced fewer: the transport's part of a
/// wrong `Content-Length`. In memory there is no place for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surplus(Arc<Mutex<Option<Bytes>>>);

impl Surplus {
    pub(crate) fn put(&self, bytes: Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    pub(crate) fn take(&self) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its last byte.
    Whole,
    /// The connection is closed.
    Closed,
    /// The connection is reset.
    Reset,
    /// The connection stays open, and nothing more comes.
    Silent,
}

/// How a body is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many bytes are sent; all if there are fewer.
    pub(crate) bytes_max: usize,
    /// Bytes of one drop.
    pub(crate) drop_bytes: usize,
    /// The time before the first drop.
    pub(crate) before: Duration,
    /// The time from one drop to the next.
    pub(crate) every: Duration,
    /// What comes after the last.
    pub(crate) ending: Ending,
}

impl Pace {
    /// All of it at once.
    pub(crate) const WHOLE: Self = Self {
        bytes_max: usize::MAX,
        drop_bytes: usize::MAX,
        before: Duration::ZERO,
        every: Duration::ZERO,
        ending: Ending::Whole,
    };

    /// `content`, sent so.
    pub(crate) fn body(self, content: &Bytes) -> Body {
        let sent = content.len().min(self.bytes_max);
        Body::new(Paced {
            rest: content.slice(..sent),
            pause: (!self.before.is_zero()).then(|| Box::pin(sleep(self.before))),
            flushes: 0,
            pace: self,
        })
    }
}

/// A body that comes at its own pace. It tells no length: the head's `Content-Length` may lie.
struct Paced {
    rest: Bytes,
    pause: Option<Pin<Box<Sleep>>>,
    flushes: u8,
    pace: Pace,
}

/// How often a body waits before it breaks, so that what was sent before has left the buffers.
const FLUSHES: u8 = 3;

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        if !self.rest.is_empty() {
            let drop_bytes = self.pace.drop_bytes.clamp(1, self.rest.len());
            let data = self.rest.split_to(drop_bytes);
            if !self.pace.every.is_zero() && !self.rest.is_empty() {
                self.pause = Some(Box::pin(sleep(self.pace.every)));
            }
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        let kind = match self.pace.ending {
            Ending::Whole => return Poll::Ready(None),
            Ending::Silent => return Poll::Pending,
            Ending::Closed => io::ErrorKind::UnexpectedEof,
            Ending::Reset => io::ErrorKind::ConnectionReset,
        };
        if self.flushes < FLUSHES {
            self.flushes += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(kind.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Whether an error, or what caused it, is a reset of ours.
pub(crate) fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionReset) {
            return true;
        }
        cause = error.source();
    }
    false
}
