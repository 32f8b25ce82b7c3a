//! Careless about the sets that are handed out.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::Flights;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "half-an-answer-of-sts",
        breaks: "credentials.half-an-answer-is-none",
        says: "reads an answer of STS as far as it goes",
        change: |it| it.sts.refuses_cut_short = false,
    },
    Mutant {
        name: "old-session-token",
        breaks: "credentials.never-mixed",
        says: "replaces key id and secret, and keeps the session token",
        change: |it| it.cache.replaces_whole_sets = false,
    },
    Mutant {
        name: "halves-made-whole",
        breaks: "credentials.never-mixed",
        says: "makes half a set of the environment whole with the other half of another source",
        change: |it| it.chain.takes_whole_sets = false,
    },
    Mutant {
        name: "first-set-for-ever",
        breaks: "credentials.never-used-after-expiry",
        says: "signs with the set that it held first",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "expiry-put-off",
        breaks: "credentials.never-used-after-expiry",
        says: "puts the expiry of every set off by two hours",
        change: |it| it.documents.put_off = Duration::from_hours(2),
    },
    Mutant {
        name: "a-fetch-for-each-caller",
        breaks: "credentials.one-fetch-for-all-callers",
        says: "has each caller fetch a set of its own",
        change: |it| it.cache.flights = Flights::Each,
    },
];
