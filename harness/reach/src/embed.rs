//! The library that shifts the clock of a process it is loaded into, and how it gets there.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use thiserror::Error;

use crate::page::ClockPage;

/// The library, for the kind of machine this is built for.
#[cfg(has_preload)]
const BYTES: Option<&[u8]> = Some(include_bytes!(concat!(
    env!("OUT_DIR"),
    "/librolecall-clock.so"
)));
#[cfg(not(has_preload))]
const BYTES: Option<&[u8]> = None;

/// What its file is called, wherever it lies: so it is known among others, too.
pub(crate) const FILE_NAME: &str = "librolecall-clock.so";
/// The variable from which the dynamic loader takes what to load before anything else.
const PRELOAD: &str = "LD_PRELOAD";
/// The variable from which the library takes the file of the clock.
const CLOCK: &str = "ROLECALL_CLOCK";

/// The library could not be put where processes can load it.
#[derive(Debug, Error)]
pub enum LibraryError {
    /// There is none for this kind of machine.
    #[error("clock not controllable: no library for this kind of machine")]
    NotBuilt,
    /// The loader would take the path for several.
    #[error("{path}: the dynamic loader cannot be told of a path with one of these: {SEPARATORS:?}", path = .0.display())]
    Separator(PathBuf),
    /// It could not be written.
    #[error("{path}: {error}", path = .path.display())]
    NotWritten {
        /// Where to.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

/// What stands between two paths that the loader is to load, or for something else.
const SEPARATORS: &[char] = &[' ', '\t', '\n', ':', '$'];

/// The library, as a file that processes can load for as long as this lives.
///
/// ```
/// use std::process::Command;
/// use std::time::{Duration, SystemTime};
/// use rolecall_reach::{ClockPage, Library};
///
/// let folder = std::env::temp_dir().join(format!("library-of-{}", std::process::id()));
/// std::fs::create_dir(&folder)?;
/// let page = ClockPage::create_in(&folder)?;
/// let library = match Library::unpack_in(&folder) {
///     Ok(library) => library,
///     Err(why) => return Ok(println!("{why}")),
/// };
/// page.set_now(SystemTime::now() + Duration::from_secs(30 * 24 * 3600))?;
/// let mut command = Command::new("date");
/// library.preload_into(&mut command, &page);
/// command.status()?; // a month from now
/// # drop(library);
/// std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    path: PathBuf,
}

impl Library {
    /// Unpacks it into a new folder below `folder` that only this user may enter, and that is gone
    /// when this is.
    ///
    /// # Errors
    /// There is none for this kind of machine, the folder's path is not one that the dynamic loader
    /// can be given, or the file cannot be written.
    pub fn unpack_in(folder: &Path) -> Result<Self, LibraryError> {
        let bytes = BYTES.ok_or(LibraryError::NotBuilt)?;
        let refused = |path: &Path, error| LibraryError::NotWritten {
            path: path.to_owned(),
            error,
        };
        // From the root: a process may load it from any folder.
        let root = folder.canonicalize();
        let root = root.map_err(|error| refused(folder, error))?;
        if root.to_string_lossy().contains(SEPARATORS) {
            return Err(LibraryError::Separator(root));
        }
        let folder = private_folder_in(&root).map_err(|error| refused(&root, error))?;
        let path = folder.join(FILE_NAME);
        // Owned from here on, so that a half-written one is removed.
        let library = Self { folder, path };
        write(&library.path, bytes).map_err(|error| refused(&library.path, error))?;
        Ok(library)
    }

    /// The file, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Has the process of `command` load it, before whatever else it is to load, and live by the
    /// clock of `page`. What its descendants load is theirs to say: the environment tells them too.
    ///
    /// A command whose environment was cleared gets what *this* process is told to load as well: it
    /// cannot be seen that it was. Setting the command's `LD_PRELOAD`, to nothing, prevents it.
    pub fn preload_into(&self, command: &mut Command, page: &ClockPage) {
        let mut entries = self.path.clone().into_os_string();
        if let Some(others) = others(&preloaded(command)) {
            entries.push(":");
            entries.push(others);
        }
        command.env(PRELOAD, entries).env(CLOCK, page.path());
    }

