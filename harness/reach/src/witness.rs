//! Whether a process lives by the simulated clock: what the kernel knows of it.
//!
//! A process that is not shifted behaves as any other, only wrongly, so nothing is believed unseen.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::child::Child;
use crate::connection;
use crate::elf::{self, Kind};
use crate::embed::FILE_NAME;
use crate::page::ClockPage;
use crate::tree::{self, Stat};

/// Why a process lives by the machine's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was to be patched, and could not be: in words.
    Refused(String),
    /// It is made by Go, which asks the kernel itself, whatever library it is loaded with.
    MadeByGo,
    /// It has no dynamic loader that would load the library.
    Static,
    /// It does not read the clock through a C library.
    WithoutLibc,
    /// It is not a 64-bit program for x86-64.
    Foreign,
    /// Its environment does not name the library: it was never told to, or whoever started it took
    /// that away.
    NotTold,
    /// Its environment names the library, and the dynamic loader did not load it: the file is not
    /// there for it, or it runs with the rights of another user.
    NotLoaded,
}

impl Display for Why {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused(why) => why,
            Self::MadeByGo => "it is made by Go, which no preloaded library reaches; `vdso` does",
            Self::Static => "it is linked statically, so that no library reaches it; `vdso` does",
            Self::WithoutLibc => "it uses no C library; `vdso` may reach it",
            Self::Foreign => "it is not a 64-bit program for x86-64",
            Self::NotTold => "its environment does not name the library",
            Self::NotLoaded => "the dynamic loader did not load the library that it was told to",
        })
    }
}

/// A process that lives by the machine's clock, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshifted {
    /// Its number.
    pub pid: i32,
    /// The file that it runs, if that can be seen.
    pub program: Option<PathBuf>,
    /// Why.
    pub why: Why,
    /// Its number may have been another's before.
    image: Image,
}

impl Unshifted {
    /// `None` if it has ended since.
    pub(crate) fn of(pid: i32, why: Why) -> Option<Self> {
        Some(Self {
            pid,
            program: program_of(pid),
            why,
            image: Image::of(pid)?,
        })
    }
}

impl Display for Unshifted {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let name = self
            .program
            .as_deref()
            .and_then(|program| program.file_name());
        let name = name.unwrap_or_default().to_string_lossy();
        let (pid, why) = (self.pid, &self.why);
        write!(
            formatter,
            "{name} (process {pid}) lives by the machine's clock: {why}"
        )
    }
}

/// One program in one process, from its `exec` to the next, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Image {
    pid: i32,
    started: u64,
    /// Where its stack began: drawn by lot at each `exec`. Zero where that may not be seen.
    stack: u64,
}

impl Image {
    fn of(pid: i32) -> Option<Self> {
        let Stat { started, stack, .. } = Stat::of(pid)?;
        Some(Self {
            pid,
            started,
            stack,
        })
    }
}

/// What is known of the clock of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It lives by the simulated clock.
    Shifted,
    /// It lives by the machine's.
    Unshifted(Unshifted),
    /// It cannot be seen; why, in words.
    Unknown(String),
}

/// Finds out who is calling, and by which clock that process lives.
///
/// It sees the processes of this machine that this user may look at: not those of another
/// container, nor behind a proxy.
#[derive(Debug)]
pub struct Witness {
    page: Arc<ClockPage>,
    /// What was found out before.
    known: Mutex<BTreeMap<Image, Option<Why>>>,
}

impl Witness {
    /// For the clock of `page`.
    pub fn new(page: Arc<ClockPage>) -> Self {
        let known = Mutex::default();
        Self { page, known }
    }

    /// The clock of whoever is at `peer`, the other end of a connection with us at `local`. It is
    /// looked for among `children` and their descendants first, then everywhere. If several
    /// processes share that end, they all have to live by the simulated clock.
    ///
    /// To be asked while the connection is open: afterwards nobody has it.
    pub fn caller(&self, peer: SocketAddr, local: SocketAddr, children: &[&Child]) -> Standing {
        let Some(socket) = connection::socket(peer, local) else {
            return Standing::Unknown(format!("{peer} is closed, or not on this machine"));
        };
        let owners = |pids: &mut dyn Iterator<Item = i32>| -> Vec<_> {
            pids.filter(|pid| connection::has_open(*pid, socket))
                .collect()
        };
        let roots = children.iter().map(|child| child.id().cast_signed());
        let mut ours = roots.flat_map(tree::family);
        let mut found = owners(&mut ours);
        if found.is_empty() {
            found = owners(&mut tree::all());
        }
        let standings = found.iter().map(|pid| self.process(*pid, children));
        let mut all = Standing::Unknown(format!("no process that can be seen has {peer} open"));
        for standing in standings {
            match standing {
                Standing::Shifted => all = Standing::Shifted,
                worse => return worse,
            }
        }
        all
    }

