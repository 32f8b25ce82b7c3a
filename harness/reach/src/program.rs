//! Which file a command runs in the end: looked up as the system does it, through scripts and `env`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where programs are looked for when there is no `PATH`, as the C libraries have it.
const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// How many scripts may stand one behind the other. The kernel allows five.
const DEPTH: usize = 8;
/// How much of a script's first line the kernel looks at, in bytes.
const LINE: u64 = 255;

/// The file that a command runs in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The executable that is neither a script nor `env`.
    pub(crate) file: PathBuf,
    /// Whether on the way there the environment loses what it was given.
    pub(crate) scrubbed: bool,
}

/// Where a name is looked for.
#[derive(Clone, Debug)]
struct Surroundings {
    path: OsString,
    folder: PathBuf,
}

impl Surroundings {
    /// Those of the child. A command does not tell whether its environment was cleared: if it sets
    /// no `PATH`, ours is taken.
    fn of(command: &Command) -> Self {
        let set = command.get_envs().find(|(name, _)| *name == "PATH");
        let path = match set {
            Some((_, set)) => set.map(OsStr::to_owned),
            None => env::var_os("PATH"),
        };
        let folder = command.get_current_dir().unwrap_or(Path::new("."));
        Self {
            path: path.unwrap_or_else(|| DEFAULT_PATH.into()),
            folder: folder.to_owned(),
        }
    }

    /// Where `name` may be, in the order in which it is looked for.
    fn candidates(&self, name: &OsStr) -> impl Iterator<Item = PathBuf> {
        let path = if name.as_bytes().contains(&b'/') {
            // Itself alone.
            OsStr::new("")
        } else {
            &self.path
        };
        // An empty folder in the list is the current one; others may be relative to it.
        let folders = env::split_paths(path).filter(|_| !name.is_empty());
        folders.map(move |folder| self.folder.join(folder).join(name))
    }

    /// The file that is run under `name`. In the list of folders, what cannot be run is passed over.
    fn find(&self, name: &OsStr) -> Option<PathBuf> {
        let is_path = name.as_bytes().contains(&b'/');
        let mut files = self.candidates(name);
        files.find(|file| is_executable(file) || is_path && file.is_file())
    }
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Whether there is a file that `command` names, be it one that can be run or not.
pub(crate) fn is_there(command: &Command) -> bool {
    let surroundings = Surroundings::of(command);
    let mut files = surroundings.candidates(command.get_program());
    files.any(|file| file.is_file())
}

/// The file that `command` runs in the end; `None` if it cannot be found.
pub(crate) fn resolve(command: &Command) -> Option<Program> {
    let mut surroundings = Surroundings::of(command);
    let mut words = vec![command.get_program().to_owned()];
    words.extend(command.get_args().map(OsStr::to_owned));
    let mut scrubbed = false;
    for _ in 0..DEPTH {
        let file = surroundings.find(words.first()?)?;
        if file.file_name() == Some(OsStr::new("env"))
            && let Some(inner) = Env::parse(words.get(1..)?)
        {
            scrubbed |= inner.scrubbed;
            surroundings.path = inner.path.unwrap_or(surroundings.path);
            surroundings.folder.extend(inner.folder);
            words = inner.words;
            continue;
        }
        match interpreter(&file) {
            Some(mut interpreter) => {
                interpreter.push(file.into_os_string());
                interpreter.extend(words.into_iter().skip(1));
                words = interpreter;
            }
            None => return Some(Program { file, scrubbed }),
        }
    }
    None
}

/// The program that runs this file, and the argument before the file's name; `None` if the file is
/// no script. One without a first line that says so is given to the shell, as `execvp` does it.
fn interpreter(file: &Path) -> Option<Vec<OsString>> {
    let mut start = Vec::new();
    File::open(file)
        .ok()?
        .take(LINE)
        .read_to_end(&mut start)
        .ok()?;
    let Some(line) = start.strip_prefix(b"#!") else {
        return (!start.starts_with(b"\x7fELF")).then(|| vec!["/bin/sh".into()]);
    };
    let line = line.split(|&byte| byte == b'\n').next()?.trim_ascii();
    let mut parts = line.splitn(2, |byte| b" \t".contains(byte));
    let parts = parts.by_ref().map(<[u8]>::trim_ascii);
    Some(
        parts
            .map(|part| OsStr::from_bytes(part).to_owned())
            .collect(),
    )
}

/// What `env` was asked to do.
#[derive(Debug, Default)]
struct Env {
    words: Vec<OsString>,
    path: Option<OsString>,
    folder: Option<PathBuf>,
    scrubbed: bool,
}

impl Env {
    /// Reads the arguments of `env`; `None` if it runs no program, or does what is not known here.
    fn parse(arguments: &[OsString]) -> Option<Self> {
        let mut read = Self::default();
        let mut left = arguments.to_vec();
        left.reverse();
        while let Some(word) = left.pop() {
            let text = word.as_bytes();
            if text == b"--" {
                continue;
            }
            if text == b"-" || text == b"-i" || text == b"--ignore-environment" {
                read.scrubbed = true;
            } else if let Some(line) = value(text, "-S", "--split-string=", &mut left) {
                left.extend(split(&line)?.into_iter().rev());
            } else if let Some(name) = value(text, "-u", "--unset=", &mut left) {
                read.scrubbed |= name == "LD_PRELOAD";
            } else if let Some(folder) = value(text, "-C", "--chdir=", &mut left) {
                read.folder = Some(folder.into());
            } else if text.starts_with(b"-") {
                // Those that say how signals are handled, or what is printed, change nothing here.
                let harmless = text == b"-v" || text == b"-0" || text.starts_with(b"--");
                if !harmless {
                    return None;
                }
            } else if let Some(at) = text.iter().position(|&byte| byte == b'=') {
                let (name, set) = (&text[..at], &text[at + 1..]);
                read.scrubbed |= name == b"LD_PRELOAD";
                if name == b"PATH" {
                    read.path = Some(OsStr::from_bytes(set).to_owned());
                }
            } else {
                left.push(word);
                left.reverse();
                read.words = left;
                return Some(read);
            }
        }
        None
    }
}

/// The value of an option: what follows its short or its long name, or the next word.
fn value(text: &[u8], short: &str, long: &str, left: &mut Vec<OsString>) -> Option<OsString> {
    if let Some(joined) = text.strip_prefix(long.as_bytes()) {
        return Some(OsStr::from_bytes(joined).to_owned());
    }
    match text.strip_prefix(short.as_bytes())? {
        b"" => left.pop(),
        joined => Some(OsStr::from_bytes(joined).to_owned()),
    }
}

/// The words of a line without quotes, escapes or variables; `None` for one that has any.
fn split(line: &OsStr) -> Option<Vec<OsString>> {
    let line = line.as_bytes();
    if line.iter().any(|byte| b"\"'\\$#".contains(byte)) {
        return None;
    }
    let words = line.split(u8::is_ascii_whitespace);
    let words = words.filter(|word| !word.is_empty());
    Some(
        words
            .map(|word| OsStr::from_bytes(word).to_owned())
            .collect(),
    )
}
