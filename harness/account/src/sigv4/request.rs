//! The part of a request that is signed, besides the body.

use std::fmt;

use http::{HeaderMap, HeaderName, Method};

use super::problem::Problem;

/// What a signature is computed from, besides the body: borrowed from the request as it came.
///
/// A request over HTTP/2 has `:authority` where HTTP/1.1 has `Host`; whoever builds this puts it
/// into the header map as `host`.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path as sent, still percent-encoded.
    pub path: &'a str,
    /// The query as sent, without its `?` and still percent-encoded.
    pub query: Option<&'a str>,
    /// Every header, in the order sent.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// The value of a header that may be sent once at most.
    pub(super) fn single(&self, header: &HeaderName) -> Result<Option<&'a str>, Problem> {
        let mut values = self.headers.get_all(header).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Problem::HeaderRepeated {
                header: header.clone(),
            });
        }
        std::str::from_utf8(value.as_bytes())
            .map(Some)
            .map_err(|_| Problem::HeaderNotText {
                header: header.clone(),
            })
    }
}

/// Names headers without their values and leaves the query out: both carry session tokens.
impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the map's own iterator over names: its `Debug` shows the values too.
        let names: Vec<&HeaderName> = self.headers.keys().collect();
        f.debug_struct("RequestHead")
            .field("method", self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
