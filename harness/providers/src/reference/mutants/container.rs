//! Careless about the endpoints of containers.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{Kept, OddExpiry};

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "full-before-relative",
        breaks: "container.address.relative-first",
        says: "looks at the full URI first",
        change: |it| it.container.relative_first = false,
    },
    Mutant {
        name: "agent-by-ipv4-alone",
        breaks: "container.address.agent-over-ipv6",
        says: "knows the agent of the pod by its old address alone",
        change: |it| it.container.near_hosts = &["169.254.170.2", "169.254.170.23"],
    },
    Mutant {
        name: "container-nonsense-is-empty",
        breaks: "container.document.incomplete-is-a-failure",
        says: "takes what is no document for one without fields, and signs with nothing",
        change: |it| {
            it.documents.refuses_nonsense = false;
            it.documents.needed = &[];
            it.documents.odd_expiry = OddExpiry::IsNever;
            it.container.retries_broken = false;
        },
    },
    Mutant {
        name: "built-in-address",
        breaks: "container.address.as-the-environment-says",
        says: "asks at an address that is built in",
        change: |it| it.container.address_is_built_in = true,
    },
    Mutant {
        name: "no-authorization",
        breaks: "container.authorization.sent-verbatim",
        says: "does not send the token",
        change: |it| it.container.sends_token = false,
    },
    Mutant {
        name: "bearer",
        breaks: "container.authorization.sent-verbatim",
        says: "puts `Bearer` before the token",
        change: |it| it.container.token_prefix = "Bearer ",
    },
    Mutant {
        name: "variable-before-file",
        breaks: "container.authorization.file-before-variable",
        says: "looks at the variable first",
        change: |it| it.container.file_first = false,
    },
    Mutant {
        name: "file-read-once",
        breaks: "container.authorization.file-read-at-each-fetch",
        says: "reads the token file once",
        change: |it| it.container.token_file = Kept::Always,
    },
    Mutant {
        name: "unreadable-is-empty",
        breaks: "container.authorization.unreadable-file-is-an-error",
        says: "asks without a token where it cannot read one",
        change: |it| it.container.missing_file_is_an_error = false,
    },
    Mutant {
        name: "first-container-set-for-ever",
        breaks: "container.credentials.kept-and-replaced",
        says: "keeps its first set for ever",
        change: |it| it.documents.put_off = Duration::from_hours(365 * 24),
    },
    Mutant {
        name: "container-set-never-kept",
        breaks: "container.credentials.kept-and-replaced",
        says: "asks for every call",
        change: |it| it.cache.keeps = false,
    },
    Mutant {
        name: "whole-seconds-alone",
        breaks: "container.document.expiration-with-fraction",
        says: "reads dates with whole seconds alone",
        change: |it| it.documents.takes_fractions = false,
    },
    Mutant {
        name: "container-fields-as-they-come",
        breaks: "container.document.incomplete-is-a-failure",
        says: "fills what is missing with nothing",
        change: |it| it.documents.needed = &[],
    },
    Mutant {
        name: "container-null-is-a-word",
        breaks: "container.document.incomplete-is-a-failure",
        says: "takes null for a value",
        change: |it| it.documents.null_is_absent = false,
    },
    Mutant {
        name: "container-no-token-needed",
        breaks: "container.document.token-is-needed",
        says: "takes a set without a session token",
        change: |it| it.documents.needed = &["AccessKeyId", "SecretAccessKey"],
    },
    Mutant {
        name: "asks-without-end",
        breaks: "container.outage.told-and-over",
        says: "asks an endpoint that is out of order again and again",
        change: |it| {
            it.container.attempts = 30;
            it.container.pause = Duration::ZERO;
        },
    },
    Mutant {
        name: "outage-remembered",
        breaks: "container.outage.told-and-over",
        says: "leaves an endpoint alone that failed at the start",
        change: |it| it.cache.backs_off_with_nothing = true,
    },
    Mutant {
        name: "first-error-is-the-last-word",
        breaks: "container.passing-failure.retried",
        says: "gives up at the first error",
        change: |it| it.container.attempts = 1,
    },
    Mutant {
        name: "broken-socket-is-the-last-word",
        breaks: "container.passing-failure.retried",
        says: "gives up at a broken connection",
        change: |it| it.container.retries_broken = false,
    },
    Mutant {
        name: "keys-in-an-error",
        breaks: "container.refusal.is-an-error",
        says: "reads the body, and does not look at the status",
        change: |it| it.container.heeds_status = false,
    },
    Mutant {
        name: "refusal-tried-without-end",
        breaks: "container.refusal.is-an-error",
        says: "asks again and again after a refusal",
        change: |it| {
            it.container.retried_after = &[(400, 599)];
            it.container.attempts = 30;
            it.container.pause = Duration::ZERO;
        },
    },
    Mutant {
        name: "waits-for-the-endpoint",
        breaks: "container.silence.ends-in-time",
        says: "waits for an answer as long as it takes",
        change: |it| it.container.patience = None,
    },
    Mutant {
        name: "leaves-a-container-alone",
        breaks: "container.document.incomplete-is-a-failure",
        says: "leaves an endpoint alone whose document ended early, though there is no set at all",
        change: |it| it.cache.backs_off_with_nothing = true,
    },
];
