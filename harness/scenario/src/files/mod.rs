//! The files of the world's machines: in a folder of their own, where clients find them.

mod folder;
mod machine;
mod process;
mod token_file;

pub(crate) use folder::PrivateFolder;
pub(crate) use machine::Machines;
pub use process::Process;
pub use token_file::TokenFile;

use std::io;
use std::path::Path;

use thiserror::Error;

/// A file of the world could not be written.
#[derive(Clone, Debug, Error)]
#[error("{path}: {message}")]
pub struct FileError {
    path: String,
    message: String,
}

impl FileError {
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self {
            path: path.display().to_string(),
            message: error.to_string(),
        }
    }
}
