//! How new instances of an account serve their metadata where a launch says nothing.

use super::error::Ec2Error;
use super::metadata_options::{HttpTokens, MetadataOptions, MetadataOptionsChange, Switch};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;

/// A change of one default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference<T> {
    /// It stays as it is.
    #[default]
    Unsaid,
    /// The account has none any more.
    None,
    /// It is this from now on.
    Is(T),
}

impl<T> Preference<T> {
    fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unsaid => before,
            Self::None => None,
            Self::Is(value) => Some(value),
        }
    }
}

/// A change of the account's defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetadataDefaultsChange {
    /// See [`MetadataOptions::http_tokens`].
    pub http_tokens: Preference<HttpTokens>,
    /// See [`MetadataOptions::http_put_response_hop_limit`].
    pub http_put_response_hop_limit: Preference<u8>,
    /// See [`MetadataOptions::http_endpoint`].
    pub http_endpoint: Preference<Switch>,
    /// See [`MetadataOptions::instance_metadata_tags`].
    pub instance_metadata_tags: Preference<Switch>,
}

impl ControlPlane<'_> {
    /// The defaults that the account has set; what is `None` is AWS's own.
    ///
    /// # Errors
    /// Who asks may not.
    pub fn metadata_defaults(&mut self, dry_run: bool) -> Result<MetadataOptionsChange, Ec2Error> {
        self.may_at_all(Operation::GetInstanceMetadataDefaults)?;
        self.unless_dry(dry_run)?;
        Ok(self.own_metadata_defaults())
    }

    /// Changes them, for launches from now on (`ec2.metadata-options.account-defaults`).
    ///
    /// # Errors
    /// Who asks may not; a hop limit out of range.
    pub fn change_metadata_defaults(
        &mut self,
        change: MetadataDefaultsChange,
        dry_run: bool,
    ) -> Result<(), Ec2Error> {
        self.may_at_all(Operation::ModifyInstanceMetadataDefaults)?;
        let before = self.own_metadata_defaults();
        let hops = change.http_put_response_hop_limit;
        let after = MetadataOptionsChange {
            http_tokens: change.http_tokens.over(before.http_tokens),
            http_put_response_hop_limit: hops.over(before.http_put_response_hop_limit),
            http_endpoint: change.http_endpoint.over(before.http_endpoint),
            http_protocol_ipv6: None,
            instance_metadata_tags: change
                .instance_metadata_tags
                .over(before.instance_metadata_tags),
        };
        after.applied_to(&MetadataOptions::default()).check()?;
        self.unless_dry(dry_run)?;
        let account = self.account.clone();
        self.world.ec2.metadata_defaults.insert(account, after);
        let operation = Operation::ModifyInstanceMetadataDefaults;
        self.done(operation, &after.to_string());
        Ok(())
    }

    pub(super) fn own_metadata_defaults(&self) -> MetadataOptionsChange {
        let defaults = &self.world.ec2.metadata_defaults;
        defaults.get(&self.account).copied().unwrap_or_default()
    }
}
