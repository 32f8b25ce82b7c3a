//! The addresses at which AWS tells a client about itself, wherever it runs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rolecall_account::TaskKind;

use crate::edge::Edge;
use crate::place::Place;

/// Where every instance finds its metadata (`imds.address`).
pub(super) const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Where those that have it enabled find it too (`imds.address`).
pub(super) const METADATA_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
/// Where every ECS task finds its credentials (`container.ecs.address`).
pub(super) const CONTAINER: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 2);
/// Where every pod finds the agent of its node (`container.agent.address`).
pub(super) const AGENT: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 23);
pub(super) const AGENT_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

/// All of them are plain HTTP.
const PORT: u16 = 80;

/// The addresses that AWS itself has for what runs there. The one in IPv6 of an instance answers only
/// while its metadata options say so.
pub fn well_known_addresses(edge: &Edge, place: &Place) -> Vec<SocketAddr> {
    let at = |host: IpAddr| SocketAddr::new(host, PORT);
    match place {
        Place::Instance(_) => vec![at(METADATA.into()), at(METADATA_IPV6.into())],
        Place::Task(id) => {
            let kind = edge.world().task_kind(id);
            let local = kind.and_then(TaskKind::local_address);
            let local = local.into_iter().flat_map(|(name, port)| {
                // A name of the machine's own may stand for either.
                let own: &[IpAddr] = match name.parse() {
                    Ok(address) => &[address],
                    Err(_) => &[Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
                };
                let own = own.iter().map(|host| SocketAddr::new(*host, port));
                own.collect::<Vec<_>>()
            });
            [at(CONTAINER.into())].into_iter().chain(local).collect()
        }
        Place::Pod(_) => vec![at(AGENT.into()), at(AGENT_IPV6.into())],
        Place::Laptop => Vec::new(),
    }
}
