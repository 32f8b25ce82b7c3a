//! What the shared configuration files name: profiles, programs, portals.

use std::time::Duration;

use super::Kept;

/// How the shared configuration files are read.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ProfileConduct {
    /// Whether the profile that the environment names counts.
    pub heeds_variable: bool,
    /// Whether a profile that is named and not there is an error.
    pub missing_is_an_error: bool,
    /// Whether a file that is not there is an error.
    pub missing_file_is_an_error: bool,
    /// Whether one key without the other is an error.
    pub half_a_key_is_an_error: bool,
    /// Whether the credentials file counts where both files say something.
    pub credentials_file_first: bool,
    /// Whether a role counts before the keys of the profile that is asked for.
    pub role_before_keys: bool,
    /// Whether the keys count before the role of a profile that another names.
    pub keys_of_sources_first: bool,
    /// Whether a profile that leads back to itself is an error.
    pub loop_is_an_error: bool,
    /// Whether both a profile and a source for one role is an error.
    pub two_sources_are_an_error: bool,
    /// Whether the region of a profile is where its role is asked for.
    pub heeds_region: bool,
    /// Whether the source counts that a profile names for its role.
    pub heeds_credential_source: bool,
}

impl Default for ProfileConduct {
    fn default() -> Self {
        Self {
            heeds_variable: true,
            missing_is_an_error: true,
            missing_file_is_an_error: false,
            half_a_key_is_an_error: true,
            credentials_file_first: true,
            role_before_keys: true,
            keys_of_sources_first: true,
            loop_is_an_error: true,
            two_sources_are_an_error: true,
            heeds_region: true,
            heeds_credential_source: true,
        }
    }
}

/// How programs for credentials are run.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ProcessConduct {
    /// Whether a document is one of version 1; else any is.
    pub heeds_version: bool,
    /// Whether a program that fails gives no credentials, whatever it printed.
    pub failure_counts: bool,
    /// Whether the expiry of what it prints counts.
    pub heeds_expiry: bool,
    /// What it must print.
    pub needed: &'static [&'static str],
    /// Whether what is no document is a failure; else it is one without fields.
    pub refuses_nonsense: bool,
    /// Whether a failure is told at once, whatever is at hand.
    pub failure_is_final: bool,
    /// Whether members that nobody knows are a failure.
    pub refuses_unknown: bool,
    /// Whether what it says to standard error is part of what it prints.
    pub reads_stderr: bool,
}

impl Default for ProcessConduct {
    fn default() -> Self {
        Self {
            heeds_version: true,
            failure_counts: true,
            heeds_expiry: true,
            needed: &["AccessKeyId", "SecretAccessKey"],
            refuses_nonsense: true,
            failure_is_final: true,
            refuses_unknown: false,
            reads_stderr: false,
        }
    }
}

/// How a portal is asked for a role.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct SsoConduct {
    /// How long the token of a file is used; else it is read whenever it is needed.
    pub token: Kept,
    /// Whether a file that holds no token is one that holds an empty one.
    pub broken_file_is_empty: bool,
    /// Whether the end of a token counts.
    pub heeds_token_end: bool,
    /// How long before its end a token is as good as over.
    pub token_margin: Duration,
    /// Whether the credentials of a role end with the token.
    pub ends_with_token: bool,
    /// Whether the expiry of what the portal gives counts.
    pub heeds_expiry: bool,
    /// Whether an answer must be whole.
    pub refuses_half_a_set: bool,
    /// The statuses after which a request is made again.
    pub retried_after: &'static [(u16, u16)],
    /// How often a request is made in all.
    pub attempts: u32,
    /// How long it is waited after the first failure, and twice as long after each other.
    pub pause: Duration,
    /// How long an answer may take; for ever without.
    pub patience: Option<Duration>,
}

impl Default for SsoConduct {
    fn default() -> Self {
        Self {
            token: Kept::Never,
            broken_file_is_empty: false,
            heeds_token_end: true,
            token_margin: Duration::ZERO,
            ends_with_token: false,
            heeds_expiry: true,
            refuses_half_a_set: true,
            retried_after: &[(429, 429), (500, 599)],
            attempts: 3,
            pause: Duration::from_millis(100),
            patience: Some(Duration::from_secs(5)),
        }
    }
}
