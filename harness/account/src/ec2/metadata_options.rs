//! How an instance's metadata is served.

use serde::{Deserialize, Serialize};

use super::error::Ec2Error;
use super::instance::Instance;
use super::tags;
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::Context;

/// How far the answer to a token request may travel (`ec2.metadata-options.hop-limit-range`).
const HOP_LIMIT: std::ops::RangeInclusive<u8> = 1..=64;

/// Whether metadata requests must carry a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HttpTokens {
    /// IMDSv1 and IMDSv2: the API's default (`ec2.metadata-options.defaults`).
    #[default]
    Optional,
    /// IMDSv2 only.
    Required,
}

impl HttpTokens {
    /// As the API says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

/// `enabled` or `disabled`, as the API says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

impl Switch {
    /// As the API says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

/// How an instance's metadata is served: `InstanceMetadataOptions` of the API. The default is the
/// API's (`ec2.metadata-options.defaults`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataOptions {
    /// Whether metadata requests must carry a token.
    pub http_tokens: HttpTokens,
    /// How many network hops the answer to a token request may travel, from 1 to 64.
    pub http_put_response_hop_limit: u8,
    /// Whether metadata is served at all.
    pub http_endpoint: Switch,
    /// Whether it is served at its IPv6 address too.
    pub http_protocol_ipv6: Switch,
    /// Whether the instance's tags are part of it.
    pub instance_metadata_tags: Switch,
}

impl Default for MetadataOptions {
    fn default() -> Self {
        Self {
            http_tokens: HttpTokens::default(),
            http_put_response_hop_limit: *HOP_LIMIT.start(),
            http_endpoint: Switch::Enabled,
            http_protocol_ipv6: Switch::Disabled,
            instance_metadata_tags: Switch::Disabled,
        }
    }
}

impl MetadataOptions {
    pub(super) fn check(&self) -> Result<(), Ec2Error> {
        if HOP_LIMIT.contains(&self.http_put_response_hop_limit) {
            return Ok(());
        }
        Err(Ec2Error::InvalidHopLimit(
            self.http_put_response_hop_limit.into(),
        ))
    }
}

/// What `ModifyInstanceMetadataOptions` takes; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataOptionsChange {
    /// See [`MetadataOptions::http_tokens`].
    pub http_tokens: Option<HttpTokens>,
    /// See [`MetadataOptions::http_put_response_hop_limit`].
    pub http_put_response_hop_limit: Option<u8>,
    /// See [`MetadataOptions::http_endpoint`].
    pub http_endpoint: Option<Switch>,
    /// See [`MetadataOptions::http_protocol_ipv6`].
    pub http_protocol_ipv6: Option<Switch>,
    /// See [`MetadataOptions::instance_metadata_tags`].
    pub instance_metadata_tags: Option<Switch>,
}

impl MetadataOptionsChange {
    pub(super) fn applied_to(self, before: &MetadataOptions) -> MetadataOptions {
        let hop_limit = self.http_put_response_hop_limit;
        MetadataOptions {
            http_tokens: self.http_tokens.unwrap_or(before.http_tokens),
            http_put_response_hop_limit: hop_limit.unwrap_or(before.http_put_response_hop_limit),
            http_endpoint: self.http_endpoint.unwrap_or(before.http_endpoint),
            http_protocol_ipv6: self.http_protocol_ipv6.unwrap_or(before.http_protocol_ipv6),
            instance_metadata_tags: self
                .instance_metadata_tags
                .unwrap_or(before.instance_metadata_tags),
        }
    }
}

impl From<MetadataOptions> for MetadataOptionsChange {
    /// All of them said.
    fn from(options: MetadataOptions) -> Self {
        Self {
            http_tokens: Some(options.http_tokens),
            http_put_response_hop_limit: Some(options.http_put_response_hop_limit),
            http_endpoint: Some(options.http_endpoint),
            http_protocol_ipv6: Some(options.http_protocol_ipv6),
            instance_metadata_tags: Some(options.instance_metadata_tags),
        }
    }
}

impl Instance {
    /// Whether the metadata service listens on its IPv6 address (`imds.address`).
    pub fn serves_ipv6(&self) -> bool {
        self.metadata_options.http_protocol_ipv6 == Switch::Enabled
    }
}

impl ControlPlane<'_> {
    /// Changes how an instance's metadata is served, at once
    /// (`ec2.metadata-options.modify-keeps-the-rest`).
    ///
    /// # Errors
    /// An unknown or terminated instance; a hop limit out of range; tags enabled although one of
    /// them cannot stand in a path (`ec2.metadata-options.tag-keys`).
    pub fn modify_instance_metadata_options(
        &mut self,
        instance: &str,
        change: MetadataOptionsChange,
    ) -> Result<(), Ec2Error> {
        self.change_metadata_options(instance, change, false)
            .map(drop)
    }

    /// [`modify_instance_metadata_options`](Self::modify_instance_metadata_options), answering how
    /// it is now; with `dry_run` it is only tried.
    ///
    /// # Errors
    /// The same.
    pub fn change_metadata_options(
        &mut self,
        instance: &str,
        change: MetadataOptionsChange,
        dry_run: bool,
    ) -> Result<MetadataOptions, Ec2Error> {
        let operation = Operation::ModifyInstanceMetadataOptions;
        self.formed(instance)?;
        self.may_with_instance(operation, instance, asked_keys(change))?;
        let found = self.living(instance, "given other metadata options")?;
        let options = change.applied_to(&found.metadata_options);
        options.check()?;
        tags::check(&options, &found.tags)?;
        self.unless_dry(dry_run)?;
        let now = self.now;
        let found = self.instance_mut(instance)?;
        found.metadata_options = options.clone();
        found.changed_at = now;
        let detail = format!("{instance} {change}");
        self.done(operation, &detail);
        Ok(options)
    }
}

/// `ec2:Attribute/NAME` for each option that is to change (`ec2.authorization.keys`).
fn asked_keys(change: MetadataOptionsChange) -> Context {
    let mut keys = Context::new();
    let hops = change.http_put_response_hop_limit;
    let switches = [
        ("HttpEndpoint", change.http_endpoint),
        ("HttpProtocolIpv6", change.http_protocol_ipv6),
        ("InstanceMetadataTags", change.instance_metadata_tags),
    ];
    for (name, switch) in switches {
        let said = switch.map(Switch::as_str);
        keys.set(&format!("ec2:Attribute/{name}"), said);
    }
    keys.set(
        "ec2:Attribute/HttpTokens",
        change.http_tokens.map(HttpTokens::as_str),
    );
    keys.set(
        "ec2:Attribute/HttpPutResponseHopLimit",
        hops.map(|hops| hops.to_string()),
    );
    keys
}

impl std::fmt::Display for MetadataOptionsChange {
    /// Only what changes, as the AWS CLI names it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tokens = self.http_tokens.map(|tokens| tokens.as_str().to_owned());
        let switch = |switch: Option<Switch>| switch.map(|switch| switch.as_str().to_owned());
        let hop_limit = self.http_put_response_hop_limit;
        let said = [
            ("http-tokens", tokens),
            (
                "http-put-response-hop-limit",
                hop_limit.map(|limit| limit.to_string()),
            ),
            ("http-endpoint", switch(self.http_endpoint)),
            ("http-protocol-ipv6", switch(self.http_protocol_ipv6)),
            (
                "instance-metadata-tags",
                switch(self.instance_metadata_tags),
            ),
        ];
        let said = said
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        for (index, (name, value)) in said.enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{name}={value}")?;
        }
        Ok(())
    }
}
