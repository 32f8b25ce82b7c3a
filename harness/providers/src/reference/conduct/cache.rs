//! How long a set is kept.

use std::time::Duration;

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
    /// Whether all clients share one set, whoever they are.
    pub one_for_all: bool,
    /// Whether a wall clock that is behind the time at which the first set came is the end of any.
    pub set_back_is_the_end: bool,
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
            one_for_all: false,
            set_back_is_the_end: false,
        }
    }
}
