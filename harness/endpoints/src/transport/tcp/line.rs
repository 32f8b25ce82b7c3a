//! A connection, between the socket and the HTTP layer: where answers can be broken for real.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::delivery::Surplus;

/// What is said to bytes that are no request: the whole answer, by its status.
pub(super) type Malformed = Arc<dyn Fn(u16) -> Bytes + Send + Sync>;

/// A connection whose end can be a reset, which can send more than was announced, and which says
/// in its service's own words what the HTTP layer says without any.
pub(super) struct Line {
    stream: TcpStream,
    /// What is to be sent of ours before anything else.
    own: Bytes,
    surplus: Surplus,
    reset: Arc<AtomicBool>,
    bare: Arc<AtomicBool>,
    malformed: Malformed,
}

impl Line {
    pub(super) fn new(stream: TcpStream, surplus: Surplus, malformed: Malformed) -> Self {
        Self {
            stream,
            own: Bytes::new(),
            surplus,
            reset: Arc::default(),
            bare: Arc::default(),
            malformed,
        }
    }

    /// Set this, and the connection ends with a reset.
    pub(super) fn reset(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.reset)
    }

    /// Set this, and the next refusal with nothing in it is the service's own: a recording may have
    /// one.
    pub(super) fn bare(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.bare)
    }

    /// The status of what is sent, if it is no answer of the service.
    fn foreign_refusal(&self, sent: &[u8]) -> Option<u16> {
        bare_refusal(sent).filter(|_| !self.bare.swap(false, Ordering::AcqRel))
    }

    fn poll_own(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.own.has_remaining() {
            let stream = Pin::new(&mut self.stream);
            let sent = ready!(stream.poll_write(context, &self.own))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.own.advance(sent);
        }
        Poll::Ready(Ok(()))
    }
}

/// The headers that the HTTP layer gives by itself. Every answer of a service has more.
const BARE_HEADERS: &[&str] = &["connection", "content-length", "date"];

/// The status of an answer that the HTTP layer gives by itself, to what is no request: a head with
/// nothing in it. A refused HEAD has no more body, but the ids of its service.
fn bare_refusal(sent: &[u8]) -> Option<u16> {
    let head = std::str::from_utf8(sent).ok()?;
    let mut lines = head.strip_suffix("\r\n\r\n")?.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()
        .filter(|status| (400..500).contains(status))?;
    let is_bare = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        BARE_HEADERS
            .iter()
            .any(|bare| bare.eq_ignore_ascii_case(name))
    };
    lines.all(is_bare).then_some(status)
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_own(context))?;
        if let Some(status) = self.foreign_refusal(bytes) {
            self.own = (self.malformed)(status);
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_own(context))?;
        // A bare answer has no body, so that it stands alone.
        let mut full = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (full.next(), full.next())
            && let Some(status) = self.foreign_refusal(only)
        {
            self.own = (self.malformed)(status);
            return Poll::Ready(Ok(only.len()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.own.has_remaining()
            && let Some(surplus) = self.surplus.take()
        {
            self.own = surplus;
        }
        ready!(self.poll_own(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_own(context))?;
        if self.reset.load(Ordering::Acquire) {
            // A farewell would be no reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            // Closing then sends a reset. A socket that cannot do that is closed all the same.
            let _ = self.stream.set_zero_linger();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_with_nothing_in_it_is_the_http_layers_own() {
        for (sent, status) in [
            (
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: x\r\n\r\n",
                Some(400),
            ),
            (
                "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n",
                Some(431),
            ),
            (
                "HTTP/1.1 404 Not Found\r\ncontent-type: application/xml\r\ncontent-length: 0\r\n\r\n",
                None,
            ),
            (
                "HTTP/1.1 404 Not Found\r\nx-amz-request-id: 1\r\ncontent-length: 0\r\n\r\n",
                None,
            ),
            ("HTTP/1.1 100 Continue\r\n\r\n", None),
            ("HTTP/1.1 204 No Content\r\n\r\n", None),
            (
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 1\r\n\r\nx",
                None,
            ),
            ("drops of a body\r\n\r\n", None),
        ] {
            assert_eq!(bare_refusal(sent.as_bytes()), status, "{sent}");
        }
    }
}
