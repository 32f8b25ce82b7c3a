//! A world that is killed while it is served, or a run while it plays: it leaves nothing running, and
//! the next command clears away what it had written.

#[path = "support/served.rs"]
mod served;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use served::{command, text};

const WORLD: &str = r#"
summary = "A pod, and an instance whose credentials never come."
[world]
role.of-pod = { trust = "pods" }
role.of-web = { trust = "ec2" }
profile.of-web = { role = "of-web" }
instance.web = { profile = "of-web" }
pod.api = { role = "of-pod" }
[[fault]]
name = "never"
on = "imds-token"
black-hole = true
"#;

/// How long to wait for what must come; never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `serve` writes beside its state.
const BESIDE: [&str; 5] = ["state.json", "config", "credentials", "machines", "clock"];

/// A world that is served by a process with a group of its own, in which its children would be.
struct Doomed {
    child: Child,
    folder: tempfile::TempDir,
    state: Value,
}

impl Doomed {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = folder.path().join("world.toml");
        fs::write(&world, WORLD).unwrap();
        let mut child = command(&folder.path().join("state.json"))
            .args(["serve", "--world"])
            .arg(&world)
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let (mut introduction, mut bytes) = (String::new(), [0; 256]);
        while !introduction.contains("Ctrl-C stops it.") {
            let read = said.read(&mut bytes).unwrap();
            assert_ne!(read, 0, "it is ready before it ends");
            introduction.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        let state = fs::read_to_string(folder.path().join("state.json")).unwrap();
        Self {
            child,
            folder,
            state: serde_json::from_str(&state).unwrap(),
        }
    }

