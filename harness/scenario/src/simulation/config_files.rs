//! The shared configuration files of the machines: what every SDK reads, for all of them alike.

use std::collections::BTreeMap;
use std::fmt::Write;

use rolecall_account::Session;
use serde::{Deserialize, Serialize};

use super::{SetupError, Simulation, portals, programs};
use crate::files::FileError;
use crate::language::{self, ConfigProfile, How, Place};

/// Where they are on a machine.
const FOLDER: &str = "/home/app/.aws";

/// The two files, as text.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFiles {
    /// `~/.aws/config`.
    pub config: String,
    /// `~/.aws/credentials`, which has keys in it.
    pub credentials: String,
}

impl std::fmt::Debug for ConfigFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConfigFiles")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    /// Writes what the world says of them to every machine there is, if it says anything.
    pub(super) fn write_config_files(&mut self, world: &language::World) -> Result<(), SetupError> {
        if world.config_profiles.is_empty() && world.sso.is_empty() {
            return Ok(());
        }
        let mut files = ConfigFiles::default();
        for (name, profile) in &world.config_profiles {
            self.add_profile(&mut files, world, name, &profile.value)?;
        }
        for (heading, lines) in portals::sections(world) {
            section(&mut files.config, &heading, lines.into_iter());
        }
        self.setting_mut().config_files = Some(files);
        for machine in self.machine_names() {
            self.write_config_files_of(&machine)?;
        }
        Ok(())
    }

    /// Writes them to one machine.
    pub(crate) fn write_config_files_of(&self, machine: &str) -> Result<(), FileError> {
        let Some(files) = self.config_files_on(machine) else {
            return Ok(());
        };
        let write = |name: &str, text: &str| {
            let path = format!("{FOLDER}/{name}");
            self.write_file(machine, &path, text, How::AtomicRename)
        };
        write("config", &files.config)?;
        write("credentials", &files.credentials)?;
        self.write_programs()?;
        self.write_token_caches()
    }

    /// Every machine of the world, by name.
    pub(super) fn machine_names(&self) -> impl Iterator<Item = String> {
        let places = self.places.all().into_keys();
        places.chain([Place::LAPTOP.to_owned()])
    }

    /// The configuration files of the world, if it has any, as a laptop has them: what programs they
    /// run is there.
    pub fn config_files(&self) -> Option<ConfigFiles> {
        self.config_files_on(Place::LAPTOP)
    }

    fn config_files_on(&self, machine: &str) -> Option<ConfigFiles> {
        let files = self.setting().config_files.clone()?;
        let root = self.machines.root(machine).display().to_string();
        Some(ConfigFiles {
            config: programs::on_machine(&files.config, &root),
            ..files
        })
    }

    /// The variables that tell a client on a machine where they are: as clients in memory see them,
    /// or where they really are.
    pub(crate) fn config_variables(&self, on: &str, really: bool) -> BTreeMap<String, String> {
        if self.setting().config_files.is_none() {
            return BTreeMap::new();
        }
        let files = [
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ];
        let variables = files.into_iter().filter_map(|(variable, file)| {
            let path = format!("{FOLDER}/{file}");
            let path = if really {
                self.machines.locate(on, &path).ok()?.display().to_string()
            } else {
                path
            };
            Some((variable.to_owned(), path))
        });
        let home = || {
            let home = portals::HOME;
            if really {
                let located = self.machines.locate(on, home).ok()?;
                return Some(located.display().to_string());
            }
            Some(home.to_owned())
        };
        // Where a sign-in leaves its token is not to be told otherwise.
        let home = self.has_portals().then(home).flatten();
        let home = home.map(|home| ("HOME".to_owned(), home));
        variables.chain(home).collect()
    }

    fn add_profile(
        &self,
        files: &mut ConfigFiles,
        world: &language::World,
        name: &str,
        profile: &ConfigProfile,
    ) -> Result<(), SetupError> {
        let role = profile.role.as_ref();
        let role_arn = role.and_then(|role| self.role_arn(&role.value));
        let text = |at: &Option<language::At<String>>| at.as_ref().map(|at| at.value.clone());
        let source = profile.credential_source.as_ref();
        let lines = [
            ("role_arn", role_arn),
            ("source_profile", text(&profile.source_profile)),
            ("credential_source", source.map(|at| at.value.to_string())),
            ("role_session_name", text(&profile.session_name)),
            ("external_id", text(&profile.external_id)),
            (
                "duration_seconds",
                profile
                    .duration
                    .as_ref()
                    .map(|at| at.value.as_secs().to_string()),
            ),
            (
                "credential_process",
                profile
                    .process
                    .as_ref()
                    .map(|_| programs::command(name))
                    .or_else(|| text(&profile.credential_process)),
            ),
            (
                "web_identity_token_file",
                text(&profile.web_identity_token_file),
            ),
        ];
        let heading = match name {
            "default" => "default".to_owned(),
            name => format!("profile {name}"),
        };
        let lines = lines
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        let first = self.world().account().to_owned();
        let signed_in = portals::settings(world, &first, profile);
        let settings = profile.settings.iter();
        let settings = settings.map(|(key, value)| (key.as_str(), value.value.clone()));
        let lines = lines.chain(signed_in).chain(settings);
        section(&mut files.config, &heading, lines);
        if let Some(user) = &profile.user {
            let key = self.key_of(world, &user.value)?;
            let secret = key.secret_access_key.expose().to_owned();
            let lines = [
                ("aws_access_key_id", key.access_key_id.clone()),
                ("aws_secret_access_key", secret),
            ];
            section(&mut files.credentials, name, lines.into_iter());
        }
        Ok(())
    }

    /// A new key of a user of the world.
    pub(super) fn key_of(
        &self,
        world: &language::World,
        user: &str,
    ) -> Result<std::sync::Arc<Session>, SetupError> {
        let elsewhere = world.users.get(user);
        let elsewhere = elsewhere.and_then(|found| found.value.account.as_ref());
        let account = super::accounts::id_of(world, elsewhere);
        let made = self.in_account(account, |account| account.create_access_key(user));
        made.map_err(|error| SetupError::Iam {
            what: format!("a key of user `{user}`"),
            error,
        })
    }
}

/// Adds a section of a configuration file.
fn section<'a>(file: &mut String, heading: &str, lines: impl Iterator<Item = (&'a str, String)>) {
    let _ = writeln!(file, "[{heading}]");
    for (key, value) in lines {
        let _ = writeln!(file, "{key} = {value}");
    }
    file.push('\n');
}
