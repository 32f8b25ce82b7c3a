//! The folders of programs that `exec` runs: the home of each, and its world, if it has one of its own.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rolecall_scenario::Process;

use crate::state::{self, State, StateFile};

/// How the names of the folders begin; who made it follows, so that those which were killed leave
/// nothing for long.
const PREFIX: &str = "exec-";

/// A folder that only its owner may enter, gone with all in it when it goes out of scope.
#[derive(Debug)]
pub(crate) struct RunFolder(PathBuf);

impl RunFolder {
    /// A new one; those of processes that are gone are removed.
    ///
    /// # Errors
    /// It cannot be made, or others could put something else in its place.
    pub(crate) fn new() -> io::Result<Self> {
        let parent = state::usual_folder();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&parent)?;
        let found = fs::symlink_metadata(&parent)?;
        let ours = fs::metadata("/proc/self")?.uid() == found.uid();
        if !(found.is_dir() && ours && found.mode() & 0o022 == 0) {
            let problem = format!("{} is open to others", parent.display());
            return Err(io::Error::new(ErrorKind::PermissionDenied, problem));
        }
        for (folder, owner) in folders() {
            if owner.is_gone() {
                // What cannot be removed stays until the next run.
                let _ = fs::remove_dir_all(folder);
            }
        }
        let Process { id, started } = Process::this();
        let path = parent.join(format!("{PREFIX}{id}-{started}"));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path.canonicalize()?))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the state of its world is, if it has one of its own.
    pub(crate) fn state(&self) -> StateFile {
        StateFile::new(Some(self.0.join(state::NAME)))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The worlds that programs have of their own now.
pub(crate) fn worlds() -> Vec<(StateFile, State)> {
    let worlds = folders().into_iter().filter_map(|(folder, _)| {
        let file = StateFile::new(Some(folder.join(state::NAME)));
        let state = file.read()?;
        Some((file, state))
    });
    worlds.collect()
}

/// All folders of this user, and who made each.
fn folders() -> Vec<(PathBuf, Process)> {
    let entries = fs::read_dir(state::usual_folder()).into_iter().flatten();
    let mut folders: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.path(), owner(&entry.file_name())?))
        })
        .collect();
    folders.sort_by(|(one, _), (other, _)| one.cmp(other));
    folders
}

/// Who made the folder of this name.
fn owner(name: &OsStr) -> Option<Process> {
    let (id, started) = name.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    let id = id.parse().ok()?;
    let started = started.to_owned();
    Some(Process { id, started })
}
