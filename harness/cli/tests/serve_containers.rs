//! Tasks and pods on TCP: what their shells are told is all that a client needs.

#[path = "support/served.rs"]
mod served;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use served::{Served, http};

const WORLD: &str = r#"
summary = "Containers."
[world]
role.of-pod = { trust = "pods" }
role.of-task = { trust = "ecs-tasks" }
role.of-function = { trust = "lambda" }
pod.api = { role = "of-pod" }
task.told = { role = "of-task", authorization-token = "open sesame" }
task.reading = { role = "of-task", authorization-token-file = "/run/token" }
task.function = { role = "of-function", kind = "snapstart" }
"#;

const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// How long to wait for what must come; never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

fn start() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.toml");
    fs::write(&world, WORLD).unwrap();
    Served::start(&["--world", world.to_str().unwrap()])
}

/// The variables that `rolecall env NAME` exports.
fn variables(served: &Served, name: &str) -> BTreeMap<String, String> {
    let exports = served.stdout(&["env", name]);
    let pairs = exports.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.trim_matches('\'').to_owned()))
    });
    pairs.collect()
}

fn get(url: &str, authorization: &str) -> (u16, String) {
    http("GET", url, &[("authorization", authorization)])
}

/// What the file holds once it is not `before` any more.
fn changed(file: &Path, before: &str) -> String {
    let began = Instant::now();
    loop {
        let now = fs::read_to_string(file).unwrap();
        if now != before {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "the file does not change");
        std::thread::yield_now();
    }
}

// container.agent.address
#[test]
fn a_pod_is_where_it_was_when_the_world_begins_again() {
    let served = start();
    let pod = variables(&served, "api");
    let (url, file) = (&pod[FULL_URI], Path::new(&pod[TOKEN_FILE]));
    let first = fs::read_to_string(file).unwrap();
    served.stdout(&["ctl", "advance", "20h"]);
    let second = changed(file, &first);
    served.stdout(&["ctl", "reset"]);
    assert_eq!(get(url, &second).0, 400, "it is of a time that is to come");
    let third = changed(file, &second);
    assert_eq!(get(url, &third).0, 200);
}

// container.agent.address, container.pod.token-rotation
#[test]
fn a_pod_is_told_its_agent_and_its_token_file() {
    let mut served = start();
    let pod = variables(&served, "api");
    let (url, file) = (&pod[FULL_URI], Path::new(&pod[TOKEN_FILE]));
    assert!(url.ends_with("/v1/credentials"), "{url}");
    assert!(file.is_absolute() && file.ends_with("serviceaccount/eks-pod-identity-token"));
    assert!(!pod.contains_key(TOKEN));
    let first = fs::read_to_string(file).unwrap();
    let (status, body) = get(url, &first);
    assert_eq!(status, 200, "{body}");
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document["AccountId"], "111122223333");
    assert_eq!(get(&url.replace("127.0.0.1", "localhost"), &first).0, 200);
    let rebound = [("host", "rebound.example"), ("authorization", &first)];
    assert_eq!(http("GET", url, &rebound).0, 403);
    assert_eq!(get(url, "").0, 400);
    served.stdout(&["ctl", "advance", "20h"]);
    let second = changed(file, &first);
    assert_eq!(get(url, &second).0, 200);
    assert_eq!(get(url, &first).0, 200, "it has four hours left");
    served.stdout(&["ctl", "advance", "5h"]);
    assert_eq!(get(url, &first).0, 400, "its day is over");
    assert_eq!(served.stop(), Some(0));
    assert!(!file.exists(), "nothing is left behind");
}

// container.authorization.required, container.metadata.v4, container.snapstart.endpoint
#[test]
fn a_task_is_told_where_to_look_and_what_to_show() {
    let served = start();
    let told = variables(&served, "told");
    assert_eq!(told[TOKEN], "open sesame");
    assert_eq!(get(&told[FULL_URI], "open sesame").0, 200);
    assert_eq!(get(&told[FULL_URI], "").0, 401);
    let metadata = &told["ECS_CONTAINER_METADATA_URI_V4"];
    let (status, body) = http("GET", &format!("{metadata}/task"), &[]);
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("arn:aws:ecs:"), "{body}");

    let reading = variables(&served, "reading");
    assert!(!reading.contains_key(TOKEN));
    let token = fs::read_to_string(&reading[TOKEN_FILE]).unwrap();
    assert_eq!(get(&reading[FULL_URI], &token).0, 200);

    let function = variables(&served, "function");
    let url = &function[FULL_URI];
    assert!(url.ends_with("/2021-04-23/credentials"), "{url}");
    assert_eq!(get(url, &function[TOKEN]).0, 200);
    assert_eq!(get(url, "").0, 404);
}

#[test]
fn a_shell_is_rid_of_what_another_was_told() {
    let served = start();
    for name in ["api", "told"] {
        let exports = served.stdout(&["env", name]);
        let unset = exports.lines().next().unwrap();
        for variable in [FULL_URI, TOKEN, TOKEN_FILE, "ECS_CONTAINER_METADATA_URI_V4"] {
            assert!(unset.split(' ').any(|one| one == variable), "{variable}");
        }
    }
}

#[test]
fn token_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let served = start();
    let file = variables(&served, "api")[TOKEN_FILE].clone();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&file)), 0o600);
    assert_eq!(mode(&served.state_path().with_file_name("machines")), 0o700);
}
