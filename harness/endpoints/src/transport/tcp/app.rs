//! The listeners of one app, so that every request that comes in there is known to be its own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::in_flight::InFlight;
use super::launched::Launched;
use super::listener::Listener;
use super::service::Service;
use crate::container;
use crate::edge::Edge;
use crate::place::{Caller, Place};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What one app reaches over TCP, at free ports of the loopback address: AWS, and what it is told
/// about itself where it runs. It is served on the runtime that it was opened on, until it is dropped.
#[derive(Debug)]
pub struct AppServer {
    aws: SocketAddr,
    place: Option<SocketAddr>,
    stopping: watch::Sender<bool>,
}

impl AppServer {
    /// Begins to serve `caller`, whom the journal names; its requests are counted in `in_flight`.
    ///
    /// # Errors
    /// There is no port.
    pub async fn open(edge: &Edge, caller: &Caller, in_flight: &InFlight) -> io::Result<Self> {
        let (stopping, _) = watch::channel(false);
        let nothing_launched = Arc::new(Launched::new(edge, LOOPBACK, &[]));
        let aws = Service::aws(edge, caller.clone(), nothing_launched);
        let place = Service::of_place(edge, &caller.name, &caller.place);
        let serve = async |service| {
            let socket = TcpListener::bind(SocketAddr::new(LOOPBACK, 0)).await?;
            let listener = Listener::new(socket, service).counting(in_flight.clone());
            let address = listener.address()?;
            tokio::spawn(listener.serve(edge.clone(), stopping.subscribe()));
            Ok::<_, io::Error>(address)
        };
        if let Place::Pod(_) = caller.place {
            container::answer_pods_at(edge, LOOPBACK);
        }
        let aws = serve(aws).await?;
        let place = match place {
            Some(place) => Some(serve(place).await?),
            None => None,
        };
        Ok(Self {
            aws,
            place,
            stopping,
        })
    }

    /// The AWS endpoint.
    pub fn aws(&self) -> SocketAddr {
        self.aws
    }

    /// The metadata address of an instance, the credential endpoint of a task or pod.
    pub fn place(&self) -> Option<SocketAddr> {
        self.place
    }
}

impl Drop for AppServer {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
    }
}
