//! The description and the routes are the same.

use std::collections::{BTreeMap, BTreeSet};

use rolecall_endpoints::openapi;
use serde_json::{Value, json};

use crate::desk::{Desk, Said};
use crate::schema::{resolved, violations};
use crate::support::give_device;
use crate::support::signer::get;

/// Something to ask, and the status it is answered with. The path is that of the description.
struct Case {
    method: &'static str,
    path: &'static str,
    /// In the place of what varies in the path, or after `?`.
    with: String,
    body: Value,
    status: u16,
}

fn post(path: &'static str, body: Value, status: u16) -> Case {
    Case {
        method: "post",
        path,
        with: String::new(),
        body,
        status,
    }
}

fn fetch(path: &'static str, with: &str, status: u16) -> Case {
    Case {
        method: "get",
        path,
        with: with.to_owned(),
        body: Value::Null,
        status,
    }
}

/// Launches, and what the console does.
fn launches() -> Vec<Case> {
    vec![
        post(
            "/launch",
            json!({ "name": "batch", "profile": "web-profile" }),
            200,
        ),
        post("/launch", json!({ "name": "batch" }), 409),
        post(
            "/launch",
            json!({ "name": "other", "profile": "nothing" }),
            404,
        ),
        post(
            "/launch",
            json!({ "name": "other", "http_tokens": "maybe" }),
            400,
        ),
        fetch("/instances", "", 200),
        fetch("/instances", "?all=yes", 400),
        post(
            "/console-modify-iam-role",
            json!({ "instance": "batch" }),
            200,
        ),
        post(
            "/console-modify-iam-role",
            json!({ "instance": "batch", "role": "nothing" }),
            404,
        ),
        post(
            "/console-modify-iam-role",
            json!({ "instance": "btach" }),
            404,
        ),
        post("/terminate", json!({ "instance": "batch" }), 200),
        post(
            "/console-modify-iam-role",
            json!({ "instance": "batch", "role": "web-profile" }),
            409,
        ),
        post(
            "/console-create-role",
            json!({ "name": "batch-app", "trust": "ec2" }),
            200,
        ),
        post(
            "/console-create-role",
            json!({ "name": "batch-app", "trust": "ec2" }),
            409,
        ),
        post(
            "/console-create-role",
            json!({ "name": "x", "trust": "ec2", "policies": ["Nothing"] }),
            404,
        ),
        post(
            "/console-create-role",
            json!({ "name": "x", "trust": "EC 2" }),
            400,
        ),
    ]
}

/// Every route, with every status it is described with that a request can bring about.
fn cases(request_id: &str) -> Vec<Case> {
    let web = json!({ "instance": "web" });
    let nobody = json!({ "instance": "wbe" });
    let placed =
        |instance: &str, profile: &str| json!({ "instance": instance, "profile": profile });
    let attached = |role: &str| json!({ "role": role, "policy": "AmazonS3ReadOnlyAccess" });
    let put = |role: &str| json!({ "role": role, "name": "p", "document": POLICY });
    let century = 100.0 * 365.0 * 86_400.0;
    let large = "x".repeat(200 << 10);
    let mut cases = launches();
    cases.extend([
        fetch("/openapi.json", "", 200),
        fetch("/openapi.json", "?x=1", 400),
        fetch("/clock", "", 200),
        fetch("/clock", "?x=1", 400),
        post("/advance", json!({ "seconds": 0.5 }), 200),
        post("/advance", json!({ "seconds": century }), 400),
        post("/set-clock", json!({ "time": "2001-01-01T00:00:00Z" }), 409),
        post("/set-clock", json!({ "time": "tomorrow" }), 400),
        post("/rotate", json!({ "name": "web" }), 200),
        post("/rotate", json!({ "name": "wbe" }), 404),
        post("/revoke", json!({ "name": "web", "issue": 1 }), 200),
        post("/revoke", json!({ "name": "web", "issue": 1 }), 409),
        post("/revoke", json!({ "name": "wbe" }), 404),
        post("/revoke-role", json!({ "role": "photo-app" }), 200),
        post("/revoke-role", json!({ "role": "nobody" }), 404),
        post("/replace-profile", placed("web", "web-profile"), 200),
        post("/replace-profile", placed("web", "nothing"), 404),
        post("/disassociate-profile", web.clone(), 200),
        post("/disassociate-profile", web.clone(), 409),
        post("/disassociate-profile", nobody.clone(), 404),
        post("/rotate", json!({ "name": "web" }), 409),
        post("/replace-profile", placed("web", "web-profile"), 409),
        post("/associate-profile", placed("web", "nothing"), 404),
        post("/associate-profile", placed("web", "web-profile"), 200),
        post("/associate-profile", placed("web", "web-profile"), 409),
        post("/stop-instance", web.clone(), 200),
        post("/stop-instance", web.clone(), 409),
        post("/stop-instance", nobody.clone(), 404),
        post("/start-instance", web.clone(), 200),
        post("/start-instance", web.clone(), 409),
        post("/start-instance", nobody.clone(), 404),
        post("/terminate", web.clone(), 200),
        post("/terminate", nobody, 404),
        post(
            "/set-profile-role",
            json!({ "profile": "web-profile", "role": "photo-app" }),
            200,
        ),
        post(
            "/set-profile-role",
            json!({ "profile": "nothing", "role": "photo-app" }),
            404,
        ),
        post("/attach-policy", attached("photo-app"), 200),
        post("/attach-policy", attached("nobody"), 404),
        post("/detach-policy", attached("photo-app"), 200),
        post("/detach-policy", attached("photo-app"), 404),
        post("/put-policy", put("photo-app"), 200),
        post("/put-policy", put("nobody"), 404),
        fetch("/mfa-code", "?device=ann", 200),
        fetch("/mfa-code", "?device=nobody", 404),
        fetch("/mfa-code", "?device=bob", 409),
        fetch("/mfa-code", "", 400),
        post("/add-fault", fault("imds-*", &json!("black-hole")), 200),
        post(
            "/add-fault",
            fault("imds-*", &json!({ "delay": "soon" })),
            400,
        ),
        post(
            "/add-fault",
            json!({ "name": "slow", "place": "wbe", "effect": "black-hole" }),
            404,
        ),
        fetch("/faults", "", 200),
        post("/clear-fault", json!({ "name": "slow" }), 200),
        post("/clear-fault", json!({ "name": "slow" }), 404),
        post("/clear-fault", json!({}), 200),
        fetch("/faults", "?all=yes", 400),
        fetch("/journal", "", 200),
        fetch("/journal", "?format=cloudtrail&operation=s3:*", 200),
        fetch("/journal", "?status=teapot", 400),
        fetch("/explain/{id}", request_id, 200),
        fetch("/explain/{id}", "1", 200),
        fetch("/explain/{id}", "nothing", 404),
    ]);
    cases.extend(whole_worlds());
    cases.extend(tokens().into_iter().chain(keys()));
    cases.extend(service_sessions());
    let takers: BTreeSet<_> = cases
        .iter()
        .filter(|case| case.method == "post")
        .map(|case| case.path)
        .collect();
    for path in takers {
        cases.push(post(path, json!({ "nonsense": 1 }), 400));
        // A whole world may be as large as that.
        let status = if path == "/load" { 400 } else { 413 };
        cases.push(post(path, json!(large), status));
    }
    cases
}

