//! What is still open. Both lists only ever get shorter: an entry that no longer holds fails the test.

/// Rules that must hold, and that no mutant breaks so that a scenario which names it fails it.
pub(crate) const RULES_WITHOUT_A_MUTANT: &[&str] = &[
    "credentials.each-identity-its-own",
    "credentials.never-in-messages",
    "errors.refusal.not-retried",
    "errors.retries.signed-anew",
    "skew.corrected-from-a-refusal",
    "skew.small-is-no-matter",
    "sts.response.cut-short-is-a-failure",
];

/// Scenarios that fail no mutant.
pub(crate) const SCENARIOS_WITHOUT_A_MUTANT: &[&str] = &[
    "answer-closed",
    "captive-portal",
    "clock-set-back",
    "container-cut-short",
    "denied-set-is-kept",
    "each-profile-its-own",
    "empty-disabled",
    "files-missing",
    "kept-in-a-quarter-of-an-hour",
    "listing-of-two",
    "missing-field",
    "multipart-and-a-rotation",
    "nothing-anywhere",
    "process-callers-at-once",
    "process-more-output",
    "process-that-fails",
    "refusal-is-not-retried",
    "rejected-too-late",
    "retry-is-signed-anew",
    "role-circle",
    "rotation-mid-fetch",
    "rotation-mid-fetch-of-a-container",
    "sent-round-and-round",
    "small-skew-is-harmless",
    "source-recovers",
    "sso-broken-token-file",
    "stale-and-refused",
    "sts-cut-short",
    "token-file-that-is-not-there",
    "wake-from-stop",
    "wrong-clock-is-corrected",
];
