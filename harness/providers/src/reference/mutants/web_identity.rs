//! Careless about web identities.

use std::time::Duration;

use super::Mutant;
use crate::reference::conduct::Kept;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "web-identity-signed",
        breaks: "web-identity.request.unsigned",
        says: "needs other credentials to ask for its first ones",
        change: |it| it.sts.web_identity_unsigned = false,
    },
    Mutant {
        name: "session-name-ignored",
        breaks: "web-identity.session.named-as-said",
        says: "calls the session as it likes",
        change: |it| it.sts.heeds_session_name_variable = false,
    },
    Mutant {
        name: "web-token-read-once",
        breaks: "web-identity.token.read-at-each-refresh",
        says: "reads the token file once",
        change: |it| it.sts.token_file = Kept::Always,
    },
    Mutant {
        name: "idp-error-is-final",
        breaks: "web-identity.idp-communication-error.retried",
        says: "takes a provider out of reach for a refusal",
        change: |it| it.sts.retried_after = &["Throttling"],
    },
    Mutant {
        name: "refused-token-tried-again",
        breaks: "web-identity.refusal.is-an-error",
        says: "asks again and again with a token that is refused",
        change: |it| {
            it.sts.retried_after = &[
                "InvalidIdentityToken",
                "ExpiredTokenException",
                "AccessDenied",
                "IDPRejectedClaim",
            ];
            it.sts.attempts = 30;
            it.sts.pause = Duration::ZERO;
        },
    },
    Mutant {
        name: "web-token-remembered",
        breaks: "web-identity.refusal.is-an-error",
        says: "remembers the token that was refused",
        change: |it| it.sts.token_file = Kept::Always,
    },
];
