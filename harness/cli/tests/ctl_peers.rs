//! `rolecall ctl` and what answers badly: it ends, says why, and with the exit code it promises.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const TOKEN: &str = "the-token-of-this-run";

/// A state file that names `control`, as one that this process serves.
fn state(folder: &Path, control: &str) -> std::path::PathBuf {
    let pid = std::process::id();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let state = json!({
        "pid": pid,
        "started": fields.split_whitespace().nth(19).unwrap(),
        "region": "us-east-1",
        "aws": "http://127.0.0.1:1",
        "control": control,
        "control_token": TOKEN,
        "access_key_id": "AKIA",
        "secret_access_key": "secret",
        "places": [],
    });
    let file = folder.join("state.json");
    fs::write(&file, state.to_string()).unwrap();
    file
}

fn ctl(control: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path(), control);
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .arg("ctl")
        .args(arguments)
        .env("ROLECALL_STATE", state)
        // A proxy of the caller's is not asked for what is on this machine.
        .env("http_proxy", "http://127.0.0.1:9")
        .output()
        .unwrap();
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let said = String::from_utf8(stderr).unwrap();
    assert!(
        !said.contains(TOKEN) && !said.contains("panicked"),
        "{said}"
    );
    (status.code(), said)
}

/// Asks a peer that answers everything so.
async fn asked(
    answer: ResponseTemplate,
    arguments: &'static [&'static str],
) -> (Option<i32>, String) {
    let server = MockServer::start().await;
    Mock::given(header("authorization", format!("Bearer {TOKEN}")))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    let uri = server.uri();
    let said = tokio::task::spawn_blocking(move || ctl(&uri, arguments));
    said.await.unwrap()
}

/// Several commands, so that no way of asking is left out.
const COMMANDS: &[&[&str]] = &[
    &["clock"],
    &["advance", "1h"],
    &["rotate", "web"],
    &["journal"],
    &["explain", "1"],
];

#[tokio::test]
async fn it_asks_as_the_description_says() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/rotate"))
        .and(header("authorization", format!("Bearer {TOKEN}")))
        .and(header("content-type", "application/json"))
        .and(wiremock::matchers::body_json(json!({ "name": "web" })))
        .respond_with(ResponseTemplate::new(409).set_body_json(json!({
            "code": "nothing-served",
            "message": "`web` cannot rotate",
        })))
        .expect(1)
        .mount(&server)
        .await;
    let uri = server.uri();
    let said = tokio::task::spawn_blocking(move || ctl(&uri, &["rotate", "web"]));
    let expected = "rolecall: `web` cannot rotate\n".to_owned();
    assert_eq!(said.await.unwrap(), (Some(1), expected));
}

#[tokio::test]
async fn a_peer_that_stalls_is_given_up() {
    let late = ResponseTemplate::new(200).set_delay(std::time::Duration::from_hours(1));
    let (code, said) = asked(late, &["clock", "--timeout", "50ms"]).await;
    assert_eq!(code, Some(3));
    assert!(
        said.contains("gives no answer in time") && said.contains("--timeout"),
        "{said}"
    );
}

#[tokio::test]
async fn a_stranger_is_not_taken_for_a_world() {
    for (answer, told) in [
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "is no world",
        ),
        (ResponseTemplate::new(200), "is no world"),
        (ResponseTemplate::new(204), "status 204"),
        (
            ResponseTemplate::new(404).set_body_string("not found"),
            "status 404",
        ),
        (ResponseTemplate::new(500), "status 500"),
        (
            ResponseTemplate::new(502).set_body_json(json!({ "error": "bad" })),
            "status 502",
        ),
        (
            ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:9/"),
            "status 302",
        ),
    ] {
        for arguments in COMMANDS {
            let (code, said) = asked(answer.clone(), arguments).await;
            assert_eq!(code, Some(3), "{arguments:?}: {said}");
            assert!(
                said.contains(told) && said.contains("state.json"),
                "{arguments:?}: {said}"
            );
        }
    }
}

#[tokio::test]
async fn json_that_is_no_answer_is_none() {
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!("now"),
        json!({ "now": 1, "entries": {} }),
    ] {
        for arguments in COMMANDS {
            let answer = ResponseTemplate::new(200).set_body_json(&body);
            let (code, said) = asked(answer, arguments).await;
            assert_eq!(code, Some(3), "{arguments:?} {body}: {said}");
            assert!(said.starts_with("rolecall: "), "{said}");
        }
    }
}

#[tokio::test]
async fn a_world_that_says_why_is_quoted() {
    let problem = |status: u16, code: &str| {
        let body = json!({ "code": code, "message": "THE REASON" });
        ResponseTemplate::new(status).set_body_json(body)
    };
    for (answer, code, told) in [
        (problem(400, "bad-request"), 2, "THE REASON"),
        (problem(401, "unauthorized"), 3, "THE REASON; does "),
        (problem(403, "forbidden"), 3, "THE REASON; does "),
        (problem(404, "no-such-place"), 2, "THE REASON"),
        (
            problem(404, "no-such-route"),
            3,
            "another version of rolecall",
        ),
        (
            problem(405, "wrong-method"),
            3,
            "another version of rolecall",
        ),
        (problem(409, "IncorrectInstanceState"), 1, "THE REASON"),
        (problem(413, "bad-body"), 2, "THE REASON"),
        (problem(500, "reset-failed"), 3, "THE REASON"),
    ] {
        let (ended, said) = asked(answer, &["reset"]).await;
        assert_eq!(ended, Some(code), "{said}");
        assert!(said.contains(told), "{said}");
    }
}

/// Serves one connection with these bytes, and closes it.
fn bytes(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        // Whoever has seen enough of it may be gone.
        let _ = stream.write_all(answer);
    });
    format!("http://{address}")
}

fn read_head(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut part = [0; 1024];
    while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).unwrap() {
            0 => return,
            length => seen.extend_from_slice(&part[..length]),
        }
    }
}

/// What no HTTP server would send on purpose.
#[test]
fn half_an_answer_is_none() {
    const ANSWERS: &[&[u8]] = &[
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"now\": \"2031-05-01T00:00:00Z\"}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"now\": \"2031-05-01T00:00:00Z\"}",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x00\xff\x00",
        b"\xff\xfe\xfd",
    ];
    for answer in ANSWERS {
        let (code, said) = ctl(&bytes(answer), &["clock", "--timeout", "20s"]);
        let shown = String::from_utf8_lossy(answer);
        assert_eq!(code, Some(3), "{shown:?}: {said}");
        assert!(said.contains("http://127.0.0.1:"), "{shown:?}: {said}");
    }
}

/// It neither waits for ever nor reads for ever.
#[test]
fn an_answer_without_an_end_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let control = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n\"");
        while sent.is_ok() {
            sent = stream.write_all(&[b'x'; 4096]);
            thread::yield_now();
        }
    });
    let (code, said) = ctl(&control, &["clock", "--timeout", "200ms"]);
    assert_eq!(code, Some(3));
    assert!(said.contains("gives no answer in time"), "{said}");
    server.join().unwrap();
}

#[test]
fn nobody_is_told_from_somebody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let control = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (code, said) = ctl(&control, &["clock"]);
    assert_eq!(code, Some(3));
    assert!(
        said.contains("gives no answer") && said.contains("rolecall serve"),
        "{said}"
    );
    let nothing = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["ctl", "clock", "--state", "/nowhere/state.json"])
        .output()
        .unwrap();
    assert_eq!(nothing.status.code(), Some(2));
}
