//! Programs that print credentials, on every machine of the world: a script, the document that it
//! prints, and a file in which it counts its runs.
//!
//! A file, because a client in memory has no port to call. A run is noted when it is next looked:
//! that is at the end of a step, and before what the program does is changed.

use std::time::Duration;

use rolecall_account::{Secret, Session, SimInstant, Source};
use rolecall_clock::expect_programs;
use rolecall_endpoints::OddExpiration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{SetupError, Simulation, checked, issuing};
use crate::files::{FileError, Machines};
use crate::language::{self, How, Process, ProcessField, ProcessOf, SetProcess};

/// Where they are on a machine: a folder each.
const FOLDER: &str = "/home/app/.aws/programs";

/// A program on the machines of the world.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    /// The profile that runs it, which is its name.
    profile: String,
    /// The key that it prints, if that is a user's.
    user_key: Option<String>,
    conduct: Conduct,
}

/// What a program does; by default what it should.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Conduct {
    exit: u8,
    stderr: Option<String>,
    version: Option<u32>,
    missing_field: Option<String>,
    expiration: Option<OddExpiration>,
    output: Option<String>,
    and_output: Option<String>,
    takes_millis: u64,
}

impl From<&SetProcess> for Conduct {
    fn from(said: &SetProcess) -> Self {
        let text = |at: &Option<language::At<String>>| at.as_ref().map(|at| at.value.clone());
        let takes = said.takes.as_ref().map(|at| at.value).unwrap_or_default();
        Self {
            exit: said.exit.as_ref().map_or(0, |at| at.value),
            stderr: text(&said.stderr),
            version: said.version.as_ref().map(|at| at.value),
            missing_field: said.missing_field.as_ref().map(|at| at.value.to_string()),
            expiration: said.expiration.as_ref().map(|at| at.value),
            output: text(&said.output),
            and_output: text(&said.and_output),
            takes_millis: u64::try_from(takes.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Conduct {
    /// Whether it does what it should, be it slowly.
    fn is_well(&self) -> bool {
        let plain = Self {
            stderr: self.stderr.clone(),
            takes_millis: self.takes_millis,
            ..Self::default()
        };
        *self == plain
    }

    /// What the program prints.
    fn printed(&self, set: &Session, now: SimInstant) -> String {
        if let Some(output) = &self.output {
            return filled(output, set);
        }
        let mut document = document(set);
        if let Some(version) = self.version {
            document.insert(ProcessField::Version.to_string(), version.into());
        }
        if let Some(odd) = self.expiration {
            expire(&mut document, odd, now);
        }
        if let Some(missing) = &self.missing_field {
            document.remove(missing);
        }
        let more = self.and_output.as_deref().unwrap_or_default();
        format!("{}\n{}", Value::Object(document), filled(more, set))
    }

    /// The script. It is read by a shell, so that nothing need be executable, and uses as little as
    /// that may have.
    fn script(&self, set: &Session) -> String {
        let mut lines = vec![
            "# A program of this world: it prints the document beside it.".to_owned(),
            "here=${0%/*}".to_owned(),
            "echo run >> \"$here/runs\"".to_owned(),
        ];
        if self.takes_millis > 0 {
            let seconds = Duration::from_millis(self.takes_millis).as_secs_f64();
            lines.push(format!("sleep {seconds}"));
        }
        if let Some(said) = &self.stderr {
            lines.push(format!("printf '%s\\n' {} >&2", quoted(&filled(said, set))));
        }
        lines.push("cat \"$here/document\"".to_owned());
        lines.push(format!("exit {}\n", self.exit));
        lines.join("\n")
    }
}

/// A text in which the names of members in braces are those of the set: `{secret}` is the secret key.
fn filled(text: &str, set: &Session) -> String {
    let token = set.session_token.as_ref().map(Secret::expose);
    let expiry = set.expires_at.map(|expiry| expiry.to_string());
    let members = [
        ("{access-key-id}", set.access_key_id.as_str()),
        ("{secret}", set.secret_access_key.expose()),
        ("{session-token}", token.unwrap_or_default()),
        ("{expiration}", expiry.as_deref().unwrap_or_default()),
    ];
    members
        .iter()
        .fold(text.to_owned(), |text, (name, member)| {
            text.replace(name, member)
        })
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The document as it is documented: a user's key has neither token nor expiry.
fn document(set: &Session) -> Map<String, Value> {
    let token = set.session_token.as_ref();
    let members = [
        (ProcessField::Version, Some(1.into())),
        (
            ProcessField::AccessKeyId,
            Some(set.access_key_id.clone().into()),
        ),
        (
            ProcessField::SecretAccessKey,
            Some(set.secret_access_key.expose().into()),
        ),
        (
            ProcessField::SessionToken,
            token.map(|token| token.expose().into()),
        ),
        (
            ProcessField::Expiration,
            set.expires_at.map(|expiry| expiry.to_string().into()),
        ),
    ];
    let members = members.into_iter();
    members
        .filter_map(|(name, value)| Some((name.to_string(), value?)))
        .collect()
}

fn expire(document: &mut Map<String, Value>, odd: OddExpiration, now: SimInstant) {
    const HOUR: Duration = Duration::from_hours(1);
    let name = ProcessField::Expiration.to_string();
    let truth = document.get(&name).and_then(Value::as_str);
    let truth = truth.and_then(SimInstant::parse).unwrap_or(now);
    let in_the_zone = |offset: Duration, suffix: &str| {
        let local = (truth + offset).to_string();
        format!("{}{suffix}", local.trim_end_matches('Z'))
    };
    let value = match odd {
        OddExpiration::Absent => Value::Null,
        OddExpiration::Past => (now - HOUR).to_string().into(),
        OddExpiration::Epoch => (truth.epoch_millis() / 1000).into(),
        OddExpiration::Fraction => in_the_zone(Duration::ZERO, ".123456789Z").into(),
        OddExpiration::Offset => in_the_zone(2 * HOUR, "+02:00").into(),
        OddExpiration::Empty => "".into(),
    };
    if value.is_null() {
        document.remove(&name);
    } else {
        document.insert(name, value);
    }
}

/// The folder of a program, on any machine.
fn folder(profile: &str) -> String {
    format!("{FOLDER}/{}", Machines::name_of(profile))
}

/// `credential_process` of a profile, as the file of every machine has it before the machine is known:
/// its path is the machine's own ([`on_machine`]).
pub(super) fn command(profile: &str) -> String {
    format!("/bin/sh {}/program", folder(profile))
}

/// The configuration file of a machine whose `/` is really at `root`: programs run there.
pub(super) fn on_machine(config: &str, root: &str) -> String {
    let here = format!("= /bin/sh {FOLDER}/");
    let there = format!("= /bin/sh {root}{FOLDER}/");
    config.replace(&here, &there)
}

impl Simulation {
    /// Makes the programs that the world's profiles run.
    pub(super) fn make_programs(&mut self, world: &language::World) -> Result<(), SetupError> {
        let profiles = &world.config_profiles;
        let runs = |profile: &language::ConfigProfile| {
            profile.process.is_some() || profile.credential_process.is_some()
        };
        let in_memory = self.clock().machine_now().is_none();
        if in_memory && profiles.values().any(|at| runs(&at.value)) && !expect_programs() {
            return Err(SetupError::NoPrograms);
        }
        for (name, profile) in profiles {
            if let Some(process) = &profile.value.process {
                let program = self.make_program(world, name, &process.value)?;
                self.setting_mut().programs.push(program);
            }
        }
        Ok(())
    }

    fn make_program(
        &self,
        world: &language::World,
        name: &str,
        process: &Process,
    ) -> Result<Program, SetupError> {
        let what = || format!("the program of profile `{name}`");
        let user_key = match &process.of {
            ProcessOf::Role(role) => {
                let issuing = checked(issuing(&world.issuing().with(&process.issuing)), what)?;
                let role = self.role_arn(&role.value).unwrap_or_default();
                let made = self.world().add_program(self.now(), name, &role, issuing);
                made.map_err(|error| SetupError::Iam {
                    what: what(),
                    error,
                })?;
                None
            }
            ProcessOf::User(user) => {
                let key = self.key_of(world, &user.value)?;
                Some(key.access_key_id.clone())
            }
        };
        Ok(Program {
            profile: name.to_owned(),
            user_key,
            conduct: Conduct::default(),
        })
    }

    /// Gives each program the document that is good now, if it has another.
    pub(super) fn write_programs(&self) -> Result<(), FileError> {
        let programs = self.setting().programs.clone();
        if programs.is_empty() {
            return Ok(());
        }
        let now = self.now();
        for program in &programs {
            let Some(set) = self.set_of(program) else {
                continue;
            };
            let printed = Secret::new(program.conduct.printed(&set, now));
            let script = Secret::new(program.conduct.script(&set));
            let folder = folder(&program.profile);
            for machine in self.machine_names() {
                let write = |name: &str, text: &Secret| {
                    let path = format!("{folder}/{name}");
                    self.machines
                        .write_token(&machine, &path, text, How::AtomicRename)
                };
                write("document", &printed)?;
                write("program", &script)?;
            }
        }
        Ok(())
    }

    fn set_of(&self, program: &Program) -> Option<std::sync::Arc<Session>> {
        let world = self.world();
        let set = match &program.user_key {
            Some(key) => world.session(key),
            None => world.program_set(&program.profile),
        };
        set.cloned()
    }

    /// Has the program of a profile do something else from now on.
    pub(crate) fn set_program(&self, set: &SetProcess) -> Result<(), FileError> {
        self.note_runs();
        let mut setting = self.setting_to_change();
        let mut programs = setting.programs.iter_mut();
        if let Some(program) = programs.find(|it| it.profile == set.profile.value) {
            program.conduct = set.into();
        }
        drop(setting);
        self.write_programs()
    }

    /// The source of the sets of the program of a profile; none if it prints a user's key.
    pub(crate) fn program_source(&self, profile: &str) -> Option<Source> {
        let setting = self.setting();
        let mut programs = setting.programs.iter();
        let program = programs.find(|it| it.profile == profile && it.user_key.is_none())?;
        Some(Source::Program(program.profile.clone()))
    }

    /// Journals the runs of programs since it was last looked.
    pub(crate) fn note_runs(&self) {
        let programs = self.setting().programs.clone();
        let now = self.now();
        for program in &programs {
            let path = format!("{}/runs", folder(&program.profile));
            for machine in self.machine_names() {
                for _ in 0..self.machines.new_lines(&machine, &path) {
                    let well = program.conduct.is_well();
                    self.world().program_ran(now, &program.profile, well);
                }
            }
        }
    }
}
