//! A file whose content changes under its readers, in one of the ways in which that happens.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::language::How;

/// The link that a kubelet points elsewhere, and by which each file of a volume is reached.
const DATA: &str = "..data";

/// What the folders that it points at are called, before their number.
const VERSION: &str = "..version-";

/// A file, and how it comes to have another content.
///
/// ```
/// use rolecall_scenario::{TokenFile, language::How};
///
/// let folder = std::env::temp_dir().join(format!("token-file-{}", std::process::id()));
/// let file = TokenFile { path: folder.join("token"), how: How::SymlinkSwap };
/// file.write("one").unwrap();
/// file.write("two").unwrap();
/// assert_eq!(std::fs::read_to_string(&file.path).unwrap(), "two");
/// # std::fs::remove_dir_all(folder).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it changes.
    pub how: How,
}

impl TokenFile {
    /// Gives the file this content, and makes it and its folders if they are not there; only their
    /// owner may read them. A reader sees the content before or this one, whole; only where the file
    /// changes in place may it see less.
    ///
    /// # Errors
    /// The system's, and a path without a name.
    pub fn write(&self, content: &str) -> io::Result<()> {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it has no name"));
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        match self.how {
            How::InPlace => write_private(&self.path, content),
            How::AtomicRename => {
                let next = folder.join(beside(name, ".next"));
                write_private(&next, content)?;
                fs::rename(next, &self.path)
            }
            How::SymlinkSwap => swap(folder, name, content),
        }
    }
}

/// As a kubelet changes a projected volume: the files are in a folder of their own, which a link
/// leads to; a new folder is made, and the link pointed at it. A kubelet removes the folder before
/// at once; here it stays until the next change, for a reader who is on the way to it.
fn swap(folder: &Path, name: &OsStr, content: &str) -> io::Result<()> {
    let data = folder.join(DATA);
    let before = fs::read_link(&data).ok();
    let versions = versions(folder)?;
    // Always another, so that nobody on the way to an old version meets half a new one.
    let number = versions.keys().next_back().map_or(0, |last| last + 1);
    let version = OsString::from(format!("{VERSION}{number}"));
    let next = folder.join(&version);
    DirBuilder::new().mode(0o700).create(&next)?;
    if let Some(before) = &before {
        copy_others(&folder.join(before), &next, name)?;
    }
    write_private(&next.join(name), content)?;
    link(&version, &data)?;
    let file = folder.join(name);
    let through = Path::new(DATA).join(name);
    if fs::read_link(&file).ok().as_ref() != Some(&through) {
        link(through.as_os_str(), &file)?;
    }
    let mut old = versions.into_values();
    old.try_for_each(|version| match &before {
        Some(before) if *before == version => Ok(()),
        _ => fs::remove_dir_all(folder.join(version)),
    })
}

/// The versions of a folder's files, by their numbers.
fn versions(folder: &Path) -> io::Result<BTreeMap<u64, OsString>> {
    let mut versions = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(VERSION));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            versions.insert(number, name);
        }
    }
    Ok(versions)
}

/// Files that share the link keep their content.
fn copy_others(before: &Path, next: &Path, name: &OsStr) -> io::Result<()> {
    for entry in fs::read_dir(before)? {
        let other = entry?.file_name();
        if other != name {
            fs::copy(before.join(&other), next.join(&other))?;
        }
    }
    Ok(())
}

/// Makes a link, or points one elsewhere, in one step.
fn link(to: &OsStr, at: &Path) -> io::Result<()> {
    let name = at.file_name().unwrap_or_default();
    let next = at.with_file_name(beside(name, ".link"));
    match fs::remove_file(&next) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(to, &next)?;
    fs::rename(next, at)
}

/// `.NAME.ENDING`: what nobody reads by mistake.
fn beside(name: &OsStr, ending: &str) -> OsString {
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(ending);
    hidden
}

