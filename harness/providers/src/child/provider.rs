//! A provider whose clients are processes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rolecall_reach::{Child, LaunchError, Launcher, Method, Wish, choose};

use super::crash::Crash;
use super::environment::{Environment, Variables, environment};
use super::home::Home;
use super::limits::Limits;
use super::manifest::{Contract, Driver, Promise};
use super::message::Hello;
use super::one_shot::OneShot;
use super::session::{self, Begun, check_identity};
use crate::contract::{App, BoxFuture, Client, Network, NoClient, Provider, Use};

/// A provider under test in processes of its own: one for each app.
///
/// Its driver speaks the contract of `docs/driver.md`, or is any program that prints one
/// `credential_process` document and ends.
#[derive(Debug)]
pub struct ChildProvider {
    program: Program,
    caller: Variables,
    passed: Vec<String>,
    limits: Limits,
    /// Told of the environment of an app's processes, before the first of them is started.
    tell: Option<fn(&App, &Environment)>,
    /// Whether the program has been found to be a one-shot one.
    one_shot: AtomicBool,
    /// Name and version, as the driver has said them.
    said: OnceLock<(String, String)>,
    /// How the clock of the first process was shifted.
    clock: OnceLock<String>,
}

/// What is started.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The program and its arguments.
    pub(super) command: Vec<String>,
    /// Which clock it gets.
    pub(super) wish: Wish,
    /// How it is asked, if that is known.
    pub(super) contract: Option<Contract>,
    /// What it can be used for, if that is known.
    uses: Option<Vec<Use>>,
    /// By which signals its library is known to end it.
    pub(super) crashes: Vec<Crash>,
    /// Name and version, if they are known.
    pub(super) expected: Option<(String, String)>,
    /// Its name until it says another.
    name: String,
    /// What its documentation promises.
    promises: BTreeMap<String, Promise>,
}

impl ChildProvider {
    /// A driver of the repository.
    pub fn new(driver: &Driver) -> Self {
        let manifest = &driver.manifest;
        Self::of(Program {
            command: driver.command(),
            wish: manifest.clock,
            contract: Some(manifest.contract),
            uses: Some(manifest.uses.clone()),
            crashes: manifest.crashes.clone(),
            expected: Some((manifest.name.clone(), manifest.version.clone())),
            name: manifest.name.clone(),
            promises: manifest.promises.clone(),
        })
    }

    /// Any command: a driver, or a program that prints one `credential_process` document, which is
    /// found out when it is asked first.
    pub fn of_command(command: Vec<String>) -> Self {
        let program = command.first().map(Path::new).and_then(Path::file_name);
        let name = program.map(|name| name.to_string_lossy().into_owned());
        Self::of(Program {
            command,
            wish: Wish::Auto,
            contract: None,
            uses: None,
            crashes: Vec::new(),
            expected: None,
            name: name.unwrap_or_default(),
            promises: BTreeMap::new(),
        })
    }

    fn of(program: Program) -> Self {
        Self {
            program,
            caller: Variables::new(),
            passed: Vec::new(),
            limits: Limits::default(),
            tell: None,
            one_shot: AtomicBool::new(false),
            said: OnceLock::new(),
            clock: OnceLock::new(),
        }
    }

    /// With the variables of whoever runs this, of which the processes get what is harmless, and
    /// those named in `passed`.
    #[must_use]
    pub fn with_caller(self, caller: Variables, passed: Vec<String>) -> Self {
        Self {
            caller,
            passed,
            ..self
        }
    }

    /// With its clock shifted as is wished.
    #[must_use]
    pub fn with_clock(mut self, wish: Wish) -> Self {
        self.program.wish = wish;
        self
    }

    /// Asked in this way, and in no other.
    #[must_use]
    pub fn speaking(mut self, contract: Contract) -> Self {
        self.program.contract = Some(contract);
        self
    }

