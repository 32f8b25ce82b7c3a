//! `provider.toml`: what a driver is, how it is started, and what its provider promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rolecall_reach::Wish;

use super::crash::Crash;
use super::toml_file::{Problem, Table};
use crate::contract::Use;

/// How a program is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// JSON lines with a process that stays.
    Session,
    /// A process for each answer, which prints one `credential_process` document.
    OneShot,
}

impl Contract {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Session, Self::OneShot];

    /// The word in manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::OneShot => "one-shot",
        }
    }
}

/// Something that a provider's own documentation promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What is promised, such as `15m`.
    pub value: String,
    /// Where it is written.
    pub source: Option<String>,
}

/// The `provider.toml` of a driver.
///
/// ```
/// use rolecall_providers::child::Manifest;
///
/// let text = r#"
/// name = "botocore"
/// version = "1.44.5"
/// contract = "session"
/// command = ["{installed}/bin/python", "{folder}/driver.py"]
/// uses = ["client", "imds"]
/// needs = ["python3 3.9"]
///
/// [promises]
/// refresh_before = { value = "15m", source = "https://docs.aws.amazon.com/" }
/// "#;
/// let manifest = Manifest::parse("provider.toml", text)?;
/// assert_eq!(manifest.promises["refresh_before"].value, "15m");
///
/// let wrong = Manifest::parse("provider.toml", "nmae = \"botocore\"").unwrap_err();
/// assert!(wrong.to_string().starts_with("provider.toml:1:1: no key `nmae`; did you mean `name`?"));
/// # Ok::<(), rolecall_providers::child::BadManifest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The provider's name, as its driver and every report have it.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// How it is asked.
    pub contract: Contract,
    /// What starts it: a program and its arguments, in which `{installed}` and `{folder}` stand for
    /// two folders.
    pub command: Vec<String>,
    /// How its clock is to be shifted.
    pub clock: Wish,
    /// What of it can be used.
    pub uses: Vec<Use>,
    /// The signals by which its library, and not its driver, is known to end the whole program: that
    /// is a failure of the provider then, as a panic is.
    pub crashes: Vec<Crash>,
    /// The programs that installing and running it need, each perhaps with a version after it.
    pub needs: Vec<String>,
    /// What its documentation promises, by what it is about.
    pub promises: BTreeMap<String, Promise>,
    /// What was seen of it, which nobody promises; `source` says how.
    pub measured: BTreeMap<String, Promise>,
}

const KEYS: &[&str] = &[
    "name", "version", "contract", "command", "clock", "uses", "crashes", "needs", "promises",
    "measured",
];

/// A manifest that cannot be used, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BadManifest(pub(super) Vec<Problem>);

impl Manifest {
    /// Reads the text of the file that is shown as `name`.
    ///
    /// # Errors
    /// Everything that is wrong with it, with the places.
    pub fn parse(name: &str, text: &str) -> Result<Self, BadManifest> {
        let mut table = Table::read(name, text).map_err(BadManifest)?;
        table.only(KEYS);
        let manifest = Self {
            name: table.text("name"),
            version: table.text("version"),
            contract: table
                .word("contract", Contract::ALL, |one| one.as_str())
                .unwrap_or(Contract::Session),
            command: table.texts("command"),
            clock: table
                .optional_word("clock", &Wish::ALL, |one| one.as_str())
                .unwrap_or_default(),
            uses: table.words("uses", Use::ALL, |one| one.as_str()),
            crashes: table.optional_words("crashes", Crash::ALL, |one| one.as_str()),
            needs: table.optional_texts("needs"),
            promises: table.promises("promises"),
            measured: table.promises("measured"),
        };
        if manifest.command.is_empty() && table.is_good() {
            table.problem("command", "`command` has no program".to_owned());
        }
        table.end().map_err(BadManifest)?;
        Ok(manifest)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or there is something wrong with it.
    pub fn read(path: &Path) -> Result<Self, BadManifest> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| BadManifest(vec![Problem::of_file(&name, &error.to_string())]))?;
        Self::parse(&name, &text)
    }

    /// Its command, with the folders filled in.
    pub fn command_in(&self, folder: &Path, installed: &Path) -> Vec<String> {
        let fill = |part: &String| {
            part.replace("{installed}", &installed.to_string_lossy())
                .replace("{folder}", &folder.to_string_lossy())
        };
        self.command.iter().map(fill).collect()
    }
}

