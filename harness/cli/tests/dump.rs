//! A served world goes to a file, and comes from one.

#[path = "support/served.rs"]
mod served;

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;
use served::{Served, http, text};
use tempfile::TempDir;

/// `GetCallerIdentity` with a key, signed by AWS's own signer.
fn whoami(served: &Served, key: (&str, &str)) -> (u16, String) {
    let aws = text(&served.state(), "aws").to_owned();
    let url = format!("{aws}/?Action=GetCallerIdentity&Version=2011-06-15");
    let identity = Credentials::new(key.0, key.1, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("sts")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let host = aws.strip_prefix("http://").unwrap();
    let headers = [("host", host)];
    let body = SignableBody::Bytes(b"");
    let request = SignableRequest::new("GET", &url, headers.into_iter(), body).unwrap();
    let (signed, _) = sign(request, &params).unwrap().into_parts();
    let signed: Vec<_> = signed.headers().collect();
    http("GET", &url, &signed)
}

/// The administrator's key, as the state file has it.
fn key(served: &Served) -> (String, String) {
    let state = served.state();
    let text = |name| text(&state, name).to_owned();
    (text("access_key_id"), text("secret_access_key"))
}

fn as_administrator(served: &Served, (id, secret): &(String, String)) -> u16 {
    whoami(served, (id, secret)).0
}

fn place(served: &Served, name: &str) -> Option<String> {
    let state = served.state();
    let places = state["places"].as_array().unwrap();
    let found = places.iter().find(|place| place["name"] == name)?;
    Some(found["url"].as_str().unwrap().to_owned())
}

fn now(served: &Served) -> String {
    let said = served.stdout(&["ctl", "clock", "--format", "json"]);
    let clock: Value = serde_json::from_str(&said).unwrap();
    clock["now"].as_str().unwrap().to_owned()
}

fn dump(served: &Served, folder: &TempDir, name: &str) -> PathBuf {
    let file = folder.path().join(name);
    served.stdout(&["ctl", "dump", file.to_str().unwrap()]);
    file
}

fn load(served: &Served, file: &Path) -> (i32, String) {
    let ran = served.rolecall(&["ctl", "load", file.to_str().unwrap()]);
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn keys_instances_and_time_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&[]);
    let administrator = key(&served);
    let launch = ["ctl", "launch", "batch", "--profile", "web-profile"];
    let options = ["--metadata-options", "HttpTokens=optional"];
    served.stdout(&[&launch[..], &options[..]].concat());
    served.stdout(&["ctl", "advance", "6h"]);
    let file = dump(&served, &folder, "world.json");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds secrets");
    let then = now(&served);

    served.stdout(&["ctl", "terminate", "batch"]);
    served.stdout(&["ctl", "launch", "later"]);
    let later = place(&served, "later").unwrap();
    served.stdout(&["ctl", "advance", "1000h"]);
    assert_eq!(place(&served, "batch"), None);

    let (code, said) = load(&served, &file);
    assert_eq!((code, said.trim()), (0, "the world is as it was written"));
    // Some seconds may have passed since.
    let clock = now(&served);
    assert!(clock >= then && clock[..13] == then[..13], "{clock} {then}");
    let url = place(&served, "batch").expect("it is there again");
    let role = format!("{url}/latest/meta-data/iam/security-credentials/");
    assert_eq!(http("GET", &role, &[]), (200, "photo-app".to_owned()));
    assert_eq!(place(&served, "later"), None);
    let address = later.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
    assert_eq!(as_administrator(&served, &administrator), 200);
    assert_eq!(key(&served), administrator);
}

