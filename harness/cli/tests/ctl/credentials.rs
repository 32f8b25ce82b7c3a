//! Credentials, roles and policies: they rotate, come and go.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::served::command;
use crate::support::{ctl, fails, json, role_of_web, serve};

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
