//! Which method suits a program: seen from its file, before it starts.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::elf::{self, Kind};
use crate::method::{Method, Wish};
use crate::program::{self, Program};

/// Whether there is any way into a process here.
const SUPPORTED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));
/// What is said where there is none.
pub(crate) const NOT_HERE: &str = "clock not controllable: that needs Linux on x86-64";

/// The bit in a file's mode that gives whoever runs it the rights of its owner.
const SET_USER: u32 = 0o4000;

/// How the clock of a program will be shifted, and why so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How.
    pub method: Method,
    /// Why, in words for a report.
    pub why: String,
}

impl Choice {
    fn new(method: Method, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { method, why }
    }

    fn none(why: impl Into<String>) -> Self {
        let why = why.into();
        Self::new(Method::None(why.clone()), why)
    }
}

/// Chooses how the clock of `command` is to be shifted: as wished, or what suits the program that it
/// runs in the end, through scripts and `env`. What a shell runs is not looked at: for a mixture,
/// [`Wish::Vdso`] reaches them all.
///
/// Whether a program that cannot be found is missing, or cannot be run, is for the launch to say.
///
/// ```
/// use std::process::Command;
/// use rolecall_reach::{Method, Wish, choose};
///
/// let choice = choose(&Command::new("sh"), Wish::None);
/// assert_eq!(choice.method.as_str(), "none");
/// ```
pub fn choose(command: &Command, wish: Wish) -> Choice {
    if !SUPPORTED {
        return Choice::none(NOT_HERE);
    }
    match wish {
        Wish::Auto => suited(command),
        Wish::Preload => Choice::new(Method::Preload, "asked for"),
        Wish::Vdso => Choice::new(Method::Vdso, "asked for"),
        Wish::None => Choice::none("asked for the machine's clock"),
    }
}

fn suited(command: &Command) -> Choice {
    let Some(Program { file, scrubbed }) = program::resolve(command) else {
        return Choice::none("the program cannot be found");
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if has_others_rights(&file) {
        return Choice::none(format!("{name} runs with the rights of another user"));
    }
    match elf::look(&file) {
        Some(Kind::Dynamic) if scrubbed => Choice::new(
            Method::Vdso,
            format!("{name} is started without the environment it is given"),
        ),
        Some(Kind::Dynamic) => {
            Choice::new(Method::Preload, format!("{name} is linked dynamically"))
        }
        Some(Kind::Go) => Choice::new(Method::Vdso, format!("{name} is made by Go")),
        Some(Kind::Static) => Choice::new(Method::Vdso, format!("{name} is linked statically")),
        Some(Kind::WithoutLibc) => Choice::new(
            Method::Vdso,
            format!("{name} is not linked with a C library"),
        ),
        Some(Kind::Foreign) => Choice::none(format!("{name} is not a 64-bit program for x86-64")),
        Some(Kind::Other) => Choice::none(format!("{name} is not an executable file")),
        None => Choice::none(format!("{name} cannot be read")),
    }
}

/// Whether the file is run with the rights of a user that we are not. The dynamic loader then
/// ignores what it is to put in front, and a traced program loses those rights.
fn has_others_rights(file: &Path) -> bool {
    // SAFETY: asks for a number, and touches no memory.
    let user = unsafe { libc::geteuid() };
    fs::metadata(file).is_ok_and(|found| found.mode() & SET_USER != 0 && found.uid() != user)
}

/// Why a library in front of the others would not reach what `command` runs; `None` if it would, or
/// if that cannot be said.
pub(crate) fn not_preloadable(command: &Command) -> Option<String> {
    let Program { file, scrubbed } = program::resolve(command)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let what = match elf::look(&file)? {
        Kind::Go => "is made by Go",
        Kind::Static => "is linked statically",
        Kind::WithoutLibc => "is not linked with a C library",
        Kind::Foreign => "is not a 64-bit program for x86-64",
        Kind::Dynamic if scrubbed => "is started without the environment it is given",
        Kind::Dynamic | Kind::Other => return None,
    };
    Some(format!(
        "{name} {what}, so that a preloaded library does not reach it; `vdso` may"
    ))
}
