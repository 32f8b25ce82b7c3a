//! Who signed this request, and may they still?
//!
//! The signature is verified in `sigv4`; here it meets the session it was made with. A session
//! token is looked at before the signature: in AWS the secret itself comes out of it. That order
//! is our reading, not documented (`s3.errors.order`).

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::instant::SimInstant;
use crate::session::{Ending, Session};
use crate::sigv4::{self, Form, Parsed, PayloadHash, ServiceRules};

/// The stages that a request passes, in order; a refusal names the one it ended at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The request names no operation that is known.
    Operation,
    /// A metadata token, or the answer of a source of credentials.
    Source,
    /// A part of the signature's verification.
    SigV4(sigv4::Stage),
    /// The access key id is looked up.
    AccessKey,
    /// The session token is compared with the one issued with that key.
    SessionToken,
    /// The session's time is checked.
    Expiry,
    /// Whether the session was ended before its time.
    Revocation,
    /// The parameters are read and checked.
    Parameters,
    /// The policies decide.
    Policy,
    /// The thing asked for is looked up.
    Resource,
    /// The body is read and checked.
    Body,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation => f.write_str("operation"),
            Self::Source => f.write_str("source"),
            Self::SigV4(stage) => stage.fmt(f),
            Self::AccessKey => f.write_str("access-key"),
            Self::SessionToken => f.write_str("session-token"),
            Self::Expiry => f.write_str("expiry"),
            Self::Revocation => f.write_str("revocation"),
            Self::Parameters => f.write_str("parameters"),
            Self::Policy => f.write_str("policy"),
            Self::Resource => f.write_str("resource"),
            Self::Body => f.write_str("body"),
        }
    }
}

/// Why a request is not who it says it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuthenticationError {
    /// The signature, or the form of it.
    #[error(transparent)]
    Signature(#[from] sigv4::Failure),
    /// No such key was ever issued.
    #[error("no access key has the id `{0}`")]
    UnknownAccessKey(String),
    /// A session's key without a session token.
    #[error("the key belongs to a session, and the request carries no session token")]
    TokenMissing,
    /// The token of another session, or of none.
    #[error("the session token is not the one that was issued with this access key")]
    TokenMismatch,
    /// The session's time is over.
    #[error("the session expired at {expired_at}, {} s before", now.since(*expired_at).as_secs())]
    Expired {
        /// When it ended.
        expired_at: SimInstant,
        /// The account's time.
        now: SimInstant,
    },
    /// The session was ended before its time.
    #[error("the session was {} at {at}", match why {
        Ending::Superseded => "superseded by the next set",
        Ending::Revoked => "revoked",
        Ending::Deactivated => "deactivated",
    })]
    Ended {
        /// When.
        at: SimInstant,
        /// How.
        why: Ending,
    },
}

impl AuthenticationError {
    /// Where it ended.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Signature(failure) => Stage::SigV4(failure.stage()),
            Self::UnknownAccessKey(_) => Stage::AccessKey,
            Self::TokenMissing | Self::TokenMismatch => Stage::SessionToken,
            Self::Expired { .. } => Stage::Expiry,
            Self::Ended { .. } => Stage::Revocation,
        }
    }

    /// All there is to say, for whoever debugs it: the canonical request too, if one was computed.
    pub fn detail(&self) -> String {
        match self {
            Self::Signature(failure) => match &failure.explanation {
                Some(explanation) => format!("{}\n{explanation}", failure.problem),
                None => failure.problem.to_string(),
            },
            other => other.to_string(),
        }
    }
}

/// The times that a signature may be dated by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The simulated time: sessions and presigned URLs end by no other.
    pub now: SimInstant,
    /// The machine's time, where the date of a header's signature may be near that instead: a
    /// client whose clock is not simulated stays usable after the simulated one has jumped.
    pub machine: Option<SimInstant>,
}

impl From<SimInstant> for Clocks {
    /// Strict: simulated time alone.
    fn from(now: SimInstant) -> Self {
        Self { now, machine: None }
    }
}

/// A request that is who it says it is.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// With which keys.
    pub session: Arc<Session>,
    /// Whether its date was near the machine's time only.
    pub by_machine_time: bool,
}

/// Whether a request in due form was signed with this session, and the session is still accepted.
///
/// Pure, so that it needs no lock: look the session up under the lock, then call this.
///
/// A presigned URL ends when its session does, if that is first (`s3.presigned.session-end`): one
/// whose session is over is told that, whether or not its own time is over too.
///
/// # Errors
/// The first thing that is wrong; see [`AuthenticationError`].
pub fn authenticate(
    parsed: &Parsed<'_>,
    session: Option<&Arc<Session>>,
    payload: PayloadHash,
    region: &str,
    rules: &ServiceRules,
    clocks: impl Into<Clocks>,
) -> Result<Authenticated, AuthenticationError> {
    let Clocks { now, machine } = clocks.into();
    let access_key_id = parsed.access_key_id();
    let session =
        session.ok_or_else(|| AuthenticationError::UnknownAccessKey(access_key_id.to_owned()))?;
    match (&session.session_token, parsed.session_token()) {
        (Some(_), None) => return Err(AuthenticationError::TokenMissing),
        (Some(own), Some(sent)) if own.is(sent) => {}
        // A long-term key has no token, so that any is another's.
        (_, Some(_)) => return Err(AuthenticationError::TokenMismatch),
        (None, None) => {}
    }
    if let Some((at, why)) = session.ended {
        return Err(AuthenticationError::Ended { at, why });
    }
    if let Some(expired_at) = session.expires_at.filter(|_| session.is_expired(now)) {
        return Err(AuthenticationError::Expired { expired_at, now });
    }
    parsed.check_region(region)?;
    let by_machine_time = match (parsed.check_date(now, rules.clock_skew_max), machine) {
        (Ok(()), _) => false,
        (Err(_), Some(machine))
            if parsed.form() == Form::Header
                && parsed.check_date(machine, rules.clock_skew_max).is_ok() =>
        {
            true
        }
        (Err(failure), _) => return Err(failure.into()),
    };
    parsed.verify(session.secret_access_key.expose(), payload)?;
    Ok(Authenticated {
        session: Arc::clone(session),
        by_machine_time,
    })
}
