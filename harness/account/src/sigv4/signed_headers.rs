//! Which headers a signature covers, and which it has to.

use std::fmt;

use http::header::HOST;
use http::{HeaderMap, HeaderName};

use super::failure::Failure;
use super::problem::{Problem, excerpt};

/// The headers a client must sign if it sends them.
const AMZ_PREFIX: &str = "x-amz-";

/// The one of them that may be left out: its value enters the canonical request as the payload
/// hash. Amazon S3 accepts such requests; strict imitations do not.
/// Source: <https://github.com/zengularity/benji/pull/309>, a client that did so for years.
const SELF_SIGNED: &str = "x-amz-content-sha256";

/// The names in `SignedHeaders`: lower-case, sorted, each once, at least one.
///
/// ```
/// use rolecall_account::sigv4::SignedHeaders;
///
/// assert!(SignedHeaders::parse("host;range;x-amz-date").is_ok());
/// assert!(SignedHeaders::parse("range;host").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    names: Vec<HeaderName>,
}

impl SignedHeaders {
    /// Reads `host;x-amz-date`.
    ///
    /// Lower case and order are required by the IAM User Guide. That AWS refuses a list which
    /// breaks them, rather than a signature which then happens not to match, is unsourced.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let names = text.split(';').map(parse_name).collect::<Result<_, _>>()?;
        let list = Self { names };
        for pair in list.names.windows(2) {
            let [before, after] = pair else { continue };
            if before == after {
                return Err(Problem::SignedHeaderRepeated {
                    header: after.clone(),
                }
                .into());
            }
            if before.as_str() > after.as_str() {
                return Err(Problem::SignedHeadersUnsorted {
                    before: before.clone(),
                    after: after.clone(),
                }
                .into());
            }
        }
        Ok(list)
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &HeaderName> {
        self.names.iter()
    }

    /// Whether the signature covers this header.
    pub fn contains(&self, header: &HeaderName) -> bool {
        self.names.contains(header)
    }

    /// Whether every header listed was sent, and every header that must be listed is.
    ///
    /// `host` and every `x-amz-*` header are to be signed by the IAM User Guide. Amazon S3 refuses
    /// a request whose `x-amz-*` headers are not (`AccessDenied`, naming them all); that the query
    /// services do, and that any of them insists on `host`, is unsourced. `content-type`, which the
    /// guides ask for as well, is not enforced here: that AWS does is unsourced too.
    pub(super) fn check_coverage(&self, sent: &HeaderMap) -> Result<(), Problem> {
        if let Some(absent) = self.iter().find(|header| !sent.contains_key(*header)) {
            return Err(Problem::SignedHeaderAbsent {
                header: absent.clone(),
            });
        }
        if !self.contains(&HOST) {
            return Err(Problem::HostNotSigned);
        }
        let mut unsigned: Vec<HeaderName> = sent
            .keys()
            .filter(|header| header.as_str().starts_with(AMZ_PREFIX) && *header != SELF_SIGNED)
            .filter(|header| !self.contains(header))
            .cloned()
            .collect();
        if unsigned.is_empty() {
            return Ok(());
        }
        // The header map has an order of its own, which no message should depend on.
        unsigned.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        Err(Problem::HeadersNotSigned { headers: unsigned })
    }
}

/// `host;x-amz-date`.
impl fmt::Display for SignedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}

fn parse_name(text: &str) -> Result<HeaderName, Problem> {
    // The parser takes upper case too, and lowers it.
    HeaderName::try_from(text)
        .ok()
        .filter(|name| name.as_str() == text)
        .ok_or_else(|| Problem::SignedHeaderMalformed {
            found: excerpt(text),
        })
}
