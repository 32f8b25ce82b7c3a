//! What the control says of why a request was let pass, or was not.

use rolecall_account::{Guardrails, Organize};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::support::signer::put;

const ROLE: &str = "photo-app";

/// What an upload with the role's policies as they stand comes to.
async fn uploaded(desk: &Desk) -> Value {
    let answer = desk.lab.call_signed(put("k", "x", &[])).await;
    let id = answer.header("x-amz-request-id").unwrap();
    let said = desk.get(&format!("/explain/{id}")).await;
    said.body["why"].clone()
}

async fn put_policy(desk: &Desk, name: &str, statement: &Value) {
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let asked = json!({ "role": ROLE, "name": name, "document": document.to_string() });
    let said = desk.post("/put-policy", &asked).await;
    assert_eq!(said.status, 200, "{said:?}");
}

fn layer<'a>(why: &'a Value, kind: &str) -> &'a Value {
    let layers = why["layers"].as_array().unwrap();
    layers.iter().find(|layer| layer["kind"] == kind).unwrap()
}

#[tokio::test]
async fn an_allowed_request_names_its_statement() {
    let desk = Desk::new();
    let why = uploaded(&desk).await;
    assert_eq!(why["outcome"], "allowed", "{why}");
    assert_eq!(why["action"], "s3:PutObject");
    assert_eq!(why["message"], Value::Null);
    assert!(
        why["principal"]
            .as_str()
            .unwrap()
            .contains(":assumed-role/")
    );
    assert_eq!(why["context"]["aws:requestedregion"], json!(["us-east-1"]));
    let identity = layer(&why, "identity-based policy");
    assert_eq!(identity["says"], "allows");
    assert_eq!(identity["statement"]["policy"], "AmazonS3FullAccess");
    assert_eq!(layer(&why, "resource-based policy")["policies"], json!([]));
}

// policy.context.of-the-request
#[tokio::test]
async fn a_refused_request_names_what_nearly_allowed_it() {
    let desk = Desk::new();
    put_policy(
        &desk,
        "office",
        &json!({
            "Sid": "Office", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*",
            "Condition": { "StringLike": { "aws:UserAgent": "office/*" } },
        }),
    )
    .await;
    let asked = json!({ "role": ROLE, "policy": "AmazonS3FullAccess" });
    desk.post("/detach-policy", &asked).await;
    let why = uploaded(&desk).await;
    assert_eq!(why["outcome"], "implicitly-denied", "{why}");
    let identity = layer(&why, "identity-based policy");
    assert_eq!(
        (&identity["policies"], &identity["says"]),
        (&json!(["office"]), &json!("nothing"))
    );
    let near = &identity["near_misses"][0];
    assert_eq!(
        near["statement"],
        json!({ "policy": "office", "number": 1, "sid": "Office" })
    );
    let condition = &near["conditions"][0];
    assert_eq!(
        (&condition["key"], &condition["wanted"]),
        (&json!("aws:UserAgent"), &json!(["office/*"]))
    );
    let message = why["message"].as_str().unwrap();
    assert!(
        message.ends_with("because no identity-based policy allows the s3:PutObject action"),
        "{message}"
    );
    // What was decided by is what stood then, whatever is done afterwards.
    desk.post("/attach-policy", &asked).await;
    assert_eq!(uploaded(&desk).await["outcome"], "allowed");
}

#[tokio::test]
async fn a_denied_request_names_the_statement_that_denies() {
    let desk = Desk::new();
    let deny = json!({ "Effect": "Deny", "Action": "s3:Put*", "Resource": "*" });
    put_policy(&desk, "read-only", &deny).await;
    let why = uploaded(&desk).await;
    assert_eq!(why["outcome"], "explicitly-denied", "{why}");
    let identity = layer(&why, "identity-based policy");
    assert_eq!(identity["says"], "denies");
    assert_eq!(
        identity["statement"],
        json!({ "policy": "read-only", "number": 1 })
    );
}

// policy.scp.every-level-allows: who asks why is told what each level says.
#[tokio::test]
async fn the_levels_of_an_organization_are_told_apart() {
    let desk = Desk::new();
    let account = desk.lab.edge.world().account().to_owned();
    let nothing = Guardrails {
        full_access: false,
        ..Guardrails::default()
    };
    desk.lab.edge.world().organize(Organize {
        accounts: [(account, nothing)].into(),
        ..Organize::default()
    });
    let why = uploaded(&desk).await;
    let message = why["message"].as_str().unwrap();
    assert!(
        message.ends_with("because no service control policy allows the s3:PutObject action"),
        "{message}"
    );
    let layers = why["layers"].as_array().unwrap().iter();
    let levels = layers.filter(|layer| layer["kind"] == "service control policy");
    let told: Vec<_> = levels
        .map(|layer| (&layer["level"], &layer["policies"], &layer["says"]))
        .collect();
    let (full, none) = (json!(["FullAWSAccess"]), json!([]));
    assert_eq!(
        told,
        [
            (&json!(1), &full, &json!("allows")),
            (&json!(2), &none, &json!("nothing")),
        ]
    );
}
