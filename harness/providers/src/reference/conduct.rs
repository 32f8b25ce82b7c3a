//! The choices that a credential provider makes, in one place, with the right ones as the default.

use std::time::Duration;

/// Everything that [`Reference`](super::Reference) decides. `Default` is right.
///
/// Nothing else in it knows of right and wrong: a careless author is this with one change.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// Which sources are asked, and in which order.
    pub chain: ChainConduct,
    /// How the instance metadata service is asked.
    pub imds: ImdsConduct,
    /// How the endpoint of a container is asked.
    pub container: ContainerConduct,
    /// How documents with credentials are read.
    pub documents: DocumentConduct,
    /// How STS is asked for sessions.
    pub sts: StsConduct,
    /// How the shared configuration files are read.
    pub profiles: ProfileConduct,
    /// How programs for credentials are run.
    pub process: ProcessConduct,
    /// How a portal is asked for a role.
    pub sso: SsoConduct,
    /// When a set is replaced, and what becomes of one that cannot be.
    pub cache: CacheConduct,
    /// What requests are signed with.
    pub signing: SigningConduct,
    /// What it promises of itself.
    pub promises: Promises,
}

/// A source of credentials in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Keys in the environment.
    Environment,
    /// The web identity that the environment names.
    WebIdentity,
    /// The profile of the shared configuration files.
    Profile,
    /// The endpoint of a container.
    Container,
    /// The instance metadata service.
    Imds,
}

/// Which sources are asked, and in which order.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ChainConduct {
    /// The sources, the nearest at hand first.
    pub order: &'static [Link],
    /// A source that is there and fails is the end: none after it is asked.
    pub stops_at_failure: bool,
    /// A variable without a value is as good as none.
    pub empty_is_unset: bool,
    /// Sources are asked as long as none has answered; else the last one's answer counts.
    pub first_answer_counts: bool,
    /// Where nobody has any credentials, that is said; else there are keys without a value.
    pub none_is_an_error: bool,
    /// That nobody has any is believed for that moment, and not for ever.
    pub none_is_forgotten: bool,
    /// Half a set in the environment is none, and no other source makes it whole.
    pub takes_whole_sets: bool,
}

impl Default for ChainConduct {
    fn default() -> Self {
        Self {
            order: &[
                Link::Environment,
                Link::WebIdentity,
                Link::Profile,
                Link::Container,
                Link::Imds,
            ],
            stops_at_failure: true,
            empty_is_unset: true,
            first_answer_counts: true,
            none_is_an_error: true,
            none_is_forgotten: true,
            takes_whole_sets: true,
        }
    }
}

/// For how long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not at all.
    Never,
    /// As long as it is good.
    WhileGood,
    /// For ever.
    Always,
}

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
pub(super) const SERVER_ERRORS: &[(u16, u16)] = &[(500, 599)];

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

/// What is made of an expiry that is not there, or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddExpiry {
    /// There are no credentials in the document.
    IsAFailure,
    /// They are good for ever.
    IsNever,
}

/// How documents with credentials are read.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct DocumentConduct {
    /// Whether `Code` must be `Success` where it is said.
    pub heeds_code: bool,
    /// The fields without which there are no credentials.
    pub needed: &'static [&'static str],
    /// Whether null is as good as nothing.
    pub null_is_absent: bool,
    /// Whether a number is refused where there must be a string.
    pub refuses_mistyped: bool,
    /// What is made of an expiry that is not there, or cannot be read.
    pub odd_expiry: OddExpiry,
    /// Whether the time zone of an expiry counts.
    pub heeds_zone: bool,
    /// Whether an expiry may have fractions of a second.
    pub takes_fractions: bool,
    /// Whether what is no document is a failure; else it is one without fields.
    pub refuses_nonsense: bool,
    /// What an expiry is put off by.
    pub put_off: Duration,
}

impl Default for DocumentConduct {
    fn default() -> Self {
        Self {
            heeds_code: true,
            needed: &["AccessKeyId", "SecretAccessKey", "Token"],
            null_is_absent: true,
            refuses_mistyped: true,
            odd_expiry: OddExpiry::IsAFailure,
            heeds_zone: true,
            takes_fractions: true,
            refuses_nonsense: true,
            put_off: Duration::ZERO,
        }
    }
}

/// How STS is asked for sessions.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct StsConduct {
    /// How long the credentials are used with which a role is assumed; else they are asked for
    /// whenever it is.
    pub source: Kept,
    /// How long the content of a token file is used.
    pub token_file: Kept,
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

/// How the shared configuration files are read.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ProfileConduct {
    /// Whether the profile that the environment names counts.
    pub heeds_variable: bool,
    /// Whether a profile that is named and not there is an error.
    pub missing_is_an_error: bool,
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
        }
    }
}

