//! How the endpoint of a container is asked.

use std::time::Duration;

use super::Kept;

/// What is made of a token that cannot be a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddToken {
    /// It is refused before anything is sent.
    Refused,
    /// It is cut at its end.
    Trimmed,
    /// The request is made without it.
    LeftOut,
}

/// How the endpoint of a container is asked.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ContainerConduct {
    /// Whether the relative URI counts where both are said.
    pub relative_first: bool,
    /// Whether a full URI must be of a host that is known to be near.
    pub checks_host: bool,
    /// The hosts besides loopback that are, for plain HTTP.
    pub near_hosts: &'static [&'static str],
    /// Whether loopback is near.
    pub loopback_is_near: bool,
    /// Whether the query of a URI is part of it.
    pub keeps_query: bool,
    /// Whether a token is sent.
    pub sends_token: bool,
    /// Whether the file counts where a file and a token are said.
    pub file_first: bool,
    /// How long the content of the file is used.
    pub token_file: Kept,
    /// Whether a file that cannot be read is an error; else the request is made without a token.
    pub missing_file_is_an_error: bool,
    /// What is made of a token with an end of line in it.
    pub odd_token: OddToken,
    /// What is put before the token.
    pub token_prefix: &'static str,
    /// Whether a relative URI gets the token, too.
    pub token_with_relative: bool,
    /// The statuses after which a request is made again.
    pub retried_after: &'static [(u16, u16)],
    /// Whether it is after a broken connection.
    pub retries_broken: bool,
    /// Whether it is after an answer that makes no sense.
    pub retries_nonsense: bool,
    /// How often a request is made in all.
    pub attempts: u32,
    /// How long it is waited after the first failure, and twice as long after each other.
    pub pause: Duration,
    /// How long an answer may take; for ever without.
    pub patience: Option<Duration>,
    /// Whether a redirect is followed.
    pub follows_redirects: bool,
    /// Whether an error is one whatever its body holds.
    pub heeds_status: bool,
    /// Whether a proxy of the environment is asked instead.
    pub heeds_proxy: bool,
    /// Whether the address and the path are those of a task, whatever is said.
    pub address_is_built_in: bool,
}

impl Default for ContainerConduct {
    fn default() -> Self {
        Self {
            relative_first: true,
            checks_host: true,
            near_hosts: &["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"],
            loopback_is_near: true,
            keeps_query: true,
            sends_token: true,
            file_first: true,
            token_file: Kept::Never,
            missing_file_is_an_error: true,
            odd_token: OddToken::Refused,
            token_prefix: "",
            token_with_relative: true,
            retried_after: &[(429, 429), (500, 599)],
            retries_broken: true,
            retries_nonsense: true,
            attempts: 3,
            pause: Duration::from_millis(100),
            patience: Some(Duration::from_secs(2)),
            follows_redirects: false,
            heeds_status: true,
            heeds_proxy: false,
            address_is_built_in: false,
        }
    }
}
