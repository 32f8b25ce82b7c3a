//! How STS is asked.

use std::time::Duration;

use super::Kept;

/// How STS is asked for sessions.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct StsConduct {
    /// How long the credentials are used with which a role is assumed; else they are asked for
    /// whenever it is.
    pub source: Kept,
    /// How long the content of a token file is used.
    pub token_file: Kept,
    /// Whether a token file that is not there holds an empty token.
    pub missing_file_is_empty: bool,
    /// How often a request is made in all.
    pub attempts: u32,
    /// The errors after which it is made again, besides those of the server's own making.
    pub retried_after: &'static [&'static str],
    /// The errors that no later try can change: they are told at once, whatever is at hand.
    pub final_errors: &'static [&'static str],
    /// How long it is waited after the first failure, and twice as long after each other.
    pub pause: Duration,
    /// How long an answer may take; for ever without.
    pub patience: Option<Duration>,
    /// Whether what a profile says of the session is passed on.
    pub passes_duration: bool,
    /// Likewise.
    pub passes_external_id: bool,
    /// Likewise.
    pub passes_session_name: bool,
    /// Whether a web identity is sent without a signature.
    pub web_identity_unsigned: bool,
    /// Whether the session's name in the environment counts.
    pub heeds_session_name_variable: bool,
    /// Whether the role of a profile is assumed at all; else its source's credentials are used.
    pub assumes_roles: bool,
    /// Whether a role that is refused is an error; else the source's own credentials are used.
    pub refusal_is_an_error: bool,
    /// How long a session is asked for where nothing is said.
    pub default_duration: Option<Duration>,
    /// Whether the source of a role may have a role itself.
    pub chains_roles: bool,
    /// Whether a session without its secret or its token is a failure.
    pub refuses_half_a_set: bool,
    /// The region that is asked, whatever the client's is.
    pub region: Option<&'static str>,
    /// Whether an answer that ends early is no answer, whatever could be read of it.
    pub refuses_cut_short: bool,
    /// Where STS is asked, whatever region requests are signed for.
    pub endpoint: Option<&'static str>,
}

impl Default for StsConduct {
    fn default() -> Self {
        Self {
            source: Kept::Never,
            token_file: Kept::Never,
            missing_file_is_empty: false,
            attempts: 3,
            retried_after: &["IDPCommunicationError", "Throttling", "ThrottlingException"],
            final_errors: &[
                "AccessDenied",
                "AuthFailure",
                "ExpiredToken",
                "ExpiredTokenException",
                "IDPRejectedClaim",
                "IncompleteSignature",
                "InvalidClientTokenId",
                "InvalidIdentityToken",
                "MissingAuthenticationToken",
                "SignatureDoesNotMatch",
                "ValidationError",
            ],
            pause: Duration::from_millis(100),
            patience: Some(Duration::from_secs(5)),
            passes_duration: true,
            passes_external_id: true,
            passes_session_name: true,
            web_identity_unsigned: true,
            heeds_session_name_variable: true,
            assumes_roles: true,
            refusal_is_an_error: true,
            default_duration: None,
            chains_roles: true,
            refuses_half_a_set: true,
            region: None,
            refuses_cut_short: true,
            endpoint: None,
        }
    }
}