    /// The clock of the process `pid`, which may be one of `children` or a descendant.
    pub fn process(&self, pid: i32, children: &[&Child]) -> Standing {
        let Some(image) = Image::of(pid) else {
            return Standing::Unknown(format!("process {pid} has ended"));
        };
        let refused = children.iter().flat_map(|child| child.unshifted());
        if let Some(refused) = refused.into_iter().find(|refused| refused.image == image) {
            return Standing::Unshifted(refused);
        }
        let known = self.known().get(&image).cloned();
        let why = match known.map_or_else(|| self.look(image), Ok) {
            Ok(Some(why)) => why,
            Ok(None) => return Standing::Shifted,
            Err(unseen) => return Standing::Unknown(unseen),
        };
        match Unshifted::of(pid, why) {
            Some(unshifted) => Standing::Unshifted(unshifted),
            None => Standing::Unknown(format!("process {pid} has ended")),
        }
    }

    /// Whether, since the clock was last set, a preloaded process has looked at it. After a jump
    /// and a request, "no" means that whoever made it is not shifted or did not care for the time.
    pub fn has_been_looked_at(&self) -> bool {
        self.page.last_seen_nanos() == Some(self.page.offset_nanos())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Image, Option<Why>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the process is not shifted; `None` if it is.
    fn look(&self, image: Image) -> Result<Option<Why>, String> {
        let unseen = |what: &str| format!("{what} of process {} cannot be seen", image.pid);
        let maps = fs::read(format!("/proc/{}/maps", image.pid));
        let maps = maps.map_err(|_| unseen("the memory"))?;
        let paths: Vec<_> = maps
            .split(|&byte| byte == b'\n')
            .filter_map(mapped)
            .collect();
        let has_page = paths.contains(&self.page.path().as_os_str().as_bytes());
        let has_library = paths
            .iter()
            .any(|path| path.ends_with(FILE_NAME.as_bytes()));
        let executable = format!("/proc/{}/exe", image.pid);
        let kind = elf::look(executable.as_ref()).ok_or_else(|| unseen("the program"))?;
        // Go does not use the library, loaded though it is where there is a loader.
        let is_shifted = has_page && !(has_library && kind == Kind::Go);
        let why = (!is_shifted).then(|| match kind {
            Kind::Go => Why::MadeByGo,
            Kind::Static => Why::Static,
            Kind::WithoutLibc => Why::WithoutLibc,
            Kind::Foreign => Why::Foreign,
            Kind::Dynamic | Kind::Other if is_told(image.pid) => Why::NotLoaded,
            Kind::Dynamic | Kind::Other => Why::NotTold,
        });
        // It may have begun another program while it was looked at.
        if Image::of(image.pid) != Some(image) {
            return Err(format!(
                "process {} has just begun another program",
                image.pid
            ));
        }
        if image.stack != 0 {
            self.known().insert(image, why.clone());
        }
        Ok(why)
    }
}

/// Whether the environment that the process was started with names the library.
fn is_told(pid: i32) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let name = FILE_NAME.as_bytes();
    environment.windows(name.len()).any(|part| part == name)
}

fn program_of(pid: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// The file that a line of the list of a process's memory names. As proc(5) has it: addresses,
/// rights, offset, device, file, and after some blanks the path.
fn mapped(line: &[u8]) -> Option<&[u8]> {
    let mut columns = line.splitn(6, |&byte| byte == b' ');
    let path = columns.nth(5)?.trim_ascii_start();
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_process_memory_is_read() {
        let line = b"7f16e4926000-7f16e4927000 r--s 00000000 fe:01 4242      /a folder/clock";
        assert_eq!(mapped(line), Some(&b"/a folder/clock"[..]));
        let nameless = b"7f16e4926000-7f16e4927000 rw-p 00000000 00:00 0 ";
        assert_eq!(mapped(nameless), None);
        assert_eq!(mapped(b""), None);
    }

    #[test]
    fn what_is_said_of_a_process_names_it_and_why() {
        let own = std::process::id().cast_signed();
        let said = Unshifted::of(own, Why::MadeByGo).unwrap().to_string();
        assert!(
            said.contains(&format!(
                "(process {own}) lives by the machine's clock: it is made by Go"
            )),
            "{said}"
        );
        assert_eq!(Unshifted::of(-1, Why::MadeByGo), None);
    }
}
