//! A folder that is gone when nobody needs it any more.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Process;

/// Where files are in memory alone, on Linux.
const MEMORY: &str = "/dev/shm";

/// A folder that only its owner may enter, removed with all in it when it goes out of scope.
///
/// It holds tokens and keys, so that it is in memory where the system has a place for such files, and
/// `TMPDIR` names no other; small ones come and go there faster, too.
///
/// Its name says which process made it, so that those which were killed leave nothing for long: the
/// next process that makes one removes what they left.
///
/// Not made by a crate for temporary files: those draw names from the generator that the SDK draws
/// its jitter from, and a run would no longer be the same again.
#[derive(Debug)]
pub(crate) struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// A new folder, in one for all of this user's.
    pub(crate) fn new() -> io::Result<Self> {
        static SWEPT: Once = Once::new();
        let parent = parent()?;
        SWEPT.call_once(|| sweep(&parent));
        Self::below(&parent)
    }

    fn below(parent: &Path) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = name(&namespace(), &Process::this(), number);
        let path = parent.join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the next sweep.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The folder of all private folders of this user, who alone may enter it.
fn parent() -> io::Result<PathBuf> {
    let chosen = std::env::var_os("TMPDIR").is_some();
    let in_memory = Path::new(MEMORY);
    if !chosen && in_memory.is_dir() {
        // Not writable for all, or full: as where there is none.
        if let Ok(folder) = parent_in(in_memory) {
            return Ok(folder);
        }
    }
    parent_in(&std::env::temp_dir())
}

fn parent_in(place: &Path) -> io::Result<PathBuf> {
    let user = fs::metadata("/proc/self").map(|this| this.uid());
    let user = user.map_or_else(|_| "user".to_owned(), |id| id.to_string());
    let path = place.join(format!("rolecall-folders-{user}"));
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // Anybody may make a folder of that name there: whoever has it could put another in its place.
    let found = fs::symlink_metadata(&path)?;
    let ours = user.parse() == Ok(found.uid()) || user == "user";
    let closed = (found.mode() & 0o777) | 0o700 == 0o700;
    if !(found.is_dir() && ours && closed) {
        let problem = format!("{} is open to others", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, problem));
    }
    Ok(path)
}

/// What a private folder is called.
fn name(namespace: &str, owner: &Process, number: u64) -> String {
    format!("{namespace}-{}-{}-{number}", owner.id, owner.started)
}

/// Which processes the number of a process is one of: containers count their own.
fn namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let link = link.to_string_lossy();
    link.chars().filter(char::is_ascii_digit).collect()
}

/// Removes the folders of processes that are gone. What cannot be removed stays.
fn sweep(parent: &Path) {
    let namespace = namespace();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let owner = owner(&entry.file_name(), &namespace);
        if owner.is_some_and(|owner| owner.is_gone()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Who made the folder of this name, if that can be known here.
fn owner(name: &OsStr, namespace: &str) -> Option<Process> {
    let mut parts = name.to_str()?.split('-');
    parts.next().filter(|part| *part == namespace)?;
    let id = parts.next()?.parse().ok()?;
    let started = parts.next()?.to_owned();
    let _: u64 = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Process { id, started })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn it_is_its_owners_alone_and_does_not_stay() {
        let (one, two) = (PrivateFolder::new().unwrap(), PrivateFolder::new().unwrap());
        assert_ne!(one.path(), two.path());
        assert_eq!(one.path().parent(), two.path().parent());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(one.path()), 0o700);
        assert_eq!(mode(one.path().parent().unwrap()), 0o700);
        fs::write(one.path().join("file"), "content").unwrap();
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
        assert!(two.path().exists());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_not_used() {
        let private = PrivateFolder::new().unwrap();
        let ours = parent_in(private.path()).unwrap();
        assert_eq!(
            parent_in(private.path()).unwrap(),
            ours,
            "it is there already"
        );
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = parent_in(private.path()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    }

    #[test]
    fn what_the_dead_left_goes_and_nothing_else() {
        let private = PrivateFolder::new().unwrap();
        let parent = private.path();
        let mine = PrivateFolder::below(parent).unwrap();
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let living = Process {
            id: child.id(),
            started: stat.split(' ').nth(21).unwrap().to_owned(),
        };
        let began_earlier = Process {
            started: "1".to_owned(),
            ..living.clone()
        };
        let here = namespace();
        let of_living = parent.join(name(&here, &living, 7));
        let of_the_one_before = parent.join(name(&here, &began_earlier, 7));
        let elsewhere = parent.join(name("1", &began_earlier, 7));
        let foreign = parent.join("1-2-3-four");
        let all = [&of_living, &of_the_one_before, &elsewhere, &foreign];
        let left = || all.map(|folder| folder.join("token").exists());
        for folder in all {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("token"), "secret").unwrap();
        }
        sweep(parent);
        assert_eq!(left(), [true, false, true, true]);
        child.kill().unwrap();
        child.wait().unwrap();
        sweep(parent);
        assert_eq!(left(), [false, false, true, true]);
        assert!(mine.path().exists(), "this process is alive");
    }
}
