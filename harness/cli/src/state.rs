//! The state file: how a world that is being served, and the commands about it, find each other.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

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
}

/// What the folder of the files of the machines is called.
const MACHINES: &str = "machines";

/// The folder of the state file and of the private configuration files beside it.
#[derive(Clone, Debug)]
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    /// The file at `path`, or in its usual place: the user's runtime folder, or else a folder of
    /// one's own below the temporary one.
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self(path.unwrap_or_else(|| {
            let folder =
                match std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
                    Some(runtime) => Path::new(&runtime).join("rolecall"),
                    None => std::env::temp_dir().join(format!("rolecall-{}", user())),
                };
            folder.join("state.json")
        }))
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file beside it that only its owner may read.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.0.with_file_name(name)
    }

    /// What is served now; `None` if nothing is.
    pub(crate) fn read(&self) -> Option<State> {
        let text = fs::read_to_string(&self.0).ok()?;
        let state: State = serde_json::from_str(&text).ok()?;
        (started(state.pid).as_deref() == Some(&state.started)).then_some(state)
    }

    /// What is served now, or what to do about it that nothing is.
    pub(crate) fn served(&self) -> Result<State, String> {
        let at = self.0.display();
        self.read()
            .ok_or_else(|| format!("no world is served (by {at}); start one with `rolecall serve`"))
    }

    /// Writes the file, in a folder that only its owner may enter.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        self.write_beside(&self.0, &serde_json::to_string_pretty(state)?)
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn write_beside(&self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = self
            .0
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
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
        let folder = self.beside(MACHINES);
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
        let _ = fs::remove_dir_all(self.beside(MACHINES));
        for path in [&self.0, &self.beside("config"), &self.beside("credentials")] {
            let _ = fs::remove_file(path);
        }
    }
}

/// This process, as the state file names it.
pub(crate) fn this_process() -> (u32, String) {
    let pid = std::process::id();
    (pid, started(pid).unwrap_or_default())
}

/// When a process began, by the kernel's count; `None` if there is no such process.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; the 22nd field is the 20th after it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

/// Whoever runs this, by number where the system tells.
fn user() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.and_then(|line| line.split_whitespace().next())
        .unwrap_or("user")
        .to_owned()
}
