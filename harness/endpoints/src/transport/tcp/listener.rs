//! A listener: takes connections, unless a fault wants nobody to listen.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::{converse, stop};
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
}

impl Listener {
    pub(super) fn new(socket: TcpListener, service: Service) -> Self {
        Self { socket, service }
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes connections until `stopping`, then waits for those there are to end.
    pub(super) async fn serve(
        self,
        edge: Edge,
        mut stopping: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let address = self.address()?;
        let Self { socket, service } = self;
        let service = Arc::new(service);
        let mut socket = Some(socket);
        let mut connections = JoinSet::new();
        let mut changes = edge.faults().changes();
        let stopped = stopping.clone();
        loop {
            let closed = refuses(&edge, &service);
            match &socket {
                Some(_) if closed => socket = None,
                None if !closed => socket = Some(TcpListener::bind(address).await?),
                _ => {}
            }
            tokio::select! {
                accepted = accept(socket.as_ref()) => match accepted {
                    Ok((stream, _)) => {
                        let conversation = converse(stream, edge.clone(), Arc::clone(&service), stopped.clone());
                        connections.spawn(conversation);
                    }
                    // One that is gone before it was taken, or no descriptors left: the next may do.
                    Err(_) => sleep(LOOK_EVERY).await,
                },
                // The world keeps its side for as long as it is served.
                Ok(()) = changes.changed() => {}
                () = sleep(LOOK_EVERY), if edge.faults().has_refusals() => {}
                Some(_) = connections.join_next() => {}
                () = stop(&mut stopping) => break,
            }
        }
        drop(socket);
        // Each connection says its own farewell, in bounded time.
        while connections.join_next().await.is_some() {}
        Ok(())
    }
}

/// Whether a fault wants nobody to listen.
fn refuses(edge: &Edge, service: &Service) -> bool {
    let caller = service.caller();
    caller.is_some_and(|caller| edge.faults().refuses(caller, edge.now()))
}

async fn accept(socket: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match socket {
        Some(socket) => socket.accept().await,
        None => std::future::pending().await,
    }
}
