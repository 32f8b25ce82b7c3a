//! Everything that can be wrong with a signature.

use std::fmt;
use std::time::Duration;

use http::HeaderName;

use super::components::{Component, UnsupportedAlgorithm};
use super::payload::PayloadHash;
use super::query_problem::QueryProblem;
use super::signature::Signature;
use crate::SimInstant;

/// What is wrong with a request's signature, with what a message about it needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The request is not signed in its header.
    #[error("there is no `Authorization` header; sign the request with AWS4-HMAC-SHA256")]
    AuthorizationMissing,
    /// More than one `Authorization` header.
    #[error("there are {count} `Authorization` headers; send one")]
    AuthorizationRepeated {
        /// How many.
        count: usize,
    },
    /// Signed in the header and in the query.
    #[error(
        "the request is signed in its `Authorization` header and in its query; remove either the \
         header or the `X-Amz-` parameters"
    )]
    AuthorizationInQueryToo,
    /// Not AWS4-HMAC-SHA256.
    #[error("`Authorization` uses {algorithm}, which is not accepted; sign with AWS4-HMAC-SHA256")]
    AlgorithmUnsupported {
        /// What it is instead.
        algorithm: UnsupportedAlgorithm,
    },
    /// Something that only a signature in the query can have wrong.
    #[error(transparent)]
    Query(#[from] QueryProblem),
    /// A component of `Authorization` has no equal sign.
    #[error(
        "`Authorization` has a part `{found}`, which is no `Name=value`; remove or complete it"
    )]
    ComponentMalformed {
        /// The part, cut if long.
        found: String,
    },
    /// A component of `Authorization` that there is not.
    #[error(
        "`Authorization` has a component `{name}`; there are only `Credential`, `SignedHeaders` \
         and `Signature`"
    )]
    ComponentUnknown {
        /// Its name, cut if long.
        name: String,
    },
    /// A component of `Authorization` sent twice.
    #[error("`Authorization` has `{component}` twice; send it once")]
    ComponentRepeated {
        /// Which.
        component: Component,
    },
    /// Components of `Authorization` not sent.
    #[error("`Authorization` lacks {}; send them all", names(.components))]
    ComponentsMissing {
        /// Which, in the order of [`Component::ALL`].
        components: Vec<Component>,
    },
    /// The signature is not 64 lower-case hex digits.
    #[error("the signature is `{found}`, which is not 64 lower-case hex digits")]
    SignatureMalformed {
        /// What it is, cut if long.
        found: String,
    },
    /// A header that may be sent once was sent again.
    #[error("the header `{header}` is there more than once; send it once")]
    HeaderRepeated {
        /// Which.
        header: HeaderName,
    },
    /// A header that is signed or read is not UTF-8.
    #[error("the header `{header}` is not UTF-8; send text")]
    HeaderNotText {
        /// Which.
        header: HeaderName,
    },
    /// `Credential` is not five parts, or one is empty.
    #[error(
        "the credential is `{found}`, which is not `<access key id>/<yyyymmdd>/<region>/<service>/\
         aws4_request`"
    )]
    CredentialMalformed {
        /// What it is, cut if long.
        found: String,
    },
    /// The scope does not end in `aws4_request`.
    #[error("the credential scope ends in `{found}`; it must end in `aws4_request`")]
    ScopeTerminatorWrong {
        /// What it ends in, cut if long.
        found: String,
    },
    /// The scope's date is not eight digits.
    #[error("the credential scope's date is `{found}`, which is not of the form `yyyymmdd`")]
    ScopeDateMalformed {
        /// What it is, cut if long.
        found: String,
    },
    /// The scope is for another service.
    #[error("the credential scope is for the service `{found}`; sign for `{expected}`")]
    ScopeServiceWrong {
        /// The service that was asked.
        expected: &'static str,
        /// The service in the scope.
        found: String,
    },
    /// The scope is for another region.
    #[error("the credential scope is for the region `{found}`; sign for `{expected}`")]
    ScopeRegionWrong {
        /// The region that was asked.
        expected: String,
        /// The region in the scope.
        found: String,
    },
    /// The scope is for another day than the request.
    #[error(
        "the credential scope is for {scope_date}, the request is dated {}; sign with one date",
        .request_date.amz_date()
    )]
    ScopeDateMismatch {
        /// The day in the scope, `yyyymmdd`.
        scope_date: String,
        /// The date of the request.
        request_date: SimInstant,
    },
    /// A name in `SignedHeaders` is empty, not in lower case, or no header name.
    #[error("`SignedHeaders` has `{found}`, which is no header name in lower case")]
    SignedHeaderMalformed {
        /// The name, cut if long.
        found: String,
    },
    /// A name is in `SignedHeaders` twice.
    #[error("`SignedHeaders` has `{header}` twice; list it once")]
    SignedHeaderRepeated {
        /// Which.
        header: HeaderName,
    },
    /// `SignedHeaders` is not sorted.
    #[error("`SignedHeaders` has `{before}` before `{after}`; sort the list")]
    SignedHeadersUnsorted {
        /// The name that comes first and should not.
        before: HeaderName,
        /// The name that follows it.
        after: HeaderName,
    },
    /// A header was signed and not sent.
    #[error("the header `{header}` is signed but was not sent; was it dropped on the way?")]
    SignedHeaderAbsent {
        /// Which.
        header: HeaderName,
    },
    /// `host` is not signed.
    #[error("the header `host` is not signed; add it to the signed headers")]
    HostNotSigned,
    /// `x-amz-*` headers were sent and not signed.
    #[error(
        "the headers {} were sent but are not signed; were they added after signing?",
        names(.headers)
    )]
    HeadersNotSigned {
        /// Which, sorted.
        headers: Vec<HeaderName>,
    },
    /// Neither `x-amz-date` nor `Date`.
    #[error("there is neither an `x-amz-date` nor a `Date` header; send the date that was signed")]
    DateMissing,
    /// The date cannot be read.
    #[error("the header `{header}` is `{found}`, which is not of the form `20310501T060000Z`")]
    DateMalformed {
        /// The header it was read from.
        header: HeaderName,
        /// Its value, cut if long.
        found: String,
    },
    /// The date is too long ago.
    #[error(
        "the request is dated {}, more than {} s before the account's time {}; check the client's \
         clock",
        .date.amz_date(), .skew_max.as_secs(), .now.amz_date()
    )]
    DateTooOld {
        /// The date of the request.
        date: SimInstant,
        /// The account's time.
        now: SimInstant,
        /// How far apart they may be.
        skew_max: Duration,
    },
    /// The date is too far ahead.
    #[error(
        "the request is dated {}, more than {} s after the account's time {}; check the client's \
         clock",
        .date.amz_date(), .skew_max.as_secs(), .now.amz_date()
    )]
    DateTooNew {
        /// The date of the request.
        date: SimInstant,
        /// The account's time.
        now: SimInstant,
        /// How far apart they may be.
        skew_max: Duration,
    },
    /// Not the signature that the secret gives.
    #[error(
        "the signature is not the one that this secret gives for this request; compare the \
         canonical requests of both sides"
    )]
    SignatureMismatch {
        /// The signature sent.
        provided: Signature,
    },
    /// Not the signature of that chunk: of other data, or of a chunk that is elsewhere.
    #[error(
        "the signature of chunk {chunk} is not the one that follows from its data and the signature \
         before it"
    )]
    ChunkMismatch {
        /// Which, counted from 1.
        chunk: u64,
    },
    /// Not the signature of the trailer.
    #[error(
        "the signature of the trailer is not the one that follows from it and the signature of the \
         last chunk"
    )]
    TrailerMismatch,
    /// No `x-amz-content-sha256` where there must be one.
    #[error("there is no `x-amz-content-sha256` header; send the hash of the body")]
    PayloadHashMissing,
    /// `x-amz-content-sha256` is neither a hash nor one of the known words.
    #[error(
        "the header `x-amz-content-sha256` is `{found}`; send the SHA-256 of the body in lower-case \
         hex, `UNSIGNED-PAYLOAD` or a `STREAMING-` form"
    )]
    PayloadHashUnknown {
        /// What it is, cut if long.
        found: String,
    },
    /// The body is not the one declared.
    #[error(
        "the body's SHA-256 is {}, `x-amz-content-sha256` says {}; was the body changed on the way?",
        hex::encode(.computed), hex::encode(.declared)
    )]
    PayloadHashMismatch {
        /// The hash in the header.
        declared: [u8; 32],
        /// The hash of the body.
        computed: [u8; 32],
    },
    /// The body is in chunks, and was to be checked as a whole.
    #[error("the body is declared `{declared}`; take its chunks apart and check each")]
    PayloadChunked {
        /// The form declared.
        declared: PayloadHash,
    },
}

/// `` `Credential`, `Signature` ``.
pub(super) fn names<T: fmt::Display>(items: &[T]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    quoted.join(", ")
}

/// At most eighty characters of what a client sent: enough to recognise it by.
pub(super) fn excerpt(text: &str) -> String {
    const LENGTH_MAX: usize = 80;
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