#[test]
fn a_world_goes_on_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Served::start(&["--seed", "7"]);
    let administrator = key(&first);
    first.stdout(&["ctl", "launch", "batch", "--profile", "web-profile"]);
    let file = dump(&first, &folder, "world.json");
    first.stop();

    let second = Served::start(&[]);
    let own = key(&second);
    assert_ne!(own, administrator);
    assert_eq!(as_administrator(&second, &administrator), 403);
    assert_eq!(load(&second, &file).0, 0);
    assert_eq!(as_administrator(&second, &administrator), 200);
    assert_eq!(as_administrator(&second, &own), 403);
    assert_eq!(key(&second), administrator, "`rolecall env` has it");
    // Neither of the file's instances is one that this process began with.
    for name in ["web", "batch"] {
        let url = place(&second, name).unwrap();
        assert_ne!(
            http("GET", &format!("{url}/latest/meta-data/"), &[]).0,
            404,
            "{name}"
        );
    }

    second.stdout(&["ctl", "reset"]);
    assert_eq!(key(&second), own);
    assert_eq!(as_administrator(&second, &own), 200);
    assert_eq!(place(&second, "batch"), None);
    let url = place(&second, "web").unwrap();
    assert_eq!(http("GET", &format!("{url}/latest/meta-data/"), &[]).0, 200);
}

#[test]
fn written_again_it_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&[]);
    served.stdout(&[
        "ctl",
        "add-fault",
        "slow",
        "--nth",
        "3",
        "delay = { min = \"1ms\", max = \"9ms\" }",
    ]);
    let to_stdout = served.stdout(&["ctl", "dump"]);
    let file = folder.path().join("world.json");
    fs::write(&file, &to_stdout).unwrap();
    assert_eq!(load(&served, &file).0, 0);
    let listed = served.stdout(&["ctl", "faults"]);
    assert!(listed.contains("slow"), "{listed}");
    let mut again: Value = serde_json::from_str(&served.stdout(&["ctl", "dump"])).unwrap();
    let mut before: Value = serde_json::from_str(&to_stdout).unwrap();
    for dump in [&mut before, &mut again] {
        // The clock goes on by itself, and the numbers of the journal are given once.
        dump["world"]["now"].take();
        dump["world"]["journal"].take();
    }
    assert_eq!(again, before);
}

#[test]
fn what_cannot_be_loaded_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&[]);
    let administrator = key(&served);
    let good = served.stdout(&["ctl", "dump", "-"]);
    let half = &good[..good.len() / 2];
    let newer = good.replacen("\"version\": 1,", "\"version\": 2,", 1);
    let strange = good.replacen("\"agenda\"", "\"agendum\"", 1);
    let secretive = good.replacen(
        "\"first\": \"111122223333\"",
        "\"first\": \"999999999999\"",
        1,
    );
    let renamed = good.replacen(
        "\"web\": {\n      \"instance\": \"i-",
        "\"web\": {\n      \"instance\": \"i-0",
        1,
    );
    for (name, text, expected) in [
        ("foreign", "{\"a\": 1}", "no dump of a world"),
        ("text", "hello", "no dump of a world"),
        ("empty", "", "no dump of a world"),
        ("half", half, "cut short"),
        (
            "newer",
            &newer,
            "of version 2, and this rolecall reads version 1",
        ),
        ("strange", &strange, "unknown field `agendum`"),
        (
            "account",
            &secretive,
            "the world names the account 999999999999",
        ),
        (
            "renamed",
            &renamed,
            "the name `web` is of what is not in it",
        ),
    ] {
        assert_ne!(text, good, "{name}");
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let (code, said) = load(&served, &file);
        assert_eq!(code, 2, "{name}: {said}");
        let path = file.display().to_string();
        assert!(
            said.contains(expected) && said.contains(&path),
            "{name}: {said}"
        );
        assert!(!said.contains("struct "), "{name}: {said}");
    }
    let (code, said) = load(&served, &folder.path().join("nothing"));
    assert!(code == 2 && said.contains("No such file"), "{said}");
    assert_eq!(as_administrator(&served, &administrator), 200);
    // A file that is there already is replaced whole, whatever its rights were.
    let file = folder.path().join("half");
    served.stdout(&["ctl", "dump", file.to_str().unwrap()]);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(load(&served, &file).0, 0);
    let nowhere = folder.path().join("no/such/folder");
    let ran = served.rolecall(&["ctl", "dump", nowhere.to_str().unwrap()]);
    assert_eq!(ran.status.code(), Some(2));
}
