//! The scenarios of the suite, embedded, with the rules they are about.
//!
//! One folder a topic, one TOML file a scenario, one `rules.toml` a topic.

/// A file of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuiteFile {
    /// Its path from the root of the repository.
    pub path: &'static str,
    /// All of its text.
    pub text: &'static str,
}

impl SuiteFile {
    /// The name of the scenario in it: the stem of the file.
    pub fn name(&self) -> &'static str {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        file.strip_suffix(".toml").unwrap_or(file)
    }

    /// Its topic: the folder it is in.
    pub fn topic(&self) -> &'static str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(SuiteFile { path: concat!("scenarios/", $path), text: include_str!(concat!("../", $path)) }),+]
    };
}

/// Every scenario, in the order in which they are best read.
pub const SCENARIOS: &[SuiteFile] = files![
    "chain/instance-launch.toml",
    "chain/container-that-is-gone.toml",
    "chain/empty-container-uri.toml",
    "chain/empty-disabled.toml",
    "chain/empty-keys.toml",
    "chain/empty-profile.toml",
    "chain/empty-web-identity.toml",
    "chain/environment-before-all.toml",
    "chain/file-before-instance.toml",
    "chain/half-key-id-in-the-environment.toml",
    "chain/half-secret-in-the-environment.toml",
    "chain/half-token-in-the-environment.toml",
    "chain/nothing-anywhere.toml",
    "chain/process-that-fails.toml",
    "chain/region.toml",
    "chain/token-file-that-is-not-there.toml",
    "imds/role-attach.toml",
    "imds/rotation.toml",
    "imds/role-swap.toml",
    "imds/role-swap-mid-refresh.toml",
    "imds/outage-at-refresh.toml",
    "imds/stale-document.toml",
    "imds/error-in-200.toml",
    "imds/broken-documents.toml",
    "imds/token-reply-lost.toml",
    "imds/tokens-required.toml",
    "imds/token-outlived.toml",
    "imds/token-revoked.toml",
    "imds/token-bad-request.toml",
    "imds/token-throttled.toml",
    "imds/v1-fallback.toml",
    "imds/v1-forbidden.toml",
    "imds/v1-forbidden-lost-reply.toml",
    "imds/v1-forbidden-in-file.toml",
    "imds/hop-too-far-on-v1.toml",
    "imds/fifty-calls.toml",
    "imds/short-sets.toml",
    "imds/odd-role-names.toml",
    "imds/unknown-role.toml",
    "imds/listing-of-two.toml",
    "imds/listing-fails.toml",
    "imds/missing-field.toml",
    "imds/null-field.toml",
    "imds/odd-expiration.toml",
    "imds/bad-document-at-refresh.toml",
    "imds/silence-at-refresh.toml",
    "imds/refused-at-refresh.toml",
    "imds/cold-start-stale.toml",
    "imds/stale-and-refused.toml",
    "imds/wake-from-stop.toml",
    "imds/identity-credentials.toml",
    "container/found-in-a-container.toml",
    "container/relative-before-full.toml",
    "container/agent-over-ipv6.toml",
    "container/token-in-the-environment.toml",
    "container/token-file-first.toml",
    "container/token-file-unreadable.toml",
    "container/token-file-rotates.toml",
    "container/pod-outlives-its-token.toml",
    "container/container-rotation.toml",
    "container/refused-token.toml",
    "container/keys-in-an-error.toml",
    "container/error-once.toml",
    "container/reset-once.toml",
    "container/outage.toml",
    "container/connections-break.toml",
    "container/silence.toml",
    "container/container-field-missing.toml",
    "container/container-field-null.toml",
    "container/container-without-token.toml",
    "container/container-cut-short.toml",
    "container/container-no-document.toml",
    "container/expiration-with-nanoseconds.toml",
    "profiles/credential-source.toml",
    "profiles/files-missing.toml",
    "profiles/own-keys-of-a-role.toml",
    "profiles/profile-chosen.toml",
    "profiles/profile-missing.toml",
    "profiles/role-circle.toml",
    "profiles/role-of-a-source.toml",
    "profiles/source-with-a-role.toml",
    "process/process-callers-at-once.toml",
    "process/process-expiry-forms.toml",
    "process/process-failure.toml",
    "process/process-more-output.toml",
    "process/process-odd-output.toml",
    "process/process-of-a-user.toml",
    "process/process-on-an-instance.toml",
    "process/process-rotation-ahead.toml",
    "process/process-rotation.toml",
    "sso/sso-broken-token-file.toml",
    "sso/sso-callers-at-once.toml",
    "sso/sso-not-assigned.toml",
    "sso/sso-not-signed-in.toml",
    "sso/sso-odd-credentials.toml",
    "sso/sso-outlives-the-token.toml",
    "sso/sso-portal-in-trouble.toml",
    "sso/sso-role.toml",
    "sso/sso-signed-out.toml",
    "sso/sso-token-about-to-end.toml",
    "sso/sso-token-expired.toml",
    "sts/assume-role.toml",
    "sts/role-demands.toml",
    "sts/role-in-code.toml",
    "sts/role-refused.toml",
    "sts/not-trusted.toml",
    "sts/chained-roles.toml",
    "sts/source-of-a-role.toml",
    "sts/default-duration.toml",
    "sts/duration-as-said.toml",
    "sts/short-session.toml",
    "sts/session-kept.toml",
    "sts/regional-endpoint.toml",
    "sts/sts-fails-once.toml",
    "sts/sts-connection-reset.toml",
    "sts/sts-cut-short.toml",
    "web-identity/asked-for-without-signature.toml",
    "web-identity/named-session.toml",
    "web-identity/web-identity-session-kept.toml",
    "web-identity/token-rotates.toml",
    "web-identity/runs-for-three-days.toml",
    "web-identity/token-refused.toml",
    "web-identity/file-without-a-token.toml",
    "web-identity/not-admitted.toml",
    "web-identity/provider-out-of-reach.toml",
    "web-identity/web-identity-fails-once.toml",
    "off-cloud/nobody-there.toml",
    "off-cloud/black-hole.toml",
    "off-cloud/refused.toml",
    "off-cloud/disabled.toml",
    "off-cloud/disabled-in-a-black-hole.toml",
    "off-cloud/captive-portal.toml",
    "off-cloud/sent-round-and-round.toml",
    "off-cloud/answer-that-stops.toml",
    "off-cloud/answer-closed.toml",
    "credentials/concurrent-callers-one-fetch.toml",
    "credentials/one-fetch-of-each-source.toml",
    "credentials/kept-in-a-quarter-of-an-hour.toml",
    "credentials/idle-for-three-lifetimes.toml",
    "credentials/busy-for-three-lifetimes.toml",
    "credentials/quarter-of-an-hour-sets.toml",
    "credentials/source-recovers.toml",
    "credentials/rotation-mid-fetch.toml",
    "credentials/broken-session-answer.toml",
    "credentials/crowd-at-each-expiry.toml",
    "credentials/each-profile-its-own.toml",
    "credentials/rotation-mid-fetch-of-a-container.toml",
    "credentials/rotation-storm.toml",
    "refresh/promised-window.toml",
    "refresh/promised-window-of-a-role.toml",
    "refresh/failure-in-the-window.toml",
    "refresh/advisory-window.toml",
    "refresh/advisory-window-of-a-session.toml",
    "refresh/advisory-window-moves.toml",
    "refresh/configured-window.toml",
    "refresh/one-refreshes.toml",
    "refresh/all-wait-when-mandatory.toml",
    "refresh/failed-refresh-keeps-the-set.toml",
    "refresh/back-off-when-mandatory.toml",
    "refresh/back-off.toml",
    "refresh/broken-refresh-keeps-the-set.toml",
    "refresh/nothing-to-keep.toml",
    "refresh/refusal-at-first.toml",
    "refresh/refusal-in-the-window.toml",
    "refresh/refusal-when-mandatory.toml",
    "refresh/rejected-and-nothing-better.toml",
    "refresh/rejected-set-is-replaced.toml",
    "refresh/rejected-too-late.toml",
    "refresh/stale-refresh-keeps-the-set.toml",
    "errors/denied-set-is-kept.toml",
    "errors/revoked-by-a-policy.toml",
    "errors/ended-session.toml",
    "errors/refusal-is-not-retried.toml",
    "errors/max-attempts.toml",
    "errors/reset-is-retried.toml",
    "errors/retries-end.toml",
    "errors/retry-is-signed-anew.toml",
    "errors/server-error-is-retried.toml",
    "errors/throttled.toml",
    "skew/small-skew-is-harmless.toml",
    "skew/wrong-clock-is-corrected.toml",
    "skew/clock-set-back.toml",
    "skew/suspend.toml",
    "s3/s3-upload.toml",
    "s3/presigned-url.toml",
    "s3/presigned-by-an-assumed-role.toml",
    "s3/multipart-over-the-expiry.toml",
    "s3/multipart-and-a-rotation.toml",
    "security/failing-container-on-an-instance.toml",
    "security/web-identity-on-an-instance.toml",
    "security/credentials-from-a-foreign-host.toml",
    "security/redirected.toml",
    "security/past-the-proxy.toml",
    "security/token-with-line-breaks.toml",
    "security/token-in-the-environment-with-line-breaks.toml",
    "security/token-file-ends-in-a-line-break.toml",
];

