//! Step one: the canonical request.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use super::encoding::{canonical_path, canonical_query, decode};
use super::failure::Failure;
use super::payload::PayloadHash;
use super::problem::Problem;
use super::redaction::{fingerprint, is_sensitive};
use super::request::RequestHead;
use super::rules::PathRule;
use super::signed_headers::SignedHeaders;

/// The one spelling of a request that client and server agree on.
///
/// It is shown with session tokens, encryption keys and cookies replaced by fingerprints; only the
/// [digest](Self::digest) is of the real text.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(HeaderName, String)>,
    payload: PayloadHash,
}

/// Spells a request canonically: step one of the algorithm.
///
/// Fails if a signed header is absent, or is not UTF-8 and so could not have been signed.
pub fn canonical_request(
    head: &RequestHead<'_>,
    path: PathRule,
    signed_headers: &SignedHeaders,
    payload: PayloadHash,
) -> Result<CanonicalRequest, Failure> {
    let headers = signed_headers
        .iter()
        .map(|name| Ok((name.clone(), canonical_value(head.headers, name)?)))
        .collect::<Result<_, Problem>>()?;
    Ok(CanonicalRequest {
        method: head.method.to_string(),
        path: canonical_path(head.path, path),
        query: canonical_query(head.query),
        headers,
        payload,
    })
}

impl CanonicalRequest {
    /// SHA-256 of the real text: what the string to sign holds.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.real_text()).into()
    }

    /// With every secret in clear, for hashing alone.
    pub(super) fn real_text(&self) -> String {
        self.text(Secrets::Clear)
    }

    fn text(&self, secrets: Secrets) -> String {
        let parameters: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", secrets.shown(name, value, &decode(value))))
            .collect();
        let mut lines = vec![self.method.clone(), self.path.clone(), parameters.join("&")];
        lines.extend(self.headers.iter().map(|(name, value)| {
            let shown = secrets.shown(name.as_str(), value, value.as_bytes());
            format!("{name}:{shown}")
        }));
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        lines.extend([String::new(), names.join(";"), self.payload.to_string()]);
        lines.join("\n")
    }
}

/// How values that are secrets appear in the text.
#[derive(Clone, Copy)]
enum Secrets {
    Clear,
    Fingerprints,
}

impl Secrets {
    /// `value` is how it is written, `meaning` what it stands for: a token has one fingerprint,
    /// whether it comes in a header or percent-encoded in the query.
    fn shown<'a>(self, name: &str, value: &'a str, meaning: &[u8]) -> Cow<'a, str> {
        match self {
            Self::Fingerprints if is_sensitive(name) => fingerprint(meaning).into(),
            Self::Fingerprints | Self::Clear => value.into(),
        }
    }
}

/// The text as the IAM User Guide lays it out, secrets replaced by fingerprints.
impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Secrets::Fingerprints))
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CanonicalRequest({:?})",
            self.text(Secrets::Fingerprints)
        )
    }
}

/// All values of a header in the order sent, each trimmed, with commas between.
fn canonical_value(headers: &HeaderMap, name: &HeaderName) -> Result<String, Problem> {
    let values = headers
        .get_all(name)
        .iter()
        .map(|value| std::str::from_utf8(value.as_bytes()).map(trim_all))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Problem::HeaderNotText {
            header: name.clone(),
        })?;
    if values.is_empty() {
        return Err(Problem::SignedHeaderAbsent {
            header: name.clone(),
        });
    }
    Ok(values.join(","))
}

/// Without spaces at the ends and with single ones between words. Only spaces: tabs and other
/// blanks are left alone, as AWS's own signer in the crate `aws-sigv4` does.
fn trim_all(value: &str) -> String {
    value
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
