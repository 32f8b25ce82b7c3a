//! An instance as EC2 answers it (`ec2.instances.members`).

use rolecall_account::{Instance, InstanceState, Lifecycle, StateName, World};

use super::{flag, item, metadata, text};
use crate::xml::Element;

/// A state by its code and its name.
pub(super) fn state(name: &'static str, state: StateName) -> Element {
    let members = vec![
        text("code", state.code().to_string()),
        text("name", state.as_str()),
    ];
    Element::Parent(name, members)
}

/// The security groups of an instance: the one there is.
fn groups(world: &World) -> Element {
    let group = vec![
        text("groupId", world.network().security_group),
        text("groupName", "default"),
    ];
    Element::Parent("groupSet", vec![item(group)])
}

/// Everything about an instance that is in this state.
pub(super) fn instance(world: &World, instance: &Instance, in_state: StateName) -> Element {
    let network = world.network();
    let mut members = vec![
        text("instanceId", &instance.id),
        text("imageId", &instance.image_id),
        state("instanceState", in_state),
        text("privateDnsName", world.private_dns_name(instance)),
        text("dnsName", ""),
        text("reason", instance.reason.clone().unwrap_or_default()),
        text("amiLaunchIndex", instance.launch_index.to_string()),
        Element::Parent("productCodes", Vec::new()),
        text("instanceType", &instance.instance_type),
        text("launchTime", instance.pending_at.to_string()),
        placement(instance),
        Element::Parent("monitoring", vec![text("state", "disabled")]),
    ];
    if instance.state != InstanceState::Terminated {
        members.extend([
            text("subnetId", &network.subnet),
            text("vpcId", &network.vpc),
            text("privateIpAddress", instance.private_ip.to_string()),
        ]);
    }
    if instance.reason.is_some() {
        members.push(state_reason(instance));
    }
    members.extend([
        flag("sourceDestCheck", true),
        groups(world),
        text("architecture", instance.architecture()),
        text("rootDeviceType", "ebs"),
        text("rootDeviceName", "/dev/xvda"),
        // No volume is simulated.
        Element::Parent("blockDeviceMapping", Vec::new()),
        text("virtualizationType", "hvm"),
        text(
            "clientToken",
            instance.client_token.clone().unwrap_or_default(),
        ),
        tags(instance),
        text("hypervisor", "xen"),
        interfaces(world, instance),
    ]);
    if let Some(tie) = &instance.association {
        let profile = vec![text("arn", &tie.profile_arn), text("id", &tie.profile_id)];
        members.push(Element::Parent("iamInstanceProfile", profile));
    }
    if instance.lifecycle == Lifecycle::Spot {
        members.push(text("instanceLifecycle", "spot"));
    }
    let options = metadata::members(&instance.metadata_options, "applied");
    members.extend([
        flag("ebsOptimized", false),
        flag("enaSupport", true),
        Element::Parent("metadataOptions", options),
        text("platformDetails", "Linux/UNIX"),
        text("usageOperation", "RunInstances"),
    ]);
    item(members)
}

fn placement(instance: &Instance) -> Element {
    let members = vec![
        text("availabilityZone", &instance.availability_zone),
        text("groupName", ""),
        text("tenancy", "default"),
    ];
    Element::Parent("placement", members)
}

/// Why it does not run: its user stopped it, or EC2 did.
fn state_reason(instance: &Instance) -> Element {
    let by_user = instance
        .reason
        .as_ref()
        .is_some_and(|reason| reason.starts_with("User"));
    let code = if by_user {
        "Client.UserInitiatedShutdown"
    } else {
        "Server.SpotInstanceTermination"
    };
    let message = if by_user {
        "Client.UserInitiatedShutdown: User initiated shutdown"
    } else {
        "Server.SpotInstanceTermination: Spot instance termination"
    };
    Element::Parent(
        "stateReason",
        vec![text("code", code), text("message", message)],
    )
}

fn tags(instance: &Instance) -> Element {
    let tags = instance.tags.iter();
    let tags = tags.map(|(key, value)| item(vec![text("key", key), text("value", value)]));
    Element::Parent("tagSet", tags.collect())
}

fn interfaces(world: &World, instance: &Instance) -> Element {
    if instance.state == InstanceState::Terminated {
        return Element::Parent("networkInterfaceSet", Vec::new());
    }
    let network = world.network();
    let (address, name) = (
        instance.private_ip.to_string(),
        world.private_dns_name(instance),
    );
    let one_address = item(vec![
        text("privateIpAddress", &address),
        text("privateDnsName", &name),
        flag("primary", true),
    ]);
    let interface = item(vec![
        text("networkInterfaceId", world.network_interface(instance)),
        text("subnetId", network.subnet),
        text("vpcId", network.vpc),
        text("description", ""),
        text("ownerId", &instance.account),
        text("status", "in-use"),
        text("macAddress", world.mac(instance)),
        text("privateIpAddress", address),
        text("privateDnsName", name),
        flag("sourceDestCheck", true),
        groups(world),
        Element::Parent("privateIpAddressesSet", vec![one_address]),
        Element::Parent("ipv6AddressesSet", Vec::new()),
        text("interfaceType", "interface"),
    ]);
    Element::Parent("networkInterfaceSet", vec![interface])
}

/// The instances of one reservation.
pub(super) fn reservation(id: &str, owner: &str, instances: Vec<Element>) -> Vec<Element> {
    vec![
        text("reservationId", id),
        text("ownerId", owner),
        // Groups are of instances outside a network of one's own, which there are not.
        Element::Parent("groupSet", Vec::new()),
        Element::Parent("instancesSet", instances),
    ]
}
