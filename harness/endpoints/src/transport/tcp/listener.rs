//! A listener: takes connections, unless a fault wants nobody to listen.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use super::connection::{Behind, converse, stop};
use super::in_flight::InFlight;
use super::service::Service;
use crate::edge::Edge;

/// How often a listener looks whether it is time to close or to open: a fault may be for a window
/// of simulated time, which nothing announces.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// An open listener and whoever answers there.
#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    service: Service,
    in_flight: Option<InFlight>,
}

impl Listener {
    pub(super) fn new(socket: TcpListener, service: Service) -> Self {
        Self {
            socket,
            service,
            in_flight: None,
        }
    }

    /// Counts its requests there.
    pub(super) fn counting(self, in_flight: InFlight) -> Self {
        let in_flight = Some(in_flight);
        Self { in_flight, ..self }
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes connections until `stopping`. Each says its own farewell then, in bounded time, and
    /// holds a receiver of it until it is over.
    pub(super) fn serve(
        self,
        edge: Edge,
        stopping: watch::Receiver<bool>,
    ) -> impl Future<Output = io::Result<()>> {
        // From now on, not from when it first gets its turn: who waits for listeners waits for it.
        let acted_upon = edge.faults().listener();
        self.serve_acting(edge, stopping, acted_upon)
    }

    async fn serve_acting(
        self,
        edge: Edge,
        mut stopping: watch::Receiver<bool>,
        acted_upon: Arc<AtomicU64>,
    ) -> io::Result<()> {
        let address = self.address()?;
        let Self {
            socket,
            service,
            in_flight,
        } = self;
        let behind = Arc::new(Behind::new(edge, service, in_flight));
        let faults = behind.edge.faults();
        let mut socket = Some(socket);
        let stopped = stopping.clone();
        // Made once, not for each connection: they wait in lists behind locks.
        let mut stop = pin!(stop(&mut stopping));
        let mut change = pin!(changed(faults.changes()));
        loop {
            let change_now = faults.change();
            let closed = refuses(&behind);
            match &socket {
                Some(_) if closed => socket = None,
                None if !closed => socket = Some(TcpListener::bind(address).await?),
                _ => {}
            }
            acted_upon.store(change_now, Ordering::Release);
            tokio::select! {
                accepted = accept(socket.as_ref()) => match accepted {
                    Ok((stream, _)) => {
                        tokio::spawn(converse(stream, Arc::clone(&behind), stopped.clone()));
                    }
                    // One that is gone before it was taken, or no descriptors left: the next may do.
                    Err(_) => sleep(LOOK_EVERY).await,
                },
                changes = &mut change => change.set(changed(changes)),
                () = sleep(LOOK_EVERY), if faults.has_refusals() => {}
                () = &mut stop => return Ok(()),
            }
        }
    }
}

/// Over when the faults have changed; gives back what told of it, for the next change.
async fn changed(mut changes: watch::Receiver<u64>) -> watch::Receiver<u64> {
    match changes.changed().await {
        Ok(()) => changes,
        // The world keeps its side for as long as it is served.
        Err(_) => pending().await,
    }
}

/// Whether a fault wants nobody to listen.
fn refuses(behind: &Behind) -> bool {
    let (edge, caller) = (&behind.edge, behind.service.caller());
    !edge.faults().is_idle()
        && caller.is_some_and(|caller| edge.faults().refuses(caller, edge.now()))
}

async fn accept(socket: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match socket {
        Some(socket) => socket.accept().await,
        None => pending().await,
    }
}
