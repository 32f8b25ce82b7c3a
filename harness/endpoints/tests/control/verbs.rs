//! What the control routes do to the world.

use std::sync::atomic::Ordering;

use rolecall_account::{SimInstant, Source};
use serde_json::json;

use crate::desk::Desk;
use crate::support::{HOUR, METADATA, give_device, request};

/// The role that the metadata service of `web` names; nothing if there is none.
async fn role_of_web(desk: &Desk) -> String {
    let uri = format!("{METADATA}/latest/meta-data/iam/security-credentials/");
    let answer = desk
        .lab
        .send(desk.lab.on_web(), request("GET", &uri, &[]))
        .await;
    if answer.status == 200 {
        answer.text().to_owned()
    } else {
        String::new()
    }
}

fn issues_of_web(desk: &Desk) -> Vec<u32> {
    let source = Source::Instance(desk.lab.web.clone());
    let world = desk.lab.edge.world();
    let mut issues: Vec<_> = world
        .sessions()
        .filter(|session| session.source.as_ref() == Some(&source))
        .map(|session| session.issue)
        .collect();
    issues.sort_unstable();
    issues
}

#[tokio::test]
async fn time_passes_and_what_is_due_happens() {
    let desk = Desk::new();
    let before = desk.lab.edge.now();
    let said = desk
        .post("/advance", &json!({ "seconds": 18 * 3600 }))
        .await;
    let now = SimInstant::parse(said.text("now")).unwrap();
    // Times are told in whole seconds.
    assert!(
        now + HOUR > before + 19 * HOUR - std::time::Duration::from_secs(1),
        "{said:?}"
    );
    assert_eq!(said.body["ahead_seconds"], 64_800.0);
    assert_eq!(issues_of_web(&desk), [1, 2, 3, 4]);
    assert_eq!(desk.get("/clock").await.body["ahead_seconds"], 64_800.0);
}

#[tokio::test]
async fn the_clock_is_set_forward_and_never_back() {
    let desk = Desk::new();
    let target = desk.lab.edge.now() + 24 * HOUR;
    let said = desk
        .post("/set-clock", &json!({ "time": target.to_string() }))
        .await;
    assert_eq!(said.status, 200, "{said:?}");
    assert!(desk.lab.edge.now() + std::time::Duration::from_secs(1) > target);
    assert_eq!(
        issues_of_web(&desk).len(),
        5,
        "everything that was due has happened"
    );
    let back = target - HOUR;
    let said = desk
        .post("/set-clock", &json!({ "time": back.to_string() }))
        .await;
    assert_eq!(
        (said.status, said.text("code")),
        (409, "time-does-not-go-back")
    );
    assert!(
        said.words().contains("a reset begins the world again"),
        "{said:?}"
    );
}

#[tokio::test]
async fn what_is_no_span_is_refused() {
    let desk = Desk::new();
    for body in [
        r#"{"seconds": -1}"#,
        r#"{"seconds": 1e300}"#,
        r#"{"seconds": "6h"}"#,
        r#"{"seconds": null}"#,
        r#"{"seconds": 1, "minutes": 2}"#,
        "{}",
        "",
        "[",
        "\u{0}",
    ] {
        let said = desk.ask("POST", "/advance", body).await;
        assert_eq!(
            (said.status, said.text("code")),
            (400, "bad-request"),
            "{body}"
        );
    }
    assert_eq!(desk.get("/clock").await.body["ahead_seconds"], 0.0);
}

