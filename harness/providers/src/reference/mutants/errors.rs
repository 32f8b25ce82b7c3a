//! Careless about what services answer.

use super::Mutant;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "throttled-is-refused",
        breaks: "errors.throttling.retried",
        says: "gives up when it is asked to be slower",
        change: |it| it.signing.attempts = Some(1),
    },
    Mutant {
        name: "passing-error-is-refused",
        breaks: "errors.transient.retried",
        says: "gives up at the first error of a service",
        change: |it| it.signing.attempts = Some(1),
    },
    Mutant {
        name: "retries-for-ever",
        breaks: "errors.retries.bounded",
        says: "asks a service that fails again and again",
        change: |it| it.signing.attempts = Some(30),
    },
    Mutant {
        name: "own-number-of-attempts",
        breaks: "errors.retries.max-attempts",
        says: "does not look at how often it may ask",
        change: |it| it.signing.attempts = Some(4),
    },
    Mutant {
        name: "revoked-set-kept",
        breaks: "errors.revoked.next-set-is-good",
        says: "signs on with the set that it held first",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "denial-is-a-bad-set",
        breaks: "errors.denial.keeps-the-set",
        says: "takes a denial for a bad set",
        change: |it| it.cache.invalidated_by = &["AccessDenied"],
    },
    Mutant {
        name: "asks-whatever-it-is-told",
        breaks: "errors.refusal.not-retried",
        says: "sends a request again whatever it is told",
        change: |it| it.signing.resent_after = &[(400, 599)],
    },
    Mutant {
        name: "signed-once",
        breaks: "errors.retries.signed-anew",
        says: "signs a request once, however often it is sent",
        change: |it| {
            it.signing.attempts = Some(1);
            it.signing.resent_after = &[(500, 599)];
        },
    },
];
