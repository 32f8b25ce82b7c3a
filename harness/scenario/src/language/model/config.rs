//! The shared configuration files, which every SDK reads.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sources::{Process, SsoForm};
use crate::language::at::At;
use crate::language::word::words;

/// `config-profile.NAME`: a profile of the shared configuration files, on every machine.
///
/// The names of its keys are those of the files where what they say can be said there as it stands;
/// `role` and `user` stand for an ARN and for keys that are not known before the world is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigProfile {
    /// The role to assume: `role_arn`.
    pub role: Option<At<String>>,
    /// The profile with whose credentials it is assumed: `source_profile`.
    pub source_profile: Option<At<String>>,
    /// Or where those come from: `credential_source`.
    pub credential_source: Option<At<CredentialSource>>,
    /// The name of the session: `role_session_name`.
    pub session_name: Option<At<String>>,
    /// `external_id`.
    pub external_id: Option<At<String>>,
    /// How long the session is to last: `duration_seconds`.
    pub duration: Option<At<Duration>>,
    /// The user whose keys are in the file: `aws_access_key_id` and `aws_secret_access_key`.
    pub user: Option<At<String>>,
    /// A command that prints credentials: `credential_process`.
    pub credential_process: Option<At<String>>,
    /// A program of the world's that prints them: `credential_process`.
    pub process: Option<At<Process>>,
    /// The portal where one signs in for them: `sso_session`, or the keys that say the same.
    pub sso: Option<At<String>>,
    /// The permission set of that portal: `sso_role_name`, and its account `sso_account_id`.
    pub sso_role: Option<At<String>>,
    /// How the profile says where one signs in. Default by a section of its own.
    pub sso_form: Option<At<SsoForm>>,
    /// `web_identity_token_file`.
    pub web_identity_token_file: Option<At<String>>,
    /// Other settings, as they stand in the file.
    pub settings: BTreeMap<String, At<String>>,
}

words! {
    /// The values of `credential_source`, as they stand in the file.
    pub enum CredentialSource ("source of credentials") {
        /// The instance metadata service.
        Ec2InstanceMetadata = "Ec2InstanceMetadata",
        /// The container credentials endpoint.
        EcsContainer = "EcsContainer",
        /// Environment variables.
        Environment = "Environment",
    }
}
