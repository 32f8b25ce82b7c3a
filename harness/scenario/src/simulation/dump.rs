//! A world as a file: what it is at one moment, to be taken up again later or elsewhere.
//!
//! The file holds the account with everything in it, the world's names, its faults and gates with
//! what they have seen, and the time. Every secret in it is in clear, as the clients have them; they
//! are those of a simulated account. What has happened is not in it: the journal begins anew, and its
//! numbers go on.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::RwLock;

use rolecall_account::{Incoherent, SimInstant, World};
use rolecall_clock::{SimClock, run_virtual};
use rolecall_endpoints::{Edge, MemoryNetwork, Place, Places, StoredFaults};
use rolecall_providers::{seed_sdk_jitter, without_sdk_spans};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::{Setting, Simulation};
use crate::files::{FileError, Machines};
use crate::language::{How, Place as Laptop};

/// What the file says that it is.
const FORMAT: &str = "rolecall-world";

/// The one version of the format that is read and written. Whatever changes the form of any state
/// makes another one.
const VERSION: u64 = 1;

/// A world cannot be written to a file.
#[derive(Clone, Debug, Error)]
pub enum DumpError {
    /// It holds what the file cannot.
    #[error(
        "a recording is served for {}, and a dump holds none; serve a world without recordings",
        names(.0)
    )]
    Recorded(Vec<String>),
    /// Our own failure.
    #[error("the world cannot be written: {0}")]
    Unwritable(String),
}

/// A file cannot be taken up as a world.
#[derive(Debug, Error)]
pub enum LoadError {
    /// It is no JSON object, or says of itself that it is something else.
    #[error("this is no dump of a world; `rolecall ctl dump FILE` writes one")]
    Foreign,
    /// It ends too early.
    #[error("the dump ends in line {line}, before its end; it was cut short, so write it again")]
    CutShort {
        /// Where it ends.
        line: usize,
    },
    /// It is of another version of the format.
    #[error(
        "the dump is of version {found}, and this rolecall reads version {VERSION}; load it with \
         the release that wrote it, or write it again with this one"
    )]
    Version {
        /// Of which.
        found: String,
    },
    /// Something in it is not as the format has it.
    #[error(
        "the dump is not as it was written, in line {line}, column {column}: {what}; write it again"
    )]
    Malformed {
        /// Where.
        line: usize,
        /// Where in it.
        column: usize,
        /// What.
        what: String,
    },
    /// Something in it contradicts something else.
    #[error("the dump contradicts itself: {0}; was it edited? write it again")]
    Incoherent(#[from] Incoherent),
    /// The names of the world are of what is not in it.
    #[error(
        "the dump contradicts itself: the name `{name}` is of what is not in it; was it edited? \
         write it again"
    )]
    NameOfNothing {
        /// Which.
        name: String,
    },
    /// Where it is to go something is served that it cannot hold.
    #[error(
        "a recording is served for {}, which no dump takes the place of; serve a world without \
         recordings, and load it there",
        names(.0)
    )]
    Recorded(Vec<String>),
    /// The files of its machines cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

fn names(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// A world that was read and holds together, to be taken up by [`Simulation::load`] or played by
/// [`resume`].
pub struct Dump(Content);

/// The file, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    faults: StoredFaults,
    places: BTreeMap<String, Place>,
    setting: Setting,
    world: World,
}

/// The file, as it is written.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u64,
    faults: StoredFaults,
    places: BTreeMap<String, Place>,
    setting: &'a Setting,
    world: &'a World,
}

/// What tells the file from others, before anything else of it is looked at.
#[derive(Deserialize)]
struct Head {
    format: Option<Value>,
    version: Option<Value>,
}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dump").field(&self.now()).finish()
    }
}

impl Dump {
    /// Reads a file that [`Simulation::dump`] wrote.
    ///
    /// # Errors
    /// It is no such file, or not whole, or of another version, or contradicts itself.
    pub fn read(text: &[u8]) -> Result<Self, LoadError> {
        let head: Head = serde_json::from_slice(text).map_err(|error| of_head(text, &error))?;
        if head.format != Some(FORMAT.into()) {
            return Err(LoadError::Foreign);
        }
        if head.version != Some(VERSION.into()) {
            let found = head.version.unwrap_or_default().to_string();
            return Err(LoadError::Version { found });
        }
        let content = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
        let dump = Self(content);
        dump.0.world.check_coherence()?;
        dump.check_names()?;
        Ok(dump)
    }

    /// When it was written, in simulated time.
    pub fn now(&self) -> SimInstant {
        self.0.world.latest()
    }

    fn check_names(&self) -> Result<(), LoadError> {
        let Content {
            places,
            setting,
            world,
            ..
        } = &self.0;
        let is_there = |place: &Place| match place {
            Place::Instance(id) => world.instance(id).is_some(),
            Place::Task(id) => world.task_kind(id).is_some(),
            Place::Pod(uid) => world.pod_token(uid).is_some(),
            Place::Laptop => false,
        };
        let held = setting.token_files.iter().map(|held| held.name.as_str());
        let nothing = places
            .iter()
            .find(|(_, place)| !is_there(place))
            .map(|(name, _)| name.as_str())
            .or_else(|| held.into_iter().find(|name| !places.contains_key(*name)));
        match nothing {
            Some(name) => Err(LoadError::NameOfNothing {
                name: name.to_owned(),
            }),
            None => Ok(()),
        }
    }
}

