//! The state file: how a world that is being served, and the commands about it, find each other.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall_reach::ClockPage;
use rolecall_scenario::Process;
use serde::{Deserialize, Serialize};

use crate::runs;

/// What is written while a world is served. It holds keys of the simulated account and the control
/// token, so that only its owner may read it.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct State {
    pub(crate) pid: u32,
    /// When the process began, in the kernel's own count, so that another process of the same
    /// number is not taken for it.
    pub(crate) started: String,
    pub(crate) region: String,
    /// `http://ADDRESS` of the AWS endpoint.
    pub(crate) aws: String,
    pub(crate) control: String,
    pub(crate) control_token: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) places: Vec<ServedPlace>,
    /// The users of the file, with their keys.
    #[serde(default)]
    pub(crate) users: Vec<ServedUser>,
    /// The page of the clock, by which other processes may live; earlier versions had none.
    #[serde(default)]
    pub(crate) clock: Option<PathBuf>,
}

impl State {
    /// Who serves.
    fn process(&self) -> Process {
        Process {
            id: self.pid,
            started: self.started.clone(),
        }
    }
}

/// An instance, a task or a pod that is served.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct ServedPlace {
    pub(crate) name: String,
    /// `instance i-…`, `task …` or `pod …`.
    pub(crate) what: String,
    /// Where a client there finds its credentials.
    pub(crate) url: String,
    /// The variables that tell it so, and what it has to show.
    pub(crate) variables: BTreeMap<String, String>,
    /// What it has in a network of its own; earlier versions did not know of any.
    #[serde(default)]
    pub(crate) own_network: Option<OwnNetwork>,
}

/// What an instance, a task or a pod has in a network of its own.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct OwnNetwork {
    /// The addresses of AWS that answer there.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Who answers.
    pub(crate) listener: SocketAddr,
    /// The variables that AWS itself sets there.
    pub(crate) variables: BTreeMap<String, String>,
}

/// A user of the file.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct ServedUser {
    pub(crate) name: String,
    /// The twelve digits of its account.
    pub(crate) account: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

/// How long another may take to begin serving.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);
const TURN_LOOK_EVERY: Duration = Duration::from_millis(20);

/// The right to begin serving at a state file: a lock on its folder, which the system lifts if the
/// process is killed.
#[derive(Debug)]
pub(crate) struct Turn {
    _folder: File,
}

/// What the folder of the files of the machines is called.
const MACHINES: &str = "machines";

/// What the folder of the clock's page is called, and of what processes need that live by it.
const CLOCK: &str = "clock";

/// What the file is called in its usual place.
pub(crate) const NAME: &str = "state.json";

