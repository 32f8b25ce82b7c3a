//! Careless about the instance metadata service.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::{
    AfterFailure, InPath, Kept, Listing, OddExpiry, TokenSent, Window,
};

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
        name: "expiry-put-off-while-healthy",
        breaks: "imds.credentials.refreshed-before-expiry",
        says: "puts the expiry of every set off by two hours, as in an outage",
        change: |it| it.documents.put_off = Duration::from_hours(2),
    },
    Mutant {
        name: "no-expiry-is-for-ever",
        breaks: "imds.credentials.unreadable-expiry-is-not-for-ever",
        says: "takes an expiry that it cannot read for none",
        change: |it| it.documents.odd_expiry = OddExpiry::IsNever,
    },
    Mutant {
        name: "stale-start-for-good",
        breaks: "imds.credentials.recovered-from-a-stale-start",
        says: "takes an expired set for a good one, and never looks again",
        change: |it| {
            it.cache.refuses_stale = false;
            it.documents.put_off = Duration::from_hours(365 * 24);
        },
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
    Mutant {
        name: "name-cut-short",
        breaks: "imds.role.any-name-of-iam",
        says: "ends the name of a role at a character that it may have",
        change: |it| it.imds.role_in_path = InPath::CutShort,
    },
    Mutant {
        name: "name-escaped-twice",
        breaks: "imds.role.any-name-of-iam",
        says: "escapes the name of a role twice",
        change: |it| it.imds.role_in_path = InPath::EscapedTwice,
    },
    Mutant {
        name: "error-page-is-a-role",
        breaks: "imds.role.found-after-a-bad-start",
        says: "takes an error page for the name of a role, and remembers it",
        change: |it| {
            it.imds.heeds_listing_status = false;
            it.imds.retried_after = &[];
            it.imds.role_name = Kept::Always;
        },
    },
    Mutant {
        name: "lists-for-ever",
        breaks: "imds.role.unknown-name-is-an-error",
        says: "lists and asks in turn without end",
        change: |it| it.imds.listings_again = 50,
    },
    Mutant {
        name: "waits-for-a-token",
        breaks: "imds.token.lost-reply-ends-in-time",
        says: "waits for the reply to a token request as long as it takes",
        change: |it| it.imds.patience = None,
    },
    Mutant {
        name: "bad-request-is-no-token",
        breaks: "imds.token.bad-request-is-final",
        says: "goes on without a token after 400",
        change: |it| it.imds.v1_after = &[400, 403, 404, 405],
    },
    Mutant {
        name: "bad-request-tried-again",
        breaks: "imds.token.bad-request-is-final",
        says: "asks again and again for a token after 400",
        change: |it| {
            it.imds.token_retried_after = &[(400, 400), (500, 599)];
            it.imds.attempts = 20;
        },
    },
    Mutant {
        name: "token-never-sent",
        breaks: "imds.token.carried-where-required",
        says: "asks for a token and does not send it",
        change: |it| it.imds.sends_token = TokenSent::Never,
    },
    Mutant {
        name: "token-for-the-listing",
        breaks: "imds.token.carried-where-required",
        says: "sends the token with the listing, and not for the document",
        change: |it| {
            it.imds.sends_token = TokenSent::WithListing;
            it.imds.tries_after_401 = 0;
        },
    },
    Mutant {
        name: "version-one-alone",
        breaks: "imds.token.carried-where-required",
        says: "has never heard of tokens",
        change: |it| it.imds.speaks_v2 = false,
    },
    Mutant {
        name: "token-without-a-lifetime",
        breaks: "imds.token.carried-where-required",
        says: "asks for a token without saying for how long",
        change: |it| it.imds.says_ttl = false,
    },
    Mutant {
        name: "token-for-a-week",
        breaks: "imds.token.carried-where-required",
        says: "asks for a token for longer than there is",
        change: |it| it.imds.token_ttl = Duration::from_hours(168),
    },
    Mutant {
        name: "no-tokens-for-ever",
        breaks: "imds.token.failure-is-not-for-ever",
        says: "remembers for good that there are no tokens",
        change: |it| it.imds.remembers_no_token = true,
    },
    Mutant {
        name: "token-for-ever",
        breaks: "imds.token.renewed-when-over",
        says: "keeps its token for ever",
        change: |it| {
            it.imds.token = Kept::Always;
            it.imds.tries_after_401 = 0;
        },
    },
    Mutant {
        name: "refused-token-kept",
        breaks: "imds.token.replaced-when-refused",
        says: "goes on with a token that was refused",
        change: |it| it.imds.new_token_after_401 = false,
    },
    Mutant {
        name: "refused-token-is-the-end",
        breaks: "imds.token.replaced-when-refused",
        says: "takes 401 for the last word, and keeps the token",
        change: |it| it.imds.tries_after_401 = 0,
    },
    Mutant {
        name: "refusal-is-no-service",
        breaks: "imds.v1.fallback-after-a-refusal",
        says: "takes the refusal of a token for the absence of the service",
        change: |it| it.imds.v1_after = &[],
    },
    Mutant {
        name: "silence-is-no-service",
        breaks: "imds.v1.fallback-after-silence",
        says: "takes a lost reply for the absence of the service",
        change: |it| it.imds.v1_after_silence = false,
    },
    Mutant {
        name: "v1-though-forbidden",
        breaks: "imds.v1.not-when-forbidden",
        says: "falls back to version one though that is forbidden",
        change: |it| it.imds.heeds_v1_disabled = false,
    },
    Mutant {
        name: "identity-credentials",
        breaks: "imds.identity-credentials.are-no-role",
        says: "takes the credentials of the instance itself for those of its role",
        change: |it| {
            it.imds.roles = "/latest/meta-data/identity-credentials/ec2/security-credentials/";
        },
    },
    Mutant {
        name: "whole-listing-kept",
        breaks: "imds.role.first-line-or-an-error",
        says: "takes a whole listing for the name of a role, and keeps it",
        change: |it| {
            it.imds.listing = Listing::Whole;
            it.imds.role_name = Kept::Always;
        },
    },
    Mutant {
        name: "fields-as-they-come",
        breaks: "imds.credentials.incomplete-is-a-failure",
        says: "fills what is missing with nothing",
        change: |it| it.documents.needed = &[],
    },
    Mutant {
        name: "leaves-a-stale-source-alone",
        breaks: "imds.credentials.recovered-from-a-stale-start",
        says: "leaves a source that gave what has expired alone for half a day",
        change: |it| it.cache.back_off = (Duration::from_hours(12), Duration::from_hours(12)),
    },
];