/// How a portal is asked for a role.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct SsoConduct {
    /// How long the token of a file is used; else it is read whenever it is needed.
    pub token: Kept,
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

/// How long before the expiry of a set another is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// By the life that the set had left when it came: five minutes up to twenty, a quarter of an
    /// hour below ninety, else an hour.
    ByLifetime,
    /// Always so long.
    Fixed(Duration),
}

/// Which callers share one fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flights {
    /// All who need a set.
    Shared,
    /// None: each has its own.
    Each,
}

/// What becomes of a set that could not be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// It is used, even past its expiry.
    Used,
    /// It is used until it expires.
    UsedUntilExpiry,
    /// It is used, but the failure is told once it must be replaced, so long before its expiry.
    UsedUntil(Duration),
    /// The failure is told.
    Dropped,
}

/// By which clock a set is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeBy {
    /// The wall clock.
    Wall,
    /// The time that has passed since the set came, which a suspended machine does not see.
    Monotonic,
}

/// When a set is replaced, and what becomes of one that cannot be.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct CacheConduct {
    /// Whether a set is used by more than one call.
    pub keeps: bool,
    /// How long before expiry another set is looked for, while the old one is handed out to others.
    pub advisory: Window,
    /// Whether that is reckoned anew for each set.
    pub window_of_each_set: bool,
    /// How long before expiry everybody waits for another set.
    pub mandatory: Duration,
    /// Who waits for whom, where everybody must.
    pub flights: Flights,
    /// Whether callers who come while another looks for a set are given the old one at once.
    pub advisory_is_for_one: bool,
    /// What becomes of a set that could not be replaced.
    pub after_failure: AfterFailure,
    /// For how long, at least and at most, a source that failed is left alone.
    pub back_off: (Duration, Duration),
    /// Whether it is also left alone if there is no set at all.
    pub backs_off_with_nothing: bool,
    /// Whether a set that has expired when it comes is a failure.
    pub refuses_stale: bool,
    /// Whether errors that no later try can change are told whatever is at hand.
    pub final_errors_surface: bool,
    /// For how long such an error is told again without asking.
    pub final_errors_kept: Duration,
    /// Whether the window that is said in code counts.
    pub heeds_configured_window: bool,
    /// The refusals of a service after which a set is not used again.
    pub invalidated_by: &'static [&'static str],
    /// Whether that is only if it was this set that was refused.
    pub compares_refused_key: bool,
    /// Whether the source is left alone after a failure though the set was refused.
    pub refused_waits_for_back_off: bool,
    /// Whether a set without an expiry is kept.
    pub never_expiring_is_kept: bool,
    /// By which clock a set is old.
    pub age_by: AgeBy,
    /// Whether key id, secret and session token are replaced at one time.
    pub replaces_whole_sets: bool,
}

impl Default for CacheConduct {
    fn default() -> Self {
        Self {
            keeps: true,
            advisory: Window::ByLifetime,
            window_of_each_set: true,
            mandatory: Duration::from_mins(1),
            flights: Flights::Shared,
            advisory_is_for_one: true,
            after_failure: AfterFailure::Used,
            back_off: (Duration::from_mins(5), Duration::from_mins(10)),
            backs_off_with_nothing: false,
            refuses_stale: true,
            final_errors_surface: true,
            final_errors_kept: Duration::ZERO,
            heeds_configured_window: true,
            invalidated_by: &["ExpiredToken", "ExpiredTokenException", "InvalidToken"],
            compares_refused_key: true,
            refused_waits_for_back_off: true,
            never_expiring_is_kept: true,
            age_by: AgeBy::Wall,
            replaces_whole_sets: true,
        }
    }
}

/// What requests are signed with.
#[derive(Clone, Debug)]
pub struct SigningConduct {
    /// Whether requests carry the session token.
    pub session_token: bool,
    /// Whether presigned URLs do.
    pub session_token_presigned: bool,
    /// Whether calls are signed with the set that is held at that moment; else with the first one.
    pub newest_set: bool,
    /// The region of all calls, whatever the client's is.
    pub region: Option<&'static str>,
    /// How often requests are sent in all, whatever anybody says of that.
    pub attempts: Option<u32>,
}

impl Default for SigningConduct {
    fn default() -> Self {
        Self {
            session_token: true,
            session_token_presigned: true,
            newest_set: true,
            region: None,
            attempts: None,
        }
    }
}

/// What it promises of itself: by name, as `[promises]` of a `provider.toml` has them. A provider by
/// the rules of 2026 promises no window, for it has none of a fixed length.
#[derive(Clone, Debug)]
pub struct Promises(pub &'static [(&'static str, &'static str)]);

impl Default for Promises {
    fn default() -> Self {
        Self(&[
            ("caches", "true"),
            ("imds_v1", "fallback"),
            ("refresh_2026", "true"),
        ])
    }
}
