//! The thread that a traced process and its descendants belong to.
//!
//! The kernel lets only the thread that traces a process command it, so one thread starts the
//! process, changes it, and follows it and all that it starts, until nothing of that is left.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use libc::c_int;

use super::Refused;
use super::patch::patch;
use super::tracee::{Go, Report, Tracee, all_that_can_wait, block_here};
use crate::child::{Process, send};
use crate::launch::{Group, Reach};
use crate::page::ClockPage;
use crate::witness::{Unshifted, Why};

/// What `exec` never answers: tells that tracing was refused before it was tried.
const REFUSED: c_int = libc::ENOTRECOVERABLE;

/// Whatever is started is traced from its beginning, and dies with us.
const FOLLOW: c_int = libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_EXITKILL;

/// Threads and processes alike, but only those of the thread that asks.
const OURS: c_int = libc::__WALL | libc::__WNOTHREAD;

/// Why there is no process.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not be started.
    Start(io::Error),
    /// It was started, could not be changed, and was ended before its first instruction.
    Change(Refused),
}

/// Starts `command` on the clock of `page`, on a thread of its own. What is returned has begun; if
/// there is a tree, it is waited for there alone.
pub(crate) fn start(
    mut command: Command,
    page: Arc<ClockPage>,
    group: Group,
    reach: Reach,
    held_back: Option<u64>,
) -> Result<(process::Child, Option<Tree>), Failure> {
    let (tell, told) = mpsc::channel();
    let shared = Arc::new(Shared::default());
    let seen = Arc::clone(&shared);
    let body = move || {
        let begun = begin(&mut command, &page, reach, held_back);
        // The pipes' ends that were for it are closed, so that it alone holds them.
        drop(command);
        let root = begun.as_ref().map(|process| process.id().cast_signed());
        shared.lock().tracees.extend(root.as_ref().ok());
        let root = root.ok();
        // Nobody is left to be told only if the launch has panicked.
        let _ = tell.send(begun);
        if let (Some(root), Reach::Tree) = (root, reach) {
            Follower::new(root, &page, &shared).follow();
        }
    };
    let thread = thread::Builder::new().name("clock".to_owned()).spawn(body);
    let thread = thread.map_err(Failure::Start)?;
    let lost = |_| Failure::Start(io::Error::other("the thread that starts it has ended"));
    let process = told.recv().map_err(lost)??;
    let tree = (reach == Reach::Tree).then(|| Tree {
        id: process.id().cast_signed(),
        group,
        shared: seen,
        thread: Some(thread),
    });
    Ok((process, tree))
}

/// Starts it, changes it, and lets it begin.
fn begin(
    command: &mut Command,
    page: &ClockPage,
    reach: Reach,
    held_back: Option<u64>,
) -> Result<process::Child, Failure> {
    // SAFETY: what runs between fork and exec makes one system call and allocates nothing.
    unsafe {
        command.pre_exec(|| Tracee::trace_me().map_err(|_| io::Error::from_raw_os_error(REFUSED)));
    }
    // A signal between fork and exec would stop the child, and its start is waited for right here.
    // This thread is the tracer's alone: the signals of this program are for its others.
    let blocked = block_here(all_that_can_wait()).map_err(Failure::Start)?;
    let mut process = command.spawn().map_err(|error| {
        if error.raw_os_error() == Some(REFUSED) {
            Failure::Change(refusal())
        } else {
            Failure::Start(error)
        }
    })?;
    let tracee = Tracee(process.id().cast_signed());
    if let Err(refused) = change_and_go(tracee, page, held_back.unwrap_or(blocked), reach) {
        // It has not begun. One that has gone was waited for, and its number may be another's.
        if !matches!(refused, Refused::Gone(_)) {
            let _ = process.kill();
            let _ = process.wait();
        }
        return Err(Failure::Change(refused));
    }
    Ok(process)
}

/// Why tracing is refused.
fn refusal() -> Refused {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let mut lines = status
        .lines()
        .filter_map(|line| line.strip_prefix("TracerPid:"));
    match lines.next().and_then(|tracer| tracer.trim().parse().ok()) {
        None | Some(0) => Refused::NoTracing,
        Some(tracer) => Refused::Traced(tracer),
    }
}

/// Changes it, and lets it begin with these signals blocked.
fn change_and_go(
    tracee: Tracee,
    page: &ClockPage,
    blocked: u64,
    reach: Reach,
) -> Result<(), Refused> {
    // The kernel sends a trap after the `exec` of a traced process.
    if let Report::Ended(status) = tracee.wait()? {
        return Err(Refused::Gone(status));
    }
    patch(tracee, page)?;
    tracee.set_blocked(blocked)?;
    match reach {
        Reach::First => tracee.go(Go::Alone(0))?,
        Reach::Tree => {
            // One that has asked to be traced cannot be stopped as processes are: it would run on.
            // One that is seized can. It must not run between the two.
            tracee.go(Go::Alone(libc::SIGSTOP))?;
            tracee.seize(FOLLOW)?;
            send(tracee.0, libc::SIGCONT)?;
        }
    }
    Ok(())
}

/// A process and its descendants, as other threads see them.
#[derive(Debug)]
pub(crate) struct Tree {
    id: i32,
    group: Group,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Process for Tree {
    fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        Ok(self.shared.lock().ended)
    }

