//! Signals that are meant for a program which runs in our place: taken, told apart, passed on.

use std::fs::{self, File};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;
use std::time::Duration;

use libc::{c_int, pid_t, siginfo_t, sigset_t};

/// Those by which a program is asked to end. It gets them in our place.
const ENDING: [c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];
/// Those that programs give a meaning of their own.
const OTHER: [c_int; 2] = [libc::SIGUSR1, libc::SIGUSR2];

/// A signal that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// One that was sent to this process alone, as far as can be told: the program is to have it.
    Sent(i32),
    /// One that the terminal has sent to every process of its group: the program has it already, if
    /// it was started.
    OfTerminal(i32),
    /// This process was stopped, and goes on.
    Continued,
    /// A process that this one has started was stopped, and is still so. This one was not.
    ChildStopped(u32),
    /// A process that this one has started has ended or goes on, or somebody has called
    /// [`Signals::wake`].
    Woken,
}

/// The signals that come to this process, which do nothing to it from now on.
///
/// They are held back in the thread that makes this and in those that it starts afterwards: it is made
/// before any other thread is there.
#[derive(Debug)]
pub struct Signals {
    taken: sigset_t,
    /// What was held back before.
    before: sigset_t,
}

impl Signals {
    /// Takes them.
    ///
    /// # Errors
    /// The system refuses.
    pub fn take() -> io::Result<Self> {
        let waking = [libc::SIGCHLD, libc::SIGCONT];
        let taken = set_of(ENDING.into_iter().chain(OTHER).chain(waking));
        let mut before = MaybeUninit::<sigset_t>::zeroed();
        // SAFETY: both sets are as large as they should be, and live for the call.
        let answer = unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const taken, before.as_mut_ptr())
        };
        if answer != 0 {
            return Err(io::Error::from_raw_os_error(answer));
        }
        // SAFETY: all zero is a value of this type, and so is what the kernel writes.
        let before = unsafe { before.assume_init() };
        Ok(Self { taken, before })
    }

    /// The signals that were held back before, a bit for each, as the kernel has it.
    pub(crate) fn before(&self) -> u64 {
        let before = ptr::from_ref(&self.before);
        (1..=64).fold(0, |set, signal| {
            // SAFETY: the set was written by the system; a number that is no signal is no member.
            let is_member = unsafe { libc::sigismember(before, signal) } == 1;
            set | u64::from(is_member) << (signal - 1)
        })
    }

    /// The signal that came next, waiting for it.
    ///
    /// # Errors
    /// The system does not say.
    pub fn next(&self) -> io::Result<Received> {
        loop {
            if let Some(told) = wait(&self.taken, None)? {
                return Ok(read(&told));
            }
        }
    }

    /// A signal to end that has come already.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ending(&self) -> io::Result<Option<i32>> {
        let told = wait(&set_of(ENDING), Some(Duration::ZERO))?;
        Ok(told.map(|told| told.si_signo))
    }

    /// Has whoever waits for the next signal return. May be called from any thread.
    pub fn wake() {
        // SAFETY: asks for a number, and touches no memory.
        let this = unsafe { libc::getpid() };
        // SAFETY: sends to this process a signal that does nothing unless it is asked for.
        unsafe { libc::kill(this, libc::SIGCHLD) };
    }

    /// Stops this process until somebody has it go on, if there is a terminal where that can be done.
    /// Whoever had the terminal, as a shell that was stopped, has it again then.
    pub fn stop_here() {
        let Ok(terminal) = File::open("/dev/tty") else {
            return;
        };
        let terminal = terminal.as_raw_fd();
        // SAFETY: asks for a number, and touches no memory.
        let this = unsafe { libc::getpid() };
        // SAFETY: as above.
        let ours = unsafe { libc::getpgrp() };
        // SAFETY: as above.
        let before = unsafe { libc::tcgetpgrp(terminal) };
        // SAFETY: sends a signal to this process, which goes on afterwards.
        unsafe { libc::kill(this, libc::SIGSTOP) };
        // SAFETY: as above.
        let after = unsafe { libc::tcgetpgrp(terminal) };
        if before > 0 && before != ours && after == ours {
            // SAFETY: passes on what this process was given, and touches no memory.
            unsafe { libc::tcsetpgrp(terminal, before) };
        }
    }
}

