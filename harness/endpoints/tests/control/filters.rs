//! What the control routes say of what happened.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::support::signer::{get, put};
use crate::support::{METADATA, request};

/// An upload, a refused download, and a look at the metadata.
async fn happen(desk: &Desk) -> String {
    desk.lab.call_signed(put("k", "x", &[])).await;
    let uri = format!("{METADATA}/latest/meta-data/iam/security-credentials/");
    desk.lab
        .send(desk.lab.on_web(), request("GET", &uri, &[]))
        .await;
    let refused = desk.lab.call_signed(get("nothing")).await;
    refused.header("x-amz-request-id").unwrap().to_owned()
}

async fn found(desk: &Desk, query: &str) -> Vec<Value> {
    let said = desk.get(&format!("/journal?{query}")).await;
    assert_eq!(said.status, 200, "{query}: {said:?}");
    said.body["entries"].as_array().unwrap().clone()
}

async fn operations(desk: &Desk, query: &str) -> Vec<String> {
    let entries = found(desk, query).await;
    entries
        .iter()
        .filter_map(|entry| entry["exchange"]["operation"].as_str())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_journal_is_filtered() {
    let desk = Desk::new();
    happen(&desk).await;
    assert_eq!(
        operations(&desk, "operation=s3:*").await,
        ["s3-put-object", "s3-get-object"]
    );
    assert_eq!(
        operations(&desk, "operation=S3:Put*").await,
        ["s3-put-object"]
    );
    assert_eq!(
        operations(&desk, "operation=imds-*&status=200").await,
        ["imds-role"]
    );
    assert_eq!(operations(&desk, "errors=true").await, ["s3-get-object"]);
    assert_eq!(operations(&desk, "status=4xx").await, ["s3-get-object"]);
    assert_eq!(
        operations(&desk, "caller=photo-*&status=200").await,
        ["s3-put-object"]
    );
    assert_eq!(found(&desk, "caller=nobody").await.len(), 0);
    assert_eq!(found(&desk, "since=2999-01-01T00:00:00Z").await.len(), 0);
    assert_eq!(
        found(&desk, "since=2001-01-01T00:00:00Z").await,
        found(&desk, "").await
    );
}

#[tokio::test]
async fn filters_that_are_none_are_refused() {
    let desk = Desk::new();
    for (query, told) in [
        ("status=600", "`status`: `600` is no status"),
        ("since=yesterday", "`since`: `yesterday` is no time"),
        ("errors=maybe", "errors"),
        ("format=xml", "format"),
        ("colour=red", "colour"),
        ("after=-1", "after"),
    ] {
        let said = desk.get(&format!("/journal?{query}")).await;
        assert_eq!(said.status, 400, "{query}");
        assert!(said.words().contains(told), "{query}: {said:?}");
    }
}

#[tokio::test]
async fn whoever_follows_gets_everything_once() {
    let desk = Desk::new();
    let first = desk.get("/journal").await;
    let mark = first.body["written"].as_u64().unwrap();
    assert_eq!(found(&desk, &format!("after={mark}")).await.len(), 0);
    happen(&desk).await;
    assert_eq!(found(&desk, &format!("after={mark}")).await.len(), 3);
    assert_eq!(
        operations(&desk, &format!("after={mark}&errors=true"))
            .await
            .len(),
        1
    );
}

// cloudtrail.metadata.unrecorded
#[tokio::test]
async fn the_journal_as_records_of_cloudtrail() {
    let desk = Desk::new();
    let refused = happen(&desk).await;
    let records = found(&desk, "format=cloudtrail").await;
    let named = |name: &str| {
        let mut records = records.iter();
        records.find(|record| record["eventName"] == name).unwrap()
    };
    let put = named("PutObject");
    assert_eq!(put["requestParameters"]["bucketName"], "photos");
    assert_eq!(put["requestParameters"]["key"], "k");
    assert_eq!(
        put["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"],
        "photo-app"
    );
    let get = named("GetObject");
    assert_eq!(
        (&get["errorCode"], &get["requestID"]),
        (&json!("NoSuchKey"), &json!(refused))
    );
    assert!(
        records
            .iter()
            .all(|record| record["eventSource"] != "none.amazonaws.com")
    );
    let text = Value::from(records).to_string();
    for session in desk.lab.edge.world().sessions() {
        assert!(!text.contains(session.secret_access_key.expose()));
        assert!(!text.contains(session.session_token.as_ref().unwrap().expose()));
    }
}

#[tokio::test]
async fn a_request_is_explained_by_any_of_its_ids() {
    let desk = Desk::new();
    let refused = happen(&desk).await;
    let said = desk.get(&format!("/explain/{refused}")).await;
    let entry = &said.body["entry"];
    assert_eq!(entry["exchange"]["operation"], "s3-get-object");
    assert_eq!(
        (&said.body["keys"]["source"], &said.body["keys"]["issue"]),
        (&json!("web"), &json!(1))
    );
    assert_eq!(said.body["keys"]["ended"], Value::Null);

    let by_number = desk.get(&format!("/explain/{}", entry["number"])).await;
    assert_eq!(by_number.body, said.body);
    let records = found(&desk, "format=cloudtrail&errors=true").await;
    let event = records[0]["eventID"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/explain/{event}")).await.body, said.body);

    desk.post("/revoke", &json!({ "name": "web" })).await;
    let said = desk.get(&format!("/explain/{refused}")).await;
    assert_eq!(
        said.body["keys"]["ended"], "revoked",
        "what has become of them since"
    );

    let control = desk.get("/explain/1").await;
    assert!(control.body["entry"]["control"].is_object(), "{control:?}");
    for unknown in [
        "0",
        "999999",
        "ABC",
        "%ff",
        "00000000-0000-0000-0000-000000000000",
    ] {
        let said = desk.get(&format!("/explain/{unknown}")).await;
        assert_eq!(
            (said.status, said.text("code")),
            (404, "no-such-request"),
            "{unknown}"
        );
    }
}
