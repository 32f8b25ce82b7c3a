//! Sources of credentials that are on the machines themselves: programs that print them, and what a
//! sign-in leaves behind.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fault::OddExpiration;
use super::issuing::IssuingChanges;
use crate::language::at::At;
use crate::language::word::words;

/// `config-profile.NAME.process`: a program of the world's that prints credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// Whose.
    pub of: ProcessOf,
    /// How they are issued, where that differs from the world; a user's key is issued once.
    pub issuing: IssuingChanges,
}

/// Whose credentials a program prints.
#[derive(Clone, Debug, PartialEq)]
pub enum ProcessOf {
    /// Those of this role, which end.
    Role(At<String>),
    /// A new key of this user, which does not.
    User(At<String>),
}

/// `set-process`: what the program of a profile does from now on. What is not said it does as it
/// should.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SetProcess {
    /// The profile.
    pub profile: At<String>,
    /// The status it ends with.
    pub exit: Option<At<u8>>,
    /// What it says to standard error. In this, and in what it prints, `{access-key-id}`, `{secret}`,
    /// `{session-token}` and `{expiration}` are those of the set that it has.
    pub stderr: Option<At<String>>,
    /// The `Version` that it prints.
    pub version: Option<At<u32>>,
    /// What it leaves out.
    pub missing_field: Option<At<ProcessField>>,
    /// What is odd about its `Expiration`.
    pub expiration: Option<At<OddExpiration>>,
    /// What it prints in place of the document.
    pub output: Option<At<String>>,
    /// What it prints after the document.
    pub and_output: Option<At<String>>,
    /// How long it takes, in real time.
    pub takes: Option<At<Duration>>,
}

impl SetProcess {
    /// Longer than this no scenario waits for real.
    pub const TAKES_MAX: Duration = Duration::from_secs(10);
}

words! {
    /// A member of the document that a program prints.
    pub enum ProcessField ("member of the document") {
        /// Always 1.
        Version = "Version",
        /// The access key id.
        AccessKeyId = "AccessKeyId",
        /// The secret key.
        SecretAccessKey = "SecretAccessKey",
        /// The session token; a user's key has none.
        SessionToken = "SessionToken",
        /// When they end; a user's key does not.
        Expiration = "Expiration",
    }
}

/// `sso.NAME`: a portal of IAM Identity Center, and who signs in there.
#[derive(Clone, Debug, PartialEq)]
pub struct Sso {
    /// Where users sign in. Default `https://NAME.awsapps.com/start`.
    pub start_url: Option<At<String>>,
    /// Its region. Default the world's.
    pub region: Option<At<String>>,
    /// Who signs in, the name of the sessions. Default `user`.
    pub user: At<String>,
    /// How long a token is good for. Default eight hours.
    pub token_lifetime: At<Duration>,
    /// Whether somebody has signed in when the world begins. Default true.
    pub signed_in: At<bool>,
    /// The permission sets that are assigned to the user.
    pub roles: BTreeMap<String, At<SsoRole>>,
}

impl Default for Sso {
    fn default() -> Self {
        Self {
            start_url: None,
            region: None,
            user: "user".into(),
            token_lifetime: Duration::from_hours(8).into(),
            signed_in: true.into(),
            roles: BTreeMap::new(),
        }
    }
}

/// `sso.NAME.role.NAME`: a permission set, which stands for a role of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct SsoRole {
    /// Managed policies, by name or ARN.
    pub policies: Vec<At<String>>,
    /// Inline policies: JSON documents by name.
    pub inline: BTreeMap<String, At<String>>,
    /// The account, by name; the first when left out.
    pub account: Option<At<String>>,
    /// How long a set is good for. Default an hour, as AWS has it.
    pub session_duration: At<Duration>,
}

impl Default for SsoRole {
    fn default() -> Self {
        Self {
            policies: Vec::new(),
            inline: BTreeMap::new(),
            account: None,
            session_duration: Duration::from_hours(1).into(),
        }
    }
}

words! {
    /// How a profile says where it signs in.
    pub enum SsoForm ("form of an SSO profile") {
        /// By a section of its own, `[sso-session NAME]`: the default.
        Session = "session",
        /// In the profile itself, as before there were such sections.
        Legacy = "legacy",
    }
}
