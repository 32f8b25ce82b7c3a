//! A world that is served for a test, as its user serves it.
#![allow(dead_code, reason = "each topic uses its own part of this")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The command itself.
const ROLECALL: &str = env!("CARGO_BIN_EXE_rolecall");

/// A served world with a state file of its own; stopped when it goes out of scope.
pub(crate) struct Served {
    pub(crate) child: Child,
    folder: tempfile::TempDir,
    /// What it said until it was ready.
    pub(crate) introduction: String,
}

impl Served {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(&folder.path().join("state.json"))
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut introduction = String::new();
        // Its last line; everything listens before the first.
        while !introduction.contains("Ctrl-C stops it.") {
            introduction.push_str(&lines.next().expect("it is ready before it ends").unwrap());
            introduction.push('\n');
        }
        Self {
            child,
            folder,
            introduction,
        }
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    pub(crate) fn state(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.state_path()).unwrap()).unwrap()
    }

    pub(crate) fn rolecall(&self, arguments: &[&str]) -> Output {
        command(&self.state_path())
            .args(arguments)
            .output()
            .unwrap()
    }

    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.rolecall(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends it as a service manager does, and answers its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(state: &Path) -> Command {
    let mut command = Command::new(ROLECALL);
    command
        .env("ROLECALL_STATE", state)
        .env_remove("CARGO_PKG_NAME");
    command
}

/// A bare request: status and body.
pub(crate) fn http(method: &str, url: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let request = headers.iter().fold(
        ureq::http::Request::builder().method(method).uri(url),
        |request, (name, value)| request.header(*name, *value),
    );
    let mut answer = agent.run(request.body(()).unwrap()).unwrap();
    (
        answer.status().as_u16(),
        answer.body_mut().read_to_string().unwrap(),
    )
}

pub(crate) fn text<'a>(state: &'a Value, key: &str) -> &'a str {
    state[key].as_str().unwrap()
}
