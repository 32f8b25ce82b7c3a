//! The in-memory transport: every address that a client could call, as a function call.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Request, Response};
use rolecall_account::{Instance, TaskKind};
use thiserror::Error;
use tower::{BoxError, Service};

use super::well_known::{AGENT, AGENT_IPV6, CONTAINER, METADATA, METADATA_IPV6};
use crate::aws::{Host, Services};
use crate::brought::Peer;
use crate::delivery::{Broken, silence};
use crate::edge::Edge;
use crate::fault::{self, Dialect, Responder};
use crate::place::{Caller, Hops, Place};
use crate::{container, record};

/// Hosts that are the caller's own.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// From where the services see what runs in AWS ask, and what runs elsewhere
/// (`policy.context.of-the-request`).
const NAT_GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 10));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// All addresses of one world.
#[derive(Clone, Debug)]
pub struct MemoryNetwork {
    container: Router,
    agent: Router,
    services: Services,
    edge: Edge,
}

/// Why a call came to no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// Nothing answers at that address from there.
    #[error("no route to {host} from {place:?}")]
    NoRoute {
        /// The address.
        host: String,
        /// Where the client runs.
        place: Place,
    },
    /// Nobody listens at that address: a fault wants it so, or so it was recorded.
    #[error("connection refused")]
    Refused,
    /// The connection was reset, by a fault or as it was recorded.
    #[error("connection reset by peer")]
    Reset,
    /// The connection was closed without an answer, as it was recorded.
    #[error("connection closed before an answer")]
    Closed,
}

impl MemoryNetwork {
    /// The network of the world behind `edge`.
    pub fn new(edge: &Edge) -> Self {
        Self {
            container: container::router(edge.clone()),
            agent: container::pod_router(edge.clone()),
            services: Services::new(edge),
            edge: edge.clone(),
        }
    }

    /// What `caller` reaches: a tower service over `http` types.
    pub fn wire(&self, caller: Caller) -> Wire {
        Wire {
            network: self.clone(),
            caller,
            hops: None,
            is_endpoint: false,
        }
    }

    fn at(&self, host: &str, port: Option<u16>, place: &Place) -> Option<(Dialect, Responder)> {
        if let Some((dialect, responder)) = self.of_place(host, port, place) {
            let recorded = self.edge.recording(place);
            let replay = |replay| record::router(self.edge.clone(), replay).into();
            return Some((dialect, recorded.map_or(responder, replay)));
        }
        let (dialect, router) = self.services.at(Host::parse(host)?);
        Some((dialect, router.into()))
    }

    /// What a place is told about itself, at the address where that is.
    fn of_place(
        &self,
        host: &str,
        port: Option<u16>,
        place: &Place,
    ) -> Option<(Dialect, Responder)> {
        let ipv4 = host.parse().ok();
        match place {
            Place::Instance(id) => {
                let ipv6 = ipv6(host) == Some(METADATA_IPV6) && {
                    let world = self.edge.world();
                    world.instance(id).is_some_and(Instance::serves_ipv6)
                };
                (ipv4 == Some(METADATA) || ipv6).then(|| (Dialect::Imds, Responder::Metadata))
            }
            Place::Task(id) => {
                let local = LOOPBACK.contains(&host) && {
                    let kind = self.edge.world().task_kind(id);
                    let listening = kind.and_then(TaskKind::local_address);
                    listening.is_some_and(|(_, listening)| port == Some(listening))
                };
                (ipv4 == Some(CONTAINER) || local)
                    .then(|| (Dialect::Container, self.container.clone().into()))
            }
            Place::Pod(_) => {
                let here = ipv4 == Some(AGENT) || ipv6(host) == Some(AGENT_IPV6);
                here.then(|| (Dialect::Agent, self.agent.clone().into()))
            }
            Place::Laptop => None,
        }
    }
}

/// The address that a host names, if it is one in brackets.
fn ipv6(host: &str) -> Option<Ipv6Addr> {
    let inner = host.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse().ok()
}

/// One caller's view of the network.
#[derive(Clone, Debug)]
pub struct Wire {
    network: MemoryNetwork,
    caller: Caller,
    hops: Option<Hops>,
    is_endpoint: bool,
}

impl Wire {
    /// The same, where every host is the one AWS endpoint: as requests have it that were made for a
    /// listener.
    #[must_use]
    pub fn at_the_endpoint(self) -> Self {
        let is_endpoint = true;
        Self {
            is_endpoint,
            ..self
        }
    }

    /// The same for a caller that is so far away from the metadata service of its instance.
    #[must_use]
    pub fn at_hops(self, hops: Hops) -> Self {
        let hops = Some(hops);
        Self { hops, ..self }
    }
}

impl<B> Service<Request<B>> for Wire
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = WireError;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let port = request.uri().port_u16();
        let service = if self.is_endpoint {
            let asked = super::tcp::service_asked_for(request.uri(), request.headers());
            let asked = asked.as_deref().unwrap_or("s3");
            let (dialect, router) = self.network.services.signed_for(asked);
            Some((dialect, router.into()))
        } else {
            self.network.at(&host, port, &self.caller.place)
        };
        let caller = self.caller.clone();
        let edge = self.network.edge.clone();
        if let Some(hops) = self.hops {
            request.extensions_mut().insert(hops);
        }
        let address = match caller.place {
            Place::Instance(_) | Place::Task(_) | Place::Pod(_) => NAT_GATEWAY,
            Place::Laptop => ELSEWHERE,
        };
        request.extensions_mut().insert(Peer(address));
        Box::pin(async move {
            let Some((dialect, responder)) = service else {
                return Err(WireError::NoRoute {
                    host,
                    place: caller.place,
                });
            };
            let response =
                fault::ask(&edge, dialect, responder, &caller, request.map(Body::new)).await;
            match Broken::of(&response) {
                None => Ok(response),
                Some(Broken::Refused) => Err(WireError::Refused),
                Some(Broken::Reset) => Err(WireError::Reset),
                Some(Broken::Closed) => Err(WireError::Closed),
                Some(Broken::Silent) => match silence().await {},
            }
        })
    }
}