fn read(told: &siginfo_t) -> Received {
    match told.si_signo {
        libc::SIGCONT => Received::Continued,
        libc::SIGCHLD if told.si_code == libc::CLD_STOPPED => {
            // SAFETY: these fields are there after this signal from the kernel.
            let by = unsafe { told.si_status() };
            // SAFETY: as above.
            let child = unsafe { told.si_pid() };
            // One that is traced stands still for a moment, too, and no signal has stopped it.
            if by == 0 {
                Received::Woken
            } else {
                stopped(child, by)
            }
        }
        libc::SIGCHLD => Received::Woken,
        // A positive code is the kernel's own: that of the terminal.
        signal if told.si_code > 0 => Received::OfTerminal(signal),
        signal => Received::Sent(signal),
    }
}

/// A child was stopped by a signal. The terminal stops the whole group, and this process with it; then
/// there is nothing to do, and it is heard of when all of them go on.
fn stopped(child: pid_t, by: c_int) -> Received {
    let by_terminal = !is_apart(child) && by != libc::SIGSTOP;
    if by_terminal || !is_stopped(child) {
        return Received::Woken;
    }
    let continued = set_of([libc::SIGCONT]);
    match wait(&continued, Some(Duration::ZERO)) {
        Ok(None) => Received::ChildStopped(child.unsigned_abs()),
        Ok(Some(_)) | Err(_) => Received::Continued,
    }
}

/// Whether a child is in another process group than this process, so that what the terminal or a shell
/// sends to one does not reach the other.
pub(crate) fn is_apart(child: pid_t) -> bool {
    // SAFETY: asks for a number, and touches no memory.
    let its = unsafe { libc::getpgid(child) };
    // SAFETY: as above.
    its > 0 && its != unsafe { libc::getpgrp() }
}

/// Has the process of `command` begin with these signals held back, a bit for each.
pub(crate) fn hold_back_in(command: &mut Command, signals: u64) {
    let set = set_of((1..=64).filter(|signal| signals & 1 << (signal - 1) != 0));
    let hold_back = move || {
        // SAFETY: the set lives for the call, and nobody asks for the one before.
        let answer =
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut()) };
        match answer {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    };
    // SAFETY: what runs between fork and exec makes one system call and allocates nothing.
    unsafe { command.pre_exec(hold_back) };
}

/// A set of these.
fn set_of(signals: impl IntoIterator<Item = c_int>) -> sigset_t {
    let mut set = MaybeUninit::<sigset_t>::zeroed();
    // SAFETY: the set is as large as it should be.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for signal in signals {
        // SAFETY: the set was emptied above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), signal) };
    }
    // SAFETY: it was written above.
    unsafe { set.assume_init() }
}

/// The next of these that comes, or `None` after so long.
fn wait(set: &sigset_t, most: Option<Duration>) -> io::Result<Option<siginfo_t>> {
    let mut told = MaybeUninit::<siginfo_t>::zeroed();
    let most = most.map(|most| libc::timespec {
        tv_sec: most.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: most.subsec_nanos().into(),
    });
    let most = most.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the kernel reads the set and the time, if there is one, and writes into `told`.
    let answer = unsafe { libc::sigtimedwait(set, told.as_mut_ptr(), most) };
    if answer < 0 {
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EINTR) => Ok(None),
            _ => Err(error),
        };
    }
    // SAFETY: all zero is a value of this type, and so is what the kernel writes.
    Ok(Some(unsafe { told.assume_init() }))
}

/// Whether a child is stopped now, also if it is traced by one of our threads, and does not run on.
fn is_stopped(child: pid_t) -> bool {
    let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything.
    let state = stat.rsplit_once(") ").map(|(_, fields)| fields);
    state.is_some_and(|state| state.starts_with(['T', 't']))
}
