//! The interface itself: its description, who may use it, its help; and faults.

use serde_json::Value;

use crate::served::{Served, command, http, text};

#[test]
fn the_description_is_printed_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let printed = command(&folder.path().join("none.json"))
        .args(["ctl", "openapi"])
        .output()
        .unwrap();
    assert!(printed.status.success(), "nothing has to be served for it");
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed["openapi"], "3.1.0");
    let served = Served::start(&[]);
    let state = served.state();
    let bearer = format!("Bearer {}", text(&state, "control_token"));
    let url = format!("{}/openapi.json", text(&state, "control"));
    let (status, body) = http("GET", &url, &[("authorization", &bearer)]);
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), printed);
}

#[test]
fn control_is_for_who_has_the_token_and_comes_by_the_right_name() {
    let served = Served::start(&[]);
    let state = served.state();
    let url = format!("{}/journal", text(&state, "control"));
    let bearer = format!("Bearer {}", text(&state, "control_token"));
    assert_eq!(http("GET", &url, &[("authorization", &bearer)]).0, 200);
    assert_eq!(http("GET", &url, &[]).0, 401);
    assert_eq!(http("GET", &url, &[("authorization", "Bearer x")]).0, 401);
    let rebound = [("authorization", &*bearer), ("host", "rebound.example:80")];
    assert_eq!(http("GET", &url, &rebound).0, 403);
    let url = format!("{}/nowhere", text(&state, "control"));
    let (status, body) = http("GET", &url, &[("authorization", &bearer)]);
    assert_eq!(status, 404);
    assert!(body.contains("no such control route"), "{body}");
}

#[test]
fn every_command_shows_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let help = |arguments: &[&str]| {
        let state = folder.path().join("none.json");
        let output = command(&state)
            .arg("ctl")
            .args(arguments)
            .arg("--help")
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let all = help(&[]);
    assert!(
        all.contains("Examples:") && all.contains("Exit codes:"),
        "{all}"
    );
    let (_, commands) = all.split_once("Commands:\n").unwrap();
    let commands: Vec<_> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert!(commands.len() > 15, "{commands:?}");
    for command in commands {
        let help = help(&[command]);
        let example = format!("rolecall ctl {command}");
        let shown = help.contains("Example") && help.contains(&example);
        assert!(shown, "{help}");
    }
}

#[test]
fn a_fault_strikes_until_it_is_lifted() {
    let served = Served::start(&[]);
    let state = served.state();
    let places = state["places"].as_array().unwrap();
    let web = places[0]["url"].as_str().unwrap();
    let status = || http("GET", &format!("{web}/latest/meta-data/instance-id"), &[]).0;
    assert_eq!(status(), 200);
    let add = [
        "ctl",
        "add-fault",
        "outage",
        "--on",
        "imds-*",
        "--times",
        "1",
    ];
    let said = served.stdout(&[&add[..], &["answer = { status = 503 }"]].concat());
    assert_eq!(said, "`outage` strikes from now on (answer)\n");
    assert_eq!([status(), status()], [503, 200]);
    let listed = served.stdout(&["ctl", "faults"]);
    assert!(listed.contains("struck 1 of 2"), "{listed}");
    let journal = served.stdout(&["ctl", "journal", "--status", "503", "--format", "json"]);
    assert!(journal.contains("outage (answer)"), "{journal}");
    assert_eq!(
        served.stdout(&["ctl", "clear-fault", "outage"]),
        "`outage` strikes no more\n"
    );
    let wrong = served.rolecall(&["ctl", "clear-fault", "outage"]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = served.rolecall(&["ctl", "add-fault", "x", "dealy = \"5s\""]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("dealy"), "{said}");
}
