//! The network that instances are in, as EC2 and the metadata both have it: one, with one subnet.

use super::instance::Instance;
use crate::control_plane::ControlPlane;
use crate::id;
use crate::world::World;

/// The ids of what all instances have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// `vpc-…`.
    pub vpc: String,
    /// `subnet-…`.
    pub subnet: String,
    /// `sg-…`, called `default`.
    pub security_group: String,
}

impl World {
    /// What all instances have in common.
    pub fn network(&self) -> Network {
        let shared = |prefix| id::resource_id(&self.entropy, prefix, "shared");
        Network {
            vpc: shared("vpc"),
            subnet: shared("subnet"),
            security_group: shared("sg"),
        }
    }

    /// The address of an instance's one interface, as the link has it.
    pub fn mac(&self, instance: &Instance) -> String {
        id::mac(&self.entropy, &instance.id)
    }

    /// `eni-…`: an instance's one interface.
    pub fn network_interface(&self, instance: &Instance) -> String {
        id::resource_id(&self.entropy, "eni", &instance.id)
    }

    /// The private name: `ip-10-0-0-4.ec2.internal`, elsewhere than in `us-east-1` with the Region.
    pub fn private_dns_name(&self, instance: &Instance) -> String {
        let [a, b, c, d] = instance.private_ip.octets();
        let domain = match self.region() {
            "us-east-1" => "ec2.internal".to_owned(),
            region => format!("{region}.compute.internal"),
        };
        format!("ip-{a}-{b}-{c}-{d}.{domain}")
    }

    /// The name of a zone that is the same in every account: `use1-az1`, `usw2-lax1-az1`.
    pub fn zone_id(&self, zone: &str) -> String {
        zone_id_of(self.region(), zone)
    }

    /// The zones of the Region: three, as most have (`ec2.zones.three`).
    pub fn zones(&self) -> Vec<String> {
        let zones = ["a", "b", "c"].map(|letter| format!("{}{letter}", self.region()));
        zones.to_vec()
    }
}

impl ControlPlane<'_> {
    pub(super) fn network(&self) -> Network {
        self.world.network()
    }

    pub(super) fn zones(&self) -> Vec<String> {
        self.world.zones()
    }
}

/// A zone of another form than AWS's has its own name for an id.
fn zone_id_of(region: &str, zone: &str) -> String {
    let letters = |part: &str| match part {
        "northeast" | "northwest" | "southeast" | "southwest" => {
            format!("{}{}", &part[..1], &part[5..6])
        }
        _ => part.chars().take(1).collect(),
    };
    let of_zone = zone.strip_prefix(region).and_then(|rest| {
        let letter = rest.chars().last().filter(char::is_ascii_lowercase)?;
        let number = u32::from(letter) - u32::from('a') + 1;
        let local = rest.trim_start_matches('-').trim_end_matches(letter);
        Some((local.replace('-', ""), number))
    });
    let Some(((local, number), (area, rest))) = of_zone.zip(region.split_once('-')) else {
        return zone.to_owned();
    };
    let short: String = rest.split('-').map(letters).collect();
    let gap = if local.is_empty() { "" } else { "-" };
    format!("{area}{short}{gap}{local}-az{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    // imds.metadata.values
    #[test]
    fn zones_have_the_ids_that_aws_writes() {
        for (region, zone, id) in [
            ("us-east-1", "us-east-1a", "use1-az1"),
            ("us-west-2", "us-west-2c", "usw2-az3"),
            ("ap-southeast-2", "ap-southeast-2b", "apse2-az2"),
            ("us-gov-west-1", "us-gov-west-1a", "usgw1-az1"),
            ("us-west-2", "us-west-2-lax-1a", "usw2-lax1-az1"),
            ("us-east-1", "elsewhere", "elsewhere"),
            ("us-east-1", "us-east-1", "us-east-1"),
            ("nowhere", "nowherea", "nowherea"),
            ("us-east-1", "us-east-1é", "us-east-1é"),
        ] {
            assert_eq!(zone_id_of(region, zone), id, "{zone}");
        }
    }
}
