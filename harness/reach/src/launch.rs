//! Starting a process that lives by the simulated clock.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use thiserror::Error;

use crate::child::Child;
use crate::embed::{Library, LibraryError};
use crate::method::Method;
use crate::page::ClockPage;
use crate::{choose, program};

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

impl LaunchError {
    /// What the system said when `command` was to be started.
    fn of(command: &Command, error: io::Error) -> Self {
        let program = command.get_program().to_owned();
        let missing = error.kind() == io::ErrorKind::NotFound;
        // A script without its interpreter, or a folder that is not there, look the same.
        let folder_is_there = command.get_current_dir().is_none_or(Path::is_dir);
        if missing && folder_is_there && program::find(command).is_none() {
            Self::NotFound(program)
        } else {
            Self::NotRunnable { program, error }
        }
    }
}

/// The process group that a process is started in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// One of its own, which ends as a whole.
    #[default]
    Own,
    /// Ours: the process may use the terminal, which interrupts and stops it together with us.
    Ours,
}

/// Starts processes on one clock.
#[derive(Clone, Debug)]
pub struct Launcher {
    page: Arc<ClockPage>,
    /// Unpacked beside the page when it is needed first, and shared by all clones.
    library: Arc<OnceLock<Result<Library, LibraryError>>>,
    pub(crate) group: Group,
}

impl Launcher {
    /// On the clock of `page`, each process in a group of its own.
    pub fn new(page: Arc<ClockPage>) -> Self {
        Self {
            page,
            library: Arc::default(),
            group: Group::default(),
        }
    }

    /// The same, in this process group.
    #[must_use]
    pub fn in_group(self, group: Group) -> Self {
        Self { group, ..self }
    }

    /// The clock's page.
    pub fn page(&self) -> &Arc<ClockPage> {
        &self.page
    }

    /// Starts `command` with its clock shifted by `method`.
    ///
    /// ```no_run
    /// use std::process::{Command, Stdio};
    /// use rolecall_reach::{ClockPage, Launcher, Wish, choose};
    ///
    /// let page = ClockPage::create_in(std::path::Path::new("/run/user/1000/rolecall"))?;
    /// let mut command = Command::new("date");
    /// command.stdout(Stdio::piped());
    /// let choice = choose(&command, Wish::Auto);
    /// let child = Launcher::new(page).launch(command, &choice.method)?;
    /// assert!(child.wait()?.success());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// It cannot be started, or not with its clock shifted so.
    pub fn launch(&self, mut command: Command, method: &Method) -> Result<Child, LaunchError> {
        if self.group == Group::Own {
            command.process_group(0);
        }
        match method {
            Method::None(_) => {}
            Method::Preload => self.preload(&mut command)?,
            Method::Vdso => return Err(not_shiftable(&command, "`vdso` is not built here")),
        }
        self.spawn(command)
    }

    fn preload(&self, command: &mut Command) -> Result<(), LaunchError> {
        if let Some(why) = choose::not_preloadable(command) {
            return Err(not_shiftable(command, why));
        }
        let folder = self.page.path().parent().unwrap_or(Path::new("/"));
        let library = self.library.get_or_init(|| Library::unpack_in(folder));
        match library {
            Ok(library) => library.preload_into(command, &self.page),
            Err(error) => return Err(not_shiftable(command, error.to_string())),
        }
        Ok(())
    }

    fn spawn(&self, mut command: Command) -> Result<Child, LaunchError> {
        match command.spawn() {
            Ok(process) => Ok(Child::plain(process, self.clone())),
            Err(error) => Err(LaunchError::of(&command, error)),
        }
    }
}

fn not_shiftable(command: &Command, why: impl Into<String>) -> LaunchError {
    LaunchError::NotShiftable {
        program: command.get_program().to_owned(),
        why: why.into(),
    }
}
