//! Where an instance is: names and addresses as the metadata has them.

use super::tree::View;
use crate::id;

/// The one network of the world, and its one subnet.
pub(super) const BLOCK: &str = "10.0.0.0/16";

pub(super) fn mac(view: &View<'_>) -> String {
    id::mac(&view.world.entropy, &view.instance.id)
}

pub(super) fn interface_id(view: &View<'_>) -> String {
    id::resource_id(&view.world.entropy, "eni", &view.instance.id)
}

/// The private name: `ip-10-0-0-4.ec2.internal`, elsewhere than in `us-east-1` with the Region.
pub(super) fn hostname(view: &View<'_>) -> String {
    let [a, b, c, d] = view.instance.private_ip.octets();
    let domain = match view.world.region.as_str() {
        "us-east-1" => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    format!("ip-{a}-{b}-{c}-{d}.{domain}")
}

/// The name of the zone that is the same in every account: `use1-az1`, `usw2-lax1-az1`.
pub(super) fn zone_id(view: &View<'_>) -> String {
    zone_id_of(&view.world.region, &view.instance.availability_zone)
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
