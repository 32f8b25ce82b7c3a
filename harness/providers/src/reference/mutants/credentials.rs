//! Careless about the sets that are handed out.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{Flights, Window};

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
    Mutant {
        name: "one-for-all",
        breaks: "credentials.each-identity-its-own",
        says: "has one place for the set of whoever asks",
        change: |it| it.cache.one_for_all = true,
    },
    Mutant {
        name: "quotes-documents",
        breaks: "credentials.never-in-messages",
        says: "tells what a document says that is of no use to it",
        change: |it| it.documents.quotes = true,
    },
    Mutant {
        name: "of-two-answers",
        breaks: "credentials.never-mixed",
        says: "asks for the keys, and then for the session token",
        change: |it| it.documents.of_two_answers = true,
    },
    Mutant {
        name: "quarter-of-an-hour-is-short",
        breaks: "credentials.short-set-is-kept",
        says: "looks for another set whenever less than 20 minutes are left",
        change: |it| it.cache.advisory = Window::Fixed(Duration::from_mins(20)),
    },
    Mutant {
        name: "source-left-alone-for-an-hour",
        breaks: "credentials.recovered-source-is-used",
        says: "leaves a source that failed alone for an hour",
        change: |it| it.cache.back_off = (Duration::from_hours(1), Duration::from_hours(1)),
    },
    Mutant {
        name: "a-run-for-each-caller",
        breaks: "credentials.one-fetch-for-all-callers",
        says: "keeps no set, and runs a program for each caller",
        change: |it| {
            it.cache.keeps = false;
            it.cache.flights = Flights::Each;
        },
    },
];
