//! A place for drivers to be tested in.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_clock::SimClock;
use rolecall_providers::child::{Catalogue, ChildProvider, Limits, Variables};
use rolecall_providers::{App, Network, Use};
use rolecall_reach::{ClockPage, Launcher, Wish};
use serde_json::json;

pub(crate) const MANIFEST: &str = "name = \"sick\"\nversion = \"1.0\"\ncontract = \"session\"\n\
    command = [\"python3\", \"{folder}/sick.py\", \"SICKNESS\"]\nclock = \"none\"\nuses = [\"client\"]\n";

/// Limits for drivers that are waited for in vain.
pub(crate) fn short() -> Limits {
    Limits {
        answer: Duration::from_millis(300),
        grace: Duration::from_millis(300),
        ..limits()
    }
}

/// Limits for the others.
pub(crate) fn limits() -> Limits {
    Limits {
        end: Duration::from_millis(200),
        line_bytes: 4096,
        empty_lines: 50,
        ..Limits::default()
    }
}

/// A driver of the tests, sick in that way, which lives by the machine's clock.
pub(crate) fn driver(file: &str, sickness: &str) -> ChildProvider {
    let file = drivers().join(file).display().to_string();
    let command = ["python3".to_owned(), file, sickness.to_owned()];
    ChildProvider::of_command(command.into())
        .with_caller(caller(), Vec::new())
        .with_clock(Wish::None)
        .with_limits(limits())
}

fn drivers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers")
}

/// The variables of whoever runs the tests.
fn caller() -> Variables {
    let variables = std::env::vars_os();
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    variables.filter_map(text).collect()
}

/// A clock, a home, and a file in which the driver says what it is asked.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
    launcher: Launcher,
    clock: SimClock,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let page = ClockPage::create_in(folder.path()).unwrap();
        Self {
            folder,
            clock: SimClock::with_offset(page.clone()),
            launcher: Launcher::new(page),
        }
    }

    pub(crate) fn app(&self) -> App {
        let log = self.folder.path().join("log");
        let environment = [("SICK_LOG".to_owned(), log.display().to_string())];
        App {
            name: "app".to_owned(),
            uses: Use::Client,
            environment: environment.into(),
            region: "eu-west-1".to_owned(),
            files: Some(self.folder.path().to_owned()),
            clock: self.clock.clone(),
            settings: json!({ "max_attempts": 1 }).as_object().unwrap().clone(),
            network: Network::Sockets(self.launcher.clone()),
        }
    }

    pub(crate) fn app_without_settings(&self) -> App {
        App {
            settings: serde_json::Map::new(),
            ..self.app()
        }
    }

    /// The driver with a manifest.
    pub(crate) fn installed(&self, sickness: &str) -> ChildProvider {
        let folder = self.folder.path().join("providers/sick");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(drivers().join("sick.py"), folder.join("sick.py")).unwrap();
        let manifest = MANIFEST.replace("SICKNESS", sickness);
        fs::write(folder.join("provider.toml"), manifest).unwrap();
        let catalogue = Catalogue::new(folder.parent().unwrap(), self.folder.path());
        let driver = catalogue.driver("sick").unwrap().unwrap();
        ChildProvider::new(&driver)
            .with_caller(caller(), Vec::new())
            .with_limits(limits())
    }

    /// What the driver was asked.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Over when the driver has been asked that.
    pub(crate) async fn logged(&self, word: &str) {
        while !self.log().lines().any(|line| line == word) {
            tokio::task::yield_now().await;
        }
    }
}

/// Whether a process is there that has not ended.
pub(crate) fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
    !stat.is_empty() && !state.starts_with('Z')
}
