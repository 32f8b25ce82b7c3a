//! Instances that are launched while a world is served: each has a listener of its own until it is
//! terminated. So have the instances, tasks and pods of a world that is taken up. Those of the world's
//! file keep theirs, so that a reset finds them where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rolecall_account::InstanceState;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::listener::Listener;
use super::service::Service;
use crate::container;
use crate::edge::Edge;
use crate::place::{Place, Places};

/// Told where everything that was launched listens, each time that has changed.
type Tell = dyn Fn(&[(String, Place, SocketAddr)]) + Send + Sync;

/// The listeners of what is launched.
pub(super) struct Launched {
    edge: Edge,
    bind: IpAddr,
    /// What had a listener from the start.
    own: BTreeSet<Place>,
    followed: OnceLock<(Places, Box<Tell>)>,
    open: Mutex<BTreeMap<Place, Open>>,
    /// Which world was told of last.
    told: AtomicU64,
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
        let own = places.iter().map(|(_, place)| place.clone());
        Self {
            edge: edge.clone(),
            bind,
            own: own.collect(),
            followed: OnceLock::new(),
            open: Mutex::default(),
            told: AtomicU64::new(edge.worlds()),
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
        let worlds = self.edge.worlds();
        let living = self.living(places);
        let gone: Vec<_> = open
            .keys()
            .filter(|place| !living.contains_key(*place))
            .cloned()
            .collect();
        let another = self.told.swap(worlds, Ordering::SeqCst) != worlds;
        let mut changed = another || !gone.is_empty();
        for place in gone {
            if let Some(closed) = open.remove(&place) {
                closed.stopping.send_replace(true);
                // Until nobody listens there; the connections say their farewell on their own.
                let _ = closed.serving.await;
            }
        }
        for (place, tag) in living {
            if let Some(open) = open.get_mut(&place) {
                // In a world that took the place of another it may be called something else.
                if another {
                    open.name = self.name(places, &place, &tag);
                }
                continue;
            }
            let name = self.name(places, &place, &tag);
            // It is looked again soon: ports may be short for a while.
            let Some((address, stopping, serving)) = self.listen(&name, &place).await else {
                continue;
            };
            places.put(&name, place.clone());
            let listening = Open {
                name,
                address,
                stopping,
                serving,
            };
            open.insert(place, listening);
            changed = true;
        }
        if changed {
            let all = open.iter();
            let all = all.map(|(place, open)| (open.name.clone(), place.clone(), open.address));
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

    /// What has no listener from the start and is there: instances that are not terminated, by their
    /// tags, and tasks and pods, by their names.
    fn living(&self, places: &Places) -> BTreeMap<Place, String> {
        let world = self.edge.world();
        let living = world.instances();
        let living = living.filter(|instance| instance.state != InstanceState::Terminated);
        let instances = living.map(|instance| {
            let place = Place::Instance(instance.id.clone());
            (place, instance.name.clone())
        });
        let all = places.all().into_iter();
        let others = all.filter(|(_, place)| matches!(place, Place::Task(_) | Place::Pod(_)));
        let others = others.map(|(name, place)| (place, name));
        instances
            .chain(others)
            .filter(|(place, _)| !self.own.contains(place))
            .collect()
    }

    async fn listen(&self, name: &str, place: &Place) -> Option<Listening> {
        let service = Service::of_place(&self.edge, name, place)?;
        let socket = TcpListener::bind(SocketAddr::new(self.bind, 0))
            .await
            .ok()?;
        let listener = Listener::new(socket, service);
        let address = listener.address().ok()?;
        if let Place::Pod(_) = place {
            container::answer_pods_at(&self.edge, address.ip());
        }
        let (stopping, stopped) = watch::channel(false);
        let serving = tokio::spawn(listener.serve(self.edge.clone(), stopped));
        Some((address, stopping, serving))
    }

    /// The name that it has already, its `Name` tag unless something that lives is called so, or else
    /// its id.
    fn name(&self, places: &Places, place: &Place, tag: &str) -> String {
        let id = place.id().unwrap_or_default();
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
