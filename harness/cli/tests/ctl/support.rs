//! A world under control, and what `ctl` says of it.

use std::fs;

use serde_json::Value;

use crate::served::{Served, http, text};

/// A world with something to swap: two roles in two profiles, an instance with one of them, one with
/// none, and a task.
const WORLD: &str = r#"
summary = "Two roles, two profiles."
[world]
buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
role.other-app = { trust = "ec2" }
role.task-app = { trust = "ecs-tasks" }
profile.web-profile = { role = "photo-app" }
profile.other-profile = { role = "other-app" }
instance.web = { profile = "web-profile" }
instance.bare = {}
task.api = { role = "task-app" }
"#;

pub(crate) fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.toml");
    fs::write(&world, WORLD).unwrap();
    Served::start(&["--world", world.to_str().unwrap()])
}

/// What `ctl` says when all is well.
pub(crate) fn ctl(served: &Served, arguments: &[&str]) -> String {
    let arguments: Vec<_> = [&["ctl"], arguments].concat();
    served.stdout(&arguments)
}

/// What `ctl` says for a machine.
pub(crate) fn json(served: &Served, arguments: &[&str]) -> Value {
    let arguments: Vec<_> = [arguments, &["--format", "json"]].concat();
    serde_json::from_str(&ctl(served, &arguments)).unwrap()
}

/// The exit code and what is said of what went wrong.
pub(crate) fn fails(served: &Served, arguments: &[&str]) -> (i32, String) {
    let arguments: Vec<_> = [&["ctl"], arguments].concat();
    let output = served.rolecall(&arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said)
}

/// The entries of the journal.
pub(crate) fn entries(served: &Served, filters: &[&str]) -> Vec<Value> {
    let arguments: Vec<_> = [&["journal", "--format", "json"], filters].concat();
    let lines = ctl(served, &arguments);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(crate) fn issued(served: &Served) -> Vec<Value> {
    let entries = entries(served, &[]).into_iter();
    entries
        .filter_map(|entry| entry.get("issued").cloned())
        .collect()
}

/// The role that the metadata service of `web` names, or the status without one.
pub(crate) fn role_of_web(served: &Served) -> String {
    let state = served.state();
    let places = state["places"].as_array().unwrap();
    let web = places.iter().find(|place| place["name"] == "web").unwrap();
    let url = format!(
        "{}/latest/meta-data/iam/security-credentials/",
        text(web, "url")
    );
    match http("GET", &url, &[]) {
        (200, role) => role,
        (status, _) => status.to_string(),
    }
}

/// A request of nobody to S3, which is refused; its id.
pub(crate) fn refused(served: &Served) -> String {
    let url = format!("{}/photos/cat.jpg", text(&served.state(), "aws"));
    let (status, body) = http("GET", &url, &[]);
    assert_eq!(status, 403, "{body}");
    let (_, rest) = body.split_once("<RequestId>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}