#[tokio::test]
async fn sources_rotate_and_lose_their_sets_by_name_or_id() {
    let desk = Desk::new();
    let said = desk.post("/rotate", &json!({ "name": "web" })).await;
    assert_eq!(said.words(), "`web` has issue 2");
    let key = said.body["issued"]["access_key_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let by_id = desk.post("/rotate", &json!({ "name": desk.lab.web })).await;
    assert_eq!(by_id.words(), "`web` has issue 3");
    assert_eq!(
        desk.post("/rotate", &json!({ "name": desk.lab.task }))
            .await
            .words(),
        "`api` has issue 2"
    );

    let said = desk
        .post("/revoke", &json!({ "name": "web", "issue": 2 }))
        .await;
    assert_eq!(
        (said.words(), &said.body["ended"]),
        ("1 set of `web` revoked", &json!(1))
    );
    let ended = |key: &str| desk.lab.edge.world().session(key).unwrap().ended.is_some();
    assert!(ended(&key));
    let said = desk.post("/revoke", &json!({ "name": "web" })).await;
    assert_eq!(said.words(), "2 sets of `web` revoked");
    let said = desk
        .post("/revoke", &json!({ "name": "web", "issue": 9 }))
        .await;
    assert!(
        said.words().contains("issue 9 of `web` is not accepted"),
        "{said:?}"
    );
}

#[tokio::test]
async fn an_unknown_name_is_told_with_those_there_are() {
    let desk = Desk::new();
    let said = desk.post("/rotate", &json!({ "name": "wbe" })).await;
    assert_eq!(said.words(), "no instance, task or pod is called `wbe`");
    assert_eq!(said.body["known"], json!(["api", "desk", "strict", "web"]));
    let said = desk
        .post("/stop-instance", &json!({ "instance": "api" }))
        .await;
    assert_eq!(said.words(), "`api` is no instance");
    assert_eq!(said.body["known"], json!(["strict", "web"]));
    let said = desk
        .post(
            "/set-profile-role",
            &json!({ "profile": "web-profil", "role": "photo-app" }),
        )
        .await;
    assert_eq!(
        (said.text("code"), &said.body["known"]),
        ("NoSuchEntity", &json!(["web-profile"]))
    );
    let said = desk
        .post(
            "/attach-policy",
            &json!({ "role": "photo-ap", "policy": "AmazonS3FullAccess" }),
        )
        .await;
    assert_eq!(said.body["known"], json!(["photo-app"]));
    let said = desk
        .post(
            "/attach-policy",
            &json!({ "role": "photo-app", "policy": "AmazonS3" }),
        )
        .await;
    assert!(
        said.body["known"]
            .as_array()
            .unwrap()
            .contains(&json!("AmazonS3FullAccess"))
    );
}

#[tokio::test]
async fn a_role_is_taken_from_an_instance_and_given_back() {
    let desk = Desk::new();
    let web = json!({ "instance": "web" });
    let placed = json!({ "instance": "web", "profile": "web-profile" });
    assert_eq!(role_of_web(&desk).await, "photo-app");
    desk.post("/disassociate-profile", &web).await;
    assert_eq!(role_of_web(&desk).await, "");
    desk.post("/associate-profile", &placed).await;
    assert_eq!(role_of_web(&desk).await, "photo-app");
    desk.post("/stop-instance", &web).await;
    assert_eq!(role_of_web(&desk).await, "");
    desk.post("/start-instance", &web).await;
    assert_eq!(role_of_web(&desk).await, "photo-app");
    let said = desk.post("/terminate", &web).await;
    assert_eq!(said.words(), "`web` is gone");
    assert_eq!(role_of_web(&desk).await, "");
    let gone = desk.post("/associate-profile", &placed).await;
    assert_eq!(
        (gone.status, gone.text("code")),
        (409, "IncorrectInstanceState")
    );
}

#[tokio::test]
async fn policies_are_felt_at_once() {
    use crate::support::signer::get;
    let desk = Desk::new();
    let status = async || desk.lab.call_signed(get("k")).await.status;
    assert_eq!(status().await, 404, "it may look, and there is nothing");
    let full = json!({ "role": "photo-app", "policy": "AmazonS3FullAccess" });
    desk.post("/detach-policy", &full).await;
    assert_eq!(status().await, 403);
    desk.post("/attach-policy", &full).await;
    assert_eq!(status().await, 404);
    let deny = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
    let put = json!({ "role": "photo-app", "name": "no", "document": deny });
    desk.post("/put-policy", &put).await;
    assert_eq!(status().await, 403);
    let bad = json!({ "role": "photo-app", "name": "no", "document": "{\"Version\": 1}" });
    let said = desk.post("/put-policy", &bad).await;
    assert!(
        said.status == 400 && said.words().starts_with("`document`: "),
        "{said:?}"
    );
}

#[tokio::test]
async fn sessions_of_a_role_are_denied_and_the_next_are_not() {
    use crate::support::signer::get;
    let desk = Desk::new();
    // Later than the sets by more than a millisecond, which is as exactly as it is told.
    desk.post("/advance", &json!({ "seconds": 1 })).await;
    desk.post("/revoke-role", &json!({ "role": "photo-app" }))
        .await;
    assert_eq!(desk.lab.call_signed(get("k")).await.status, 403);
    desk.post("/advance", &json!({ "seconds": 1 })).await;
    desk.post("/rotate", &json!({ "name": "web" })).await;
    assert_eq!(desk.lab.call_signed(get("k")).await.status, 404);
}

#[tokio::test]
async fn a_reset_is_told_of_whoever_made_the_world() {
    let desk = Desk::new();
    let said = desk.post("/reset", &json!({})).await;
    assert_eq!(said.words(), "the world is as it began");
    assert_eq!(desk.resets.load(Ordering::SeqCst), 1);
    let said = desk.post("/reset", &json!({})).await;
    assert_eq!(
        (said.status, said.words()),
        (500, "it cannot be made again")
    );
}

#[tokio::test]
async fn a_device_shows_its_code_and_the_next() {
    let desk = Desk::new();
    let serial = give_device(&desk.lab, "ann", "ann");
    let now = desk.lab.edge.now();
    let code = |at: SimInstant| {
        let shown = desk.lab.edge.world().mfa_code(at, &serial).unwrap();
        shown.code.expose().to_owned()
    };
    let step = std::time::Duration::from_secs(30);
    let (present, next) = (code(now), code(now + step));
    let by_user = desk.get("/mfa-code?device=ann").await;
    let escaped = serial.replace(':', "%3A").replace('/', "%2F");
    let by_serial = desk.get(&format!("/mfa-code?device={escaped}")).await;
    for said in [by_user, by_serial] {
        // The step may have ended meanwhile.
        let shown = said.text("code");
        assert!([&present, &next].contains(&&shown.to_owned()), "{said:?}");
        assert_eq!(said.text("serial"), serial);
        assert!(said.body["spent"].is_boolean());
    }
}
