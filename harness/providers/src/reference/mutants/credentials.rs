//! Careless about the sets that are handed out.

use super::Mutant;
use crate::reference::conduct::Flights;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "old-session-token",
        breaks: "credentials.never-mixed",
        says: "replaces key id and secret, and keeps the session token",
        change: |it| it.cache.replaces_whole_sets = false,
    },
    Mutant {
        name: "first-set-for-ever",
        breaks: "credentials.never-used-after-expiry",
        says: "signs with the set that it held first",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "a-fetch-for-each-caller",
        breaks: "credentials.one-fetch-for-all-callers",
        says: "has each caller fetch a set of its own",
        change: |it| it.cache.flights = Flights::Each,
    },
];
