//! What is said to the SDK in code: the closed list of the drivers' contract.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::sts::{AssumeRoleProvider, AssumeRoleProviderBuilder};
use aws_config::{ConfigLoader, Region, imds};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::contract::{NoClient, Use};

/// The settings of an app, in the spelling of the contract.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) profile: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<BTreeMap<String, String>>,
    pub(crate) metadata_disabled: Option<bool>,
    pub(crate) metadata_v1_disabled: Option<bool>,
    pub(crate) metadata_timeout_s: Option<f64>,
    pub(crate) metadata_attempts: Option<u32>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) refresh_before_s: Option<f64>,
    pub(crate) role_arn: Option<String>,
    pub(crate) role_session_name: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) duration_s: Option<f64>,
}

impl Settings {
    /// What of them the SDK can be told, by whoever uses that part of it.
    ///
    /// # Errors
    /// One that it cannot be told, or that makes no sense.
    pub(crate) fn of(written: &Map<String, Value>, uses: Use) -> Result<Self, NoClient> {
        let settings = Self::read(written)?;
        match settings.untold(uses) {
            Some((name, why)) => {
                let what = format!("aws-config cannot be told `{name}`: {why}");
                Err(NoClient::Unsupported(what))
            }
            None => Ok(settings),
        }
    }

    /// All of them, whoever can be told.
    ///
    /// # Errors
    /// One that makes no sense.
    pub(crate) fn read(written: &Map<String, Value>) -> Result<Self, NoClient> {
        serde_json::from_value(Value::Object(written.clone()))
            .map_err(|error| NoClient::Unsupported(format!("settings: {error}")))
    }

    /// The first setting for which there is no place in this part of the SDK.
    fn untold(&self, uses: Use) -> Option<(&'static str, &'static str)> {
        let of_metadata = "only its metadata provider takes that";
        let of_roles = "only its assume-role provider takes that";
        let (imds, role) = (uses == Use::Imds, uses == Use::AssumeRole);
        let refusals = [
            (
                "endpoint",
                self.endpoint.is_some(),
                "it has one for all services, none for each",
            ),
            (
                "metadata_disabled",
                self.metadata_disabled.is_some(),
                "the environment says that",
            ),
            (
                "metadata_v1_disabled",
                self.metadata_v1_disabled.is_some(),
                "it never speaks IMDSv1",
            ),
            (
                "metadata_timeout_s",
                self.metadata_timeout_s.is_some() && !imds,
                of_metadata,
            ),
            (
                "metadata_attempts",
                self.metadata_attempts.is_some() && !imds,
                of_metadata,
            ),
            (
                "refresh_before_s",
                self.refresh_before_s.is_some() && uses != Use::Client,
                "only the cache of its clients takes that",
            ),
            ("role_arn", self.role_arn.is_some() && !role, of_roles),
            (
                "role_session_name",
                self.role_session_name.is_some() && !role,
                of_roles,
            ),
            ("external_id", self.external_id.is_some() && !role, of_roles),
            ("duration_s", self.duration_s.is_some() && !role, of_roles),
        ];
        let refusals = refusals.into_iter();
        let mut refusals = refusals.filter_map(|(name, is, why)| is.then_some((name, why)));
        refusals.next()
    }

    /// Says to a loader what is said to all of the SDK.
    pub(crate) fn say(&self, mut loader: ConfigLoader) -> ConfigLoader {
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(attempts) = self.max_attempts {
            loader = loader.retry_config(RetryConfig::standard().with_max_attempts(attempts));
        }
        if let Some(before) = seconds(self.refresh_before_s) {
            loader = loader.identity_cache(IdentityCache::lazy().buffer_time(before).build());
        }
        loader
    }

    /// Says to a metadata client what is said to that alone.
    pub(crate) fn say_to_imds(&self, mut client: imds::client::Builder) -> imds::client::Builder {
        if let Some(patience) = seconds(self.metadata_timeout_s) {
            client = client.connect_timeout(patience).read_timeout(patience);
        }
        if let Some(attempts) = self.metadata_attempts {
            client = client.max_attempts(attempts);
        }
        client
    }

    /// A provider that assumes the role.
    ///
    /// # Errors
    /// No role is said.
    pub(crate) fn assume_role(&self) -> Result<AssumeRoleProviderBuilder, NoClient> {
        let role = self.role_arn.as_ref().ok_or_else(|| {
            let what = "`use = \"assume-role\"` needs the setting `role_arn`";
            NoClient::Unsupported(what.to_owned())
        })?;
        let mut provider = AssumeRoleProvider::builder(role);
        if let Some(name) = &self.role_session_name {
            provider = provider.session_name(name);
        }
        if let Some(id) = &self.external_id {
            provider = provider.external_id(id);
        }
        if let Some(length) = seconds(self.duration_s) {
            provider = provider.session_length(length);
        }
        Ok(provider)
    }
}

fn seconds(written: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(written?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(settings: Value, uses: Use) -> Result<Settings, String> {
        let Value::Object(settings) = settings else {
            panic!("not a table")
        };
        Settings::of(&settings, uses).map_err(|error| error.to_string())
    }

    #[test]
    fn what_has_no_place_in_the_sdk_is_refused_by_name() {
        for (setting, uses) in [
            (
                json!({ "endpoint": { "sts": "http://127.0.0.1:1" } }),
                Use::Client,
            ),
            (json!({ "metadata_v1_disabled": true }), Use::Imds),
            (json!({ "metadata_attempts": 1 }), Use::Client),
            (json!({ "refresh_before_s": 300 }), Use::Imds),
            (json!({ "role_arn": "arn:aws:iam::1:role/r" }), Use::Client),
            (json!({ "colour": "red" }), Use::Client),
        ] {
            let name = setting.as_object().unwrap().keys().next().unwrap().clone();
            let refused = of(setting, uses).unwrap_err();
            assert!(refused.contains(&format!("`{name}`")), "{refused}");
        }
    }

    #[test]
    fn what_has_one_is_said() {
        let said =
            json!({ "profile": "a", "region": "b", "max_attempts": 1, "refresh_before_s": 1.5 });
        assert!(of(said, Use::Client).is_ok());
        let to_imds = json!({ "metadata_timeout_s": 0.5, "metadata_attempts": 1 });
        assert!(of(to_imds, Use::Imds).is_ok());
        let role = json!({ "role_arn": "arn", "role_session_name": "s", "external_id": "x", "duration_s": 900 });
        assert!(of(role, Use::AssumeRole).unwrap().assume_role().is_ok());
        assert!(
            of(json!({}), Use::AssumeRole)
                .unwrap()
                .assume_role()
                .is_err()
        );
    }
}
