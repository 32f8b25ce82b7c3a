//! A network of a program's own: a loopback interface, with addresses of our choice, and nothing else.
//!
//! A socket belongs to the network that it was made in, whoever uses it. So a thread enters the network
//! and opens there what is to listen in it; whoever serves that stays where it is.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use libc::{c_int, c_uint};
use thiserror::Error;

/// What `capabilities(7)` calls `CAP_NET_BIND_SERVICE`, `CAP_NET_ADMIN` and `CAP_SYS_ADMIN`: to listen
/// at port 80, to give addresses, and to make and to enter a network.
const NEEDED: [u32; 3] = [10, 12, 21];

/// There is no network for a program.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The system does not let this user make one.
    #[error("this system does not let this user make a network: it may not {what} ({error})")]
    NotPermitted {
        /// What it may not do.
        what: &'static str,
        /// How the system says it.
        error: io::Error,
    },
    /// It may be made, and something failed.
    #[error("a network could not be made: to {what}: {error}")]
    Failed {
        /// What failed.
        what: String,
        /// How the system says it.
        error: io::Error,
    },
}

impl NetworkError {
    fn of(what: &'static str, error: io::Error) -> Self {
        match error.raw_os_error() {
            // The limits on namespaces are zero where they are forbidden.
            Some(libc::EPERM | libc::EACCES | libc::ENOSPC | libc::ENOSYS) => {
                Self::NotPermitted { what, error }
            }
            _ => Self::Failed {
                what: what.to_owned(),
                error,
            },
        }
    }

    fn listening(at: SocketAddr, error: io::Error) -> Self {
        let what = format!("listen at {at}");
        Self::Failed { what, error }
    }
}

/// The right to make networks.
#[derive(Debug)]
pub struct Permit(());

impl Permit {
    /// Takes it. A process without the capabilities for it becomes, with all that it starts, the owner
    /// of a user namespace in which it has them: its user and group keep their numbers there, and
    /// everybody else is nobody. What it starts has the capabilities no more, unless it is root.
    ///
    /// To be called while the process has a single thread.
    ///
    /// # Errors
    /// The system does not give it.
    pub fn take() -> Result<Self, NetworkError> {
        let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
        if !has_all(&status, &NEEDED) {
            own_user_namespace().map_err(|error| {
                NetworkError::of(
                    "make a user namespace, and has no capabilities outside",
                    error,
                )
            })?;
        }
        Ok(Self(()))
    }
}

/// Whether the effective capabilities, as the kernel lists them, have these among them.
fn has_all(status: &str, capabilities: &[u32]) -> bool {
    let mut lines = status.lines();
    let effective = lines.find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    let effective = effective.unwrap_or_default();
    capabilities.iter().all(|bit| effective & 1 << bit != 0)
}

