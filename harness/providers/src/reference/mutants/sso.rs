//! Careless about portals.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{AfterFailure, Kept};

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "portal-asked-once",
        breaks: "sso.portal.trouble-is-retried",
        says: "gives up at the first trouble of the portal",
        change: |it| it.sso.attempts = 1,
    },
    Mutant {
        name: "portal-for-every-call",
        breaks: "sso.role-credentials.kept",
        says: "asks the portal for every call",
        change: |it| it.cache.keeps = false,
    },
    Mutant {
        name: "role-ends-with-the-token",
        breaks: "sso.role-credentials.outlive-the-token",
        says: "ends the credentials of a role with the token",
        change: |it| {
            it.sso.ends_with_token = true;
            it.cache.after_failure = AfterFailure::UsedUntilExpiry;
        },
    },
    Mutant {
        name: "portal-role-for-ever",
        breaks: "sso.role-credentials.refreshed",
        says: "believes that the credentials of a role do not end",
        change: |it| it.sso.heeds_expiry = false,
    },
    Mutant {
        name: "portal-refusal-tried-again",
        breaks: "sso.role-credentials.refusal-not-retried",
        says: "asks again after a refusal of the role",
        change: |it| it.sso.retried_after = &[(400, 599)],
    },
    Mutant {
        name: "refused-portal-token-tried-again",
        breaks: "sso.token.refusal-not-retried",
        says: "asks again with a token that is refused",
        change: |it| it.sso.retried_after = &[(400, 599)],
    },
    Mutant {
        name: "ended-token-tried-on",
        breaks: "sso.token.ended-is-an-error",
        says: "goes on asking with a token that has ended",
        change: |it| {
            it.sso.heeds_token_end = false;
            it.sso.retried_after = &[(400, 599)];
        },
    },
    Mutant {
        name: "portal-token-kept",
        breaks: "sso.token.read-anew",
        says: "reads the token once",
        change: |it| it.sso.token = Kept::Always,
    },
    Mutant {
        name: "early-end-of-a-token",
        breaks: "sso.token.used-while-good",
        says: "takes a token for over a quarter of an hour early",
        change: |it| it.sso.token_margin = Duration::from_mins(15),
    },
    Mutant {
        name: "half-of-a-portal",
        breaks: "sso.role-credentials.whole",
        says: "takes half an answer of the portal",
        change: |it| it.sso.refuses_half_a_set = false,
    },
    Mutant {
        name: "other-source-for-a-portal",
        breaks: "sso.failure.no-other-source",
        says: "goes on to the instance when nobody has signed in",
        change: |it| it.chain.stops_at_failure = false,
    },
    Mutant {
        name: "broken-file-is-empty",
        breaks: "sso.token.broken-file-is-an-error",
        says: "shows an empty token where the file holds none",
        change: |it| it.sso.broken_file_is_empty = true,
    },
];
