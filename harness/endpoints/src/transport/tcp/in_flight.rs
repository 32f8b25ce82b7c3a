//! Requests that have come and are not answered to their end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::watch;

/// Counts requests while they are answered: from their head to the last byte of the answer. One that
/// gets no answer at all counts until that is decided. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<watch::Sender<Traffic>>);

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that are being answered.
    pub now: usize,
    /// Requests that ever came.
    pub came: u64,
}

impl InFlight {
    /// How many there are.
    pub fn traffic(&self) -> Traffic {
        *self.0.borrow()
    }

    /// Told of every change.
    pub fn changes(&self) -> watch::Receiver<Traffic> {
        self.0.subscribe()
    }

    /// Counts one, until what this gives is gone.
    pub(super) fn one(&self) -> Counted {
        self.0.send_modify(|traffic| {
            traffic.now += 1;
            traffic.came += 1;
        });
        Counted(self.clone())
    }
}

/// A request that is counted.
#[derive(Debug)]
pub(super) struct Counted(InFlight);

impl Counted {
    /// Goes on counting until the answer's body is gone.
    pub(super) fn with(self, response: Response) -> Response {
        response.map(|body| {
            Body::new(CountedBody {
                body,
                _counted: self,
            })
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let traffic = &self.0.0;
        traffic.send_modify(|traffic| traffic.now = traffic.now.saturating_sub(1));
    }
}

/// A body like the one inside.
struct CountedBody {
    body: Body,
    _counted: Counted,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
