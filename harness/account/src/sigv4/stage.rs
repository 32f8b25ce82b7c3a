//! Where a verification fails.

use std::fmt;

use super::problem::Problem;
use super::query_problem::QueryProblem;

/// Where in the verification a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The signature is not there, or not in due form.
    Form,
    /// The credential scope is not one for this request.
    Scope,
    /// The list of signed headers does not fit the headers sent.
    SignedHeaders,
    /// The date is missing, malformed, or too far from now.
    Date,
    /// The signature is not the one computed.
    Signature,
    /// The payload hash is missing, unknown, or not that of the body.
    Payload,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "form",
            Self::Scope => "scope",
            Self::SignedHeaders => "signed-headers",
            Self::Date => "date",
            Self::Signature => "signature",
            Self::Payload => "payload",
        })
    }
}

impl Problem {
    /// Where in the verification this is found.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Query(problem) => problem.stage(),
            Self::AuthorizationMissing
            | Self::AuthorizationRepeated { .. }
            | Self::AuthorizationInQueryToo
            | Self::AlgorithmUnsupported { .. }
            | Self::ComponentMalformed { .. }
            | Self::ComponentUnknown { .. }
            | Self::ComponentRepeated { .. }
            | Self::ComponentsMissing { .. }
            | Self::SignatureMalformed { .. }
            | Self::HeaderRepeated { .. }
            | Self::HeaderNotText { .. } => Stage::Form,
            Self::CredentialMalformed { .. }
            | Self::ScopeTerminatorWrong { .. }
            | Self::ScopeDateMalformed { .. }
            | Self::ScopeServiceWrong { .. }
            | Self::ScopeRegionWrong { .. }
            | Self::ScopeDateMismatch { .. } => Stage::Scope,
            Self::SignedHeaderMalformed { .. }
            | Self::SignedHeaderRepeated { .. }
            | Self::SignedHeadersUnsorted { .. }
            | Self::SignedHeaderAbsent { .. }
            | Self::HostNotSigned
            | Self::HeadersNotSigned { .. } => Stage::SignedHeaders,
            Self::DateMissing
            | Self::DateMalformed { .. }
            | Self::DateTooOld { .. }
            | Self::DateTooNew { .. } => Stage::Date,
            Self::SignatureMismatch { .. } | Self::ChunkMismatch { .. } | Self::TrailerMismatch => {
                Stage::Signature
            }
            Self::PayloadHashMissing
            | Self::PayloadHashUnknown { .. }
            | Self::PayloadHashMismatch { .. }
            | Self::PayloadChunked { .. } => Stage::Payload,
        }
    }
}

impl QueryProblem {
    const fn stage(&self) -> Stage {
        match self {
            Self::SigV2
            | Self::AlgorithmUnsupported { .. }
            | Self::ParametersMissing { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParameterNotText { .. } => Stage::Form,
            Self::DateMalformed { .. }
            | Self::ExpiresMalformed { .. }
            | Self::ExpiresTooLong
            | Self::NotYetValid { .. }
            | Self::Expired { .. } => Stage::Date,
        }
    }
}
