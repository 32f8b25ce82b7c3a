//! Which provider is under test: the one in this process, a driver of the repository, or any command.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_conformance::KnownFailures;
use rolecall_providers::child::{Catalogue, ChildProvider, Driver, Environment, Variables};
use rolecall_providers::{App, AwsConfig, Provider, Reference};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{Event, OverSockets, Report, RunOptions, TimeKeeping, run};
use rolecall_scenarios::AWS_CONFIG_KNOWN_FAILING;

use super::instead;

/// The default chain of the AWS SDK for Rust, in this process.
const AWS_CONFIG: &str = "aws-config";

/// The provider that keeps to the rules, in this process, too.
const REFERENCE: &str = "reference";

/// Where the drivers of the repository are, and where what they need is installed, from its root.
const DRIVERS: (&str, &str) = ("fixtures/providers", "target/providers");

/// The provider under test
#[derive(Args, Debug)]
pub(crate) struct Choice {
    /// The provider under test: `aws-config` or `reference`, in this process, or a driver of
    /// fixtures/providers. The reference keeps to the rules: by it scenarios are judged
    #[arg(long, value_name = "NAME", default_value = AWS_CONFIG, conflicts_with = "command")]
    provider: String,
    /// A variable of yours that its process gets too, though its name says that it may hold
    /// credentials
    #[arg(long, value_name = "VARIABLE")]
    pass_env: Vec<String>,
    /// Say on standard error how the environment of its processes differs from yours, app by app
    #[arg(long)]
    show_env: bool,
    /// A provider of your own: a driver, or any program that prints what `credential_process` takes
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
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
    },
}

impl Choice {
    /// What was chosen, ready to be asked.
    ///
    /// # Errors
    /// There is no such provider, or it is not installed, or its files are wrong: in words.
    pub(crate) fn provider(&self) -> Result<Chosen, String> {
        if !self.command.is_empty() {
            let child = ChildProvider::of_command(self.command.clone());
            let quoted: Vec<String> = self.command.iter().map(|word| quoted(word)).collect();
            return Ok(self.child(
                child,
                KnownFailures::default(),
                format!("-- {}", quoted.join(" ")),
            ));
        }
        if self.show_env && [AWS_CONFIG, REFERENCE].contains(&&*self.provider) {
            return Err(format!(
                "--show-env is about the processes of a provider, and {} has none: it is in this one; aws-config-child has one",
                self.provider
            ));
        }
        if self.provider == AWS_CONFIG {
            let provider = AwsConfig::new();
            let text = AWS_CONFIG_KNOWN_FAILING;
            let known = known_of(text, provider.version())
                .map_err(|wrong| format!("what {AWS_CONFIG} is known to fail: {wrong}"))?;
            return Ok(Chosen::InProcess {
                provider: Box::new(provider),
                known,
                words: None,
            });
        }
        if self.provider == REFERENCE {
            return Ok(Chosen::InProcess {
                provider: Box::new(Reference::new()),
                known: KnownFailures::default(),
                words: Some(format!("--provider {REFERENCE}")),
            });
        }
        let driver = self.driver()?;
        let path = std::env::var("PATH").unwrap_or_default();
        if let Some(missing) = driver.missing(&path) {
            return Err(format!(
                "the driver `{}` is not installed ({missing} is not there); run {} {}",
                driver.id,
                root().join(DRIVERS.0).join("setup").display(),
                quoted(&driver.id)
            ));
        }
        let words = format!("--provider {}", quoted(&driver.id));
        Ok(self.child(ChildProvider::new(&driver), known(&driver)?, words))
    }

    fn child(&self, child: ChildProvider, known: KnownFailures, words: String) -> Chosen {
        let caller: Variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let child = child.with_caller(caller, self.pass_env.clone());
        let child = if self.show_env {
            child.telling_environment(tell_of_environment)
        } else {
            child
        };
        Chosen::Child {
            provider: Box::new(child),
            known,
            words,
        }
    }

    fn driver(&self) -> Result<Driver, String> {
        let root = root();
        let installed = std::env::var_os("ROLECALL_PROVIDERS").map(PathBuf::from);
        let installed = installed.unwrap_or_else(|| root.join(DRIVERS.1));
        let catalogue = Catalogue::new(root.join(DRIVERS.0), installed);
        let found = catalogue
            .driver(&self.provider)
            .map_err(|bad| bad.to_string())?;
        found.ok_or_else(|| {
            let ids = catalogue.ids();
            let names = ids
                .iter()
                .map(String::as_str)
                .chain([AWS_CONFIG, REFERENCE]);
            let instead = instead(&self.provider, names);
            format!("no provider `{}`{instead}", self.provider)
        })
    }
}

fn tell_of_environment(app: &App, environment: &Environment) {
    anstream::eprintln!("the environment of `{}`:", app.name);
    for change in environment.difference() {
        anstream::eprintln!("{change}");
    }
}

/// The root of the repository: the nearest folder from here up that has drivers.
fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let mut above = here.ancestors();
    let found = above.find(|folder| folder.join(DRIVERS.0).is_dir());
    found.map_or_else(|| here.clone(), Path::to_owned)
}

/// What the provider is known to fail.
fn known(driver: &Driver) -> Result<KnownFailures, String> {
    let path = driver.folder.join("known-failing.toml");
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(KnownFailures::default());
        }
        Err(error) => return Err(said(&error)),
    };
    known_of(&text, &driver.manifest.version).map_err(|wrong| said(&wrong))
}

/// What a list says of this version of a provider.
fn known_of(text: &str, version: &str) -> Result<KnownFailures, String> {
    let known = KnownFailures::parse(text)?;
    let is_scenario = |name: &str| rolecall_scenarios::scenario(name).is_some();
    let wrong = known.wrong(version, is_scenario);
    if wrong.is_empty() {
        Ok(known)
    } else {
        Err(wrong.join("; "))
    }
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
