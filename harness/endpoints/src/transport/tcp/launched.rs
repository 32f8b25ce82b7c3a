//! Instances that are launched while a world is served: each has a listener of its own until it is
//! terminated. Those of the world's file keep theirs, so that a reset finds them where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;

use rolecall_account::InstanceState;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::listener::Listener;
use super::service::Service;
use crate::edge::Edge;
use crate::place::{Place, Places};

/// Told where everything that was launched listens, each time that has changed.
type Tell = dyn Fn(&[(String, Place, SocketAddr)]) + Send + Sync;

/// The listeners of what is launched.
pub(super) struct Launched {
    edge: Edge,
    bind: IpAddr,
    /// The ids of the instances that had a listener from the start.
    own: BTreeSet<String>,
    followed: OnceLock<(Places, Box<Tell>)>,
    open: Mutex<BTreeMap<String, Open>>,
}

/// Where a listener is, what ends it, and when it has.
type Listening = (SocketAddr, watch::Sender<bool>, JoinHandle<io::Result<()>>);

/// An open listener.
struct Open {
    name: String,
    address: SocketAddr,
    stopping: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
}

impl fmt::Debug for Launched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Launched")
    }
}

impl Launched {
    pub(super) fn new(edge: &Edge, bind: IpAddr, places: &[(String, Place)]) -> Self {
        let own = places.iter().filter_map(|(_, place)| match place {
            Place::Instance(id) => Some(id.clone()),
            _ => None,
        });
        Self {
            edge: edge.clone(),
            bind,
            own: own.collect(),
            followed: OnceLock::new(),
            open: Mutex::default(),
        }
    }

    /// Gives listeners from now on, and tells of them.
    pub(super) fn follow(&self, places: Places, tell: Box<Tell>) {
        // The first stays: a server is told once.
        let _ = self.followed.set((places, tell));
    }

    /// Opens what is missing and closes what is gone. To be called before an answer that may have
    /// launched something is sent, so that whoever reads it finds the listener there.
    ///
    /// In a box: a listener that it opens leads to a service that calls it again.
    pub(super) fn look(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.open_and_close())
    }

    async fn open_and_close(&self) {
        let Some((places, tell)) = self.followed.get() else {
            return;
        };
        let mut open = self.open.lock().await;
        let living = self.living();
        let gone: Vec<_> = open
            .keys()
            .filter(|id| !living.contains_key(*id))
            .cloned()
            .collect();
        let mut changed = !gone.is_empty();
        for id in gone {
            if let Some(closed) = open.remove(&id) {
                closed.stopping.send_replace(true);
                // Until nobody listens there; the connections say their farewell on their own.
                let _ = closed.serving.await;
            }
        }
        for (id, tag) in &living {
            if open.contains_key(id) {
                continue;
            }
            let name = self.name(places, id, tag);
            let place = Place::Instance(id.clone());
            // It is looked again soon: ports may be short for a while.
            let Some((address, stopping, serving)) = self.listen(&name, &place).await else {
                continue;
            };
            places.put(&name, place);
            let listening = Open {
                name,
                address,
                stopping,
                serving,
            };
            open.insert(id.clone(), listening);
            changed = true;
        }
        if changed {
            let all = open.iter().map(|(id, open)| {
                let place = Place::Instance(id.clone());
                (open.name.clone(), place, open.address)
            });
            tell(&all.collect::<Vec<_>>());
        }
    }

    /// Closes every listener and waits for their connections to end.
    pub(super) async fn close(&self) {
        let open = std::mem::take(&mut *self.open.lock().await);
        for listener in open.values() {
            listener.stopping.send_replace(true);
        }
        for listener in open.values() {
            listener.stopping.closed().await;
        }
    }

    /// What was launched and is not terminated: ids and names.
    fn living(&self) -> BTreeMap<String, String> {
        let world = self.edge.world();
        let living = world.instances().filter(|instance| {
            instance.state != InstanceState::Terminated && !self.own.contains(&instance.id)
        });
        let named = living.map(|instance| (instance.id.clone(), instance.name.clone()));
        named.collect()
    }

    async fn listen(&self, name: &str, place: &Place) -> Option<Listening> {
        let service = Service::of_place(&self.edge, name, place)?;
        let socket = TcpListener::bind(SocketAddr::new(self.bind, 0))
            .await
            .ok()?;
        let listener = Listener::new(socket, service);
        let address = listener.address().ok()?;
        let (stopping, stopped) = watch::channel(false);
        let serving = tokio::spawn(listener.serve(self.edge.clone(), stopped));
        Some((address, stopping, serving))
    }

    /// The name that it has already, its `Name` tag unless something that lives is called so, or else
    /// its id.
    fn name(&self, places: &Places, id: &str, tag: &str) -> String {
        if let Some((name, _)) = places.find(id) {
            return name;
        }
        let taken = places.get(tag).is_some_and(|place| match place {
            Place::Instance(other) => {
                let world = self.edge.world();
                let other = world.instance(&other);
                other.is_some_and(|other| other.state != InstanceState::Terminated)
            }
            _ => true,
        });
        if tag.is_empty() || taken {
            return id.to_owned();
        }
        tag.to_owned()
    }
}
