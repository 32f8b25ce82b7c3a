//! The machines of a world: a folder for each, which is `/` to the clients on it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rolecall_account::Secret;

use super::{FileError, PrivateFolder, TokenFile};
use crate::language::How;

/// The folder of all machines, and what has been written there.
#[derive(Debug)]
pub(crate) struct Machines {
    root: Root,
    /// What each token file holds, so that one that has not changed is left alone.
    tokens: Mutex<BTreeMap<PathBuf, Secret>>,
    /// How many lines have been seen in files that grow.
    lines: Mutex<BTreeMap<PathBuf, u64>>,
}

#[derive(Debug)]
enum Root {
    Private(PrivateFolder),
    Given(PathBuf),
}

impl Machines {
    /// In a folder that is gone with them.
    pub(crate) fn new() -> Result<Self, FileError> {
        let made = PrivateFolder::new();
        let private = made.map_err(|error| FileError::at(&std::env::temp_dir(), &error))?;
        Ok(Self::below(Root::Private(private)))
    }

    /// In this folder, which stays.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self::below(Root::Given(folder))
    }

    fn below(root: Root) -> Self {
        let (tokens, lines) = (Mutex::default(), Mutex::default());
        Self {
            root,
            tokens,
            lines,
        }
    }

    /// What is `/` to the clients on a machine.
    pub(crate) fn root(&self, machine: &str) -> PathBuf {
        let below = match &self.root {
            Root::Private(folder) => folder.path(),
            Root::Given(folder) => folder,
        };
        below.join(Self::name_of(machine))
    }

    /// The name of a folder, for what is called so.
    pub(crate) fn name_of(called: &str) -> String {
        folder_name(called)
    }

    /// How many lines a file of a machine has that it had not when this was last asked.
    pub(crate) fn new_lines(&self, machine: &str, path: &str) -> u64 {
        let Ok(located) = self.locate(machine, path) else {
            return 0;
        };
        let text = fs::read_to_string(&located).unwrap_or_default();
        let lines = text.matches('\n').count() as u64;
        let mut seen = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.insert(located, lines).unwrap_or_default();
        lines.saturating_sub(before)
    }

    /// Where a path of a machine really is.
    pub(crate) fn locate(&self, machine: &str, path: &str) -> Result<PathBuf, FileError> {
        let mut located = self.root(machine);
        for component in Path::new(path).components() {
            match component {
                Component::RootDir | Component::CurDir => {}
                Component::Normal(name) => located.push(name),
                Component::ParentDir | Component::Prefix(_) => {
                    let error = io::Error::new(ErrorKind::InvalidInput, "it leads elsewhere");
                    return Err(FileError::at(Path::new(path), &error));
                }
            }
        }
        Ok(located)
    }

    /// Gives a file of a machine another content.
    pub(crate) fn write(
        &self,
        machine: &str,
        path: &str,
        content: &str,
        how: How,
    ) -> Result<(), FileError> {
        let path = self.locate(machine, path)?;
        let file = TokenFile { path, how };
        file.write(content)
            .map_err(|error| FileError::at(&file.path, &error))
    }

    /// Gives a token file its token, unless it holds that already.
    pub(crate) fn write_token(
        &self,
        machine: &str,
        path: &str,
        token: &Secret,
        how: How,
    ) -> Result<(), FileError> {
        let located = self.locate(machine, path)?;
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens
            .get(&located)
            .is_some_and(|held| held.is(token.expose()))
        {
            return Ok(());
        }
        self.write(machine, path, token.expose(), how)?;
        tokens.insert(located, token.clone());
        Ok(())
    }
}

/// A name that is one folder's and no other's, whatever the machine is called.
fn folder_name(machine: &str) -> String {
    let mut name = String::new();
    for byte in machine.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "_{byte:02x}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_a_folder_and_its_paths_stay_in_it() {
        let machines = Machines::new().unwrap();
        let root = machines.root("web");
        assert_eq!(machines.locate("web", "/a/./b").unwrap(), root.join("a/b"));
        assert_eq!(machines.locate("web", "a").unwrap(), root.join("a"));
        assert!(machines.locate("web", "/a/../../b").is_err());
        for name in ["..", "a/b", "a b", "a_b", "é"] {
            let folder = folder_name(name);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert!(folder.chars().all(plain), "{folder}");
        }
        assert_ne!(folder_name("a_b"), folder_name("a b"));
        assert_ne!(folder_name("a/b"), folder_name("a_2fb"));
    }

    #[test]
    fn lines_are_new_once() {
        let machines = Machines::new().unwrap();
        assert_eq!(machines.new_lines("pod", "/runs"), 0);
        machines
            .write("pod", "/runs", "run\nrun\n", How::InPlace)
            .unwrap();
        assert_eq!(machines.new_lines("pod", "/runs"), 2);
        assert_eq!(machines.new_lines("pod", "/runs"), 0);
        machines
            .write("pod", "/runs", "run\nrun\nrun\nru", How::InPlace)
            .unwrap();
        assert_eq!(machines.new_lines("pod", "/runs"), 1);
        assert_eq!(machines.new_lines("another", "/runs"), 0);
    }

    #[test]
    fn a_token_that_has_not_changed_is_left_alone() {
        let machines = Machines::new().unwrap();
        let write = |token: &str| {
            machines
                .write_token("pod", "/run/token", &Secret::new(token), How::AtomicRename)
                .unwrap();
        };
        write("one");
        let path = machines.locate("pod", "/run/token").unwrap();
        fs::write(&path, "changed by somebody").unwrap();
        write("one");
        assert_eq!(fs::read_to_string(&path).unwrap(), "changed by somebody");
        write("two");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert!(!format!("{machines:?}").contains("two"));
    }
}
