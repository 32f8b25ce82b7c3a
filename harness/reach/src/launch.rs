//! Starting a process that lives by the simulated clock.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use thiserror::Error;

use crate::child::Child;
use crate::choose::Choice;
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

/// What is known of a command before it is used up.
#[derive(Clone, Debug)]
struct Asked {
    program: OsString,
    is_missing: bool,
}

impl Asked {
    fn of(command: &Command) -> Self {
        // In a folder that is not there, nothing is; that is not the program's fault.
        let folder_is_there = command.get_current_dir().is_none_or(Path::is_dir);
        Self {
            program: command.get_program().to_owned(),
            is_missing: folder_is_there && !program::is_there(command),
        }
    }

    /// What the system said when it was to be started.
    fn not_started(self, error: io::Error) -> LaunchError {
        let program = self.program;
        let is_path = program.as_encoded_bytes().contains(&b'/');
        let is_missing = self.is_missing
            && match error.kind() {
                // A script without its interpreter is not found, either.
                io::ErrorKind::NotFound => true,
                // A folder among those where it was looked for is closed to us.
                io::ErrorKind::PermissionDenied => !is_path,
                _ => false,
            };
        if is_missing {
            LaunchError::NotFound(program)
        } else {
            LaunchError::NotRunnable { program, error }
        }
    }

    fn not_shiftable(self, why: impl Into<String>) -> LaunchError {
        LaunchError::NotShiftable {
            program: self.program,
            why: why.into(),
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

/// How far [`Method::Vdso`] reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// The process and all its descendants. They stay traced, so that no debugger can be used on
    /// them, and are killed by the system should we end without having done so.
    #[default]
    Tree,
    /// The process alone, until it runs another program. It is not traced once it has begun.
    First,
}

/// Starts processes on one clock.
#[derive(Clone, Debug)]
pub struct Launcher {
    page: Arc<ClockPage>,
    /// Unpacked beside the page when it is needed first, and shared by all clones.
    library: Arc<OnceLock<Result<Library, LibraryError>>>,
    pub(crate) group: Group,
    #[cfg_attr(
        not(all(target_os = "linux", target_arch = "x86_64")),
        expect(dead_code, reason = "nothing is patched here")
    )]
    reach: Reach,
    /// The signals that a process begins with held back, a bit for each; else those of the thread
    /// that launches it.
    held_back: Option<u64>,
    /// The network that a process begins in, if it is another than that of this process.
    #[cfg(target_os = "linux")]
    network: Option<Arc<crate::Network>>,
}

impl Launcher {
    /// On the clock of `page`, each process in a group of its own.
    pub fn new(page: Arc<ClockPage>) -> Self {
        Self {
            page,
            library: Arc::default(),
            group: Group::default(),
            reach: Reach::default(),
            held_back: None,
            #[cfg(target_os = "linux")]
            network: None,
        }
    }

    /// The same, in this process group.
    #[must_use]
    pub fn in_group(self, group: Group) -> Self {
        Self { group, ..self }
    }

    /// The same, with [`Method::Vdso`] reaching so far.
    #[must_use]
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// The same, where `signals` were taken by this process: what it launches is to get them.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn releasing(self, signals: &crate::Signals) -> Self {
        let held_back = Some(signals.before());
        Self { held_back, ..self }
    }

    /// The same, in `network`.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn within(self, network: Arc<crate::Network>) -> Self {
        let network = Some(network);
        Self { network, ..self }
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
        #[cfg(target_os = "linux")]
        if let Some(network) = &self.network {
            network.enter_in(&mut command);
        }
        let asked = Asked::of(&command);
        match method {
            Method::None(_) => Library::keep_out_of(&mut command),
            Method::Preload => {
                let told = self.preload(&mut command);
                told.map_err(|why| asked.clone().not_shiftable(why))?;
            }
            Method::Vdso => return self.patch(command, asked),
        }
        #[cfg(target_os = "linux")]
        if let Some(held_back) = self.held_back {
            crate::signals::hold_back_in(&mut command, held_back);
        }
        match command.spawn() {
            Ok(process) => Ok(Child::plain(process, self.clone())),
            Err(error) => Err(asked.not_started(error)),
        }
    }

    /// Starts `command` on the simulated clock as was chosen, and in no other way.
    ///
    /// # Errors
    /// As [`Launcher::launch`]; also where the choice was that there is no way.
    pub fn launch_shifted(&self, command: Command, choice: &Choice) -> Result<Child, LaunchError> {
        if let Method::None(why) = &choice.method {
            let asked = Asked::of(&command);
            return Err(if asked.is_missing {
                LaunchError::NotFound(asked.program)
            } else {
                asked.not_shiftable(why)
            });
        }
        self.launch(command, &choice.method)
    }

    fn preload(&self, command: &mut Command) -> Result<(), String> {
        if let Some(why) = choose::not_preloadable(command) {
            return Err(why);
        }
        let folder = self.page.path().parent().unwrap_or(Path::new("/"));
        let library = self.library.get_or_init(|| Library::unpack_in(folder));
        let library = library.as_ref().map_err(LibraryError::to_string)?;
        library.preload_into(command, &self.page);
        Ok(())
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn patch(&self, mut command: Command, asked: Asked) -> Result<Child, LaunchError> {
        use crate::vdso::{self, Failure};
        // Shifted in both ways, it would be twice as far off.
        Library::keep_out_of(&mut command);
        let page = Arc::clone(&self.page);
        match vdso::start(command, page, self.group, self.reach, self.held_back) {
            Ok((process, None)) => Ok(Child::plain(process, self.clone())),
            Ok((process, Some(tree))) => Ok(Child::followed(process, tree, self.clone())),
            Err(Failure::Start(error)) => Err(asked.not_started(error)),
            Err(Failure::Change(refused)) => Err(asked.not_shiftable(refused.to_string())),
        }
    }

    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    #[expect(clippy::unused_self, reason = "as where it can be done")]
    fn patch(&self, _: Command, asked: Asked) -> Result<Child, LaunchError> {
        Err(asked.not_shiftable(choose::NOT_HERE))
    }
}