/// What is wrong with a file whose first look already fails.
fn of_head(text: &[u8], error: &serde_json::Error) -> LoadError {
    let looks_so = text.trim_ascii_start().starts_with(b"{")
        && text
            .windows(FORMAT.len())
            .any(|window| window == FORMAT.as_bytes());
    if looks_so {
        malformed(error)
    } else {
        LoadError::Foreign
    }
}

fn malformed(error: &serde_json::Error) -> LoadError {
    if error.is_eof() {
        let line = error.line();
        return LoadError::CutShort { line };
    }
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    // What was expected is said in the words of the code.
    let what = what.split(", expected struct ").next().unwrap_or_default();
    LoadError::Malformed {
        line: error.line(),
        column: error.column(),
        what: what.to_owned(),
    }
}

/// Takes `dump` up where it was left and plays `work` in it, in virtual time. `seed` is for the
/// clients: the account goes on with its own.
///
/// # Errors
/// The files of its machines cannot be written.
///
/// # Panics
/// Inside a tokio runtime: virtual time needs one of its own.
pub fn resume<F: Future>(
    dump: Dump,
    seed: u64,
    work: impl FnOnce(Simulation) -> F,
) -> Result<F::Output, LoadError> {
    run_virtual(dump.now().into(), |clock| async move {
        seed_sdk_jitter(seed);
        let simulation = Simulation::of_dump(dump, clock)?;
        Ok(without_sdk_spans(work(simulation)).await)
    })
}

impl Simulation {
    /// A world taken up where it was left, on a clock that reads when that was: [`Dump::now`].
    ///
    /// # Errors
    /// The files of its machines cannot be written.
    pub fn of_dump(dump: Dump, clock: SimClock) -> Result<Self, LoadError> {
        let Dump(Content {
            faults,
            places: all,
            setting,
            world,
            ..
        }) = dump;
        let edge = Edge::new(world, clock);
        edge.faults().restore(faults);
        let places = Places::default();
        places.replace_all(all);
        let simulation = Self {
            network: MemoryNetwork::new(&edge),
            edge,
            places,
            machines: Machines::new()?,
            setting: RwLock::new(setting),
        };
        simulation.write_machines()?;
        Ok(simulation)
    }

    /// The whole world as it is now, as the text of a file: JSON, with every secret in clear.
    ///
    /// # Errors
    /// It serves recordings, which are no state of the account.
    pub fn dump(&self) -> Result<String, DumpError> {
        let value = self.dump_value()?;
        Ok(format!("{value:#}\n"))
    }

    /// [`dump`](Self::dump), before it is text.
    ///
    /// # Errors
    /// It serves recordings.
    pub fn dump_value(&self) -> Result<Value, DumpError> {
        let recorded = self.recorded_names();
        if !recorded.is_empty() {
            return Err(DumpError::Recorded(recorded));
        }
        let mut world = self.world();
        let now = self.now();
        world.advance_to(now);
        let written = Written {
            format: FORMAT,
            version: VERSION,
            faults: self.edge.faults().stored(),
            places: self.places.all(),
            setting: &self.setting(),
            world: &world,
        };
        // A value has its keys in order.
        serde_json::to_value(&written).map_err(|error| DumpError::Unwritable(error.to_string()))
    }

    /// Takes up a world where it was left, in the place of this one: an offset clock is set to when
    /// that was, forward or back. Keys, metadata tokens and uploads of the dump are good again, and
    /// those of the world that was here no longer. The journal begins with it and goes on with the
    /// numbers of both.
    ///
    /// # Errors
    /// Recordings are served here. The files of its machines cannot be written; the world is in
    /// place all the same.
    pub fn load(&self, dump: Dump) -> Result<(), LoadError> {
        let recorded = self.recorded_names();
        if !recorded.is_empty() {
            return Err(LoadError::Recorded(recorded));
        }
        let Dump(Content {
            faults,
            places,
            setting,
            world,
            ..
        }) = dump;
        self.edge.take_up(world, faults, || {
            self.places.replace_all(places);
            self.put_setting(setting);
        });
        Ok(self.write_machines()?)
    }

    /// The files that the world has on its machines.
    fn write_machines(&self) -> Result<(), FileError> {
        for machine in self
            .places
            .all()
            .into_keys()
            .chain([Laptop::LAPTOP.to_owned()])
        {
            self.write_config_files_of(&machine)?;
        }
        self.write_token_files(How::SymlinkSwap)
    }

    fn recorded_names(&self) -> Vec<String> {
        let recorded = self.edge.recorded_places();
        let all = self.places.all().into_iter();
        all.filter(|(_, place)| recorded.contains(place))
            .map(|(name, _)| name)
            .collect()
    }
}