    /// With somebody who is told of the environment of each app's processes, before the first of them
    /// is started.
    #[must_use]
    pub fn telling_environment(self, tell: fn(&App, &Environment)) -> Self {
        let tell = Some(tell);
        Self { tell, ..self }
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// What a process of it for `app` would see.
    pub fn environment(&self, app: &App, home: &Path) -> Environment {
        environment(&self.caller, &app.environment, home, &self.passed)
    }

    /// Where processes for `app` are started.
    pub(super) fn seat(&self, app: &App) -> Result<Seat, NoClient> {
        let Network::Sockets(launcher) = &app.network else {
            let why = "it lives in a process of its own, and the app in this one";
            return Err(NoClient::Unsupported(why.to_owned()));
        };
        let seat = Seat::new(self, app, launcher)?;
        self.clock.get_or_init(|| seat.clock.as_str().to_owned());
        Ok(seat)
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// What is run, as it was written.
    pub(super) fn command_line(&self) -> String {
        self.program.command.join(" ")
    }

    /// Name and version, if they are those of the manifest; else why they are not.
    pub(super) fn right_identity(&self, hello: &Hello) -> Result<String, String> {
        let right = check_identity(hello, &self.program);
        right.map_err(|over| over.to_string())?;
        Ok(format!("{} {}", hello.name, hello.version))
    }

    async fn begin(&self, app: App) -> Result<Box<dyn Client>, NoClient> {
        if let Some(uses) = &self.program.uses
            && !uses.contains(&app.uses)
        {
            let what = format!(
                "{} has no bare `{}` provider",
                self.name(),
                app.uses.as_str()
            );
            return Err(NoClient::Unsupported(what));
        }
        let seat = self.seat(&app)?;
        let known = if self.one_shot.load(Ordering::Relaxed) {
            Some(Contract::OneShot)
        } else {
            self.program.contract
        };
        if known == Some(Contract::OneShot) {
            return OneShot::new(seat, self.limits, &app, None).map(OneShot::boxed);
        }
        let begun = session::begin(seat, &self.program, self.limits, &app, known.is_none()).await?;
        match begun {
            Begun::Session { client, said } => {
                let _ = self.said.set(said);
                Ok(client)
            }
            Begun::OneShot { seat, first } => {
                self.one_shot.store(true, Ordering::Relaxed);
                OneShot::new(*seat, self.limits, &app, Some(first)).map(OneShot::boxed)
            }
        }
    }
}

impl Provider for ChildProvider {
    fn name(&self) -> &str {
        self.said.get().map_or(&self.program.name, |(name, _)| name)
    }

    fn version(&self) -> &str {
        let expected = self.program.expected.as_ref();
        self.said
            .get()
            .or(expected)
            .map_or("of an unknown version", |(_, version)| version)
    }

    fn promise(&self, name: &str) -> Option<&str> {
        let promise = self.program.promises.get(name);
        promise.map(|promise| promise.value.as_str())
    }

    fn clock(&self) -> Option<&str> {
        Some(self.clock.get().map_or("not begun", String::as_str))
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        Box::pin(self.begin(app))
    }
}

/// Where processes of an app are started: the same command, environment, home and clock each time.
#[derive(Debug)]
pub(super) struct Seat {
    command: Vec<String>,
    variables: Variables,
    /// How the clock is shifted.
    pub(super) clock: Method,
    launcher: Launcher,
    /// There as long as processes are started.
    _home: Home,
}

impl Seat {
    fn new(provider: &ChildProvider, app: &App, launcher: &Launcher) -> Result<Self, NoClient> {
        let home = match (app.environment.get("HOME"), &app.files) {
            (Some(home), _) => Home::at(Path::new(home)),
            (None, Some(root)) => Home::at(&root.join("home")),
            (None, None) => Home::temporary(),
        };
        let home = home.map_err(|error| NoClient::Broken(format!("no private home: {error}")))?;
        let environment = provider.environment(app, home.path());
        if let Some(tell) = provider.tell {
            tell(app, &environment);
        }
        let mut seat = Self {
            command: provider.program.command.clone(),
            variables: environment.variables,
            clock: Method::None(String::new()),
            launcher: launcher.clone(),
            _home: home,
        };
        seat.clock = choose(&seat.command()?, provider.program.wish).method;
        Ok(seat)
    }

    fn command(&self) -> Result<Command, NoClient> {
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(NoClient::Broken("there is no command to run".to_owned()));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }

    /// Starts a process, its standard streams piped.
    pub(super) fn start(&self) -> Result<Child, NoClient> {
        let started = self.launcher.launch(self.command()?, &self.clock);
        started.map_err(|error| match error {
            LaunchError::NotShiftable { .. } => NoClient::Unsupported(error.to_string()),
            LaunchError::NotFound(_) | LaunchError::NotRunnable { .. } => {
                NoClient::Broken(format!("the driver cannot be started: {error}"))
            }
        })
    }
}
