//! What S3 refuses.

use std::fmt;

use thiserror::Error;

use crate::authenticate::Stage;
use crate::policy::{Decision, access_denied_message};
use crate::session::Session;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal, $message:literal;)+) => {
        /// S3's error codes, each with its status and its usual message (`s3.errors.codes`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum S3Code { $($(#[$doc])* $variant,)+ }

        impl S3Code {
            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// What S3 says if there is nothing more to say.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// No policy allows it, one denies it, or nobody signed.
    AccessDenied = 403, "Access Denied";
    /// The `Authorization` header is none that S3 can read.
    AuthorizationHeaderMalformed = 400, "The authorization header that you provided is not valid.";
    /// The `Content-MD5` or a checksum does not match the body.
    BadDigest = 400, "The Content-MD5 or checksum value that you specified did not match what the server received.";
    /// The body is larger than one request may be.
    EntityTooLarge = 400, "Your proposed upload exceeds the maximum allowed object size.";
    /// The session's time is over.
    ExpiredToken = 400, "The provided token has expired.";
    /// The body is shorter than announced.
    IncompleteBody = 400, "You did not provide the number of bytes specified by the Content-Length HTTP header.";
    /// Something broke on the way.
    InternalError = 500, "We encountered an internal error. Please try again.";
    /// The access key id is nobody's.
    InvalidAccessKeyId = 403, "The AWS Access Key Id you provided does not exist in our records.";
    /// A header or parameter has a value it cannot have.
    InvalidArgument = 400, "Invalid Argument";
    /// The range lies outside the object.
    InvalidRange = 416, "The requested range is not satisfiable";
    /// The request cannot be served as it is.
    InvalidRequest = 400, "Invalid Request";
    /// The session token is not the one of that key, or was revoked.
    InvalidToken = 400, "The provided token is malformed or otherwise invalid.";
    /// The path names nothing that has that method.
    MethodNotAllowed = 405, "The specified method is not allowed against this resource.";
    /// A header that must be there is not.
    MissingSecurityHeader = 400, "Your request was missing a required header.";
    /// No bucket has that name.
    NoSuchBucket = 404, "The specified bucket does not exist";
    /// No object has that key.
    NoSuchKey = 404, "The specified key does not exist.";
    /// Something S3 has and this account has not.
    NotImplemented = 501, "A header you provided implies functionality that is not implemented.";
    /// The request's date is too far from the server's.
    RequestTimeTooSkewed = 403, "The difference between the request time and the server's time is too large.";
    /// The signature is not the one the server computed.
    SignatureDoesNotMatch = 403, "The request signature that the server calculated does not match the signature that you provided. Check your AWS secret access key and signing method.";
    /// The body's hash is not the announced one.
    XAmzContentSHA256Mismatch = 400, "The provided 'x-amz-content-sha256' header does not match what was computed.";
}

impl fmt::Display for S3Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal of S3.
#[derive(Clone, Debug, Error)]
#[error("{code}: {message}")]
pub struct S3Error {
    /// The code on the wire.
    pub code: S3Code,
    /// The message on the wire.
    pub message: String,
    /// At which stage it was refused.
    pub stage: Stage,
    /// More for whoever debugs it, never sent: the canonical request as the server computed it.
    pub detail: Option<String>,
    /// What the policies said, if it came to that.
    pub decision: Option<Decision>,
}

impl S3Error {
    /// A refusal with the code's usual message.
    pub fn new(code: S3Code, stage: Stage) -> Self {
        Self::with_message(code, stage, code.message())
    }

    /// A refusal with a message of its own.
    pub fn with_message(code: S3Code, stage: Stage, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            stage,
            detail: None,
            decision: None,
        }
    }

    /// What the policies denied, in AWS's words.
    pub(super) fn denied(
        session: &Session,
        action: &str,
        resource: &str,
        decision: Decision,
    ) -> Self {
        let caller = session.identity.caller_arn();
        let message = access_denied_message(&caller, action, resource, &decision);
        let message = message.unwrap_or_else(|| S3Code::AccessDenied.message().to_owned());
        let denied = Self::with_message(S3Code::AccessDenied, Stage::Policy, message);
        Self {
            decision: Some(decision),
            ..denied
        }
    }
}
