//! Careless about places where there is no metadata service.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::Kept;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "waits-in-a-black-hole",
        breaks: "off-cloud.gives-up-in-time",
        says: "has no timeout",
        change: |it| it.imds.patience = None,
    },
    Mutant {
        name: "many-tries-in-a-black-hole",
        breaks: "off-cloud.gives-up-in-time",
        says: "tries again and again where nobody answers",
        change: |it| {
            it.imds.retries_silence = true;
            it.imds.v1_after_silence = false;
            it.imds.attempts = 8;
            it.imds.pause = Duration::from_secs(1);
        },
    },
    Mutant {
        name: "half-an-answer",
        breaks: "off-cloud.answer-that-stops-ends-in-time",
        says: "waits for the rest of an answer as long as it takes",
        change: |it| it.imds.patience = None,
    },
    Mutant {
        name: "asks-though-disabled",
        breaks: "off-cloud.disabled-asks-nobody",
        says: "asks the metadata service though it is switched off",
        change: |it| it.imds.heeds_disabled = false,
    },
    Mutant {
        name: "nobody-for-ever",
        breaks: "off-cloud.found-when-it-answers",
        says: "remembers that nobody was there",
        change: |it| it.imds.remembers_no_token = true,
    },
    Mutant {
        name: "asks-on-and-on",
        breaks: "off-cloud.answer-that-stops-ends-in-time",
        says: "asks again where an answer broke off, a dozen times",
        change: |it| it.imds.attempts = 12,
    },
    Mutant {
        name: "page-is-a-role",
        breaks: "off-cloud.page-of-somebody-else-is-no-set",
        says: "takes any page for the name of a role, and keeps it",
        change: |it| it.imds.role_name = Kept::Always,
    },
    Mutant {
        name: "sent-away-for-good",
        breaks: "off-cloud.page-of-somebody-else-is-no-set",
        says: "never asks again where it was sent away once",
        change: |it| it.imds.remembers_no_token = true,
    },
];
