//! A request signed in due form, and whether its signature is right.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::HeaderName;

use super::authorization::Authorization;
use super::canonical::canonical_request;
use super::chunks::ChunkSignatures;
use super::failure::{Explanation, Failure};
use super::form::Form;
use super::payload::PayloadHash;
use super::problem::Problem;
use super::query_problem::QueryProblem;
use super::request::RequestHead;
use super::rules::PathRule;
use super::signature::{derive_signing_key, string_to_sign};
use crate::SimInstant;

pub(super) const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// A request that is signed in due form: what remains is whether the signature is right.
///
/// It keeps hold of the request it was read from, so that no other can be verified in its place.
/// Where it is signed makes no difference from here on, but for its [time](Self::check_date).
pub struct Parsed<'a> {
    pub(super) head: RequestHead<'a>,
    pub(super) form: Form,
    pub(super) path: PathRule,
    pub(super) authorization: Authorization,
    pub(super) date: SimInstant,
    /// Of what is signed in the query alone, where the service looks at it.
    pub(super) expires_at: Option<SimInstant>,
    pub(super) declared_payload: Option<PayloadHash>,
    pub(super) session_token: Option<Cow<'a, str>>,
}

impl Parsed<'_> {
    /// Where it is signed.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The access key id whose secret verifies this, as sent.
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The session token, as sent. A secret.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The signature, and what it says of itself.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// When the request says it was signed.
    pub fn date(&self) -> SimInstant {
        self.date
    }

    /// From when on a presigned URL is no longer accepted, if its session lives as long and the
    /// service looks at it.
    pub fn expires_at(&self) -> Option<SimInstant> {
        self.expires_at
    }

    /// What `x-amz-content-sha256` declares, or what a presigned URL does instead. For services
    /// that require the header; for others the payload is the [hash of the body](PayloadHash::of),
    /// and this fails.
    pub fn declared_payload(&self) -> Result<PayloadHash, Failure> {
        self.declared_payload
            .ok_or_else(|| self.refuse(Problem::PayloadHashMissing))
    }

    /// Whether the scope names the region the request was sent to.
    pub fn check_region(&self, expected: &str) -> Result<(), Failure> {
        let scope = self.authorization.scope();
        scope
            .check_region(expected)
            .map_err(|problem| self.refuse(problem))
    }

    /// Whether this is a time at which the request may be sent: a presigned URL from its date
    /// until its expiry, all else at most `skew_max` from its date, either way.
    ///
    /// A URL is good until its expiry and not at it, as a session is; and `skew_max` ahead of its
    /// date, as whoever presigned it may be ahead too. Both are our reading: AWS says neither.
    pub fn check_date(&self, now: SimInstant, skew_max: Duration) -> Result<(), Failure> {
        let date = self.date;
        let too_new = date.since(now) > skew_max;
        let problem = match self.expires_at {
            Some(expires_at) if too_new => QueryProblem::NotYetValid {
                date,
                expires_at,
                now,
            }
            .into(),
            Some(expired_at) if now >= expired_at => QueryProblem::Expired {
                date,
                expired_at,
                now,
            }
            .into(),
            None if too_new => Problem::DateTooNew {
                date,
                now,
                skew_max,
            },
            None if now.since(date) > skew_max => Problem::DateTooOld {
                date,
                now,
                skew_max,
            },
            Some(_) | None => return Ok(()),
        };
        Err(self.refuse(problem))
    }

    /// Whether the signature is the one that this secret gives.
    ///
    /// `payload` is what the client must have signed: what is
    /// [declared](Self::declared_payload), or else the [hash of the body](PayloadHash::of).
    pub fn verify(&self, secret_access_key: &str, payload: PayloadHash) -> Result<(), Failure> {
        let authorization = &self.authorization;
        let scope = authorization.scope();
        let canonical = canonical_request(
            &self.head,
            self.path,
            authorization.signed_headers(),
            payload,
        )
        .map_err(|failure| failure.of(self.form()))?;
        let string_to_sign = string_to_sign(self.date, scope, &canonical);
        let signature = derive_signing_key(secret_access_key, scope).sign(&string_to_sign);
        if signature == authorization.signature() {
            return Ok(());
        }
        let problem = Problem::SignatureMismatch {
            provided: authorization.signature(),
        };
        let explanation = Explanation {
            access_key_id: self.access_key_id().to_owned(),
            canonical_request: canonical.to_string(),
            string_to_sign,
        };
        Err(Failure::explained(problem, explanation).of(self.form()))
    }

    /// What verifies the chunks of the body, if it is declared to come in signed ones.
    pub fn chunk_signatures(
        &self,
        secret_access_key: &str,
        payload: PayloadHash,
    ) -> Option<ChunkSignatures> {
        let with_trailer = match payload {
            PayloadHash::StreamingSigned => false,
            PayloadHash::StreamingSignedTrailer => true,
            PayloadHash::Sha256(_)
            | PayloadHash::Unsigned
            | PayloadHash::StreamingUnsignedTrailer => return None,
        };
        let scope = self.authorization.scope();
        Some(ChunkSignatures::new(
            derive_signing_key(secret_access_key, scope),
            self.date,
            scope.clone(),
            self.authorization.signature(),
            with_trailer,
        ))
    }

    fn refuse(&self, problem: Problem) -> Failure {
        Failure::from(problem).of(self.form())
    }
}

/// Leaves the session token, the query and all header values out.
impl fmt::Debug for Parsed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed")
            .field("head", &self.head)
            .field("authorization", &self.authorization)
            .field("date", &self.date)
            .field("expires_at", &self.expires_at)
            .field("declared_payload", &self.declared_payload)
            .finish_non_exhaustive()
    }
}
