//! `--net`: a network of the program's own, in which the addresses of AWS answer.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rolecall_reach::{Network, NetworkError, Permit};
use tokio::runtime::{Builder, Runtime};

use super::super::ctl;
use super::relay::{IsOpen, Relay};
use super::world::World;
use crate::state::{OwnNetwork, ServedPlace, State};

/// A network, and what answers there.
pub(super) struct OwnNet {
    pub(super) network: Arc<Network>,
    /// All addresses that answer.
    pub(super) addresses: Vec<SocketAddr>,
    /// What carries connections on.
    _runtime: Runtime,
}

impl OwnNet {
    /// That of the program that is called `name`.
    pub(super) fn open(permit: &Permit, world: &World, name: &str) -> Result<Self, String> {
        let relays = relays(world, name)?;
        let addresses: Vec<_> = relays.iter().map(|relay| relay.at).collect();
        let (network, sockets) =
            Network::open(permit, &addresses).map_err(|error| in_words(&error))?;
        let runtime = runtime().map_err(|error| error.to_string())?;
        let mut addresses = Vec::new();
        for (relay, socket) in relays.into_iter().zip(sockets) {
            let Some(socket) = socket else {
                continue;
            };
            let at = relay.at;
            addresses.push(at);
            runtime.spawn(async move {
                if let Err(error) = relay.serve(socket).await {
                    anstream::eprintln!("rolecall: nobody answers at {at} any more: {error}");
                }
            });
        }
        Ok(Self {
            network: Arc::new(network),
            addresses,
            _runtime: runtime,
        })
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("network")
        .enable_all()
        .build()
}

/// The place that the program is, if it is one, and what it has in a network of its own.
pub(super) fn place<'a>(
    state: &'a State,
    name: &str,
) -> Result<Option<(&'a ServedPlace, &'a OwnNetwork)>, String> {
    let Some(place) = state.places.iter().find(|place| place.name == name) else {
        return Ok(None);
    };
    let own = place.own_network.as_ref().ok_or(
        "the world is served by another version of rolecall, which knows of no other networks; restart it",
    )?;
    Ok(Some((place, own)))
}

/// What there is to be: what AWS has for the place; AWS's endpoint, and that of `rolecall ctl`, where
/// they are outside.
fn relays(world: &World, name: &str) -> Result<Vec<Relay>, String> {
    let state = &world.state;
    let mut relays = Vec::new();
    if let Some((place, own)) = place(state, name)? {
        for at in &own.addresses {
            relays.push(Relay {
                at: *at,
                to: own.listener,
                is_open: at.is_ipv6().then(|| ipv6_of(world, place)).flatten(),
            });
        }
    }
    for url in [&state.aws, &state.control] {
        let at = url.strip_prefix("http://").and_then(|at| at.parse().ok());
        let at = at.ok_or_else(|| format!("{url} is no address"))?;
        let is_open = None;
        relays.push(Relay {
            at,
            to: at,
            is_open,
        });
    }
    let mut seen = BTreeSet::new();
    relays.retain(|relay| seen.insert(relay.at));
    Ok(relays)
}

/// Whether the metadata of an instance is there in IPv6, which may change at any time (`imds.address`).
fn ipv6_of(world: &World, place: &ServedPlace) -> Option<Arc<IsOpen>> {
    let id = place.what.strip_prefix("instance ")?.to_owned();
    let (file, state) = (world.file.clone(), world.state.clone());
    Some(Arc::new(move || ctl::serves_ipv6(&file, &state, &id)))
}

/// What is missing, and what to do about it.
pub(super) fn in_words(error: &NetworkError) -> String {
    match error {
        NetworkError::NotPermitted { .. } => format!(
            "{error}; run rolecall as root (in a container, with the capabilities SYS_ADMIN and NET_ADMIN), have the system allow user namespaces, or leave out --net: SDKs find the world by the variables that they know"
        ),
        NetworkError::Failed { .. } => error.to_string(),
    }
}
