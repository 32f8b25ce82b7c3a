//! Everything that can be wrong with a signature because it is in the query.

use super::problem::names;
use super::query::{EXPIRES_MAX, QueryParameter};
use crate::SimInstant;

/// What is wrong with a presigned URL, and could not be with an `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// `AWSAccessKeyId`, `Signature` and `Expires`.
    #[error(
        "the query is signed with Signature Version 2, which is not accepted; presign with \
         AWS4-HMAC-SHA256 (AWS CLI: `aws configure set default.s3.signature_version s3v4`, which \
         writes `s3.signature_version = s3v4`)"
    )]
    SigV2,
    /// Not AWS4-HMAC-SHA256; `SigV4a` has a name of its own.
    #[error("`X-Amz-Algorithm` is `{found}`, which is not accepted; sign with AWS4-HMAC-SHA256")]
    AlgorithmUnsupported {
        /// What it is, cut if long.
        found: String,
    },
    /// Parameters that every presigned URL has.
    #[error("the query is signed and lacks {}; send them all", names(.parameters))]
    ParametersMissing {
        /// Which, in the order of [`QueryParameter::ALL`].
        parameters: Vec<QueryParameter>,
    },
    /// A parameter of the signature sent twice.
    #[error("the query has `{parameter}` twice; send it once")]
    ParameterRepeated {
        /// Which.
        parameter: QueryParameter,
    },
    /// A parameter of the signature that is not UTF-8 once decoded.
    #[error("the parameter `{parameter}` is not UTF-8; send text")]
    ParameterNotText {
        /// Which.
        parameter: QueryParameter,
    },
    /// `X-Amz-Date` cannot be read.
    #[error("`X-Amz-Date` is `{found}`, which is not of the form `20310501T060000Z`")]
    DateMalformed {
        /// What it is, cut if long.
        found: String,
    },
    /// `X-Amz-Expires` is no number of seconds, or not one that is accepted.
    #[error(
        "`X-Amz-Expires` is `{found}`, which is not a number of seconds from 1 to {}",
        EXPIRES_MAX.as_secs()
    )]
    ExpiresMalformed {
        /// What it is, cut if long.
        found: String,
    },
    /// `X-Amz-Expires` is more than seven days.
    #[error(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must \
         be less than {} seconds",
        EXPIRES_MAX.as_secs()
    )]
    ExpiresTooLong,
    /// The URL is dated too far ahead.
    #[error(
        "the URL is valid from {}, and the account's time is {}; check the clock it was presigned \
         by",
        .date.amz_date(), .now.amz_date()
    )]
    NotYetValid {
        /// The date of the URL.
        date: SimInstant,
        /// When it ends.
        expires_at: SimInstant,
        /// The account's time.
        now: SimInstant,
    },
    /// The URL's time is over.
    #[error(
        "the URL was valid until {}, and the account's time is {}; presign another",
        .expired_at.amz_date(), .now.amz_date()
    )]
    Expired {
        /// The date of the URL.
        date: SimInstant,
        /// When it ended.
        expired_at: SimInstant,
        /// The account's time.
        now: SimInstant,
    },
}
