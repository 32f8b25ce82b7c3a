//! Careless about when a set is replaced.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{AfterFailure, Flights, Promises, Window};

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "asks-at-the-last-moment",
        breaks: "refresh.window.as-promised",
        says: "promises a quarter of an hour, and asks at the end of it",
        change: |it| {
            it.promises = Promises(&[("refresh_before", "15m")]);
            it.cache.advisory = Window::Fixed(Duration::from_mins(1));
        },
    },
    Mutant {
        name: "asks-too-early",
        breaks: "refresh.window.as-promised",
        says: "promises a quarter of an hour, and asks an hour before",
        change: |it| {
            it.promises = Promises(&[("refresh_before", "15m")]);
            it.cache.advisory = Window::Fixed(Duration::from_hours(1));
        },
    },
    Mutant {
        name: "promise-broken-by-a-failure",
        breaks: "refresh.window.failure-as-promised",
        says: "promises to keep a set through a failure, and drops it",
        change: |it| {
            it.promises = Promises(&[
                ("refresh_before", "15m"),
                ("failed_refresh_kept_until", "10m"),
                ("refresh_mandatory_before", "10m"),
            ]);
            it.cache.advisory = Window::Fixed(Duration::from_mins(15));
            it.cache.mandatory = Duration::from_mins(10);
            it.cache.back_off = (Duration::ZERO, Duration::ZERO);
            it.cache.after_failure = AfterFailure::Dropped;
        },
    },
    Mutant {
        name: "configured-window-overruled",
        breaks: "refresh.advisory.configured-window",
        says: "overrules what is said in code by the table",
        change: |it| it.cache.heeds_configured_window = false,
    },
    Mutant {
        name: "all-wait-in-the-window",
        breaks: "refresh.advisory.one-caller-refreshes",
        says: "has all callers wait in the advisory window",
        change: |it| it.cache.advisory_is_for_one = false,
    },
    Mutant {
        name: "each-refreshes-in-the-window",
        breaks: "refresh.advisory.one-caller-refreshes",
        says: "has each caller refresh in the advisory window",
        change: |it| it.cache.flights = Flights::Each,
    },
    Mutant {
        name: "window-reckoned-once",
        breaks: "refresh.advisory.recomputed-after-success",
        says: "reckons the window once",
        change: |it| it.cache.window_of_each_set = false,
    },
    Mutant {
        name: "five-minutes-for-all",
        breaks: "refresh.advisory.window-by-lifetime",
        says: "has one window for sets of every lifetime",
        change: |it| it.cache.advisory = Window::Fixed(Duration::from_mins(5)),
    },
    Mutant {
        name: "an-hour-for-all",
        breaks: "refresh.advisory.window-by-lifetime",
        says: "has the longest window for sets of every lifetime",
        change: |it| it.cache.advisory = Window::Fixed(Duration::from_hours(1)),
    },
    Mutant {
        name: "no-back-off",
        breaks: "refresh.failure.back-off",
        says: "asks a failing source with every call",
        change: |it| it.cache.back_off = (Duration::ZERO, Duration::ZERO),
    },
    Mutant {
        name: "back-off-of-an-hour",
        breaks: "refresh.failure.back-off",
        says: "leaves a failing source alone for an hour",
        change: |it| it.cache.back_off = (Duration::from_hours(1), Duration::from_hours(1)),
    },
    Mutant {
        name: "back-off-with-nothing",
        breaks: "refresh.failure.nothing-to-keep-is-told",
        says: "backs off after its very first fetch",
        change: |it| it.cache.backs_off_with_nothing = true,
    },
    Mutant {
        name: "failure-told",
        breaks: "refresh.failure.set-is-kept",
        says: "tells of a failure though its set is good",
        change: |it| it.cache.after_failure = AfterFailure::Dropped,
    },
    Mutant {
        name: "dropped-at-expiry",
        breaks: "refresh.failure.set-is-kept",
        says: "throws the set away at its expiry, though there is no other",
        change: |it| it.cache.after_failure = AfterFailure::UsedUntilExpiry,
    },
    Mutant {
        name: "stale-replaces-good",
        breaks: "refresh.failure.stale-is-a-failure",
        says: "puts a set that came expired in the place of a good one",
        change: |it| it.cache.refuses_stale = false,
    },
    Mutant {
        name: "each-refreshes-when-mandatory",
        breaks: "refresh.mandatory.all-wait-for-one",
        says: "has each caller fetch when a set is mandatory",
        change: |it| it.cache.flights = Flights::Each,
    },
    Mutant {
        name: "refusal-waited-out",
        breaks: "refresh.refusal.told-at-once",
        says: "waits a refusal out like an outage",
        change: |it| it.cache.final_errors_surface = false,
    },
    Mutant {
        name: "refusal-remembered",
        breaks: "refresh.refusal.told-at-once",
        says: "remembers a refusal for a minute",
        change: |it| it.cache.final_errors_kept = Duration::from_mins(1),
    },
    Mutant {
        name: "rejected-without-a-back-off",
        breaks: "refresh.rejection.not-in-a-back-off",
        says: "asks a failing source whenever the set is rejected",
        change: |it| it.cache.refused_waits_for_back_off = false,
    },
    Mutant {
        name: "rejected-is-dropped",
        breaks: "refresh.rejection.kept-if-nothing-better",
        says: "throws a rejected set away before there is another",
        change: |it| it.cache.after_failure = AfterFailure::Dropped,
    },
    Mutant {
        name: "rejection-unheard",
        breaks: "refresh.rejection.replaces-the-set",
        says: "is not told of rejections",
        change: |it| it.cache.invalidated_by = &[],
    },
    Mutant {
        name: "roles-to-their-end",
        breaks: "refresh.sources.all-alike",
        says: "goes on with sessions of STS to their end",
        change: |it| it.cache.advisory = Window::Fixed(Duration::ZERO),
    },
    Mutant {
        name: "any-rejection-counts",
        breaks: "refresh.rejection.of-a-set-before",
        says: "throws its set away whichever was rejected",
        change: |it| it.cache.compares_refused_key = false,
    },
];
