//! The journal: told, followed, and explained.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::served::{Served, command, text};
use crate::support::{ctl, entries, fails, json, refused, role_of_web, serve};

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
