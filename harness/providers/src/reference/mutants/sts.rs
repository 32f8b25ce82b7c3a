//! Careless about STS, and requests that are signed.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::Kept;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "multipart-with-the-first-set",
        breaks: "s3.multipart.signed-as-it-goes",
        says: "signs all parts of an upload with the set that it began with",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "signed-with-the-first-set",
        breaks: "sts.assume-role.signed-by-its-source",
        says: "signs with the set that it held first",
        change: |it| it.signing.newest_set = false,
    },
    Mutant {
        name: "source-asked-once",
        breaks: "sts.assume-role.signed-by-its-source",
        says: "asks the source of a role once, and keeps what it said",
        change: |it| it.sts.source = Kept::Always,
    },
    Mutant {
        name: "a-quarter-by-default",
        breaks: "sts.assume-role.an-hour-by-default",
        says: "asks for a quarter of an hour where nothing is said",
        change: |it| it.sts.default_duration = Some(Duration::from_mins(15)),
    },
    Mutant {
        name: "no-chains",
        breaks: "sts.assume-role.chained",
        says: "signs for the second role with the keys at the end of the chain",
        change: |it| it.sts.chains_roles = false,
    },
    Mutant {
        name: "duration-ignored",
        breaks: "sts.assume-role.duration-as-said",
        says: "does not say how long the session is to last",
        change: |it| it.sts.passes_duration = false,
    },
    Mutant {
        name: "source-in-place-of-the-role",
        breaks: "sts.assume-role.refusal-is-an-error",
        says: "goes on as its source when the role is refused",
        change: |it| it.sts.refusal_is_an_error = false,
    },
    Mutant {
        name: "refusal-tried-again",
        breaks: "sts.assume-role.refusal-is-an-error",
        says: "asks again and again after a refusal",
        change: |it| {
            it.sts.retried_after = &["AccessDenied"];
            it.sts.attempts = 30;
            it.sts.pause = Duration::ZERO;
        },
    },
    Mutant {
        name: "external-id-unsaid",
        breaks: "sts.assume-role.settings-are-sent",
        says: "does not send the external id",
        change: |it| it.sts.passes_external_id = false,
    },
    Mutant {
        name: "session-name-of-its-own",
        breaks: "sts.assume-role.settings-are-sent",
        says: "calls the session as it likes",
        change: |it| it.sts.passes_session_name = false,
    },
    Mutant {
        name: "sts-asked-once",
        breaks: "sts.passing-failure.retried",
        says: "gives up at the first error",
        change: |it| it.sts.attempts = 1,
    },
    Mutant {
        name: "one-endpoint-for-sts",
        breaks: "sts.request.regional-endpoint",
        says: "asks the global endpoint of STS with the signature of its region",
        change: |it| it.sts.endpoint = Some("https://sts.amazonaws.com"),
    },
    Mutant {
        name: "a-session-for-every-call",
        breaks: "sts.session.kept-between-calls",
        says: "assumes the role for every call",
        change: |it| it.cache.keeps = false,
    },
    Mutant {
        name: "s3-without-session-token",
        breaks: "s3.request.carries-session-token",
        says: "signs without the session token",
        change: |it| it.signing.session_token = false,
    },
    Mutant {
        name: "presigned-without-session-token",
        breaks: "s3.presigned.carries-session-token",
        says: "leaves the session token out of presigned URLs",
        change: |it| it.signing.session_token_presigned = false,
    },
    Mutant {
        name: "upload-of-one-set",
        breaks: "s3.multipart.signed-as-it-goes",
        says: "gives an upload up when its set is replaced",
        change: |it| it.signing.one_set_per_call = true,
    },
    Mutant {
        name: "leaves-sts-alone",
        breaks: "sts.response.cut-short-is-a-failure",
        says: "leaves STS alone after an answer that ended early, though there is no set at all",
        change: |it| it.cache.backs_off_with_nothing = true,
    },
];