fn write_private(path: &Path, content: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(content.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;
    use crate::files::PrivateFolder;
    use crate::language::Word;

    fn file(folder: &PrivateFolder, how: How) -> TokenFile {
        let path = folder.path().join("var/run/token");
        TokenFile { path, how }
    }

    fn read(file: &TokenFile) -> String {
        fs::read_to_string(&file.path).unwrap()
    }

    #[test]
    fn each_way_leaves_the_content_and_nothing_beside_it() {
        for &how in How::ALL {
            let folder = PrivateFolder::new().unwrap();
            let file = file(&folder, how);
            for content in ["one", "a longer one", "", "two"] {
                file.write(content).unwrap();
                assert_eq!(read(&file), content, "{how}");
            }
            let mode = fs::metadata(&file.path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{how}");
            let left = fs::read_dir(file.path.parent().unwrap()).unwrap().count();
            let expected = if how == How::SymlinkSwap { 4 } else { 1 };
            assert_eq!(left, expected, "{how}: the file, the link, two versions");
        }
    }

    #[test]
    fn each_way_goes_on_from_what_another_left() {
        let folder = PrivateFolder::new().unwrap();
        for &first in How::ALL {
            for &second in How::ALL {
                file(&folder, first).write("one").unwrap();
                let file = file(&folder, second);
                file.write("two").unwrap();
                assert_eq!(read(&file), "two", "{first}, then {second}");
            }
        }
    }

    #[test]
    fn in_place_is_the_same_file_and_the_others_are_not() {
        for (how, stays) in [
            (How::InPlace, true),
            (How::AtomicRename, false),
            (How::SymlinkSwap, false),
        ] {
            let folder = PrivateFolder::new().unwrap();
            let file = file(&folder, how);
            file.write("one").unwrap();
            let before = fs::metadata(&file.path).unwrap().ino();
            // Held open, so that its number is not given to another.
            let mut open = File::open(&file.path).unwrap();
            file.write("two").unwrap();
            assert_eq!(fs::metadata(&file.path).unwrap().ino() == before, stays);
            let mut seen = String::new();
            open.read_to_string(&mut seen).unwrap();
            assert_eq!(seen, if stays { "two" } else { "one" }, "{how}");
        }
    }

    #[test]
    fn a_swap_is_seen_through_the_link_that_a_kubelet_moves() {
        let folder = PrivateFolder::new().unwrap();
        let file = file(&folder, How::SymlinkSwap);
        let data = file.path.with_file_name(DATA);
        file.write("one").unwrap();
        assert_eq!(
            fs::read_link(&file.path).unwrap(),
            Path::new(DATA).join("token")
        );
        let before = fs::read_link(&data).unwrap();
        let other = TokenFile {
            path: file.path.with_file_name("other"),
            ..file.clone()
        };
        other.write("beside").unwrap();
        file.write("two").unwrap();
        assert_ne!(fs::read_link(&data).unwrap(), before);
        assert_eq!((read(&file), read(&other)), ("two".into(), "beside".into()));
    }

    /// Two contents that differ in every byte, so that a mixture shows.
    #[test]
    fn a_reader_sees_one_content_or_the_other_never_both() {
        for how in [How::AtomicRename, How::SymlinkSwap] {
            let folder = PrivateFolder::new().unwrap();
            let file = file(&folder, how);
            let contents = ["1".repeat(100_000), "2".repeat(80_000)];
            file.write(&contents[0]).unwrap();
            let done = AtomicBool::new(false);
            let seen = thread::scope(|scope| {
                let reader = scope.spawn(|| {
                    let mut seen = 0;
                    // One more time when all is written, however fast that was.
                    loop {
                        let last = done.load(Ordering::SeqCst);
                        match fs::read_to_string(&file.path) {
                            Ok(content) => {
                                assert!(contents.contains(&content), "{} bytes", content.len());
                                seen += 1;
                            }
                            // Overtaken by two changes while it was on its way: it looks again.
                            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
                        }
                        if last {
                            return seen;
                        }
                    }
                });
                for turn in 0..200 {
                    file.write(&contents[turn % 2]).unwrap();
                }
                done.store(true, Ordering::SeqCst);
                reader.join().unwrap()
            });
            assert!(seen > 0, "{how}");
        }
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        let file = TokenFile {
            path: PathBuf::from("/"),
            how: How::InPlace,
        };
        assert_eq!(file.write("x").unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
