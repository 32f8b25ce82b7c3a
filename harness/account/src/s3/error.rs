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

            /// The code that has this name on the wire.
            pub fn named(name: &str) -> Option<Self> {
                [$(Self::$variant,)+].into_iter().find(|code| code.as_str() == name)
            }

            /// What S3 says if there is nothing more to say.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// The bucket's owner owns everything in it, and lists give nobody else anything.
    AccessControlListNotSupported = 400, "The bucket does not allow ACLs";
    /// No policy allows it, one denies it, or nobody signed.
    AccessDenied = 403, "Access Denied";
    /// The `Authorization` header is none that S3 can read.
    AuthorizationHeaderMalformed = 400, "The authorization header that you provided is not valid.";
    /// The query is signed, and its signature is none that S3 can read.
    AuthorizationQueryParametersError = 400, "The authorization query parameters that you provided are not valid.";
    /// The `Content-MD5` or a checksum does not match the body.
    BadDigest = 400, "The Content-MD5 or checksum value that you specified did not match what the server received.";
    /// Somebody else has a bucket of that name.
    BucketAlreadyExists = 409, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
    /// The caller has a bucket of that name.
    BucketAlreadyOwnedByYou = 409, "Your previous request to create the named bucket succeeded and you already own it.";
    /// Only an empty bucket can be deleted.
    BucketNotEmpty = 409, "The bucket you tried to delete is not empty";
    /// The body is larger than one request may be.
    EntityTooLarge = 400, "Your proposed upload exceeds the maximum allowed size";
    /// A part that is not the last has less than 5 MiB.
    EntityTooSmall = 400, "Your proposed upload is smaller than the minimum allowed size";
    /// The session's time is over.
    ExpiredToken = 400, "The provided token has expired.";
    /// The bytes are no HTTP request.
    BadRequest = 400, "An error occurred when parsing the HTTP request.";
    /// The bucket cannot be made there from here.
    IllegalLocationConstraintException = 400, "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.";
    /// The body is shorter than announced.
    IncompleteBody = 400, "You did not provide the number of bytes specified by the Content-Length HTTP header.";
    /// Something broke on the way.
    InternalError = 500, "We encountered an internal error. Please try again.";
    /// The access key id is nobody's.
    InvalidAccessKeyId = 403, "The AWS Access Key Id you provided does not exist in our records.";
    /// A tag is out of form.
    InvalidTag = 400, "The tag provided was not a valid tag.";
    /// A header or parameter has a value it cannot have.
    InvalidArgument = 400, "Invalid Argument";
    /// A chunk that is not the last is too small.
    InvalidChunkSizeError = 400, "Only the last chunk is allowed to have a size less than 8192 bytes";
    /// The `Content-MD5` can be nobody's.
    InvalidDigest = 400, "The Content-MD5 you specified was invalid.";
    /// A new bucket is to have an access control list, and can have none.
    InvalidBucketAclWithObjectOwnership = 400, "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    /// No bucket can have that name.
    InvalidBucketName = 400, "The specified bucket is not valid.";
    /// S3 encrypts with nothing of that name.
    InvalidEncryptionAlgorithmError = 400, "The encryption request that you specified is not valid. The valid value is AES256.";
    /// No Region has that name.
    InvalidLocationConstraint = 400, "The specified location-constraint is not valid";
    /// A part was not uploaded, or is not the one that is meant.
    InvalidPart = 400, "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    /// The parts are not listed by rising number.
    InvalidPartOrder = 400, "The list of parts was not in ascending order. Parts must be ordered by part number.";
    /// The range lies outside the object.
    InvalidRange = 416, "The requested range is not satisfiable";
    /// The request cannot be served as it is.
    InvalidRequest = 400, "Invalid Request";
    /// The session token is not the one of that key, or was revoked.
    InvalidToken = 400, "The provided token is malformed or otherwise invalid.";
    /// The key has more than 1,024 bytes.
    KeyTooLongError = 400, "Your key is too long";
    /// The body is not the XML that the operation reads.
    MalformedXML = 400, "The XML you provided was not well-formed or did not validate against our published schema";
    /// The policy is none that a bucket can have.
    MalformedPolicy = 400, "The policy is not in the valid JSON format.";
    /// The trailer is not the announced one, or in no due form.
    MalformedTrailerError = 400, "The request contained trailing data that was not well-formed or did not conform to our published schema.";
    /// The object's metadata are larger than they may be.
    MetadataTooLarge = 400, "Your metadata headers exceed the maximum allowed metadata size";
    /// The path names nothing that has that method.
    MethodNotAllowed = 405, "The specified method is not allowed against this resource.";
    /// The length of the body must be told, and is not.
    MissingContentLength = 411, "You must provide the Content-Length HTTP header.";
    /// A header that must be there is not.
    MissingSecurityHeader = 400, "Your request was missing a required header.";
    /// No bucket has that name.
    NoSuchBucket = 404, "The specified bucket does not exist";
    /// The bucket has no policy.
    NoSuchBucketPolicy = 404, "The bucket policy does not exist";
    /// The bucket says nothing of public access.
    NoSuchPublicAccessBlockConfiguration = 404, "The public access block configuration was not found";
    /// The bucket has no tags.
    NoSuchTagSet = 404, "The TagSet does not exist";
    /// No object has that key.
    NoSuchKey = 404, "The specified key does not exist.";
    /// No upload of that key has that id, or no longer.
    NoSuchUpload = 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    /// Something S3 has and this account has not.
    NotImplemented = 501, "A header you provided implies functionality that is not implemented.";
    /// The object is not the one that is meant.
    PreconditionFailed = 412, "At least one of the pre-conditions you specified did not hold";
    /// The request's header is larger than it may be.
    RequestHeaderSectionTooLarge = 400, "Your request header section exceeds the maximum allowed size.";
    /// The request's date is too far from the server's.
    RequestTimeTooSkewed = 403, "The difference between the request time and the current time is too large.";
    /// The signature is not the one the server computed.
    SignatureDoesNotMatch = 403, "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
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
    /// What the document says besides, by the names of its elements.
    pub elements: Vec<(&'static str, String)>,
    /// The methods that would be allowed, as the header `Allow` lists them.
    pub allow: Option<&'static str>,
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
            elements: Vec::new(),
            allow: None,
            stage,
            detail: None,
            decision: None,
        }
    }

    /// There is no such thing, or what there is forbids it.
    pub(super) fn resource(code: S3Code) -> Self {
        Self::new(code, Stage::Resource)
    }

    /// The same, which says so besides.
    pub(super) fn and(mut self, name: &'static str, value: &impl fmt::Display) -> Self {
        self.elements.push((name, value.to_string()));
        self
    }

    /// A parameter has a value it cannot have.
    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::with_message(S3Code::InvalidArgument, Stage::Operation, message)
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
