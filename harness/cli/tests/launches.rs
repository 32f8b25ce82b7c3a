//! Instances that are launched while a world is served.

#[path = "support/served.rs"]
mod served;

use std::net::TcpStream;

use serde_json::Value;
use served::{Served, http};

/// The addresses of the metadata of everything that is listed, by name.
fn listed(served: &Served) -> Vec<(String, String, Option<String>)> {
    let text = served.stdout(&["ctl", "instances", "--format", "json"]);
    let listed: Value = serde_json::from_str(&text).unwrap();
    let listed = listed["instances"].as_array().unwrap().iter();
    listed
        .map(|one| {
            let text = |member: &str| one[member].as_str().map(str::to_owned);
            (
                text("name").unwrap(),
                text("state").unwrap(),
                text("metadata"),
            )
        })
        .collect()
}

#[test]
fn what_is_launched_has_metadata_until_it_is_terminated() {
    let served = Served::start(&[]);
    let said = served.stdout(&[
        "ctl",
        "launch",
        "batch",
        "--profile",
        "web-profile",
        "--metadata-options",
        "HttpTokens=optional",
    ]);
    assert!(said.starts_with("`batch` runs as i-"), "{said}");
    let (_, state, url) = listed(&served).remove(0);
    let url = url.unwrap();
    assert_eq!(state, "running");
    assert!(said.contains(&url), "{said}");
    let path = format!("{url}/latest/meta-data/iam/security-credentials/");
    assert_eq!(http("GET", &path, &[]), (200, "photo-app".to_owned()));
    let exports = served.stdout(&["env", "batch"]);
    let export = format!("export AWS_EC2_METADATA_SERVICE_ENDPOINT='{url}'");
    assert!(exports.contains(&export), "{exports}");

    let again = served.rolecall(&["ctl", "launch", "batch"]);
    assert_eq!(again.status.code(), Some(1), "the name is taken");
    served.stdout(&["ctl", "terminate", "batch"]);
    let address = url.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
    assert!(!served.rolecall(&["env", "batch"]).status.success());
    served.stdout(&["ctl", "launch", "batch"]);
    assert!(
        served.rolecall(&["env", "batch"]).status.success(),
        "another one"
    );
}

// console.role.profile-of-same-name, console.instance.modify-role
#[test]
fn the_console_makes_roles_and_gives_them() {
    let served = Served::start(&[]);
    served.stdout(&["ctl", "launch", "batch"]);
    let (_, _, url) = listed(&served).remove(0);
    let path = format!(
        "{}/latest/meta-data/iam/security-credentials/",
        url.unwrap()
    );
    let role = || http("GET", &path, &[]);
    assert_eq!(role().0, 404);

    let console = |arguments: &[&str]| served.stdout(&[&["ctl", "console"], arguments].concat());
    let said = console(&["create-role", "batch-app", "--trust", "ec2"]);
    assert_eq!(
        said,
        "role `batch-app` for ec2 made, in the instance profile of that name\n"
    );
    console(&["modify-iam-role", "batch", "batch-app"]);
    assert_eq!(role(), (200, "batch-app".to_owned()));
    console(&["modify-iam-role", "batch", "web-profile"]);
    assert_eq!(role(), (200, "photo-app".to_owned()));
    console(&["modify-iam-role", "batch", "--none"]);
    assert_eq!(role().0, 404);

    let said = console(&["create-role", "job-app", "--trust", "lambda"]);
    assert_eq!(said, "role `job-app` for lambda made\n");
    let refused = served.rolecall(&["ctl", "console", "modify-iam-role", "batch", "job-app"]);
    assert_eq!(
        refused.status.code(),
        Some(2),
        "it is in no instance profile"
    );
}
