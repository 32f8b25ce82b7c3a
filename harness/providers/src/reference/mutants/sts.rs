//! Careless about STS, and requests that are signed.

use super::Mutant;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "signed-with-the-first-set",
        breaks: "sts.assume-role.signed-by-its-source",
        says: "signs with the set that it held first",
        change: |it| it.signing.newest_set = false,
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
];
