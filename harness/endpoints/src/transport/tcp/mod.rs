//! The TCP transport: one AWS endpoint, and an address for each instance, task and pod.

mod app;
mod connection;
mod head;
mod in_flight;
mod launched;
mod line;
mod listener;
mod read;
mod service;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

pub use self::app::AppServer;
pub use self::in_flight::{InFlight, Traffic};
use self::launched::Launched;
use self::listener::Listener;
use self::service::Service;
pub(super) use self::service::service_asked_for;
use crate::container;
use crate::edge::Edge;
use crate::place::{Caller, Place, Places};

/// What to listen for, and where.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// The address of every listener but the control's, which is always loopback.
    pub bind: IpAddr,
    /// The AWS endpoint's port; the others follow it in order. Free ports if there is none.
    pub port: Option<u16>,
    /// The instances, tasks and pods that get an address of their own, by name.
    pub places: Vec<(String, Place)>,
}

/// Where everything listens.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The AWS endpoint.
    pub aws: SocketAddr,
    /// The metadata address of each instance and the credential endpoint of each task and pod, by
    /// name.
    pub places: Vec<(String, Place, SocketAddr)>,
    /// The control routes.
    pub control: SocketAddr,
}

/// Listeners that are open, not yet served.
#[derive(Debug)]
pub struct Server {
    edge: Edge,
    addresses: Addresses,
    listeners: Vec<Listener>,
    launched: Arc<Launched>,
}

impl Server {
    /// Opens every listener.
    ///
    /// # Errors
    /// An address that cannot be had; the message names it.
    pub async fn bind(edge: &Edge, options: &ListenOptions, control: Router) -> io::Result<Self> {
        let mut ports = Ports {
            bind: options.bind,
            next: options.port,
        };
        let launched = Arc::new(Launched::new(edge, options.bind, &options.places));
        let anybody = Caller {
            name: "client".into(),
            place: Place::Laptop,
        };
        let service = Service::aws(edge, anybody, Arc::clone(&launched));
        let aws = Listener::new(ports.open().await?, service);
        let mut addresses = Addresses {
            aws: aws.address()?,
            places: Vec::new(),
            control: SocketAddr::new(options.bind, 0),
        };
        let mut listeners = vec![aws];
        for (name, place) in &options.places {
            let Some(service) = Service::of_place(edge, name, place) else {
                continue;
            };
            let listener = Listener::new(ports.open().await?, service);
            let address = listener.address()?;
            if let Place::Pod(_) = place {
                container::answer_pods_at(edge, address.ip());
            }
            addresses
                .places
                .push((name.clone(), place.clone(), address));
            listeners.push(listener);
        }
        let mut loopback = Ports {
            bind: IpAddr::from([127, 0, 0, 1]),
            next: None,
        };
        let control = Listener::new(
            loopback.open().await?,
            Service::Control(control, Arc::clone(&launched)),
        );
        addresses.control = control.address()?;
        listeners.push(control);
        Ok(Self {
            edge: edge.clone(),
            addresses,
            listeners,
            launched,
        })
    }

    /// Gives each instance that is launched from now on a listener at a free port, until it is
    /// terminated, and a name among `places`: its `Name` tag, or its id if it has none or something
    /// else has that name. `tell` is told where all of them listen whenever that has changed, before
    /// the answer to the launch is sent.
    #[must_use]
    pub fn following_launches(
        self,
        places: Places,
        tell: impl Fn(&[(String, Place, SocketAddr)]) + Send + Sync + 'static,
    ) -> Self {
        self.launched.follow(places, Box::new(tell));
        self
    }

    /// Where everything listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Serves until `stop` is over, then finishes the requests in flight; those that have no end,
    /// such as one that a fault never answers, are cut off.
    ///
    /// # Errors
    /// A listener that could not be opened again after a fault had closed it.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
        let (stopping, _) = watch::channel(false);
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            servers.spawn(listener.serve(self.edge.clone(), stopping.subscribe()));
        }
        tokio::select! {
            () = stop => {}
            () = keep_looking(&self.launched) => {}
        }
        stopping.send_replace(true);
        while let Some(ended) = servers.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        // Each connection holds a receiver for as long as it lasts.
        stopping.closed().await;
        self.launched.close().await;
        Ok(())
    }
}

/// How often it is looked what was launched or ended by no request, as time ends a Spot Instance.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Never over.
async fn keep_looking(launched: &Launched) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        launched.look().await;
    }
}

/// Hands out ports in order, or free ones.
struct Ports {
    bind: IpAddr,
    next: Option<u16>,
}

impl Ports {
    async fn open(&mut self) -> io::Result<TcpListener> {
        let port = self.next.unwrap_or(0);
        if let Some(next) = &mut self.next {
            *next = next
                .checked_add(1)
                .ok_or_else(|| io::Error::other("there are no ports above 65535"))?;
        }
        let address = SocketAddr::new(self.bind, port);
        let listener = TcpListener::bind(address).await;
        listener.map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
    }
}
