//! How the instance metadata service is asked.

use std::time::Duration;

use super::Kept;

/// What is made of a listing of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Its first line.
    FirstLine,
    /// All of it.
    Whole,
    /// Its last line.
    LastLine,
}

/// Which requests for metadata carry the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSent {
    /// All of them.
    Always,
    /// The listing of roles alone.
    WithListing,
    /// None.
    Never,
}

/// What becomes of a role's name in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPath {
    /// It stands there as it was listed.
    AsListed,
    /// It ends at a character that is neither a letter, a digit nor a hyphen.
    CutShort,
    /// It is escaped twice.
    EscapedTwice,
}

/// How the instance metadata service is asked.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ImdsConduct {
    /// How long a token is asked for.
    pub token_ttl: Duration,
    /// Whether that is said in the request.
    pub says_ttl: bool,
    /// How long tokens are used.
    pub token: Kept,
    /// Whether the lifetime of a token is what the answer says; else it is what was asked for.
    pub reads_granted_ttl: bool,
    /// How long before its end a token is replaced.
    pub token_margin: Duration,
    /// Which requests carry the token.
    pub sends_token: TokenSent,
    /// Whether there is a token at all, or IMDSv1 alone.
    pub speaks_v2: bool,
    /// How often a request is made again that was answered with 401, with a token of its own.
    pub tries_after_401: u32,
    /// Whether that is with a new token.
    pub new_token_after_401: bool,
    /// The statuses of a token request after which requests are made without a token.
    pub v1_after: &'static [u16],
    /// Whether they are after a token request that nobody answers.
    pub v1_after_silence: bool,
    /// Whether IMDSv1 can be forbidden.
    pub heeds_v1_disabled: bool,
    /// The statuses of a token request after which it is made again.
    pub token_retried_after: &'static [(u16, u16)],
    /// The statuses of other requests after which they are made again.
    pub retried_after: &'static [(u16, u16)],
    /// How often a request is made in all.
    pub attempts: u32,
    /// How long it is waited after the first failure, and twice as long after each other.
    pub pause: Duration,
    /// How long an answer may take; for ever without.
    pub patience: Option<Duration>,
    /// Whether a request that nobody answers is made again.
    pub retries_silence: bool,
    /// Whether a switch is on if it is there, whatever it says.
    pub any_value_switches: bool,
    /// Whether the service can be switched off.
    pub heeds_disabled: bool,
    /// Whether it can be elsewhere.
    pub heeds_endpoint: bool,
    /// Whether it can be asked by IPv6.
    pub heeds_mode: bool,
    /// How long the name of the role is used.
    pub role_name: Kept,
    /// What is made of the listing of roles.
    pub listing: Listing,
    /// How often the roles are listed again if the one that was listed is gone.
    pub listings_again: u32,
    /// What becomes of its name in the path.
    pub role_in_path: InPath,
    /// The path below which roles are listed.
    pub roles: &'static str,
    /// Whether the status of the listing counts; else whatever comes is one.
    pub heeds_listing_status: bool,
    /// Whether an instance without a role has no credentials, as against a failure.
    pub no_role_is_none: bool,
    /// Whether a redirect is followed.
    pub follows_redirects: bool,
    /// Whether a service that gave no token is believed to have none, for ever.
    pub remembers_no_token: bool,
}

/// Statuses that say that something went wrong over there.
const SERVER_ERRORS: &[(u16, u16)] = &[(500, 599)];

impl Default for ImdsConduct {
    fn default() -> Self {
        Self {
            token_ttl: Duration::from_hours(6),
            says_ttl: true,
            token: Kept::WhileGood,
            reads_granted_ttl: true,
            token_margin: Duration::from_secs(10),
            sends_token: TokenSent::Always,
            speaks_v2: true,
            tries_after_401: 1,
            new_token_after_401: true,
            v1_after: &[403, 404, 405],
            v1_after_silence: true,
            heeds_v1_disabled: true,
            token_retried_after: SERVER_ERRORS,
            retried_after: SERVER_ERRORS,
            attempts: 3,
            pause: Duration::from_millis(100),
            patience: Some(Duration::from_secs(1)),
            retries_silence: false,
            any_value_switches: false,
            heeds_disabled: true,
            heeds_endpoint: true,
            heeds_mode: true,
            role_name: Kept::Never,
            listing: Listing::FirstLine,
            listings_again: 2,
            role_in_path: InPath::AsListed,
            roles: "/latest/meta-data/iam/security-credentials/",
            heeds_listing_status: true,
            no_role_is_none: true,
            follows_redirects: false,
            remembers_no_token: false,
        }
    }
}
