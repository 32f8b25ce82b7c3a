//! `RunInstances` as a request brings it: who may launch what, and with which role.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::association::ProfileSpec;
use super::authorization::{market, metadata_keys, tag_keys};
use super::error::{Ec2Error, Kind};
use super::launch::{Lot, RunInstance};
use super::metadata_options::{MetadataOptions, MetadataOptionsChange};
use super::notice::Lifecycle;
use super::tags;
use crate::control_plane::ControlPlane;
use crate::id;
use crate::operation::Operation;
use crate::policy::Context;
use crate::stored;

/// The most instances of one launch here; what an account may have is a quota of its own with AWS.
const COUNT_MAX: u32 = 100;

/// The longest client token, in characters (`ec2.launch.client-token`).
const TOKEN_MAX: usize = 64;

/// What a request for instances says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RunInstances {
    /// `ami-…`: any that is formed so (`ec2.launch.images`).
    pub image_id: String,
    /// Such as `m5.large`.
    pub instance_type: String,
    /// The fewest instances to launch, or none.
    pub min_count: u32,
    /// The most, and here as many as there will be.
    pub max_count: u32,
    /// The instance profile.
    pub profile: Option<ProfileSpec>,
    /// How their metadata is served, as far as it is said.
    pub metadata_options: MetadataOptionsChange,
    /// Their tags.
    pub tags: BTreeMap<String, String>,
    /// What their first boot is to run.
    #[serde(with = "stored::base64_option")]
    pub user_data: Option<Bytes>,
    /// Such as `us-east-1a`.
    pub availability_zone: Option<String>,
    /// How they are paid for.
    pub lifecycle: Lifecycle,
    /// The name of a key pair.
    pub key_name: Option<String>,
    /// Ids of security groups.
    pub security_groups: Vec<String>,
    /// The id of a subnet.
    pub subnet: Option<String>,
    /// What makes a second request the same as the first.
    pub client_token: Option<String>,
}

/// Instances that were launched together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// `r-…`.
    pub id: String,
    /// The twelve digits of whose they are.
    pub owner: String,
    /// Ids, in the order of their launch indexes.
    pub instances: Vec<String>,
}

/// A launch with a client token, so that it is not done twice.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Launched {
    asked: RunInstances,
    reservation: Reservation,
}

impl Launched {
    pub(super) fn instances(&self) -> &[String] {
        &self.reservation.instances
    }
}

