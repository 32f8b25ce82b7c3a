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
    "imds/role-attach.toml",
    "imds/rotation.toml",
    "imds/role-swap.toml",
    "imds/role-swap-mid-refresh.toml",
    "imds/outage-at-refresh.toml",
    "imds/stale-document.toml",
    "imds/error-in-200.toml",
    "imds/broken-documents.toml",
    "imds/token-reply-lost.toml",
    "credentials/concurrent-callers-one-fetch.toml",
    "credentials/rotation-mid-fetch.toml",
    "refresh/promised-window.toml",
    "refresh/promised-window-of-a-role.toml",
    "refresh/failure-in-the-window.toml",
    "s3/s3-upload.toml",
    "s3/presigned-url.toml",
    "sts/assume-role.toml",
];

/// The rules, a file a topic.
pub const RULES: &[SuiteFile] = files![
    "chain/rules.toml",
    "credentials/rules.toml",
    "imds/rules.toml",
    "refresh/rules.toml",
    "s3/rules.toml",
    "sts/rules.toml"
];

/// The rules about AWS's servers that the simulated account follows.
pub const SERVER_RULES: SuiteFile = SuiteFile {
    path: "docs/server-rules.toml",
    text: include_str!("../../docs/server-rules.toml"),
};

/// What `aws-config`, which needs no driver, is known to fail.
pub const AWS_CONFIG_KNOWN_FAILING: &str =
    include_str!("../../fixtures/providers/aws-config/known-failing.toml");

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
