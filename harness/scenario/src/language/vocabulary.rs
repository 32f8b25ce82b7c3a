//! What the language has to ask of those who know the account.

/// The names and the judgement of the account, which the language itself does not know.
pub trait Vocabulary {
    /// The names of the AWS-managed policies that the account has: `AmazonS3FullAccess`.
    fn managed_policies(&self) -> Vec<String>;

    /// The kinds of request that can be counted: `imds-credentials`.
    fn counters(&self) -> Vec<String>;

    /// The kinds of request that can be singled out, by name or with `*`. At least the counters.
    fn operations(&self) -> Vec<String> {
        self.counters()
    }

    /// Whether `json` is a policy document of this kind.
    fn check_policy(&self, kind: PolicyKind, json: &str) -> Result<(), PolicyProblem>;
}

/// What a policy document is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// To a role or a user.
    Identity,
    /// To a role: who may assume it.
    Trust,
    /// To a bucket.
    Resource,
    /// To the root of an organization or an account, for its principals.
    ServiceControl,
    /// To the root of an organization or an account, for its resources.
    ResourceControl,
}

/// Why a text is not a policy document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyProblem {
    /// What is wrong, as a fragment: ``an unknown element `Efect` ``.
    pub message: String,
    /// The line within the document, from one; zero when it is not known.
    pub line: usize,
    /// The column within that line, from one, in bytes, as JSON parsers count; zero when it is not
    /// known.
    pub column: usize,
    /// What to do about it.
    pub help: Option<String>,
}