impl ControlPlane<'_> {
    /// Launches instances, as many as `max_count` says. With `dry_run` it is only tried.
    ///
    /// # Errors
    /// Who asks may not launch that, tag it, or pass the profile's role (`ec2.launch.resources`,
    /// `ec2.pass-role.checked`); values that cannot be; an image, subnet, security group or key pair
    /// that is not there; an unknown or empty profile; a client token that was used otherwise.
    pub fn run_instances(
        &mut self,
        asked: &RunInstances,
        dry_run: bool,
    ) -> Result<Reservation, Ec2Error> {
        asked.check()?;
        self.may_launch(asked)?;
        let profile = asked.profile.as_ref();
        let profile = profile.map(|named| self.profile_to_launch(named));
        let profile = profile.transpose()?;
        self.are_there(asked)?;
        let defaults = self.own_metadata_defaults();
        let options = defaults.applied_to(&MetadataOptions::default());
        let options = asked.metadata_options.applied_to(&options);
        options.check()?;
        tags::check(&options, &asked.tags)?;
        self.unless_dry(dry_run)?;
        let token = asked.client_token.clone();
        let token = token.map(|token| (self.account.clone(), token));
        // ec2.launch.client-token
        if let Some(before) = token
            .as_ref()
            .and_then(|it| self.world.ec2.launched.get(it))
        {
            if before.asked != *asked {
                return Err(Ec2Error::TokenMismatch);
            }
            return Ok(before.reservation.clone());
        }
        let launched = self.world.ec2.instances.len();
        let reservation_id = id::resource_id(
            &self.world.entropy,
            "r",
            &format!("{}/{launched}", self.account),
        );
        let mut instances = Vec::new();
        for launch_index in 0..asked.max_count {
            let request = RunInstance {
                name: asked.tags.get(tags::NAME).cloned().unwrap_or_default(),
                profile: profile.clone(),
                metadata_options: options.clone(),
                instance_type: asked.instance_type.clone(),
                availability_zone: asked.availability_zone.clone(),
                lifecycle: asked.lifecycle,
                tags: asked.tags.clone(),
                user_data: asked.user_data.clone(),
                ..RunInstance::default()
            };
            let lot = Lot {
                image_id: Some(asked.image_id.clone()),
                reservation_id: Some(reservation_id.clone()),
                launch_index,
                client_token: asked.client_token.clone(),
            };
            instances.push(self.launch(request, lot)?);
        }
        let reservation = Reservation {
            id: reservation_id,
            owner: self.account.clone(),
            instances,
        };
        if let Some(token) = token {
            let launched = Launched {
                asked: asked.clone(),
                reservation: reservation.clone(),
            };
            self.world.ec2.launched.insert(token, launched);
        }
        Ok(reservation)
    }

    /// The name of a profile that can be launched with, whose role who asks may pass.
    fn profile_to_launch(&mut self, named: &ProfileSpec) -> Result<String, Ec2Error> {
        // The instances have no ids yet.
        let profile = self.profile_to_pass(named, "*")?;
        match profile.role_id {
            Some(_) => Ok(profile.name),
            None => Err(Ec2Error::EmptyProfile(profile.arn)),
        }
    }

    /// Every resource that a launch needs (`ec2.launch.resources`), and the tags that it sets
    /// (`ec2.launch.tags`).
    fn may_launch(&mut self, asked: &RunInstances) -> Result<(), Ec2Error> {
        let operation = Operation::RunInstances;
        let region = self.world.region.clone();
        let own = format!("arn:aws:ec2:{region}:{}", self.account);
        let network = self.network();
        let zone = asked.availability_zone.clone();
        let zone = zone.unwrap_or_else(|| self.first_zone());
        let mut instance = Context::new()
            .with("ec2:AvailabilityZone", &zone)
            .with("ec2:EbsOptimized", "false")
            .with("ec2:InstanceMarketType", market(asked.lifecycle))
            .with("ec2:InstanceType", &asked.instance_type)
            .with("ec2:RootDeviceType", "ebs")
            .with("ec2:Tenancy", "default");
        let profile = asked.profile.as_ref().map(|named| self.arn_said(named));
        instance.set("ec2:InstanceProfile", profile);
        metadata_keys(&mut instance, asked.metadata_options);
        let tags = asked.tags.iter();
        let tags = tags.map(|(key, value)| (key.clone(), Some(value.clone())));
        let tags: BTreeMap<_, _> = tags.collect();
        if !tags.is_empty() {
            tag_keys(&mut instance, &tags);
        }
        let image = Context::new()
            .with("ec2:ImageID", &asked.image_id)
            .with("ec2:ImageType", "machine")
            .with("ec2:Owner", "amazon")
            .with("ec2:Public", "true")
            .with("ec2:RootDeviceType", "ebs");
        let vpc = format!("{own}:vpc/{}", network.vpc);
        let placed = Context::new()
            .with("ec2:AvailabilityZone", &zone)
            .with("ec2:Vpc", &vpc);
        let group = Context::new().with("ec2:Vpc", &vpc);
        let volume = Context::new()
            .with("ec2:AvailabilityZone", &zone)
            .with("ec2:Encrypted", "false")
            .with("ec2:VolumeSize", "8")
            .with("ec2:VolumeType", "gp3");
        let subnet = asked.subnet.as_deref().unwrap_or(&network.subnet);
        let mut resources = vec![
            (
                format!("arn:aws:ec2:{region}::image/{}", asked.image_id),
                image,
            ),
            (format!("{own}:instance/*"), instance.clone()),
            (format!("{own}:network-interface/*"), placed.clone()),
            (format!("{own}:subnet/{subnet}"), placed),
            (format!("{own}:volume/*"), volume),
        ];
        let groups = match &asked.security_groups[..] {
            [] => std::slice::from_ref(&network.security_group),
            groups => groups,
        };
        for named in groups {
            resources.push((format!("{own}:security-group/{named}"), group.clone()));
        }
        if let Some(key) = &asked.key_name {
            let keys = Context::new().with("ec2:KeyPairName", key);
            resources.push((format!("{own}:key-pair/{key}"), keys));
        }
        for (arn, keys) in resources {
            self.may(operation, &arn, &keys)?;
        }
        if !tags.is_empty() {
            // ec2.launch.tags
            let keys = instance.with("ec2:CreateAction", operation.name());
            self.may(Operation::CreateTags, &format!("{own}:instance/*"), &keys)?;
        }
        Ok(())
    }

    /// Whether what a launch names is there: the world has one subnet and one security group, and no
    /// key pair (`ec2.launch.what-is-there`).
    fn are_there(&self, asked: &RunInstances) -> Result<(), Ec2Error> {
        let network = self.network();
        if let Some(subnet) = asked.subnet.as_ref().filter(|it| **it != network.subnet) {
            return Err(Ec2Error::not_found(Kind::Subnet, subnet));
        }
        let mut groups = asked.security_groups.iter();
        if let Some(group) = groups.find(|it| **it != network.security_group) {
            return Err(Ec2Error::not_found(Kind::SecurityGroup, group));
        }
        if let Some(key) = &asked.key_name {
            return Err(Ec2Error::not_found(Kind::KeyPair, key));
        }
        match &asked.availability_zone {
            Some(zone) if !self.zones().contains(zone) => Err(Ec2Error::InvalidValue(format!(
                "Invalid availability zone: [{zone}]"
            ))),
            _ => Ok(()),
        }
    }
}

impl RunInstances {
    fn check(&self) -> Result<(), Ec2Error> {
        Kind::Image.check(&self.image_id)?;
        let Self {
            min_count,
            max_count,
            ..
        } = self;
        let invalid = |message: String| Err(Ec2Error::InvalidValue(message));
        if *min_count < 1 {
            return invalid(format!(
                "Value ({min_count}) for parameter minCount is invalid. Expecting a value greater than 0."
            ));
        }
        if max_count < min_count {
            return invalid(format!(
                "Value ({max_count}) for parameter maxCount is invalid. It must not be less than minCount ({min_count})."
            ));
        }
        if *max_count > COUNT_MAX {
            return invalid(format!(
                "Value ({max_count}) for parameter maxCount is invalid. At most {COUNT_MAX} instances are launched at once here."
            ));
        }
        if !is_instance_type(&self.instance_type) {
            return invalid(format!(
                "Invalid value '{}' for InstanceType.",
                self.instance_type
            ));
        }
        let token = self.client_token.as_ref();
        if token.is_some_and(|token| token.chars().count() > TOKEN_MAX) {
            return invalid(format!(
                "The client token is longer than {TOKEN_MAX} characters."
            ));
        }
        tags::check_limits(&self.tags)
    }
}

/// A family and a size, such as `m5.large`: there is no list of them here.
fn is_instance_type(text: &str) -> bool {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed)
    };
    let parts = text.split_once('.');
    parts.is_some_and(|(family, size)| part(family) && part(size))
}
