//! Starting a process that lives by the simulated clock, and ending it with all its descendants.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::method::Method;
use crate::page::ClockPage;

/// A process could not be started as it was to be.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// There is no such program.
    #[error("{program}: not found", program = .0.to_string_lossy())]
    NotFound(OsString),
    /// The program is there, and cannot be run.
    #[error("{program}: {error}", program = .program.to_string_lossy())]
    NotRunnable {
        /// What was to be run.
        program: OsString,
        /// Why it cannot be.
        error: io::Error,
    },
    /// Its clock cannot be shifted that way; it has not begun.
    #[error("the clock of {program} cannot be shifted: {why}", program = .program.to_string_lossy())]
    NotShiftable {
        /// What was to be run.
        program: OsString,
        /// Why not, in words for a person.
        why: String,
    },
}

/// Starts processes on one clock.
#[derive(Clone, Debug)]
pub struct Launcher {
    page: Arc<ClockPage>,
}

impl Launcher {
    /// On the clock of `page`.
    pub fn new(page: Arc<ClockPage>) -> Self {
        Self { page }
    }

    /// The clock's page.
    pub fn page(&self) -> &Arc<ClockPage> {
        &self.page
    }

    /// Starts `command`, in a process group of its own, with its clock shifted by `method`.
    ///
    /// # Errors
    /// It cannot be started, or not with its clock shifted so.
    pub fn launch(&self, mut command: Command, method: &Method) -> Result<Child, LaunchError> {
        let program = command.get_program().to_owned();
        if !matches!(method, Method::None(_)) {
            let why = format!("`{}` is not built here", method.as_str());
            return Err(LaunchError::NotShiftable { program, why });
        }
        command.process_group(0);
        let started = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => LaunchError::NotFound(program.clone()),
            _ => LaunchError::NotRunnable { program, error },
        })?;
        Ok(Child::new(started))
    }
}

/// A process that was started, and its descendants. All of them are killed when it is dropped.
#[derive(Debug)]
pub struct Child {
    /// Where it reads, if that was piped.
    pub stdin: Option<ChildStdin>,
    /// What it writes, if that was piped.
    pub stdout: Option<ChildStdout>,
    /// What it complains about, if that was piped.
    pub stderr: Option<ChildStderr>,
    id: u32,
    process: Mutex<process::Child>,
}

impl Child {
    fn new(mut process: process::Child) -> Self {
        Self {
            stdin: process.stdin.take(),
            stdout: process.stdout.take(),
            stderr: process.stderr.take(),
            id: process.id(),
            process: Mutex::new(process),
        }
    }

    /// Its number, which is also that of its group.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it ended; `None` while it runs.
    ///
    /// # Errors
    /// The system does not say.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.lock().try_wait()
    }

    /// Kills it, and every descendant in its group.
    pub fn kill(&self) {
        if let Ok(group) = i32::try_from(self.id) {
            // SAFETY: sends a signal; touches no memory.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
        let _ = self.lock().kill();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, process::Child> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
        let _ = self.lock().wait();
    }
}
