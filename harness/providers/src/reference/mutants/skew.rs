//! Careless about clocks.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::AgeBy;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "sleeps-through-an-expiry",
        breaks: "skew.suspend-is-noticed",
        says: "counts the life of a set on a clock that stands still while the machine sleeps",
        change: |it| it.cache.age_by = AgeBy::Monotonic,
    },
    Mutant {
        name: "set-back-is-over",
        breaks: "skew.set-back-is-harmless",
        says: "takes a clock that was set back for the end of its set, each time",
        change: |it| it.cache.set_back_is_the_end = true,
    },
    Mutant {
        name: "seconds-matter",
        breaks: "skew.small-is-no-matter",
        says: "asks again where the clock of a service is not its own to the second",
        change: |it| it.signing.clocks_apart_by = Some(Duration::from_secs(1)),
    },
    Mutant {
        name: "no-clock-but-its-own",
        breaks: "skew.corrected-from-a-refusal",
        says: "hears no time but its own",
        change: |it| it.signing.hears_time = false,
    },
];