fn own_user_namespace() -> io::Result<()> {
    // SAFETY: asks for a number, and touches no memory.
    let user = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let group = unsafe { libc::getegid() };
    unshare(libc::CLONE_NEWUSER)?;
    // The kernel wants that nobody can leave a group by which something is forbidden.
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// A network of its own. It is there for as long as this is, or a process in it, or a socket of it.
#[derive(Debug)]
pub struct Network {
    entrance: File,
}

impl Network {
    /// Makes one whose loopback interface has the loopback addresses and those of `addresses`, and opens
    /// a listener at each of these, in their order; `None` for addresses of IPv6 where the machine has
    /// none.
    ///
    /// # Errors
    /// The system refuses, or two of `addresses` exclude each other.
    pub fn open(
        _: &Permit,
        addresses: &[SocketAddr],
    ) -> Result<(Self, Vec<Option<TcpListener>>), NetworkError> {
        // Whoever enters a network does not come back: this thread ends there.
        let made = thread::scope(|scope| scope.spawn(|| make(addresses)).join());
        made.unwrap_or_else(|_| {
            let error = io::Error::other("the thread that makes it has ended");
            Err(NetworkError::of("begin", error))
        })
    }

    /// Has the process of `command` begin in it. The network has to be there until it has.
    pub(crate) fn enter_in(&self, command: &mut Command) {
        let entrance = self.entrance.as_raw_fd();
        let enter = move || {
            // SAFETY: makes one system call, which touches no memory.
            match unsafe { libc::setns(entrance, libc::CLONE_NEWNET) } {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        };
        // SAFETY: what runs between fork and exec makes one system call and allocates nothing.
        unsafe { command.pre_exec(enter) };
    }
}

type Made = Result<(Network, Vec<Option<TcpListener>>), NetworkError>;

/// On a thread of its own, which is in the network afterwards.
fn make(addresses: &[SocketAddr]) -> Made {
    unshare(libc::CLONE_NEWNET).map_err(|error| NetworkError::of("make a network", error))?;
    let entrance = File::open("/proc/thread-self/ns/net");
    let entrance = entrance.map_err(|error| NetworkError::of("find the network", error))?;
    let mut kernel = Kernel::ask().map_err(|error| NetworkError::of("ask the kernel", error))?;
    kernel
        .bring_up_loopback()
        .map_err(|error| NetworkError::of("bring up the loopback interface", error))?;
    let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    let can_be = |address: &IpAddr| has_ipv6 || address.is_ipv4();
    let hosts: BTreeSet<_> = addresses.iter().map(SocketAddr::ip).collect();
    let given = |host: &IpAddr| host.is_loopback() || host.is_unspecified();
    for host in hosts
        .into_iter()
        .filter(|host| can_be(host) && !given(host))
    {
        kernel
            .add_address(host)
            .map_err(|error| NetworkError::of("give the loopback interface an address", error))?;
    }
    let listeners = addresses.iter().map(|at| {
        let listening = can_be(&at.ip()).then(|| TcpListener::bind(at));
        let listening = listening.transpose();
        listening.map_err(|error| NetworkError::listening(*at, error))
    });
    let listeners = listeners.collect::<Result<_, _>>()?;
    Ok((Network { entrance }, listeners))
}

fn unshare(what: c_int) -> io::Result<()> {
    // SAFETY: changes what the calling thread belongs to, and touches no memory.
    match unsafe { libc::unshare(what) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The loopback interface is the first of each network.
const LOOPBACK: u32 = 1;

/// The attributes of an address: the one that is meant, and that of the interface; here both.
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;

/// It is nobody else's, which need not be found out first: until then nobody could listen there.
const IFA_F_NODAD: u8 = 2;

/// The length of the head of a message: its length, kind, flags, number and sender.
const HEAD: usize = 16;

/// The line to the kernel by which interfaces are changed, as `rtnetlink(7)` says.
struct Kernel(File);

impl Kernel {
    fn ask() -> io::Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        // SAFETY: makes a socket, and touches no memory.
        let socket = unsafe { libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE) };
        if socket < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it was opened above, and nobody else has it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(socket) }.into()))
    }

    fn bring_up_loopback(&mut self) -> io::Result<()> {
        let up = libc::IFF_UP.cast_unsigned();
        // Family, padding and kind; interface; its flags, and which of them are meant.
        let mut body = vec![0; 4];
        for word in [LOOPBACK, up, up] {
            body.extend(word.to_ne_bytes());
        }
        self.change(libc::RTM_NEWLINK, 0, &body)
    }

    fn add_address(&mut self, address: IpAddr) -> io::Result<()> {
        let (family, octets) = match address {
            IpAddr::V4(address) => (libc::AF_INET, address.octets().to_vec()),
            IpAddr::V6(address) => (libc::AF_INET6, address.octets().to_vec()),
        };
        let family = u8::try_from(family).unwrap_or_default();
        let length = u8::try_from(octets.len()).unwrap_or_default();
        // Family, bits of the prefix, which is all of it, flags and scope; interface.
        let mut body = vec![family, length * 8, IFA_F_NODAD, 0];
        body.extend(LOOPBACK.to_ne_bytes());
        for kind in [IFA_LOCAL, IFA_ADDRESS] {
            body.extend((u16::from(length) + 4).to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(&octets);
        }
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        self.change(libc::RTM_NEWADDR, flags, &body)
    }

    /// Sends one change, and waits until it is made.
    fn change(&mut self, kind: u16, flags: c_int, body: &[u8]) -> io::Result<()> {
        let flags = flags | libc::NLM_F_REQUEST | libc::NLM_F_ACK;
        let length = c_uint::try_from(HEAD + body.len()).map_err(io::Error::other)?;
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend(
            u16::try_from(flags)
                .map_err(io::Error::other)?
                .to_ne_bytes(),
        );
        // Neither a number nor a sender is needed: there is one question at a time.
        message.extend([0; 8]);
        message.extend(body);
        self.0.write_all(&message)?;
        let mut answer = [0; 512];
        let length = self.0.read(&mut answer)?;
        // An error, which is none if its number is zero: there is no other answer.
        let code = answer.get(HEAD..HEAD + 4).filter(|_| length >= HEAD + 4);
        let code = code.and_then(|code| code.try_into().ok());
        match code.map(i32::from_ne_bytes) {
            Some(0) => Ok(()),
            Some(error) => Err(io::Error::from_raw_os_error(error.wrapping_neg())),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_as_the_kernel_lists_them() {
        let status = |bits: &str| format!("Name:\tx\nCapPrm:\t0\nCapEff:\t{bits}\nCapBnd:\t0\n");
        assert!(has_all(&status("000001fffeffffff"), &NEEDED));
        assert!(has_all(&status("0000000000201400"), &NEEDED));
        // Without that of listening at port 80.
        assert!(!has_all(&status("0000000000201000"), &NEEDED));
        assert!(!has_all(&status("0000000000000000"), &NEEDED));
        assert!(!has_all("", &NEEDED));
    }

    #[test]
    fn what_a_user_may_not_do_is_told_from_what_fails() {
        let of = |code| NetworkError::of("x", io::Error::from_raw_os_error(code));
        assert!(matches!(of(libc::EPERM), NetworkError::NotPermitted { .. }));
        assert!(matches!(
            of(libc::ENOSPC),
            NetworkError::NotPermitted { .. }
        ));
        assert!(matches!(of(libc::EINVAL), NetworkError::Failed { .. }));
    }
}
