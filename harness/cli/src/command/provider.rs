//! Which provider is under test: the one in this process, a driver of the repository, or any command.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_conformance::KnownFailures;
use rolecall_providers::child::{ChildProvider, Driver, Environment};
use rolecall_providers::{App, AwsConfig, Provider, Reference};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{Event, OverSockets, Report, RunOptions, TimeKeeping, run};
use rolecall_scenarios::AWS_CONFIG_KNOWN_FAILING;

use super::catalogue::installed;
use super::processes::Processes;

/// The default chain of the AWS SDK for Rust, in this process.
pub(super) const AWS_CONFIG: &str = "aws-config";

/// The provider that keeps to the rules, in this process, too.
const REFERENCE: &str = "reference";

/// The provider under test
#[derive(Args, Debug)]
pub(crate) struct Choice {
    /// The provider under test: `aws-config` or `reference`, in this process, or a driver of
    /// fixtures/providers. The reference keeps to the rules: by it scenarios are judged
    #[arg(long, value_name = "NAME", default_value = AWS_CONFIG, conflicts_with = "command")]
    provider: String,
    #[command(flatten)]
    processes: Processes,
    /// A provider of your own: a driver, or any program that prints what `credential_process` takes
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// How a provider is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes<'a> {
    /// How its processes are started.
    pub(crate) processes: &'a Processes,
    /// What it is known to fail, in place of its own list.
    pub(crate) known_failing: Option<&'a Path>,
}

/// A provider under test.
pub(crate) enum Chosen {
    InProcess {
        provider: Box<dyn Provider>,
        known: KnownFailures,
        /// How it was asked for, if it is not the one that is chosen anyway.
        words: Option<String>,
    },
    Child {
        provider: Box<ChildProvider>,
        known: KnownFailures,
        /// How it was asked for.
        words: String,
        /// Where its driver is, if it has one.
        folder: Option<PathBuf>,
    },
}

impl Choice {
    /// What was chosen, ready to be asked.
    ///
    /// # Errors
    /// There is no such provider, or it is not installed, or its files are wrong: in words.
    pub(crate) fn provider(&self) -> Result<Chosen, String> {
        let wishes = Wishes {
            processes: &self.processes,
            known_failing: None,
        };
        if self.command.is_empty() {
            Chosen::named(&self.provider, wishes)
        } else {
            Chosen::command(&self.command, wishes)
        }
    }
}

impl Chosen {
    /// The one of this name; known to fail what a list of the caller's says, else its own.
    ///
    /// # Errors
    /// There is no such provider, or it is not installed, or its files are wrong: in words.
    pub(crate) fn named(name: &str, wishes: Wishes<'_>) -> Result<Self, String> {
        let list = wishes.known_failing;
        if [AWS_CONFIG, REFERENCE].contains(&name)
            && let Some(option) = wishes.processes.given()
        {
            return Err(format!(
                "{option} is about the processes of a provider, and {name} has none: it is in this one; aws-config-child has one"
            ));
        }
        if name == AWS_CONFIG {
            let provider = AwsConfig::new();
            let known = match list {
                Some(path) => known_in(path, Some(provider.version()))?,
                None => known_of(AWS_CONFIG_KNOWN_FAILING, Some(provider.version()))
                    .map_err(|wrong| format!("what {AWS_CONFIG} is known to fail: {wrong}"))?,
            };
            return Ok(Self::InProcess {
                provider: Box::new(provider),
                known,
                words: None,
            });
        }
        if name == REFERENCE {
            let provider = Reference::new();
            let known = |path| known_in(path, Some(provider.version()));
            return Ok(Self::InProcess {
                known: list.map_or(Ok(KnownFailures::default()), known)?,
                provider: Box::new(provider),
                words: Some(format!("--provider {REFERENCE}")),
            });
        }
        let driver = installed(name, &[AWS_CONFIG, REFERENCE])?;
        let known = match list {
            Some(path) => known_in(path, Some(&driver.manifest.version))?,
            None => known(&driver)?,
        };
        let words = wishes
            .processes
            .in_words(format!("--provider {}", quoted(&driver.id)));
        let child = of_caller(ChildProvider::new(&driver), wishes);
        Ok(Self::Child {
            provider: Box::new(child),
            known,
            words,
            folder: Some(driver.folder),
        })
    }

    /// A command of the caller's.
    ///
    /// # Errors
    /// The list of what it is known to fail is wrong: in words.
    pub(crate) fn command(command: &[String], wishes: Wishes<'_>) -> Result<Self, String> {
        let list = wishes.known_failing;
        let child = of_caller(ChildProvider::of_command(command.to_vec()), wishes);
        let quoted: Vec<String> = command.iter().map(|word| quoted(word)).collect();
        Ok(Self::Child {
            provider: Box::new(child),
            // Its version is not known before it has said it.
            known: list.map_or(Ok(KnownFailures::default()), |path| known_in(path, None))?,
            words: wishes
                .processes
                .in_words(format!("-- {}", quoted.join(" "))),
            folder: None,
        })
    }
}

