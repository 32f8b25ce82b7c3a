//! Whose the other end of a connection on this machine is, as the kernel lists it.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The kernel's lists of the connections of this network namespace.
const LISTS: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// The number of the socket at `near`, which is connected with `far`, if somebody has it open.
pub(crate) fn socket(near: SocketAddr, far: SocketAddr) -> Option<u64> {
    let wanted = (canonical(near), canonical(far));
    LISTS.into_iter().find_map(|list| {
        let list = fs::read_to_string(list).ok()?;
        let mut entries = list.lines().skip(1).filter_map(Entry::parse);
        let found = entries.find(|entry| (entry.near, entry.far) == wanted && entry.socket != 0)?;
        Some(found.socket)
    })
}

/// Whether the process has the socket open.
pub(crate) fn has_open(pid: i32, socket: u64) -> bool {
    let link = format!("socket:[{socket}]");
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    let mut files = files.into_iter().flatten().flatten();
    files.any(|file| fs::read_link(file.path()).is_ok_and(|target| target == Path::new(&link)))
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    near: SocketAddr,
    far: SocketAddr,
    socket: u64,
}

impl Entry {
    /// The columns that proc(5) lists: the addresses are the second and third, the socket's number
    /// is the tenth.
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split_ascii_whitespace();
        Some(Self {
            near: address(columns.nth(1)?)?,
            far: address(columns.next()?)?,
            socket: columns.nth(6)?.parse().ok()?,
        })
    }
}

/// An address in hexadecimal digits, in words of 32 bits as this machine has them in memory, and a
/// port.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::with_capacity(16);
    if host.len() % 8 != 0 {
        return None;
    }
    for word in host.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let host = if let Ok(four) = <[u8; 4]>::try_from(bytes.as_slice()) {
        IpAddr::from(Ipv4Addr::from(four))
    } else {
        IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?))
    };
    Some(canonical(SocketAddr::new(host, port)))
}

/// The same address, however it is written: a socket for IPv6 may have one of IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn a_line_of_the_kernels_lists_is_read() {
        let line = "   2: 0100007F:A5B2 0200007F:1F90 01 00000000:00000000 00:00000000 00000000  \
                    1000        0 4242 1 0000000000000000 20 4 30 10 -1";
        let expected = Entry {
            near: "127.0.0.1:42418".parse().unwrap(),
            far: "127.0.0.2:8080".parse().unwrap(),
            socket: 4242,
        };
        assert_eq!(Entry::parse(line), Some(expected));
        let local = "00000000000000000000000001000000:0050";
        assert_eq!(address(local), Some("[::1]:80".parse().unwrap()));
        let mapped = "0000000000000000FFFF00000100007F:0050";
        assert_eq!(address(mapped), Some("127.0.0.1:80".parse().unwrap()));
        for broken in [
            "",
            ":",
            "0100007F",
            "0100007F:",
            "0100:0050",
            "x:0050",
            "é100007F:0050",
        ] {
            assert_eq!(address(broken), None, "{broken}");
        }
    }

    #[test]
    fn each_end_of_a_connection_has_its_socket_while_it_is_open() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = listener.local_addr().unwrap();
        let client = TcpStream::connect(far).unwrap();
        let (server, near) = listener.accept().unwrap();
        let ours = socket(near, far).unwrap();
        let theirs = socket(far, near).unwrap();
        assert_ne!(ours, theirs);
        let own = std::process::id().cast_signed();
        assert!(has_open(own, ours) && has_open(own, theirs));
        drop(client);
        assert!(!has_open(own, ours));
        drop(server);
        assert_eq!(socket(near, far), None);
    }
}
