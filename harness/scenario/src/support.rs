//! What this runner can play: the language has more words than that.

use std::collections::BTreeMap;

use crate::language::{BadScenario, Scenario, Span};

/// The optional words that the runner plays.
pub const PLAYED: &[&str] = &[
    "account",
    "account.full-aws-access",
    "account.rcp",
    "account.scp",
    "after",
    "app",
    "app.clock-skew",
    "app.env",
    "app.profile",
    "app.settings",
    "app.use",
    "associate-profile",
    "association-delay",
    "assume-role",
    "at-once",
    "attach-policy",
    "begin",
    "bucket",
    "bucket",
    "bucket.account",
    "buckets",
    "caller-identity",
    "clear-fault",
    "config-profile",
    "config-profile.process",
    "config-profile.sso",
    "consistency-delay",
    "credential-lifetime",
    "detach-policy",
    "disassociate-profile",
    "download",
    "expect-total",
    "expect.allowed",
    "expect.any-of",
    "expect.calls",
    "expect.denied",
    "expect.each",
    "expect.fails",
    "expect.identity",
    "expect.issue",
    "expect.last",
    "expect.same-set-as",
    "expect.under",
    "expect.within",
    "fault",
    "gate",
    "instance",
    "instance.account",
    "instance.http-tokens",
    "instance.recorded",
    "join",
    "laptop",
    "launch",
    "match",
    "needs",
    "open",
    "organization",
    "overlap",
    "pod",
    "pod.identity",
    "pod.token-lifetime",
    "presign",
    "profile",
    "publish-before-expiry",
    "put-policy",
    "region",
    "repeat",
    "replace-profile",
    "resolve",
    "revoke",
    "revoke.issue",
    "role",
    "role.account",
    "role.inline",
    "role.max-session-duration",
    "role.trust",
    "rotate",
    "rotate-at",
    "rotate-token",
    "rule",
    "set-profile-role",
    "set-process",
    "settle",
    "sign-in",
    "sign-out",
    "sso",
    "start",
    "start-instance",
    "step.app",
    "stop-instance",
    "task",
    "task.authorization-token",
    "task.authorization-token-file",
    "task.kind",
    "task.recorded",
    "terminate",
    "upload",
    "upload.metadata",
    "upload.part-size",
    "upload.parts",
    "upload.size",
    "use-url",
    "user",
    "user.account",
    "vary",
    "wall-step",
    "write-file",
];

/// Refuses a scenario that says more than the runner can play, before anything is played.
///
/// # Errors
/// Every word that is not played, with its place.
pub fn check_support(scenario: &Scenario) -> Result<(), BadScenario> {
    // What one row says is for the most part what the others say, at the same places.
    let unplayed: BTreeMap<(usize, &str), Span> = scenario
        .runs()
        .into_iter()
        .flat_map(Scenario::constructs)
        .filter(|(word, _)| !PLAYED.contains(word))
        .map(|(word, span)| ((span.start, word), span))
        .collect();
    let unplayed = unplayed.into_iter().map(|((_, word), span)| (word, span));
    let problems = unplayed.map(|(word, span)| {
        let help =
            "it is a word of the language, and of no use to this version's runner: leave it out";
        scenario.problem_at(
            span,
            format!("`{word}` is not played yet"),
            Some(help.to_owned()),
        )
    });
    BadScenario::of(problems.collect()).map_or(Ok(()), Err)
}
