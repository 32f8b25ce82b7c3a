//! Recordings in place of the world's own sources of credentials.

use std::path::{Path, PathBuf};

use rolecall_account::SimInstant;
use rolecall_endpoints::record::{BadFixture, Fixture, Replay};
use thiserror::Error;

use crate::language::Recorded;

/// A recording that cannot be served.
#[derive(Debug, Error)]
pub enum NoRecording {
    /// It is in none of the folders where it may be.
    #[error("there is no recording `{}` in `{}` or above it", file.display(), folder.display())]
    NotFound {
        /// As the scenario names it.
        file: PathBuf,
        /// The scenario's folder.
        folder: PathBuf,
    },
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Why.
        error: BadFixture,
    },
}

/// Reads a recording, to be served in a world that begins at `start`.
pub(crate) fn load(recorded: &Recorded, start: SimInstant) -> Result<Replay, NoRecording> {
    let path = find(recorded).ok_or_else(|| NoRecording::NotFound {
        file: recorded.file.clone(),
        folder: here(&recorded.folder).to_owned(),
    })?;
    match Fixture::load(&path) {
        Ok(fixture) => Ok(Replay::new(fixture, start)),
        Err(error) => Err(NoRecording::Bad { path, error }),
    }
}

/// In the scenario's folder, and then in each one above it, as far as its path says.
fn find(recorded: &Recorded) -> Option<PathBuf> {
    let mut paths = recorded
        .folder
        .ancestors()
        .map(|folder| Fixture::path(&folder.join(&recorded.file)));
    paths.find(|path| path.is_file())
}

/// A folder without a name is the one where the program runs.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