    fn state_path(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    /// Every address that it listens at.
    fn addresses(&self) -> Vec<SocketAddr> {
        let places = self.state["places"].as_array().unwrap();
        let urls = places.iter().map(|place| text(place, "url"));
        let urls = urls.chain([text(&self.state, "aws"), text(&self.state, "control")]);
        let address = |url: &str| {
            let rest = url.strip_prefix("http://").unwrap();
            rest.split('/').next().unwrap().parse().unwrap()
        };
        urls.map(address).collect()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What of its files is still there.
    fn left(&self) -> BTreeSet<&'static str> {
        let there = |name: &&str| self.folder.path().join(name).exists();
        BESIDE.into_iter().filter(there).collect()
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes of a group, the dead left out.
fn group(id: u32) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let in_group = |stat: &String| {
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split(' ').collect();
        // State, parent, group.
        fields[1] != "Z" && fields[3] == id.to_string()
    };
    stats.filter(in_group).collect()
}

/// What is mounted that could be of ours.
fn mounts(folder: &Path) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let ours = |line: &&str| line.contains("rolecall") || line.contains(folder.to_str().unwrap());
    mounts.lines().filter(ours).map(str::to_owned).collect()
}

/// Clients at every address, in every state that a request can be in.
fn clients(addresses: &[SocketAddr]) -> Vec<TcpStream> {
    const SENT: [&str; 4] = [
        "",
        "GET /latest/meta-data/ HTTP/1.1\r\nhost: 16",
        "PUT /latest/api/token HTTP/1.1\r\nhost: 169.254.169.254\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\ncontent-length: 0\r\n\r\n",
        "PUT /photos/cat.jpg HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nc",
    ];
    let each = addresses.iter().flat_map(|at| SENT.map(|sent| (at, sent)));
    let open = |(address, sent): (&SocketAddr, &str)| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    each.map(open).collect()
}

#[test]
fn a_killed_world_leaves_nothing_running_and_the_next_command_clears_up() {
    for next in [
        &["env"][..],
        &["env", "web"],
        &["ctl", "clock"],
        &["ctl", "journal"],
    ] {
        let mut doomed = Doomed::start();
        let (pid, addresses) = (doomed.child.id(), doomed.addresses());
        assert_eq!(addresses.len(), 4);
        assert_eq!(group(pid).len(), 1, "itself");
        let clients = clients(&addresses);
        doomed.kill();
        assert_eq!(group(pid), [""; 0], "no child is left");
        assert_eq!(mounts(doomed.folder.path()), [""; 0]);
        for mut client in clients {
            client.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut rest = Vec::new();
            // An end or a reset, but not silence.
            if let Err(error) = client.read_to_end(&mut rest) {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            }
        }
        for address in addresses {
            TcpListener::bind(address).unwrap();
        }
        assert_eq!(doomed.left(), BTreeSet::from(BESIDE), "nobody has looked");
        let output = command(&doomed.state_path()).args(next).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{next:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("no world is served"), "{said}");
        assert_eq!(doomed.left(), BTreeSet::new(), "after {next:?}");
    }
}

#[test]
fn a_killed_world_is_followed_by_another_at_its_place() {
    let mut doomed = Doomed::start();
    doomed.kill();
    let stale = fs::read_to_string(doomed.state_path()).unwrap();
    let world = doomed.folder.path().join("world.toml");
    let mut next = command(&doomed.state_path())
        .args(["serve", "--world", world.to_str().unwrap()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let served = loop {
        let written = fs::read_to_string(doomed.state_path()).unwrap_or_default();
        match serde_json::from_str::<Value>(&written) {
            Ok(found) if written != stale => break found,
            _ => assert!(began.elapsed() < PATIENCE, "it does not serve"),
        }
    };
    assert_eq!(served["pid"], next.id());
    let pod = &served["places"].as_array().unwrap()[1];
    let file = text(&pod["variables"], "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    assert!(Path::new(file).exists(), "its own files are there");
    next.kill().unwrap();
    next.wait().unwrap();
}

/// The number of a process is used again: a state is that of the process which began then.
#[test]
fn the_number_alone_does_not_make_a_state_alive() {
    let mut doomed = Doomed::start();
    let living = command(&doomed.state_path()).arg("env").output().unwrap();
    assert_eq!(living.status.code(), Some(0));
    assert_eq!(doomed.left(), BTreeSet::from(BESIDE), "it lives");
    doomed.kill();
    let mut state = doomed.state.clone();
    state["pid"] = std::process::id().into();
    fs::write(doomed.state_path(), state.to_string()).unwrap();
    let output = command(&doomed.state_path()).arg("env").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(doomed.left(), BTreeSet::new());
}

/// The private folders below a folder for temporary files.
fn private_folders(below: &Path) -> BTreeSet<PathBuf> {
    let parents = fs::read_dir(below).into_iter().flatten().flatten();
    let folders = parents.flat_map(|parent| fs::read_dir(parent.path()).unwrap().flatten());
    folders.map(|folder| folder.path()).collect()
}

#[test]
fn a_killed_run_leaves_its_folder_to_the_next() {
    const RUN: &str = r#"
summary = "A run that takes its time."
rules = ["credentials.never-mixed"]
[world]
instance.web = {}
[app.it]
on = "web"
[[step]]
name = "again and again"
resolve = {}
repeat = { times = 100000, every = "1s" }
expect.fails = "none-found"
"#;
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("tmp");
    fs::create_dir(&below).unwrap();
    let file = folder.path().join("run.toml");
    fs::write(&file, RUN).unwrap();
    let run = |arguments: &[&str]| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        run.arg("scenario").args(arguments).env("TMPDIR", &below);
        run.stdout(Stdio::null()).stderr(Stdio::null());
        run
    };
    let mut doomed = run(&[file.to_str().unwrap()]).spawn().unwrap();
    let began = Instant::now();
    while private_folders(&below).is_empty() {
        assert!(doomed.try_wait().unwrap().is_none(), "it is still at it");
        assert!(began.elapsed() < PATIENCE, "it makes no folder");
    }
    doomed.kill().unwrap();
    doomed.wait().unwrap();
    let left = private_folders(&below);
    assert_eq!(left.len(), 1);
    assert!(run(&["s3-upload"]).status().unwrap().success());
    assert_eq!(private_folders(&below), BTreeSet::new());
}
