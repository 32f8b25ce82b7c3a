//! A served world under control, as whoever controls it sees it.

#[path = "support/served.rs"]
mod served;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;
use served::{Served, command, http, text};

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

fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.toml");
    fs::write(&world, WORLD).unwrap();
    Served::start(&["--world", world.to_str().unwrap()])
}

/// What `ctl` says when all is well.
fn ctl(served: &Served, arguments: &[&str]) -> String {
    let arguments: Vec<_> = [&["ctl"], arguments].concat();
    served.stdout(&arguments)
}

/// What `ctl` says for a machine.
fn json(served: &Served, arguments: &[&str]) -> Value {
    let arguments: Vec<_> = [arguments, &["--format", "json"]].concat();
    serde_json::from_str(&ctl(served, &arguments)).unwrap()
}

/// The exit code and what is said of what went wrong.
fn fails(served: &Served, arguments: &[&str]) -> (i32, String) {
    let arguments: Vec<_> = [&["ctl"], arguments].concat();
    let output = served.rolecall(&arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said)
}

/// The entries of the journal.
fn entries(served: &Served, filters: &[&str]) -> Vec<Value> {
    let arguments: Vec<_> = [&["journal", "--format", "json"], filters].concat();
    let lines = ctl(served, &arguments);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn issued(served: &Served) -> Vec<Value> {
    let entries = entries(served, &[]).into_iter();
    entries
        .filter_map(|entry| entry.get("issued").cloned())
        .collect()
}

/// The role that the metadata service of `web` names, or the status without one.
fn role_of_web(served: &Served) -> String {
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
fn refused(served: &Served) -> String {
    let url = format!("{}/photos/cat.jpg", text(&served.state(), "aws"));
    let (status, body) = http("GET", &url, &[]);
    assert_eq!(status, 403, "{body}");
    let (_, rest) = body.split_once("<RequestId>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn time_passes_when_it_is_told_to_and_the_journal_says_so() {
    let served = Served::start(&[]);
    assert_eq!(issued(&served).len(), 1);
    let said = ctl(&served, &["advance", "1h 30m"]);
    assert!(said.starts_with("it is now "), "{said}");
    assert!(said.ends_with(", 1h 30m ahead of this machine\n"), "{said}");
    ctl(&served, &["advance", "17h"]);
    assert_eq!(issued(&served).len(), 4, "three rotations in 18.5 hours");
    let clock = json(&served, &["clock"]);
    assert_eq!(clock["ahead_seconds"], 66_600.0);
    let (code, said) = fails(&served, &["advance", "soon"]);
    assert_eq!(code, 2);
    assert!(said.contains("not a duration"), "{said}");
    let (code, said) = fails(&served, &["advance", "40000d"]);
    assert_eq!(
        (code, said.contains("ten years at most")),
        (2, true),
        "{said}"
    );
}

#[test]
fn the_clock_is_set_ahead_and_never_back() {
    let served = Served::start(&[]);
    assert!(ctl(&served, &["clock"]).ends_with(", as on this machine\n"));
    let now = json(&served, &["clock"])["now"].clone();
    let year: u32 = now.as_str().unwrap()[..4].parse().unwrap();
    let target = format!("{}-01-01T00:00:00Z", year + 2);
    let said = ctl(&served, &["set-clock", &target]);
    assert!(
        said.contains(&format!("it is now {}-01-01T00:00", year + 2)),
        "{said}"
    );
    let (code, said) = fails(&served, &["set-clock", "2001-01-01T00:00:00Z"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("time does not go back to 2001-01-01T00:00:00Z"),
        "{said}"
    );
    let (code, said) = fails(&served, &["set-clock", "tomorrow"]);
    assert_eq!((code, said.contains("not a time")), (2, true), "{said}");
}

#[test]
fn sources_rotate_and_their_sets_are_revoked() {
    let served = serve();
    let said = ctl(&served, &["rotate", "web"]);
    assert!(
        said.starts_with("`web` has issue 2: ASIA") && said.contains(" until "),
        "{said}"
    );
    assert_eq!(json(&served, &["rotate", "api"])["issued"]["issue"], 2);
    assert_eq!(
        ctl(&served, &["revoke", "web", "--issue", "1"]),
        "1 set of `web` revoked\n"
    );
    let (code, said) = fails(&served, &["revoke", "web", "--issue", "1"]);
    assert_eq!(code, 1, "the world refuses what makes no sense in it");
    assert!(said.contains("issue 1 of `web` is not accepted"), "{said}");
    assert_eq!(json(&served, &["revoke", "web"])["ended"], 1);
    let said = ctl(&served, &["revoke", "--role", "photo-app"]);
    assert_eq!(
        said,
        "sessions of `photo-app` up to now are denied everything\n"
    );
    let (code, said) = fails(&served, &["rotate", "bare"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("`bare` cannot rotate: it serves no credentials"),
        "{said}"
    );
    let (code, _) = fails(&served, &["revoke", "web", "--role", "photo-app"]);
    assert_eq!(code, 2, "one or the other");
    assert_eq!(fails(&served, &["revoke"]).0, 2);
}

#[test]
fn who_is_misspelt_is_guessed() {
    let served = serve();
    for (arguments, told) in [
        (
            &["rotate", "wbe"][..],
            "no instance, task or pod is called `wbe`; did you mean `web`?",
        ),
        (
            &["rotate", "elephant"],
            "is called `elephant` (there is api, bare, web)",
        ),
        (
            &["stop-instance", "brae"],
            "no instance is called `brae`; did you mean `bare`?",
        ),
        (
            &["terminate", "api"],
            "`api` is no instance (there is bare, web)",
        ),
        (
            &["associate-profile", "bare", "web-profil"],
            "did you mean `web-profile`?",
        ),
        (
            &["set-profile-role", "web-profile", "other-ap"],
            "did you mean `other-app`?",
        ),
        (
            &["attach-policy", "photo-app", "S3ReadOnlyAccess"],
            "did you mean `AmazonS3ReadOnlyAccess`?",
        ),
        (
            &["mfa-code", "nobody"],
            "no virtual MFA device has the serial number `nobody`, and no user of that name has one",
        ),
        (
            &["revoke", "--role", "foto-app"],
            "did you mean `photo-app`?",
        ),
    ] {
        let (code, said) = fails(&served, arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}

#[test]
fn roles_come_and_go() {
    let served = serve();
    assert_eq!(role_of_web(&served), "photo-app");
    ctl(&served, &["replace-profile", "web", "other-profile"]);
    assert_eq!(role_of_web(&served), "other-app");
    ctl(&served, &["disassociate-profile", "web"]);
    assert_eq!(role_of_web(&served), "404");
    ctl(&served, &["associate-profile", "web", "web-profile"]);
    ctl(&served, &["set-profile-role", "web-profile", "other-app"]);
    assert_eq!(role_of_web(&served), "photo-app", "until the next rotation");
    ctl(&served, &["rotate", "web"]);
    assert_eq!(role_of_web(&served), "other-app");
    assert_eq!(ctl(&served, &["stop-instance", "web"]), "`web` stopped\n");
    assert_eq!(role_of_web(&served), "404");
    assert_eq!(fails(&served, &["stop-instance", "web"]).0, 1);
    assert_eq!(
        ctl(&served, &["start-instance", "web"]),
        "`web` runs again\n"
    );
    assert_eq!(role_of_web(&served), "other-app");
    assert_eq!(ctl(&served, &["terminate", "web"]), "`web` is gone\n");
    assert_eq!(role_of_web(&served), "404");
}

#[test]
fn policies_come_from_the_account_a_file_or_a_pipe() {
    const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;
    let served = serve();
    let said = ctl(
        &served,
        &["attach-policy", "other-app", "AmazonS3ReadOnlyAccess"],
    );
    assert_eq!(said, "`AmazonS3ReadOnlyAccess` attached to `other-app`\n");
    ctl(
        &served,
        &["detach-policy", "other-app", "AmazonS3ReadOnlyAccess"],
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reads.json");
    let path = file.to_str().unwrap();
    fs::write(&file, POLICY).unwrap();
    let said = ctl(&served, &["put-policy", "other-app", "reads", path]);
    assert_eq!(said, "`other-app` now has the policy `reads`\n");
    let mut child = command(&served.state_path())
        .args(["ctl", "put-policy", "other-app", "piped", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(POLICY.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());

    fs::write(&file, POLICY.replace("Allow", "Perhaps")).unwrap();
    let (code, said) = fails(&served, &["put-policy", "other-app", "reads", path]);
    assert_eq!(code, 2);
    assert!(said.starts_with(&format!("rolecall: {path}: ")), "{said}");
    fs::write(&file, " ".repeat(100_000)).unwrap();
    let (code, said) = fails(&served, &["put-policy", "other-app", "reads", path]);
    assert_eq!(
        (code, said.contains("larger than any policy")),
        (2, true),
        "{said}"
    );
    let (code, said) = fails(&served, &["put-policy", "other-app", "reads", "/nowhere"]);
    assert_eq!((code, said.contains("/nowhere: ")), (2, true), "{said}");
}

#[test]
fn the_journal_is_told_in_three_forms_and_in_part() {
    let served = serve();
    role_of_web(&served);
    refused(&served);
    let all = entries(&served, &[]);
    let lines = ctl(&served, &["journal"]);
    assert_eq!(lines.lines().count(), all.len());
    let line = lines.lines().last().unwrap();
    assert!(
        line.contains("s3-get-object") && line.contains("403"),
        "{line}"
    );
    assert!(
        !lines.contains('\u{1b}'),
        "no colours where there is no terminal"
    );

    let only = |filters: &[&str]| entries(&served, filters).len();
    assert_eq!(only(&["--operation", "s3:Get*"]), 1);
    assert_eq!(only(&["--operation", "imds:*", "--caller", "web"]), 1);
    assert_eq!(only(&["--status", "4xx"]), 1);
    assert_eq!(only(&["--errors"]), 1);
    assert_eq!(only(&["--since", "1h"]), all.len());
    ctl(&served, &["advance", "2h"]);
    assert_eq!(only(&["--since", "1h"]), 0);
    assert_eq!(only(&["--since", "2001-01-01T00:00:00Z"]), all.len());
    let (code, said) = fails(&served, &["journal", "--status", "teapot"]);
    assert_eq!(
        (code, said.contains("`teapot` is no status")),
        (2, true),
        "{said}"
    );
    let (code, said) = fails(&served, &["journal", "--since", "lately"]);
    assert_eq!(
        (code, said.contains("neither a time nor a duration")),
        (2, true),
        "{said}"
    );

    let file: Value =
        serde_json::from_str(&ctl(&served, &["journal", "--format", "cloudtrail"])).unwrap();
    let records = file["Records"].as_array().unwrap();
    let names: Vec<_> = records
        .iter()
        .map(|it| it["eventName"].as_str().unwrap())
        .collect();
    for name in ["CreateRole", "RunInstances", "AssumeRole", "GetObject"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert!(
        records
            .iter()
            .all(|record| record["eventVersion"] == "1.11")
    );
}

#[test]
fn a_followed_journal_goes_on_and_ends_with_its_reader() {
    let served = Served::start(&[]);
    let mut child = command(&served.state_path())
        .args(["ctl", "journal", "--follow", "--operation", "s3:GetObject"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        refused(&served);
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains("s3-get-object"), "{line}");
    }
    drop(lines);
    refused(&served);
    assert_eq!(child.wait().unwrap().code(), Some(0), "as `head` ends it");
}

#[test]
fn a_followed_journal_ends_when_it_is_told_to() {
    let served = Served::start(&[]);
    for signal in ["-INT", "-TERM"] {
        let mut child = command(&served.state_path())
            .args(["ctl", "journal", "--follow"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let pid = child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
        for line in lines {
            assert!(!line.unwrap().is_empty(), "whole lines to the end");
        }
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert!(ended.stderr.is_empty(), "{signal}");
    }
    refused(&served);
}

/// Entries have the order in which requests came, and are written when they are answered.
#[test]
fn a_request_that_others_overtake_is_followed_too() {
    let served = Served::start(&[]);
    let mut child = command(&served.state_path())
        .args(["ctl", "journal", "--follow", "--format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut sees = |said: &str| loop {
        let line = lines.next().unwrap().unwrap();
        if line.contains(said) {
            let entry: Value = serde_json::from_str(&line).unwrap();
            return entry["number"].as_u64().unwrap();
        }
    };
    let state = served.state();
    let address = text(&state, "aws").strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    write!(
        slow,
        "POST /?slow HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Expect: 100-continue\r\nContent-Length: 8\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    // It has come, and its body is waited for.
    slow.read_exact(&mut [0; 25]).unwrap();
    refused(&served);
    let fast = sees("/photos/cat.jpg");
    slow.write_all(b"Action=X").unwrap();
    assert!(sees("/?slow") < fast);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_followed_journal_ends_with_its_world() {
    let mut served = Served::start(&[]);
    let mut child = command(&served.state_path())
        .args(["ctl", "journal", "--follow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    served.stop();
    while lines.next().is_some() {}
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("gives no answer"), "{said}");
}

#[test]
fn a_request_can_be_explained_by_its_id() {
    let served = Served::start(&[]);
    let id = refused(&served);
    let explained = ctl(&served, &["explain", &id]);
    for said in ["GET ", "/photos/cat.jpg", "403", "AccessDenied at form"] {
        assert!(explained.contains(said), "{explained}");
    }
    let machine = json(&served, &["explain", &id]);
    let number = machine["entry"]["number"].to_string();
    assert_eq!(ctl(&served, &["explain", &number]), explained);
    assert!(ctl(&served, &["explain", "1"]).contains("s3-create-bucket"));
    for unknown in ["NOSUCHREQUEST", "../clock", "a b", "%2F", ""] {
        let (code, said) = fails(&served, &["explain", unknown]);
        assert_ne!(code, 0, "{unknown}");
        assert!(said.starts_with("rolecall: "), "{said}");
    }
    let (_, said) = fails(&served, &["explain", "NOSUCHREQUEST"]);
    assert!(
        said.contains("no request of this run has the id `NOSUCHREQUEST`"),
        "{said}"
    );
}

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