/// A driver of the repository: where its folder is and where it is, or would be, installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Driver {
    /// What it is asked for by: the name of its folder.
    pub id: String,
    /// What its `provider.toml` says.
    pub manifest: Manifest,
    /// Where that is.
    pub folder: PathBuf,
    /// Where what it needs is installed.
    pub installed: PathBuf,
}

impl Driver {
    /// The command that starts it.
    pub fn command(&self) -> Vec<String> {
        self.manifest.command_in(&self.folder, &self.installed)
    }

    /// What of its command is not there; `None` if it is installed. A program without a folder is
    /// looked for in the folders of `path`, a value of the variable `PATH`.
    pub fn missing(&self, path: &str) -> Option<String> {
        let command = self.command();
        let there = |(index, part): (usize, &String)| {
            if part.starts_with('/') {
                Path::new(part).exists()
            } else {
                index > 0 || found(part, path)
            }
        };
        let absent = command.iter().enumerate().find(|part| !there(*part));
        absent.map(|(_, part)| part.clone())
    }

    /// The programs it needs that are not in the folders of `path`.
    pub fn needed(&self, path: &str) -> Vec<&str> {
        let program = |need: &String| {
            need.split_whitespace()
                .next()
                .is_none_or(|it| found(it, path))
        };
        let missing = self.manifest.needs.iter().filter(|need| !program(need));
        missing.map(String::as_str).collect()
    }
}

/// Whether a program of that name is in one of the folders of `path`.
fn found(program: &str, path: &str) -> bool {
    let mut folders = std::env::split_paths(path);
    folders.any(|folder| folder.join(program).is_file())
}

/// The drivers that a repository has.
#[derive(Clone, Debug)]
pub struct Catalogue {
    folder: PathBuf,
    installed: PathBuf,
}

impl Catalogue {
    /// Those with a folder in `folder`, which is `fixtures/providers` of the repository, installed
    /// below `installed`.
    pub fn new(folder: impl Into<PathBuf>, installed: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            installed: installed.into(),
        }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// Everything that is wrong with any of their manifests.
    pub fn drivers(&self) -> Result<Vec<Driver>, BadManifest> {
        let (mut drivers, mut problems) = (Vec::new(), Vec::new());
        for id in self.ids() {
            match self.read(&id) {
                Ok(driver) => drivers.push(driver),
                Err(BadManifest(more)) => problems.extend(more),
            }
        }
        if problems.is_empty() {
            Ok(drivers)
        } else {
            Err(BadManifest(problems))
        }
    }

    /// The one of that name; `None` if there is none. One in a folder further down, which [`Self::ids`]
    /// does not tell of, has a name with slashes: `released/botocore-1.34.0`.
    ///
    /// # Errors
    /// Its manifest cannot be used.
    pub fn driver(&self, id: &str) -> Result<Option<Driver>, BadManifest> {
        let below = |part| matches!(part, Component::Normal(_));
        let is_below = !id.is_empty() && Path::new(id).components().all(below);
        let known = is_below && manifest_of(&self.folder.join(id)).is_file();
        known.then(|| self.read(id)).transpose()
    }

    /// The names of all of them, in order.
    pub fn ids(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let with_manifest = entries.filter(|entry| manifest_of(&entry.path()).is_file());
        let mut ids: Vec<_> = with_manifest
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        ids.sort();
        ids
    }

    fn read(&self, id: &str) -> Result<Driver, BadManifest> {
        let folder = self.folder.join(id);
        Ok(Driver {
            manifest: Manifest::read(&manifest_of(&folder))?,
            id: id.to_owned(),
            installed: self.installed.join(id),
            folder,
        })
    }
}

