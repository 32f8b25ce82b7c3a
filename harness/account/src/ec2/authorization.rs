//! Who may do what with instances: the resources and the condition keys of EC2's actions, as the
//! Service Authorization Reference has them (`ec2.authorization.keys`).

use std::collections::BTreeMap;

use super::error::Ec2Error;
use super::instance::Instance;
use super::metadata_options::{HttpTokens, MetadataOptionsChange, Switch};
use super::notice::Lifecycle;
use crate::authorization_message;
use crate::control_plane::{ControlPlane, Denied};
use crate::operation::Operation;
use crate::policy::Context;

/// Who EC2 is to a trust policy, and to whom a role is passed (`ec2.role.service-principal`).
pub(super) const SERVICE_PRINCIPAL: &str = "ec2.amazonaws.com";

impl ControlPlane<'_> {
    /// Refuses what the policies of who asks do not allow, in EC2's words.
    pub(super) fn may(
        &mut self,
        operation: Operation,
        resource: &str,
        own: &Context,
    ) -> Result<(), Ec2Error> {
        let own = own.clone().with("ec2:Region", self.world.region.as_str());
        let allowed = self.authorize(operation, resource, &own);
        allowed.map_err(|denied| self.refused(denied))
    }

    /// [`ControlPlane::may`] of what is about nothing in particular: AWS names no resource then, and
    /// encodes no message (`ec2.errors.encoded-message`).
    pub(super) fn may_at_all(&mut self, operation: Operation) -> Result<(), Ec2Error> {
        self.may(operation, "*", &Context::new())
    }

    /// [`ControlPlane::may`] of an instance, with the condition keys that it has. What is not there
    /// has none, so that the policies are asked before it is said that it is not.
    pub(super) fn may_with_instance(
        &mut self,
        operation: Operation,
        instance: &str,
        own: Context,
    ) -> Result<(), Ec2Error> {
        let keys = match self.instance(instance) {
            Ok(found) => keys_of(found, own),
            Err(_) => own,
        };
        let arn = self.instance_arn(instance);
        self.may(operation, &arn, &keys)
    }

    /// [`ControlPlane::may`] of an action that is no operation, such as `iam:PassRole`.
    pub(super) fn may_do(
        &mut self,
        action: &str,
        resource: &str,
        own: &Context,
    ) -> Result<(), Ec2Error> {
        let allowed = self.authorize_action(action, resource, own);
        allowed.map_err(|denied| self.refused(denied))
    }

    /// Ends what was only to be tried, once nothing is in its way (`ec2.dry-run.codes`).
    #[expect(clippy::unused_self, reason = "read as a step of what is asked")]
    pub(super) fn unless_dry(&self, dry_run: bool) -> Result<(), Ec2Error> {
        if dry_run {
            return Err(Ec2Error::DryRun);
        }
        Ok(())
    }

    fn refused(&self, denied: Denied) -> Ec2Error {
        // ec2.errors.encoded-message
        let encoded = (denied.resource != "*")
            .then(|| authorization_message::encode(&self.world.entropy, &denied));
        let denied = Box::new(denied);
        Ec2Error::Denied { denied, encoded }
    }
}

/// The condition keys that an instance has, and those of the request.
fn keys_of(instance: &Instance, own: Context) -> Context {
    let mut keys = own
        .with("ec2:AvailabilityZone", &instance.availability_zone)
        .with("ec2:EbsOptimized", "false")
        .with("ec2:InstanceID", &instance.id)
        .with("ec2:InstanceType", &instance.instance_type)
        .with("ec2:RootDeviceType", "ebs")
        .with("ec2:Tenancy", "default")
        .with("ec2:InstanceMarketType", market(instance.lifecycle));
    metadata_keys(&mut keys, instance.metadata_options.clone().into());
    let profile = instance.association.as_ref();
    let profile = profile.map(|association| association.profile_arn.as_str());
    keys.set("ec2:InstanceProfile", profile);
    for (key, value) in &instance.tags {
        keys.set(&format!("aws:ResourceTag/{key}"), [value]);
        keys.set(&format!("ec2:ResourceTag/{key}"), [value]);
    }
    keys
}

/// `on-demand` or `spot`, the value of `ec2:InstanceMarketType`.
pub(super) fn market(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::OnDemand => "on-demand",
        Lifecycle::Spot => "spot",
    }
}

/// The keys of metadata options that are said.
pub(super) fn metadata_keys(keys: &mut Context, options: MetadataOptionsChange) {
    let tokens = options.http_tokens.map(HttpTokens::as_str);
    let hops = options.http_put_response_hop_limit;
    let endpoint = options.http_endpoint.map(Switch::as_str);
    let tags = options.instance_metadata_tags.map(Switch::as_str);
    keys.set("ec2:MetadataHttpTokens", tokens);
    keys.set(
        "ec2:MetadataHttpPutResponseHopLimit",
        hops.map(|hops| hops.to_string()),
    );
    keys.set("ec2:MetadataHttpEndpoint", endpoint);
    keys.set("ec2:InstanceMetadataTags", tags);
}

/// The keys of tags that a request brings: `aws:RequestTag/KEY` and `aws:TagKeys`.
pub(super) fn tag_keys(keys: &mut Context, tags: &BTreeMap<String, Option<String>>) {
    for (key, value) in tags {
        keys.set(&format!("aws:RequestTag/{key}"), value);
    }
    keys.set("aws:TagKeys", tags.keys());
}
