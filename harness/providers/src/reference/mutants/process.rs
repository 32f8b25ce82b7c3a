//! Careless about programs that print credentials.

use super::Mutant;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "program-run-once",
        breaks: "process.expiration.refreshed",
        says: "keeps what a program printed past its end",
        change: |it| it.process.heeds_expiry = false,
    },
    Mutant {
        name: "program-for-every-call",
        breaks: "process.expiration.kept",
        says: "runs the program for every call",
        change: |it| it.cache.keeps = false,
    },
    Mutant {
        name: "static-for-every-call",
        breaks: "process.expiration.absent-is-for-ever",
        says: "runs the program again for credentials that do not end",
        change: |it| it.cache.never_expiring_is_kept = false,
    },
    Mutant {
        name: "any-version",
        breaks: "process.document.version",
        says: "takes a document of any version",
        change: |it| it.process.heeds_version = false,
    },
    Mutant {
        name: "half-of-a-program",
        breaks: "process.document.keys",
        says: "takes half of what a program must print",
        change: |it| it.process.needed = &[],
    },
    Mutant {
        name: "program-nonsense",
        breaks: "process.document.json",
        says: "takes what is no document for one without fields",
        change: |it| {
            it.process.refuses_nonsense = false;
            it.process.heeds_version = false;
            it.process.needed = &[];
        },
    },
    Mutant {
        name: "program-zone-ignored",
        breaks: "process.expiration.iso-8601",
        says: "reads a date without its time zone",
        change: |it| it.documents.heeds_zone = false,
    },
    Mutant {
        name: "program-failure-ignored",
        breaks: "process.exit.failure-is-an-error",
        says: "does not look at how the program ended",
        change: |it| it.process.failure_counts = false,
    },
    Mutant {
        name: "other-source-for-a-program",
        breaks: "process.failure.no-other-source",
        says: "goes on to the instance when the program fails",
        change: |it| it.chain.stops_at_failure = false,
    },
    Mutant {
        name: "known-members-alone",
        breaks: "process.document.unknown-members",
        says: "refuses members that it does not know",
        change: |it| it.process.refuses_unknown = true,
    },
    Mutant {
        name: "reads-both-streams",
        breaks: "process.stderr.no-failure",
        says: "reads standard error as part of the document",
        change: |it| it.process.reads_stderr = true,
    },
];