/// The rules, a file a topic.
pub const RULES: &[SuiteFile] = files![
    "chain/rules.toml",
    "container/rules.toml",
    "credentials/rules.toml",
    "errors/rules.toml",
    "imds/rules.toml",
    "off-cloud/rules.toml",
    "process/rules.toml",
    "profiles/rules.toml",
    "refresh/rules.toml",
    "s3/rules.toml",
    "security/rules.toml",
    "skew/rules.toml",
    "sso/rules.toml",
    "sts/rules.toml",
    "web-identity/rules.toml",
];

/// The rules about AWS's servers that the simulated account follows.
pub const SERVER_RULES: SuiteFile = SuiteFile {
    path: "docs/server-rules.toml",
    text: include_str!("../../docs/server-rules.toml"),
};

/// What `aws-config`, which needs no driver, is known to fail.
pub const AWS_CONFIG_KNOWN_FAILING: &str =
    include_str!("../../fixtures/providers/aws-config/known-failing.toml");

/// What is published about `aws-config`, in this process or in one of its own.
pub const AWS_CONFIG_FINDINGS: &str =
    include_str!("../../fixtures/providers/aws-config-child/findings.toml");

/// The published table: who passes which rule.
pub const CONFORMANCE: &str = include_str!("../../docs/conformance.md");

/// The scenario called `name`.
pub fn scenario(name: &str) -> Option<&'static SuiteFile> {
    SCENARIOS.iter().find(|file| file.name() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Nothing is embedded at link time, so that nothing must be forgotten.
    #[test]
    fn every_file_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        for topic in root
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
        {
            for file in topic.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if file
                    .extension()
                    .is_some_and(|extension| extension == "toml")
                {
                    let topic = topic.file_name().unwrap().to_str().unwrap();
                    found.insert(format!(
                        "scenarios/{topic}/{}",
                        file.file_name().unwrap().to_str().unwrap()
                    ));
                }
            }
        }
        let listed: BTreeSet<String> = SCENARIOS
            .iter()
            .chain(RULES)
            .map(|file| file.path.to_owned())
            .collect();
        assert_eq!(listed, found);
    }

    #[test]
    fn names_are_unique_over_all_topics() {
        let names: BTreeSet<_> = SCENARIOS.iter().map(SuiteFile::name).collect();
        assert_eq!(names.len(), SCENARIOS.len());
    }
}
