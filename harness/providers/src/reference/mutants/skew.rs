//! Careless about clocks.

use super::Mutant;
use crate::reference::conduct::AgeBy;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "sleeps-through-an-expiry",
    breaks: "skew.suspend-is-noticed",
    says: "counts the life of a set on a clock that stands still while the machine sleeps",
    change: |it| it.cache.age_by = AgeBy::Monotonic,
}];