/// The folder of the state file and of the private configuration files beside it.
#[derive(Clone, Debug)]
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    /// The file at `path`, or in its usual place.
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self(path.unwrap_or_else(|| usual_folder().join(NAME)))
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file beside it that only its owner may read.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.0.with_file_name(name)
    }

    /// What is served now; `None` if nothing is. What a process left here that is gone is removed,
    /// unless another is beginning to serve just now.
    pub(crate) fn read(&self) -> Option<State> {
        let state = self.written()?;
        if state.process().is_gone() {
            let turn = self.open_folder().ok()?;
            if turn.try_lock().is_ok() {
                self.remove_dead();
            }
        }
        state.process().is_there().then_some(state)
    }

    /// What is served by the file at `path`, or what to do about it that nothing is. Without a path:
    /// in the usual place, or else in the only world that a program has of its own.
    pub(crate) fn of_served(path: Option<PathBuf>) -> Result<(Self, State), String> {
        let is_given = path.is_some();
        let file = Self::new(path);
        if let Some(state) = file.read() {
            return Ok((file, state));
        }
        let mut own = if is_given { Vec::new() } else { runs::worlds() };
        match (own.pop(), own.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => {
                let at = file.path().display();
                Err(format!(
                    "no world is served (by {at}); start one with `rolecall serve`"
                ))
            }
            (Some(one), false) => {
                own.push(one);
                let files = own
                    .iter()
                    .map(|(file, _)| format!("--state {}", file.path().display()));
                let files = files.collect::<Vec<_>>().join(" or ");
                Err(format!(
                    "several programs have worlds of their own: say which is meant with {files}"
                ))
            }
        }
    }

    /// The right to begin serving: nobody else begins, or takes what is here for left behind, until
    /// it is dropped. `Err` with what is served already.
    ///
    /// # Errors
    /// A folder that cannot be had, or in which another has been beginning for too long.
    pub(crate) fn begin(&self) -> io::Result<Result<Turn, State>> {
        self.make_folder()?;
        let (folder, asked) = (self.open_folder()?, Instant::now());
        loop {
            match folder.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if asked.elapsed() < TURN_WAIT_MAX => {
                    std::thread::sleep(TURN_LOOK_EVERY);
                }
                Err(error) => {
                    let at = self.0.display();
                    return Err(io::Error::other(format!("the folder of {at}: {error}")));
                }
            }
        }
        self.remove_dead();
        let live = self.written().filter(|state| state.process().is_there());
        Ok(match live {
            Some(state) => Err(state),
            None => Ok(Turn { _folder: folder }),
        })
    }

    /// What is written here, by a process that may be gone.
    fn written(&self) -> Option<State> {
        let text = fs::read_to_string(&self.0).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Removes what a process that is gone has left. Only for one who has the turn: what is written
    /// may have become another's since it was read.
    fn remove_dead(&self) {
        if self
            .written()
            .is_some_and(|state| state.process().is_gone())
        {
            self.remove();
        }
    }

    fn folder(&self) -> &Path {
        let folder = self.0.parent();
        folder
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
    }

    fn open_folder(&self) -> io::Result<File> {
        File::open(self.folder())
    }

    fn make_folder(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.folder())
    }

    /// Writes the file, in a folder that only its owner may enter.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        self.write_beside(&self.0, &serde_json::to_string_pretty(state)?)
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn write_beside(&self, path: &Path, text: &str) -> io::Result<()> {
        self.make_folder()?;
        // Made anew, so that a file that was there with other rights does not keep them.
        let _ = fs::remove_file(path);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())
    }

    /// The folder of the files of the machines, from the root: clients are told of it. Nothing is
    /// left there of a world that was served before.
    pub(crate) fn machines(&self) -> io::Result<PathBuf> {
        self.make_empty(MACHINES)
    }

    /// A clock that other processes can live by, at the machine's time.
    pub(crate) fn make_clock(&self) -> io::Result<Arc<ClockPage>> {
        if std::env::var_os("ROLECALL_CLOCK").is_some() {
            let problem = "this shell lives by a simulated clock already, and a world cannot begin by that; begin it from another";
            return Err(io::Error::other(problem));
        }
        ClockPage::create_in(&self.make_empty(CLOCK)?)
    }

    /// A folder beside it that only its owner may enter, with nothing in it, from the root.
    fn make_empty(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.beside(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        folder.canonicalize()
    }

    /// Removes the file and those beside it that `serve` wrote.
    pub(crate) fn remove(&self) {
        for folder in [MACHINES, CLOCK] {
            let _ = fs::remove_dir_all(self.beside(folder));
        }
        for path in [&self.0, &self.beside("config"), &self.beside("credentials")] {
            let _ = fs::remove_file(path);
        }
    }
}

/// The user's runtime folder, or else a folder of one's own below the temporary one.
pub(crate) fn usual_folder() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        Some(runtime) => Path::new(&runtime).join("rolecall"),
        None => std::env::temp_dir().join(format!("rolecall-{}", user())),
    }
}

/// Whoever runs this, by number where the system tells.
fn user() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.and_then(|line| line.split_whitespace().next())
        .unwrap_or("user")
        .to_owned()
}
