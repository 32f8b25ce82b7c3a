//! The private home of a process under test.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that only its owner may enter, empty at first.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    /// Whether it goes with this.
    own: bool,
}

impl Home {
    /// This folder, which is made if it is not there, and stays.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn at(path: &Path) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).recursive(true).create(path)?;
        Ok(Self {
            path: path.to_owned(),
            own: false,
        })
    }

    /// A new one below the folder for temporary files, removed with all in it when it goes out of
    /// scope.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn temporary() -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let name = format!("rolecall-home-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path, own: true }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.own {
            // What cannot be removed is the system's to clean.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_its_owners_alone_and_a_temporary_one_does_not_stay() {
        let (one, two) = (Home::temporary().unwrap(), Home::temporary().unwrap());
        assert_ne!(one.path(), two.path());
        let mode = fs::metadata(one.path()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        let below = Home::at(&one.path().join("a/b")).unwrap();
        let path = below.path().to_owned();
        drop(below);
        assert!(path.is_dir());
        drop(one);
        assert!(!path.exists());
    }
}