/// A child that gets what is harmless of this process's environment.
fn of_caller(child: ChildProvider, wishes: Wishes<'_>) -> ChildProvider {
    let child = wishes.processes.of(child);
    if wishes.processes.show_env {
        child.telling_environment(tell_of_environment)
    } else {
        child
    }
}

fn tell_of_environment(app: &App, environment: &Environment) {
    anstream::eprintln!("the environment of `{}`:", app.name);
    for change in environment.difference() {
        anstream::eprintln!("{change}");
    }
}

/// What the provider is known to fail.
fn known(driver: &Driver) -> Result<KnownFailures, String> {
    let path = driver.folder.join("known-failing.toml");
    if !path.exists() {
        return Ok(KnownFailures::default());
    }
    known_in(&path, Some(&driver.manifest.version))
}

/// What the list at `path` says.
fn known_in(path: &Path, version: Option<&str>) -> Result<KnownFailures, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| said(&error))?;
    known_of(&text, version).map_err(|wrong| said(&wrong))
}

/// What a list says of this version of a provider; of any, if it is not known yet.
fn known_of(text: &str, version: Option<&str>) -> Result<KnownFailures, String> {
    let known = KnownFailures::parse(text)?;
    let wrong = stale(&known, version);
    if wrong.is_empty() {
        Ok(known)
    } else {
        Err(wrong.join("; "))
    }
}

/// What is wrong with a list for this version of a provider, or for any.
pub(super) fn stale(known: &KnownFailures, version: Option<&str>) -> Vec<String> {
    known.wrong(version, |name| rolecall_scenarios::scenario(name).is_some())
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Plays scenarios with what was chosen.
pub(crate) enum Player<'a> {
    InProcess(&'a dyn Provider, &'a KnownFailures),
    OverSockets(OverSockets<'a>, &'a KnownFailures),
}

impl Chosen {
    pub(crate) fn player(&self) -> Player<'_> {
        match self {
            Self::InProcess {
                provider, known, ..
            } => Player::InProcess(&**provider, known),
            Self::Child {
                provider, known, ..
            } => {
                let provider: &dyn Provider = &**provider;
                Player::OverSockets(OverSockets::new(provider), known)
            }
        }
    }

    /// The provider.
    pub(crate) fn provider(&self) -> &dyn Provider {
        match self {
            Self::InProcess { provider, .. } => &**provider,
            Self::Child { provider, .. } => &**provider,
        }
    }

    /// What it is known to fail.
    pub(crate) fn known(&self) -> &KnownFailures {
        match self {
            Self::InProcess { known, .. } | Self::Child { known, .. } => known,
        }
    }

    /// Whether it is in this process.
    pub(crate) fn is_in_process(&self) -> bool {
        matches!(self, Self::InProcess { .. })
    }

    /// Where its driver is, if it has one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::InProcess { .. } => None,
            Self::Child { folder, .. } => folder.as_deref(),
        }
    }

    /// The words by which it is chosen again, for a command line; none for what is chosen anyway.
    pub(crate) fn words(&self) -> Option<&str> {
        match self {
            Self::InProcess { words, .. } => words.as_deref(),
            Self::Child { words, .. } => Some(words),
        }
    }
}

impl Player<'_> {
    pub(crate) fn play(
        &self,
        scenario: &Scenario,
        options: RunOptions,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Report {
        match self {
            Self::InProcess(provider, known) => {
                let mut report = run(scenario, *provider, options, observe);
                known.judge(&mut report);
                report
            }
            Self::OverSockets(sockets, known) => {
                let options = RunOptions {
                    // One that is known to fail need not do it twice.
                    again: options.again && !known.knows(&scenario.name),
                    ..options
                };
                let mut report = sockets.run(scenario, options, observe);
                known.judge(&mut report);
                report
            }
        }
    }

    /// Finds out by which clock the provider lives.
    pub(crate) fn control(&self, options: RunOptions) -> String {
        match self {
            Self::InProcess(..) => "it is given the simulated clock".to_owned(),
            Self::OverSockets(sockets, _) => sockets.try_time_keeping(options).to_string(),
        }
    }

    /// What was found out of the provider's clock, if that was asked.
    pub(crate) fn time_keeping(&self) -> Option<&TimeKeeping> {
        match self {
            Self::InProcess(..) => None,
            Self::OverSockets(sockets, _) => sockets.time_keeping(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        for (word, said) in [
            ("python3", "python3"),
            ("./a/b.py", "./a/b.py"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("", "''"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(quoted(word), said);
        }
    }
}
