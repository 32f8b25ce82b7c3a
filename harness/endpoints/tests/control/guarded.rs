//! Who may control a world.

use axum::body::Body;
use http::Request;
use rolecall_endpoints::openapi;

use crate::desk::{Desk, TOKEN, request};

/// Every route there is, with something in the place of what varies, and one there is not.
fn everything() -> Vec<(String, String)> {
    let document = openapi();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase(), path.replace("{id}", "1")))
    });
    routes
        .chain([("GET".to_owned(), "/nowhere".to_owned())])
        .collect()
}

#[tokio::test]
async fn nothing_answers_without_the_token() {
    let desk = Desk::new();
    let mark = desk.lab.edge.world().journal().mark();
    for (method, path) in everything() {
        for token in ["", "Bearer ", "Bearer wrong", "Basic x", &TOKEN[1..]] {
            let mut request = request(&method, &path, "{}");
            let headers = request.headers_mut();
            headers.remove("authorization");
            if !token.is_empty() {
                headers.insert("authorization", token.parse().unwrap());
            }
            let said = desk.send(request).await;
            assert_eq!(said.status, 401, "{method} {path} {token}");
            assert_eq!(said.text("code"), "unauthorized");
        }
    }
    assert_eq!(desk.lab.edge.world().journal().mark(), mark);
}

#[tokio::test]
async fn nothing_answers_under_another_name() {
    let desk = Desk::new();
    for (method, path) in everything() {
        for host in [
            "rebound.example:80",
            "127.0.0.1.example:80",
            "127.0.0.1",
            "",
        ] {
            let mut request = request(&method, &path, "{}");
            request.headers_mut().insert("host", host.parse().unwrap());
            let said = desk.send(request).await;
            assert_eq!(said.status, 403, "{method} {path} {host}");
        }
    }
    let nameless = Request::get("/clock").body(Body::empty()).unwrap();
    assert_eq!(desk.send(nameless).await.status, 403);
}
