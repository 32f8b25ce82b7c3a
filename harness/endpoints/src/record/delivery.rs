//! The body of a recorded answer, as it came.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::Sleep;

use super::fixture::{Ended, Piece, RecordedAnswer, RecordedExchange};

/// How often a body waits before it breaks, so that what was sent before has left the buffers.
const FLUSHES: u8 = 3;

/// Gives each piece at its time, and then ends, breaks or says nothing more. It tells no length: the
/// head's `Content-Length` may lie.
pub(super) struct Delivery {
    pieces: VecDeque<Piece>,
    /// What is waited for before the next piece, or the end.
    wait: Option<Pin<Box<Sleep>>>,
    /// How long to wait between the last piece and the end.
    end_after: Duration,
    ended: Ended,
    flushes: u8,
}

impl Delivery {
    /// The body of `answer`, which ended as `recorded` says.
    pub(super) fn new(recorded: &RecordedExchange, answer: &RecordedAnswer) -> Self {
        let taken = answer.body.iter().map(|piece| piece.after_ms);
        let taken = taken.fold(answer.after_ms, u64::saturating_add);
        let end_after = match recorded.ended {
            // Nothing is to be heard of the end.
            Ended::Whole | Ended::Longer => 0,
            _ => recorded.ended_after_ms.saturating_sub(taken),
        };
        let mut delivery = Self {
            pieces: answer.body.iter().cloned().collect(),
            wait: None,
            end_after: Duration::from_millis(end_after),
            ended: recorded.ended,
            flushes: 0,
        };
        delivery.wait_for_next();
        delivery
    }

    fn wait_for_next(&mut self) {
        let next = self.pieces.front();
        let after = next.map_or(self.end_after, |piece| {
            Duration::from_millis(piece.after_ms)
        });
        self.wait = (!after.is_zero()).then(|| Box::pin(tokio::time::sleep(after)));
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.wait_for_next();
            return Poll::Ready(Some(Ok(Frame::data(piece.bytes))));
        }
        let kind = match self.ended {
            Ended::Whole | Ended::Longer => return Poll::Ready(None),
            Ended::Stalled => return Poll::Pending,
            Ended::Reset => io::ErrorKind::ConnectionReset,
            Ended::Cut | Ended::Unreachable | Ended::Garbled => io::ErrorKind::UnexpectedEof,
        };
        if self.flushes < FLUSHES {
            self.flushes += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(kind.into())))
    }
}
