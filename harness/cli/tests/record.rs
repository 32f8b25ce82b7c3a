//! `rolecall record`, as its user runs it: between a client and a metadata service.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const ROLECALL: &str = env!("CARGO_BIN_EXE_rolecall");

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// A command that runs until it is told to stop.
struct Running {
    child: Child,
    /// What it says after its introduction.
    rest: BufReader<std::process::ChildStdout>,
    introduction: String,
}

impl Running {
    fn start(arguments: &[&str], state: &Path) -> Self {
        let mut child = command(arguments, state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut rest = BufReader::new(child.stdout.take().unwrap());
        let mut introduction = String::new();
        while !introduction.contains("Ctrl-C stops it.") {
            let read = rest.read_line(&mut introduction).unwrap();
            assert!(read > 0, "it is ready before it ends: {introduction}");
        }
        Self {
            child,
            rest,
            introduction,
        }
    }

    /// The last URL on the first line that has these words.
    fn url(&self, words: &str) -> String {
        let mut lines = self.introduction.lines();
        let line = lines.find(|line| line.contains(words)).unwrap();
        let from = line.rfind("http://").unwrap();
        let url = line[from..].split(' ').next().unwrap();
        url.to_owned()
    }

    /// Ends it as a service manager does: its exit code, and what it says at the end.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        let mut said = String::new();
        self.rest.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str], state: &Path) -> Command {
    let mut command = Command::new(ROLECALL);
    command
        .args(arguments)
        .env("ROLECALL_STATE", state)
        .env_remove("CARGO_PKG_NAME");
    command
}

/// Status and body; or that there was no answer.
fn http(method: &str, url: &str, headers: &[(&str, &str)]) -> Option<(u16, String)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let request = headers.iter().fold(
        ureq::http::Request::builder().method(method).uri(url),
        |request, (name, value)| request.header(*name, *value),
    );
    let mut answer = agent.run(request.body(()).unwrap()).ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    Some((answer.status().as_u16(), text))
}

/// A metadata token, and a document of credentials got with it.
fn credentials(metadata: &str) -> (String, Value) {
    let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
    let token_url = format!("{metadata}/latest/api/token");
    let (_, token) = http("PUT", &token_url, &ttl).unwrap();
    let with_token = [("x-aws-ec2-metadata-token", token.as_str())];
    let get = |path: &str| {
        http("GET", &format!("{metadata}{path}"), &with_token)
            .unwrap()
            .1
    };
    let role = get(ROLES);
    let document = get(&format!("{ROLES}{role}"));
    (token, serde_json::from_str(&document).unwrap())
}

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

#[test]
fn what_is_recorded_has_no_secrets_and_can_be_served() {
    let scratch = Scratch::new();
    let state = scratch.path("state.json");
    let served = Running::start(&["serve"], &state);
    let metadata = served.url("instance i-");
    let out = scratch.path("wire/web");
    let arguments = [
        "record",
        "--upstream",
        &metadata,
        "--out",
        out.to_str().unwrap(),
    ];
    let recording = Running::start(&arguments, &state);
    let (token, document) = credentials(&recording.url("recording "));
    let (code, said) = recording.stop();
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "3 exchanges in ",
        "replaced: 1 access key id, 1 secret access key, 1 session token, 1 metadata token",
        "instance.web = { recorded = ",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let text = fs::read_to_string(scratch.path("wire/web.json")).unwrap();
    let mut secrets = vec![token.as_str()];
    for name in ["AccessKeyId", "SecretAccessKey", "Token"] {
        secrets.push(document[name].as_str().unwrap());
    }
    for secret in secrets {
        assert!(!text.contains(secret) && !said.contains(secret), "{secret}");
    }
    served.stop();

    // The recording, in place of our own.
    let world = scratch.path("world.toml");
    let said = "summary = \"As recorded.\"\n[world]\ninstance.web = { recorded = \"wire/web\" }\n";
    fs::write(&world, said).unwrap();
    let again = Running::start(&["serve", "--world", world.to_str().unwrap()], &state);
    let (_, replayed) = credentials(&again.url("instance i-"));
    assert!(text.contains(replayed["Token"].as_str().unwrap()));
    let shape = |document: &Value| {
        let members = document.as_object().unwrap();
        let lengths = members
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string().len()));
        lengths.collect::<Vec<_>>()
    };
    assert_eq!(shape(&replayed), shape(&document));
}

#[test]
fn a_dead_endpoint_gives_no_answer_and_is_recorded_all_the_same() {
    let scratch = Scratch::new();
    let closing = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", closing.local_addr().unwrap());
    let out = scratch.path("dead.json");
    let arguments = [
        "record",
        "--upstream",
        &upstream,
        "--out",
        out.to_str().unwrap(),
    ];
    let recording = Running::start(&arguments, &scratch.path("state.json"));
    let closer = std::thread::spawn(move || {
        let (stream, _) = closing.accept().unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    });
    let url = recording.url("recording ");
    assert_eq!(http("GET", &url, &[]), None, "no answer is made up");
    closer.join().unwrap();
    assert_eq!(http("GET", &url, &[]), None, "nobody listens any more");
    let (code, said) = recording.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 unreachable"), "{said}");
    assert!(said.contains("no secrets in it"), "{said}");
}

#[test]
fn what_is_there_is_not_replaced_and_nothing_leaves_nothing() {
    let scratch = Scratch::new();
    let state = scratch.path("state.json");
    let out = scratch.path("there.json");
    let upstream = "http://127.0.0.1:9";
    let arguments = [
        "record",
        "--upstream",
        upstream,
        "--out",
        out.to_str().unwrap(),
    ];
    let (code, said) = Running::start(&arguments, &state).stop();
    assert_eq!((code, said.as_str()), (Some(3), "nothing was recorded\n"));
    assert!(!out.exists());
    fs::write(&out, "something else").unwrap();
    let refused = command(&arguments, &state).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(
        why.contains("is there already; --replace replaces it"),
        "{why}"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), "something else");
    let (code, _) = Running::start(&[&arguments[..], &["--replace"]].concat(), &state).stop();
    assert_eq!(code, Some(3));
    let left = fs::read_to_string(&out).unwrap();
    assert_eq!(left, "something else", "until there is something better");
}

#[test]
fn what_cannot_be_recorded_is_refused_with_what_to_do() {
    let scratch = Scratch::new();
    for (upstream, says) in [
        (
            "https://sts.amazonaws.com",
            "mitmdump --mode reverse:https://sts.amazonaws.com",
        ),
        ("http://127.0.0.1/latest", "leave out `/latest`"),
        ("127.0.0.1:1338", "no URL such as `http://169.254.169.254`"),
    ] {
        let arguments = ["record", "--upstream", upstream, "--out", "x"];
        let refused = command(&arguments, &scratch.path("state.json"))
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{upstream}");
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(why.contains(says), "{why}");
    }
}
