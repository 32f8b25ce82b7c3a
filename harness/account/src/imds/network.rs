//! Where an instance is: names and addresses as the metadata has them.

use super::tree::View;

/// The one network of the world, and its one subnet.
pub(super) const BLOCK: &str = "10.0.0.0/16";

pub(super) fn mac(view: &View<'_>) -> String {
    view.world.mac(view.instance)
}

pub(super) fn interface_id(view: &View<'_>) -> String {
    view.world.network_interface(view.instance)
}

pub(super) fn hostname(view: &View<'_>) -> String {
    view.world.private_dns_name(view.instance)
}

pub(super) fn zone_id(view: &View<'_>) -> String {
    view.world.zone_id(&view.instance.availability_zone)
}