fn whole_worlds() -> [Case; 7] {
    [
        post("/reset", Value::Null, 200),
        post("/reset", json!({}), 500),
        fetch("/dump", "", 200),
        fetch("/dump", "", 409),
        fetch("/dump", "?x=1", 400),
        post("/load", json!({ "busy": 1 }), 409),
        post("/load", json!({ "full": 1 }), 500),
    ]
}

fn service_sessions() -> [Case; 3] {
    [
        ("ec2.amazonaws.com", "photo-app", 200),
        ("sqs.amazonaws.com", "photo-app", 409),
        ("ec2.amazonaws.com", "photo", 404),
    ]
    .map(|(service, role, status)| {
        let asked = json!({ "service": service, "role": role });
        post("/service-session", asked, status)
    })
}

fn tokens() -> [Case; 2] {
    ["https", "http"].map(|scheme| {
        let issuer = format!("{scheme}://oidc.simulated.example");
        let status = if scheme == "https" { 200 } else { 400 };
        let asked = json!({ "issuer": issuer, "subject": "job" });
        post("/web-identity-token", asked, status)
    })
}

fn keys() -> [Case; 2] {
    let set = include_str!("../../../../fixtures/identity/rsa.jwks.json");
    let set: Value = serde_json::from_str(set).unwrap();
    [(set["keys"].clone(), 200), (json!([{ "kty": "oct" }]), 400)].map(|(keys, status)| {
        let asked = json!({ "issuer": "https://oidc.simulated.example", "keys": keys });
        post("/web-identity-keys", asked, status)
    })
}

fn fault(operation: &str, effect: &Value) -> Value {
    json!({ "name": "slow", "operation": operation, "times": 1, "effect": effect })
}

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;

async fn ask(desk: &Desk, case: &Case) -> Said {
    let uri = if case.path.contains('{') {
        case.path.replace("{id}", &case.with)
    } else {
        format!("{}{}", case.path, case.with)
    };
    let body = match &case.body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    desk.ask(&case.method.to_uppercase(), &uri, &body).await
}