    /// Keeps the library out of the process of `command`, whose clock is shifted in another way: shifted
    /// in both, it would be twice as far off. What else it is to load stays.
    pub fn keep_out_of(command: &mut Command) {
        let existing = preloaded(command);
        match others(&existing) {
            Some(others) if others != existing => command.env(PRELOAD, others),
            None if !existing.is_empty() => command.env_remove(PRELOAD),
            _ => command,
        };
        command.env_remove(CLOCK);
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // What cannot be removed goes with the folder that it is in.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What the process of `command` is to load first, as far as can be seen: its own environment, else
/// that of this process.
fn preloaded(command: &Command) -> OsString {
    let own = command.get_envs().find(|(name, _)| *name == PRELOAD);
    match own {
        Some((_, value)) => value.unwrap_or_default().to_owned(),
        None => std::env::var_os(PRELOAD).unwrap_or_default(),
    }
}

/// What there is among `entries` besides this library; `None` if nothing.
fn others(entries: &OsStr) -> Option<OsString> {
    let is_ours =
        |entry: &[u8]| entry.rsplit(|&byte| byte == b'/').next() == Some(FILE_NAME.as_bytes());
    let entries = entries
        .as_encoded_bytes()
        .split(|byte| b": \t\n".contains(byte));
    let kept: Vec<_> = entries
        .filter(|entry| !entry.is_empty() && !is_ours(entry))
        .collect();
    let kept = kept.join(&b':');
    // SAFETY: pieces of what an `OsStr` gave, cut at and joined by ASCII.
    (!kept.is_empty()).then(|| unsafe { OsString::from_encoded_bytes_unchecked(kept) })
}

/// A new folder below `parent` that only this user may enter.
fn private_folder_in(parent: &Path) -> io::Result<PathBuf> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static MADE: AtomicU64 = AtomicU64::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let folder = parent.join(format!("library-{}-{number}", std::process::id()));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    Ok(folder)
}

/// Writes a file that whoever gets at it may load.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(path, mode)?;
    }
    Ok(())
}

#[cfg(all(test, has_preload))]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;

    fn unpacked() -> (TempDir, Arc<ClockPage>, Library) {
        let folder = tempfile::tempdir().unwrap();
        let page = ClockPage::create_in(folder.path()).unwrap();
        let library = Library::unpack_in(folder.path()).unwrap();
        (folder, page, library)
    }

    /// What the command says of a variable: nothing, that it is not to be there, or its value.
    #[allow(clippy::option_option)]
    fn told(command: &Command, name: &str) -> Option<Option<String>> {
        let mut all = command.get_envs();
        let (_, value) = all.find(|(told, _)| *told == name)?;
        Some(value.map(|value| value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn it_comes_before_what_is_there_and_in_place_of_another_of_its_name() {
        let (_folder, page, library) = unpacked();
        let path = library.path().to_str().unwrap();
        for (existing, after) in [
            ("", String::new()),
            ("/lib/a.so", ":/lib/a.so".to_owned()),
            ("/lib/a.so /lib/b.so::", ":/lib/a.so:/lib/b.so".to_owned()),
            (
                &format!("/old/{FILE_NAME}:/lib/a.so"),
                ":/lib/a.so".to_owned(),
            ),
        ] {
            let mut command = Command::new("true");
            command.env(PRELOAD, existing);
            library.preload_into(&mut command, &page);
            let expected = format!("{path}{after}");
            assert_eq!(told(&command, PRELOAD), Some(Some(expected)), "{existing}");
            let clock = page.path().to_str().unwrap().to_owned();
            assert_eq!(told(&command, CLOCK), Some(Some(clock)));
        }
    }

    #[test]
    fn it_is_kept_out_and_others_stay() {
        let ours = format!("/old/{FILE_NAME}");
        for (existing, left) in [
            (ours.clone(), None),
            (format!("{ours}:/lib/a.so"), Some("/lib/a.so".to_owned())),
            (format!("/lib/a.so {ours}"), Some("/lib/a.so".to_owned())),
            ("/lib/a.so".to_owned(), Some("/lib/a.so".to_owned())),
        ] {
            let mut command = Command::new("true");
            command.env(PRELOAD, &existing).env(CLOCK, "/old/clock");
            Library::keep_out_of(&mut command);
            assert_eq!(told(&command, PRELOAD), Some(left), "{existing}");
            assert_eq!(told(&command, CLOCK), Some(None));
        }
    }

    #[test]
    fn what_was_preloaded_and_then_kept_out_is_as_before() {
        let (_folder, page, library) = unpacked();
        let mut command = Command::new("true");
        command.env(PRELOAD, "/lib/a.so");
        library.preload_into(&mut command, &page);
        Library::keep_out_of(&mut command);
        assert_eq!(told(&command, PRELOAD), Some(Some("/lib/a.so".to_owned())));
    }

    #[test]
    fn only_this_user_may_enter_its_folder_and_it_leaves_none() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, _page, library) = unpacked();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(library.path()), 0o755);
        assert_eq!(mode(library.path().parent().unwrap()), 0o700);
        assert!(library.path().is_absolute());
        drop(library);
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "the clock alone");
    }

    #[test]
    fn a_path_that_the_loader_would_misread_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a b", "a:b", "$LIB"] {
            let folder = folder.path().join(name);
            fs::create_dir(&folder).unwrap();
            let refused = Library::unpack_in(&folder).unwrap_err();
            assert!(matches!(refused, LibraryError::Separator(_)), "{refused}");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        }
    }
}
