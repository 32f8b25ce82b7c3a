//! A world put back to how it began.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::served::{Served, command, text};
use crate::support::{ctl, entries, issued, role_of_web, serve};

/// The keys of before are those of after; what was done in between is gone.
#[test]
fn a_reset_puts_everything_back() {
    let served = serve();
    let state = served.state();
    let first = entries(&served, &[]);
    let before = issued(&served);
    ctl(&served, &["advance", "30d"]);
    ctl(&served, &["terminate", "web"]);
    ctl(&served, &["set-profile-role", "web-profile", "other-app"]);
    let last = entries(&served, &[]).last().unwrap()["number"]
        .as_u64()
        .unwrap();

    assert_eq!(ctl(&served, &["reset"]), "the world is as it began\n");
    assert!(ctl(&served, &["clock"]).ends_with(", as on this machine\n"));
    assert_eq!(role_of_web(&served), "photo-app");
    let keys = |issued: &[Value]| -> Vec<Value> {
        issued
            .iter()
            .map(|it| it["access_key_id"].clone())
            .collect()
    };
    assert_eq!(keys(&issued(&served)), keys(&before), "the same seed");
    let again = entries(&served, &["--operation", "iam:*"]);
    assert_eq!(again.len(), first.iter().filter(|it| is_of_iam(it)).count());
    assert!(
        again[0]["number"].as_u64().unwrap() > last,
        "no number is given twice"
    );
    let administrator = again
        .iter()
        .find(|it| it["control"]["operation"] == "iam-create-access-key");
    let detail = administrator.unwrap()["control"]["detail"]
        .as_str()
        .unwrap();
    assert!(
        detail.ends_with(text(&state, "access_key_id")),
        "the administrator's shell goes on"
    );
    assert_eq!(
        ctl(&served, &["reset"]),
        "the world is as it began\n",
        "as often as one likes"
    );
}

fn is_of_iam(entry: &Value) -> bool {
    let operation = entry["control"]["operation"].as_str();
    operation.is_some_and(|operation| operation.starts_with("iam-"))
}

#[test]
fn a_followed_journal_misses_nothing_of_a_reset() {
    let served = Served::start(&[]);
    let mut child = command(&served.state_path())
        .args([
            "ctl",
            "journal",
            "--follow",
            "--operation",
            "ec2:RunInstances",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let before = lines.next().unwrap().unwrap();
    ctl(&served, &["reset"]);
    let after = lines.next().unwrap().unwrap();
    assert!(
        before.contains("web as i-") && after.contains("web as i-"),
        "{before}{after}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