    fn wait(&self) -> io::Result<ExitStatus> {
        let mut state = self.shared.lock();
        loop {
            if let Some(status) = state.ended {
                return Ok(status);
            }
            let waited = self.shared.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn signal(&self, signal: c_int) -> io::Result<()> {
        // Nothing is reaped while this is locked: the number is nobody else's.
        let state = self.shared.lock();
        match (state.ended, self.group) {
            (Some(_), _) => Ok(()),
            (None, Group::Own) => send(-self.id, signal),
            (None, Group::Ours) => send(self.id, signal),
        }
    }

    fn kill(&self) {
        let mut state = self.shared.lock();
        // Whatever they start meanwhile is killed when it reports itself.
        state.killing = true;
        for tracee in &state.tracees {
            let _ = send(*tracee, libc::SIGKILL);
        }
    }

    fn unshifted(&self) -> Vec<Unshifted> {
        self.shared.lock().unshifted.clone()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.kill();
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How the first process ended.
    ended: Option<ExitStatus>,
    /// Whether all of them are to end.
    killing: bool,
    /// Every process and thread that has reported itself and not yet ended.
    tracees: BTreeSet<i32>,
    unshifted: Vec<Unshifted>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows a process and its descendants.
struct Follower<'a> {
    root: i32,
    page: &'a ClockPage,
    shared: &'a Shared,
    /// Those that are on their way out of `exec`.
    starting: BTreeSet<i32>,
}

impl<'a> Follower<'a> {
    fn new(root: i32, page: &'a ClockPage, shared: &'a Shared) -> Self {
        Self {
            root,
            page,
            shared,
            starting: BTreeSet::new(),
        }
    }

    /// Until none of them is left.
    fn follow(&mut self) {
        while let Some(pid) = next_report() {
            let tracee = Tracee(pid);
            let mut state = self.shared.lock();
            // Nothing to report: it was killed since.
            let Ok(Some(report)) = tracee.wait_with(OURS | libc::WNOHANG) else {
                continue;
            };
            if let Report::Ended(status) = report {
                self.end(&mut state, pid, status);
                continue;
            }
            state.tracees.insert(pid);
            if state.killing {
                let _ = send(pid, libc::SIGKILL);
                continue;
            }
            drop(state);
            let how = self.answer(tracee, report);
            // One that has been killed meanwhile takes no commands.
            let _ = tracee.go(how);
        }
    }

    /// One of them has ended.
    fn end(&mut self, state: &mut State, pid: i32, status: i32) {
        self.starting.remove(&pid);
        state.tracees.remove(&pid);
        if pid == self.root {
            state.ended = Some(ExitStatus::from_raw(status));
            self.shared.changed.notify_all();
        }
    }

    /// How a process that stands still goes on.
    fn answer(&mut self, tracee: Tracee, report: Report) -> Go {
        match report {
            Report::Event(libc::PTRACE_EVENT_EXEC, _) => {
                self.forget_former(tracee);
                self.starting.insert(tracee.0);
                Go::ToSystemCall
            }
            Report::SystemCall if self.starting.remove(&tracee.0) => {
                self.change(tracee);
                Go::On(0)
            }
            Report::Event(
                libc::PTRACE_EVENT_STOP,
                libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU,
            ) => Go::Listen,
            Report::Signal(signal) => Go::On(signal),
            Report::Event(..) | Report::SystemCall | Report::Ended(_) => Go::On(0),
        }
    }

    /// A thread that calls `exec` takes on the number of its process, without having ended.
    fn forget_former(&mut self, tracee: Tracee) {
        let former = tracee
            .message()
            .ok()
            .and_then(|former| i32::try_from(former).ok());
        if let Some(former) = former.filter(|former| *former != tracee.0) {
            self.shared.lock().tracees.remove(&former);
            self.starting.remove(&former);
        }
    }

    /// Changes one that has begun another program. If that cannot be done, it runs on by the
    /// machine's clock, and the witness tells.
    fn change(&mut self, tracee: Tracee) {
        match patch(tracee, self.page) {
            Ok(()) => {}
            Err(Refused::Gone(status)) => self.end(&mut self.shared.lock(), tracee.0, status),
            // Killed, too; its end is reported.
            Err(Refused::Tracing(error)) if error.raw_os_error() == Some(libc::ESRCH) => {}
            Err(refused) => {
                let why = Why::Refused(refused.to_string());
                let unshifted = Unshifted::of(tracee.0, why);
                self.shared.lock().unshifted.extend(unshifted);
            }
        }
    }
}

impl Drop for Follower<'_> {
    fn drop(&mut self) {
        // Whoever waits is told, even if this program lets the system reap its children unasked, or
        // if this panics, which ends them all.
        let killed = ExitStatus::from_raw(libc::SIGKILL);
        self.shared.lock().ended.get_or_insert(killed);
        self.shared.changed.notify_all();
    }
}

/// Who has something to report, which is left to be asked for; `None` if nobody ever will.
fn next_report() -> Option<i32> {
    let flags = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT | OURS;
    loop {
        let mut told = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: the kernel writes into `told`, which is as large as it should be.
        let answer = unsafe { libc::waitid(libc::P_ALL, 0, told.as_mut_ptr(), flags) };
        if answer == 0 {
            // SAFETY: all zero is a value of this type, and so is what the kernel writes.
            let told = unsafe { told.assume_init() };
            // SAFETY: this field is there after `waitid`.
            return Some(unsafe { told.si_pid() });
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return None;
        }
    }
}
