//! Launching instances.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bytes::Bytes;

use super::association::ProfileSpec;
use super::authorization::SERVICE_PRINCIPAL;
use super::error::Ec2Error;
use super::instance::{Instance, InstanceState};
use super::metadata_options::MetadataOptions;
use super::notice::{Lifecycle, Notices};
use super::tags;
use crate::control_plane::ControlPlane;
use crate::iam::InstanceProfile;
use crate::id;
use crate::issuing::{Issuer, Issuing, Source};
use crate::operation::Operation;

/// What `RunInstances` takes, and how the instance is simulated.
#[derive(Clone, Debug)]
pub struct RunInstance {
    /// The `Name` tag.
    pub name: String,
    /// The instance profile, by name.
    pub profile: Option<String>,
    /// How its metadata is served.
    pub metadata_options: MetadataOptions,
    /// Such as `m5.large`.
    pub instance_type: String,
    /// Such as `us-west-2-lax-1a`; the first zone of the Region if it is not said.
    pub availability_zone: Option<String>,
    /// How it is paid for.
    pub lifecycle: Lifecycle,
    /// Its tags besides `Name`.
    pub tags: BTreeMap<String, String>,
    /// What its first boot is to run.
    pub user_data: Option<Bytes>,
    /// How the instance's credentials are issued.
    pub issuing: Issuing,
    /// Whether the credentials are served with the account's id too, under
    /// `security-credentials-extended` (`imds.credentials.extended`).
    pub extended_credentials: bool,
    /// How many network hops its clients are away from the metadata service, unless the transport
    /// says more of one: 1 on the instance itself, 2 in a container behind a bridge
    /// (`imds.token.hop-limit`).
    pub client_hops: u8,
}

impl Default for RunInstance {
    /// Without a name and without a profile.
    fn default() -> Self {
        Self {
            name: String::new(),
            profile: None,
            metadata_options: MetadataOptions::default(),
            instance_type: "m5.large".to_owned(),
            availability_zone: None,
            lifecycle: Lifecycle::default(),
            tags: BTreeMap::new(),
            user_data: None,
            issuing: Issuing::default(),
            extended_credentials: false,
            client_hops: 1,
        }
    }
}

/// What instances have from being launched together.
#[derive(Debug, Default)]
pub(super) struct Lot {
    /// The image; the world's usual one if it is not said.
    pub(super) image_id: Option<String>,
    /// The reservation; one of its own if it is not said.
    pub(super) reservation_id: Option<String>,
    /// The how-manyeth it is, from 0.
    pub(super) launch_index: u32,
    /// What makes the launch idempotent.
    pub(super) client_token: Option<String>,
}

impl ControlPlane<'_> {
    /// Launches an instance; with a profile it serves credentials from the start.
    ///
    /// # Errors
    /// An unknown or empty profile; a hop limit out of range; tags that cannot be part of the
    /// metadata and are to be (`ec2.metadata-options.tag-keys`).
    pub fn run_instance(&mut self, mut request: RunInstance) -> Result<String, Ec2Error> {
        let name = tags::NAME.to_owned();
        request.tags.insert(name, request.name.clone());
        self.launch(request, Lot::default())
    }

    /// Launches an instance with these tags alone.
    pub(super) fn launch(&mut self, request: RunInstance, lot: Lot) -> Result<String, Ec2Error> {
        request.metadata_options.check()?;
        tags::check(&request.metadata_options, &request.tags)?;
        let profile = match &request.profile {
            Some(profile) => Some(self.profile_to_launch_with(profile)?),
            None => None,
        };
        let number = self.world.ec2.instances.len();
        let entropy = &self.world.entropy;
        let id = id::instance_id(entropy, &format!("{}/{number}", request.name));
        let image_id = lot.image_id;
        let image_id = image_id.unwrap_or_else(|| id::resource_id(entropy, "ami", "shared"));
        let reservation_id = lot.reservation_id;
        let reservation_id = reservation_id.unwrap_or_else(|| id::resource_id(entropy, "r", &id));
        let source = Source::Instance(id.clone());
        // ec2.role.session-name: the session is named after the instance.
        let issuing = request.issuing;
        let issuer = Issuer::new(source.clone(), issuing, SERVICE_PRINCIPAL, id.clone());
        self.world.issuers.insert(source.clone(), issuer);
        let detail = format!("{} as {id}", request.name);
        self.done(Operation::RunInstances, &detail);
        let association = profile.map(|profile| self.new_association(&profile, true));
        let serves = association.is_some();
        let zone = request.availability_zone;
        let instance = Instance {
            id: id.clone(),
            account: self.account.clone(),
            name: request.name,
            state: InstanceState::Running,
            instance_type: request.instance_type,
            availability_zone: zone.unwrap_or_else(|| self.first_zone()),
            lifecycle: request.lifecycle,
            private_ip: private_ip(number),
            metadata_options: request.metadata_options,
            tags: request.tags,
            user_data: request.user_data,
            extended_credentials: request.extended_credentials,
            client_hops: request.client_hops,
            pending_at: self.now,
            terminated_at: None,
            reason: None,
            image_id,
            reservation_id,
            launch_index: lot.launch_index,
            client_token: lot.client_token,
            changed_at: self.now,
            association,
            notices: Notices::default(),
            replaced: None,
        };
        self.world.ec2.instances.insert(id.clone(), instance);
        if serves {
            self.world.issue(self.now, &source);
        }
        Ok(id)
    }

    fn profile_to_launch_with(&self, name: &str) -> Result<InstanceProfile, Ec2Error> {
        let profile = self.profile_named(&ProfileSpec::Name(name.to_owned()))?;
        match profile.role_id {
            Some(_) => Ok(profile.clone()),
            None => Err(Ec2Error::EmptyProfile(profile.arn.clone())),
        }
    }

    pub(super) fn first_zone(&self) -> String {
        format!("{}a", self.world.region)
    }
}

/// The address of the instance launched as the `number`th, within the one subnet there is. Its first
/// four addresses are AWS's own.
fn private_ip(number: usize) -> Ipv4Addr {
    // Cut to the 65,536 addresses of the subnet: more instances than that share them.
    let [.., third, fourth] = (number + 4).to_be_bytes();
    Ipv4Addr::new(10, 0, third, fourth)
}
