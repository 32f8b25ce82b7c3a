//! Signature Version 4, from the server's side: is this request signed by who it says?
//!
//! Pure functions: the secret, the time and the rules of the service come in as values. The four
//! steps of the algorithm are functions of their own, so that every form of signature (header,
//! query, chunk) is built of the same ones:
//!
//! 1. [`canonical_request`]: the one spelling of a request that both sides agree on;
//! 2. [`string_to_sign`]: its digest, with the date and the scope;
//! 3. [`derive_signing_key`]: the secret, narrowed to a day, a region and a service;
//! 4. [`SigningKey::sign`]: the [`Signature`].
//!
//! The steps are those of "Create a signed AWS API request" in the IAM User Guide and of
//! "Authenticating Requests: Using the Authorization Header" and "Using Query Parameters" in the
//! Amazon S3 API Reference.
//!
//! [`parse`] does all that needs neither secret nor time, for a signature in the header
//! ([`parse_header`]) or in the query ([`parse_query`]), and says whose secret to fetch; the
//! [`Parsed`] it returns does the rest. A refusal is a [`Failure`]: it names the [`Stage`], the
//! [`Problem`], and for a wrong signature what was signed on this side.
//!
//! ```
//! use http::{HeaderMap, HeaderValue, Method};
//! use rolecall_account::SimInstant;
//! use rolecall_account::sigv4::{RequestHead, ServiceRules, check_payload, parse};
//!
//! // "Example: GET Object" of the Amazon S3 API Reference.
//! let mut headers = HeaderMap::new();
//! for (name, value) in [
//!     ("host", "examplebucket.s3.amazonaws.com"),
//!     ("range", "bytes=0-9"),
//!     ("x-amz-date", "20130524T000000Z"),
//!     (
//!         "x-amz-content-sha256",
//!         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
//!     ),
//!     (
//!         "authorization",
//!         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
//!          SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
//!          Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
//!     ),
//! ] {
//!     headers.insert(name, HeaderValue::from_static(value));
//! }
//! let head = RequestHead {
//!     method: &Method::GET,
//!     path: "/test.txt",
//!     query: None,
//!     headers: &headers,
//! };
//!
//! let rules = ServiceRules::S3;
//! let parsed = parse(head, &rules)?;
//! assert_eq!(parsed.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
//!
//! let secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
//! let now = SimInstant::parse("2013-05-24T00:03:00Z").unwrap();
//! let payload = parsed.declared_payload()?;
//! parsed.check_region("us-east-1")?;
//! parsed.check_date(now, rules.clock_skew_max)?;
//! parsed.verify(secret_access_key, payload)?;
//! check_payload(payload, b"")?;
//! # Ok::<(), rolecall_account::sigv4::Failure>(())
//! ```

mod authorization;
mod canonical;
mod chunks;
mod components;
mod date;
mod encoding;
mod failure;
mod form;
mod parse;
mod parsed;
mod payload;
mod problem;
mod query;
mod query_problem;
mod redaction;
mod request;
mod rules;
mod scope;
mod signature;
mod signed_headers;
mod stage;
#[cfg(test)]
mod tests;

pub use authorization::{ALGORITHM, Authorization};
pub use canonical::{CanonicalRequest, canonical_request};
pub use chunks::ChunkSignatures;
pub use components::{Component, UnsupportedAlgorithm};
pub use failure::{Explanation, Failure};
pub use form::Form;
pub use parse::{parse, parse_header, parse_query};
pub use parsed::Parsed;
pub use payload::{PayloadHash, check_payload};
pub use problem::Problem;
pub use query::QueryParameter;
pub use query_problem::QueryProblem;
pub use request::RequestHead;
pub use rules::{PathRule, ServiceRules};
pub use scope::{Credential, CredentialScope};
pub use signature::{Signature, SigningKey, derive_signing_key, string_to_sign};
pub use signed_headers::SignedHeaders;
pub use stage::Stage;
