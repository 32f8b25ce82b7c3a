//! Careless about the instance metadata service.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{AfterFailure, Kept, OddExpiry, Window};

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "any-document-is-credentials",
        breaks: "imds.credentials.error-document-is-a-failure",
        says: "takes whatever document comes with status 200 for credentials",
        change: |it| {
            it.documents.heeds_code = false;
            it.documents.needed = &[];
            it.documents.odd_expiry = OddExpiry::IsNever;
        },
    },
    Mutant {
        name: "no-token-needed",
        breaks: "imds.credentials.incomplete-is-a-failure",
        says: "takes a set without a session token",
        change: |it| it.documents.needed = &["AccessKeyId", "SecretAccessKey"],
    },
    Mutant {
        name: "null-is-a-word",
        breaks: "imds.credentials.incomplete-is-a-failure",
        says: "takes null for a value",
        change: |it| it.documents.null_is_absent = false,
    },
    Mutant {
        name: "nothing-is-kept",
        breaks: "imds.credentials.kept-between-calls",
        says: "fetches a set for every call",
        change: |it| it.cache.keeps = false,
    },
    Mutant {
        name: "window-of-a-whole-life",
        breaks: "imds.credentials.kept-between-calls",
        says: "looks for another set six hours before expiry, which is all the time",
        change: |it| it.cache.advisory = Window::Fixed(Duration::from_hours(6)),
    },
    Mutant {
        name: "dropped-at-a-failure",
        breaks: "imds.credentials.kept-through-an-outage",
        says: "throws the set away when its refresh fails",
        change: |it| it.cache.after_failure = AfterFailure::Dropped,
    },
    Mutant {
        name: "outage-at-expiry",
        breaks: "imds.credentials.stale-document-is-handed-out",
        says: "refuses what has expired, though there is nothing else",
        change: |it| it.cache.after_failure = AfterFailure::UsedUntilExpiry,
    },
    Mutant {
        name: "never-refreshed",
        breaks: "imds.credentials.refreshed-before-expiry",
        says: "believes that a set lasts for a year",
        change: |it| it.documents.put_off = Duration::from_hours(365 * 24),
    },
    Mutant {
        name: "no-role-for-ever",
        breaks: "imds.role.appears-after-association",
        says: "remembers for ever that nobody had any credentials",
        change: |it| it.chain.none_is_forgotten = false,
    },
    Mutant {
        name: "role-remembered",
        breaks: "imds.role.listed-on-every-refresh",
        says: "lists the roles once, and remembers the name",
        change: |it| it.imds.role_name = Kept::Always,
    },
    Mutant {
        name: "gone-role-remembered",
        breaks: "imds.role.swap-while-it-is-asked-for",
        says: "goes on with the name of a role that is gone",
        change: |it| {
            it.imds.role_name = Kept::Always;
            it.imds.listings_again = 0;
        },
    },
];
