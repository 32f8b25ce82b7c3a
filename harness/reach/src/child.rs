//! A process that was started, and its end.

use std::fmt::Debug;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, ExitStatus};

use crate::launch::{Group, Launcher};
use crate::tree;
use crate::witness::Unshifted;

/// A process that was started, and its descendants. All of them are killed when it is dropped.
///
/// Every method may be called from any thread, also while another one waits.
#[derive(Debug)]
pub struct Child {
    /// Where it reads, if that was piped.
    pub stdin: Option<ChildStdin>,
    /// What it writes, if that was piped.
    pub stdout: Option<ChildStdout>,
    /// What it complains about, if that was piped.
    pub stderr: Option<ChildStderr>,
    id: u32,
    process: Box<dyn Process>,
    /// Its descendants may yet need the clock's file, and the library's.
    _launcher: Launcher,
}

impl Child {
    pub(crate) fn plain(process: process::Child, launcher: Launcher) -> Self {
        let group = launcher.group;
        Self::new(process, launcher, |process| Plain { process, group })
    }

    /// One that belongs, with its descendants, to `tree`, where it is waited for.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    pub(crate) fn followed(
        process: process::Child,
        tree: crate::vdso::Tree,
        launcher: Launcher,
    ) -> Self {
        Self::new(process, launcher, |_| tree)
    }

    fn new<P: Process + 'static>(
        mut process: process::Child,
        launcher: Launcher,
        make: impl FnOnce(process::Child) -> P,
    ) -> Self {
        Self {
            stdin: process.stdin.take(),
            stdout: process.stdout.take(),
            stderr: process.stderr.take(),
            id: process.id(),
            process: Box::new(make(process)),
            _launcher: launcher,
        }
    }

    /// Its number, which is also that of its group if it has one of its own.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it ended; `None` while it runs.
    ///
    /// # Errors
    /// The system does not say.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Waits until it has ended, and says how. Its descendants may still run then. An asynchronous
    /// program calls this on a thread that may block.
    ///
    /// # Errors
    /// The system does not say.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        self.process.wait()
    }

    /// Sends it `signal`, and to its group if it has one of its own.
    ///
    /// # Errors
    /// There is no such signal, or the process has taken on the rights of another user.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        self.process.signal(signal)
    }

    /// Has it go on, if a signal has stopped it and it has left the process group of this process:
    /// otherwise whoever has us go on does so with it, too.
    ///
    /// # Errors
    /// As [`Child::signal`].
    #[cfg(target_os = "linux")]
    pub fn resume_apart(&self) -> io::Result<()> {
        if crate::signals::is_apart(self.id.cast_signed()) {
            self.signal(libc::SIGCONT)?;
        }
        Ok(())
    }

    /// Kills it and every descendant, also those that have left its group, as far as they can be
    /// found.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Its descendants that were to live by the simulated clock, as it does, and could not be made
    /// to, since it was started. Only those that are followed are known.
    pub fn unshifted(&self) -> Vec<Unshifted> {
        self.process.unshifted()
    }
}

/// What a child is made of.
pub(crate) trait Process: Debug + Send + Sync {
    fn try_wait(&self) -> io::Result<Option<ExitStatus>>;
    fn wait(&self) -> io::Result<ExitStatus>;
    fn signal(&self, signal: i32) -> io::Result<()>;
    fn kill(&self);
    fn unshifted(&self) -> Vec<Unshifted>;
}

/// A process of which nothing is known but what the system tells its parent.
///
/// It is not reaped before it is dropped, so that its number, and its group's, stay taken: nobody
/// else's process is ever signalled.
#[derive(Debug)]
struct Plain {
    process: process::Child,
    group: Group,
}

impl Plain {
    fn id(&self) -> i32 {
        i32::try_from(self.process.id()).expect("the kernel's numbers fit")
    }

    /// How it ended, waiting for that unless `flags` forbid it.
    fn ended(&self, flags: i32) -> io::Result<Option<ExitStatus>> {
        let flags = libc::WEXITED | libc::WNOWAIT | flags;
        let mut told = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: the kernel writes into `told`, which is as large as it should be.
        let answer =
            unsafe { libc::waitid(libc::P_PID, self.process.id(), told.as_mut_ptr(), flags) };
        if answer != 0 {
            let error = io::Error::last_os_error();
            let interrupted = error.kind() == io::ErrorKind::Interrupted;
            return if interrupted { Ok(None) } else { Err(error) };
        }
        // SAFETY: all zero is a value of this type, and so is what the kernel writes.
        let told = unsafe { told.assume_init() };
        // SAFETY: this field is there after `waitid`, and zero where nothing has ended.
        let who = unsafe { told.si_pid() };
        // SAFETY: as above.
        let status = unsafe { told.si_status() };
        Ok((who != 0).then(|| status_of(told.si_code, status)))
    }
}

impl Process for Plain {
    fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.ended(libc::WNOHANG)
    }

    fn wait(&self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended(0)? {
                return Ok(status);
            }
        }
    }

    fn signal(&self, signal: i32) -> io::Result<()> {
        let target = match self.group {
            Group::Own => -self.id(),
            Group::Ours => self.id(),
        };
        send(target, signal)
    }

    fn kill(&self) {
        // Once it has ended, its children are nobody's.
        let runs = matches!(self.ended(libc::WNOHANG), Ok(None));
        let descendants = runs.then(|| tree::descendants(self.id()));
        // What has ended meanwhile needs no killing.
        let _ = self.signal(libc::SIGKILL);
        for descendant in descendants.into_iter().flatten() {
            let _ = send(descendant, libc::SIGKILL);
        }
    }

    fn unshifted(&self) -> Vec<Unshifted> {
        Vec::new()
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.kill();
        let _ = self.process.wait();
    }
}

/// Sends `signal` to the process `target`, or to the group of the number if that is negative.
pub(crate) fn send(target: i32, signal: i32) -> io::Result<()> {
    // SAFETY: sends a signal; touches no memory.
    match unsafe { libc::kill(target, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The status as `wait` would have it, from what `waitid` says.
fn status_of(code: i32, status: i32) -> ExitStatus {
    const CORE_WAS_DUMPED: i32 = 0x80;
    ExitStatus::from_raw(match code {
        libc::CLD_EXITED => (status & 0xff) << 8,
        libc::CLD_DUMPED => status | CORE_WAS_DUMPED,
        _ => status,
    })
}