fn manifest_of(folder: &Path) -> PathBuf {
    folder.join("provider.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = \"botocore\"\nversion = \"1.44.5\"\ncontract = \"session\"\n\
        command = [\"{installed}/bin/python\", \"{folder}/driver.py\"]\nuses = [\"client\"]\n";

    fn problems(text: &str) -> Vec<String> {
        let bad = Manifest::parse("p.toml", text).unwrap_err();
        bad.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_left_out_has_a_meaning() {
        let manifest = Manifest::parse("p.toml", GOOD).unwrap();
        assert_eq!(manifest.clock, Wish::Auto);
        assert_eq!(manifest.uses, [Use::Client]);
        assert!(manifest.needs.is_empty() && manifest.promises.is_empty());
        assert!(manifest.crashes.is_empty());
        assert_eq!(
            manifest.command_in(Path::new("/f"), Path::new("/i")),
            ["/i/bin/python", "/f/driver.py"]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        assert_eq!(
            problems(
                "name = \"botocore\"\nversion = 1\ncontract = \"sesion\"\n\
                 command = \"driver\"\nuses = [\"client\", \"imsd\"]\nclock = \"faketime\"\nplan = 1\n"
            ),
            [
                "p.toml:2:11: `version` takes a string, not a number",
                "p.toml:3:12: no contract `sesion`; did you mean `session`?",
                "p.toml:4:11: `command` takes a list of strings, not a string",
                "p.toml:5:19: `uses` has no `imsd`; did you mean `imds`?",
                "p.toml:6:9: no clock `faketime`; there is `auto`, `preload`, `vdso`, `none`",
                "p.toml:7:1: no key `plan`; there is `name`, `version`, `contract`, `command`, \
                 `clock`, `uses`, `crashes`, `needs`, `promises`, \
                 `measured`",
            ]
        );
        assert_eq!(
            problems(&format!("{GOOD}crashes = [\"SIGABRT\", \"SIGSEG\"]\n")),
            ["p.toml:6:23: `crashes` has no `SIGSEG`; did you mean `SIGSEGV`?"]
        );
        assert_eq!(
            problems("name = \"a\"\nversion = \"1\"\ncontract = \"one-shot\"\nuses = []\n"),
            ["p.toml:1:1: `command` is missing"]
        );
        assert_eq!(
            problems(&format!("{GOOD}[promises]\nrefresh_before = 15\n")),
            [
                "p.toml:7:18: `refresh_before` takes a string, or a table of `value` and `source`, not a number"
            ]
        );
        let empty = GOOD.replace("[\"{installed}/bin/python\", \"{folder}/driver.py\"]", "[]");
        assert_eq!(problems(&empty), ["p.toml:4:11: `command` has no program"]);
        assert!(problems("name = ")[0].starts_with("p.toml:1:"));
    }

    #[test]
    fn drivers_are_found_and_what_they_lack_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join("providers").join(name);
        for name in ["b", "a"] {
            fs::create_dir_all(of(name)).unwrap();
            let needs = "needs = [\"no-such-program 3\", \"sh\"]\n";
            fs::write(of(name).join("provider.toml"), format!("{GOOD}{needs}")).unwrap();
        }
        fs::create_dir_all(of("shared")).unwrap();
        let catalogue = Catalogue::new(folder.path().join("providers"), folder.path().join("in"));
        assert_eq!(catalogue.ids(), ["a", "b"]);
        assert_eq!(catalogue.driver("shared").unwrap(), None);

        fs::create_dir_all(of("old/a-1")).unwrap();
        fs::copy(
            of("a").join("provider.toml"),
            of("old/a-1").join("provider.toml"),
        )
        .unwrap();
        assert_eq!(catalogue.ids(), ["a", "b"]);
        let older = catalogue.driver("old/a-1").unwrap().unwrap();
        assert_eq!(older.installed, folder.path().join("in/old/a-1"));
        for elsewhere in ["", "../providers/a", "/a", "./a"] {
            assert_eq!(catalogue.driver(elsewhere).unwrap(), None, "{elsewhere}");
        }

        let driver = catalogue.driver("a").unwrap().unwrap();
        assert_eq!(driver.needed("/usr/bin:/bin"), ["no-such-program 3"]);
        let python = folder.path().join("in/a/bin/python");
        assert_eq!(driver.missing("/bin"), Some(python.display().to_string()));
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        fs::write(&python, "").unwrap();
        fs::write(of("a").join("driver.py"), "").unwrap();
        assert_eq!(driver.missing("/bin"), None);

        fs::write(of("b").join("provider.toml"), "name = 1").unwrap();
        assert!(catalogue.drivers().is_err());
    }
}
