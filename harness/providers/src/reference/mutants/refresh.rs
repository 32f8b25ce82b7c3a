//! Careless about when a set is replaced.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{AfterFailure, Promises, Window};

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
];
