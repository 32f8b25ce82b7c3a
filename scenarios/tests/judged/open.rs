//! What is still open. Both lists only ever get shorter: an entry that no longer holds fails the test.

/// Rules that must hold, and that no mutant breaks so that a scenario which names it fails it.
pub(crate) const RULES_WITHOUT_A_MUTANT: &[&str] = &[
    "imds.token.lost-reply-ends-in-time",
    "sts.response.cut-short-is-a-failure",
];

/// Scenarios that fail no mutant.
pub(crate) const SCENARIOS_WITHOUT_A_MUTANT: &[&str] = &[
    "container-cut-short",
    "rotation-mid-fetch",
    "sts-cut-short",
    "token-reply-lost",
];
