//! What answers in a network of a program's own is at home outside: each connection is carried on.

use std::io;
use std::net::{
    IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener as StdListener, TcpStream as StdStream,
};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often it is looked whether somebody listens again outside.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How many connections may wait to be taken: a herd's.
const BACKLOG: u32 = 1024;

/// Whether whoever calls there finds somebody, asked with each connection.
pub(super) type IsOpen = dyn Fn() -> bool + Send + Sync;

/// An address in the network, and where what answers there is at home.
#[derive(Clone)]
pub(super) struct Relay {
    pub(super) at: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) is_open: Option<Arc<IsOpen>>,
}

impl Relay {
    /// Carries on what comes to `socket`, which listens there, for as long as that works.
    pub(super) async fn serve(self, socket: StdListener) -> io::Result<()> {
        socket.set_nonblocking(true)?;
        let mut listener = TcpListener::from_std(socket)?;
        // Before anybody can call: a fault may have closed it outside.
        if !is_there(self.to).await {
            listener = self.closed_meanwhile(listener).await?;
        }
        loop {
            let Ok((near, _)) = listener.accept().await else {
                // One that is gone before it was taken, or no descriptors left: the next may do.
                sleep(LOOK_EVERY).await;
                continue;
            };
            if !self.is_open().await {
                reset(near);
                continue;
            }
            if let Ok(far) = TcpStream::connect(self.to).await {
                tokio::spawn(carry(near, far));
            } else {
                reset(near);
                listener = self.closed_meanwhile(listener).await?;
            }
        }
    }

    async fn is_open(&self) -> bool {
        match self.is_open.clone() {
            // It waits for an answer.
            Some(is_open) => spawn_blocking(move || is_open()).await.unwrap_or_default(),
            None => true,
        }
    }

    /// Where nobody listens outside, nobody listens here; the address stays taken meanwhile. Only the
    /// connection by which that was found out is reset, and not refused.
    async fn closed_meanwhile(&self, listener: TcpListener) -> io::Result<TcpListener> {
        // It is a socket like any other, and need not be made again in that network: it stops to
        // listen, and begins again.
        let socket = StdStream::from(OwnedFd::from(listener.into_std()?));
        socket.shutdown(Shutdown::Both)?;
        while !is_there(self.to).await {
            sleep(LOOK_EVERY).await;
        }
        TcpSocket::from_std_stream(socket).listen(BACKLOG)
    }
}

/// Whether somebody listens at an address. It is asked from another one: from the same, the system
/// would sooner or later choose the same port, and connect the question with itself.
async fn is_there(to: SocketAddr) -> bool {
    let connect = async {
        let socket = match to.ip() {
            IpAddr::V4(host) if host.is_loopback() => {
                let socket = TcpSocket::new_v4()?;
                let other = if host == Ipv4Addr::LOCALHOST {
                    Ipv4Addr::new(127, 0, 0, 2)
                } else {
                    Ipv4Addr::LOCALHOST
                };
                socket.bind(SocketAddr::new(other.into(), 0))?;
                socket
            }
            IpAddr::V4(_) => TcpSocket::new_v4()?,
            IpAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.connect(to).await
    };
    connect.await.is_ok()
}

/// Until both sides have said all, or one breaks off.
async fn carry(mut near: TcpStream, mut far: TcpStream) {
    // What comes is carried on as it came.
    let _ = near.set_nodelay(true);
    let _ = far.set_nodelay(true);
    if copy_bidirectional(&mut near, &mut far).await.is_err() {
        reset(near);
        reset(far);
    }
}

/// Breaks it off.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LOOPBACK: (&str, u16) = ("127.0.0.1", 0);

    /// A relay to `home`, and its address.
    fn relay(to: SocketAddr, is_open: Option<Arc<IsOpen>>) -> SocketAddr {
        let at = StdListener::bind(LOOPBACK).unwrap().local_addr().unwrap();
        // At a port that was asked for: one that the system chose would not stay its own.
        let socket = StdListener::bind(at).unwrap();
        let relay = Relay { at, to, is_open };
        tokio::spawn(relay.serve(socket));
        at
    }

    #[tokio::test]
    async fn either_side_may_end_first_or_break_off() {
        let home = TcpListener::bind(LOOPBACK).await.unwrap();
        let at = relay(home.local_addr().unwrap(), None);
        // The first is the relay's own, which looks whether somebody is there.
        let (first, _) = home.accept().await.unwrap();
        drop(first);
        let mut near = TcpStream::connect(at).await.unwrap();
        let (mut far, _) = home.accept().await.unwrap();
        near.write_all(b"asked").await.unwrap();
        near.shutdown().await.unwrap();
        let mut heard = String::new();
        far.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "asked");
        far.write_all(b"answered").await.unwrap();
        drop(far);
        let mut heard = String::new();
        near.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "answered");

        let mut near = TcpStream::connect(at).await.unwrap();
        let (far, _) = home.accept().await.unwrap();
        far.set_zero_linger().unwrap();
        drop(far);
        let broken = near.read(&mut [0]).await.unwrap_err();
        assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn nobody_listens_while_nobody_is_at_home() {
        let home = TcpListener::bind(LOOPBACK).await.unwrap();
        let to = home.local_addr().unwrap();
        drop(home);
        let at = relay(to, None);
        let refused = loop {
            // It has to be seen once.
            match TcpStream::connect(at).await {
                Err(error) => break error,
                Ok(_) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let home = TcpListener::bind(to).await.unwrap();
        let mut near = loop {
            match TcpStream::connect(at).await {
                Ok(near) => break near,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        near.write_all(b"again").await.unwrap();
        let heard = loop {
            let (mut far, _) = home.accept().await.unwrap();
            let mut heard = [0; 5];
            // Those that only looked say nothing.
            if far.read_exact(&mut heard).await.is_ok() {
                break heard;
            }
        };
        assert_eq!(&heard, b"again");
    }

    #[tokio::test]
    async fn what_is_not_open_is_broken_off() {
        let home = TcpListener::bind(LOOPBACK).await.unwrap();
        let at = relay(home.local_addr().unwrap(), Some(Arc::new(|| false)));
        let mut near = TcpStream::connect(at).await.unwrap();
        let broken = near.read(&mut [0]).await.unwrap_err();
        assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);
    }
}