#[tokio::test]
async fn every_route_answers_as_it_is_described() {
    let document = openapi();
    let desk = Desk::new();
    let answer = desk.lab.call_signed(get("nothing")).await;
    let request_id = answer.header("x-amz-request-id").unwrap();
    for (user, device) in [("ann", "ann"), ("bob", "bob"), ("bob", "other")] {
        give_device(&desk.lab, user, device);
    }
    let mut seen = BTreeMap::<_, BTreeSet<u16>>::new();
    for case in cases(request_id) {
        let told = format!("{} {} {} {}", case.method, case.path, case.with, case.body);
        let told: String = told.chars().take(200).collect();
        let said = ask(&desk, &case).await;
        assert_eq!(said.status, case.status, "{told}: {said:?}");
        let operation = &document["paths"][case.path][case.method];
        let response = &operation["responses"][said.status.to_string()];
        let schema = response.pointer("/content/application~1json/schema");
        let schema = schema.unwrap_or_else(|| panic!("{told}: {} is not described", said.status));
        let wrong = violations(&document, schema, &said.body);
        assert!(wrong.is_empty(), "{told}: {wrong:?}");
        if said.status == 200 && case.method == "post" {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = match &case.body {
                Value::Null => &json!({}),
                body => body,
            };
            let wrong = violations(&document, schema, body);
            assert!(wrong.is_empty(), "{told}: {wrong:?}");
        }
        let operation = (case.path.to_owned(), case.method.to_owned());
        seen.entry(operation).or_default().insert(said.status);
    }
    assert_eq!(seen, promised(&document));
}

/// The statuses of each route. What the guard answers is tested with it.
fn promised(document: &Value) -> BTreeMap<(String, String), BTreeSet<u16>> {
    let guard = [401, 403];
    let mut promised = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap().keys();
            let mut statuses: BTreeSet<u16> = statuses
                .map(|status| status.parse().unwrap())
                .filter(|status| !guard.contains(status))
                .collect();
            // It would need a world in which hundreds of thousands of things happen.
            if path == "/advance" {
                assert!(statuses.remove(&409));
            }
            // It would need the time of day; `verbs` has it.
            if path == "/set-clock" {
                assert!(statuses.remove(&200));
            }
            // One would need a GiB, the other a whole world: the command's tests have one.
            if path == "/load" {
                assert!(statuses.remove(&413) && statuses.remove(&200));
            }
            promised.insert((path.clone(), method.clone()), statuses);
        }
    }
    promised
}

#[tokio::test]
async fn what_is_not_described_is_not_there() {
    let desk = Desk::new();
    let document = openapi();
    for path in [
        "/",
        "/clock/",
        "/explain",
        "/explain/a/b",
        "/gates",
        "/journal.json",
        "//clock",
    ] {
        let said = desk.get(path).await;
        assert_eq!(
            (said.status, said.text("code")),
            (404, "no-such-route"),
            "{path}"
        );
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete", "patch", "options"] {
            if methods.get(method).is_none() {
                let uri = path.replace("{id}", "1");
                let said = desk.ask(&method.to_uppercase(), &uri, "").await;
                assert_eq!(
                    (said.status, said.text("code")),
                    (405, "wrong-method"),
                    "{method} {path}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_that_is_printed() {
    let desk = Desk::new();
    assert_eq!(desk.get("/openapi.json").await.body, openapi());
}

/// The structure that the OpenAPI Specification 3.1 asks for, as far as this document uses it.
#[test]
fn the_document_is_openapi() {
    let document = openapi();
    let members: BTreeSet<_> = document.as_object().unwrap().keys().cloned().collect();
    let expected = ["components", "info", "openapi", "paths", "security"];
    assert_eq!(members, expected.map(str::to_owned).into());
    assert_eq!(document["openapi"], "3.1.0");
    for member in ["title", "version", "description"] {
        assert!(document["info"][member].is_string(), "{member}");
    }
    let scheme = document["security"][0].as_object().unwrap().keys().next();
    assert_eq!(
        document["components"]["securitySchemes"][scheme.unwrap()]["type"],
        "http"
    );
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with('/'));
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|says| !says.is_empty())
            );
            check_parameters(&document, path, operation);
            check_responses(operation);
        }
    }
    references(&document, &document);
}

fn check_parameters(document: &Value, path: &str, operation: &Value) {
    let mut in_path = BTreeSet::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        assert!(
            !parameter["description"].as_str().unwrap().is_empty(),
            "{name}"
        );
        let schema = resolved(document, &parameter["schema"]);
        assert!(
            schema["type"].is_string() || schema["type"].is_array(),
            "{name}: {schema}"
        );
        match parameter["in"].as_str().unwrap() {
            "path" => {
                assert_eq!(parameter["required"], true);
                in_path.insert(format!("{{{name}}}"));
            }
            other => assert_eq!(other, "query"),
        }
    }
    let variable = path.split('/').filter(|part| part.starts_with('{'));
    assert_eq!(in_path, variable.map(str::to_owned).collect(), "{path}");
}

fn check_responses(operation: &Value) {
    let responses = operation["responses"].as_object().unwrap();
    assert!(responses.contains_key("200"));
    for (status, response) in responses {
        assert!(
            status
                .parse::<u16>()
                .is_ok_and(|status| (200..600).contains(&status))
        );
        assert!(
            response["description"]
                .as_str()
                .is_some_and(|says| !says.is_empty())
        );
    }
}

/// Every reference leads somewhere.
fn references(document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("$ref") {
                resolved(document, value);
            }
            members
                .values()
                .for_each(|value| references(document, value));
        }
        Value::Array(items) => items.iter().for_each(|value| references(document, value)),
        _ => {}
    }
}
