//! The control routes: what is asked wrongly, and what is broken.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::draw::Draw;
use crate::spoil::spoil_bytes;
use crate::support::signer::get;
use crate::support::{Answer, Lab, request};

const REQUESTS: usize = 4_000;
const TOKEN: &str = "Bearer open-sesame";
const HOST: &str = "127.0.0.1:1";
const JSON: (&str, &str) = ("content-type", "application/json");

fn router(lab: &Lab) -> Router {
    lab.control("open-sesame")
}

fn asked(method: &str, path: &str, body: &str) -> Request<Bytes> {
    let headers = [("host", HOST), ("authorization", TOKEN), JSON];
    request(method, path, &headers).map(|_| Bytes::from(body.to_owned()))
}

async fn send(router: &Router, request: Request<Bytes>) -> Answer {
    let request = request.map(axum::body::Body::from);
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

/// What a refusal says.
#[track_caller]
fn message(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    assert!(document["code"].is_string(), "{document}");
    document["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_in_one_form() {
    let lab = Lab::by_the_machine(None::<fn(&str)>);
    let router = router(&lab);
    let before = lab.edge.now();
    for (method, path, body, status, said) in [
        ("GET", "/", "", 404, "no such control route"),
        ("GET", "/advance/more", "", 404, "no such control route"),
        ("GET", "/advance", "", 405, "another method"),
        ("POST", "/journal", "", 405, "another method"),
        ("POST", "/advance", "", 400, "missing field `seconds`"),
        ("POST", "/advance", "{", 400, "EOF"),
        ("POST", "/advance", "{}", 400, "missing field `seconds`"),
        (
            "POST",
            "/advance",
            r#"{"seconds": "6h"}"#,
            400,
            "expected f64",
        ),
        (
            "POST",
            "/advance",
            r#"{"seconds": 1, "hours": 2}"#,
            400,
            "`hours`",
        ),
        ("POST", "/advance", r#"{"seconds": -1}"#, 400, "negative"),
        (
            "POST",
            "/advance",
            r#"{"seconds": 315360001}"#,
            400,
            "ten years at most",
        ),
        ("POST", "/advance", r#"{"seconds": 1e300}"#, 400, "seconds"),
        (
            "POST",
            "/advance",
            r#"{"seconds": 1e999}"#,
            400,
            "number out of range",
        ),
        ("GET", "/journal?after=-1", "", 400, "invalid digit"),
        (
            "GET",
            "/journal?after=18446744073709551616",
            "",
            400,
            "too large",
        ),
        ("GET", "/journal?until=1", "", 400, "`until`"),
        (
            "GET",
            "/explain/nobody",
            "",
            404,
            "no request of this run has the id `nobody`",
        ),
        ("GET", "/explain/%ff", "", 404, "no request of this run"),
    ] {
        let told = format!("{method} {path} {body}");
        let answer = send(&router, asked(method, path, body)).await;
        assert_eq!(answer.status, status, "{told}: {answer:?}");
        assert!(message(&answer).contains(said), "{told}: {answer:?}");
    }
    let large = asked("POST", "/advance", &" ".repeat(3 << 20));
    let answer = send(&router, large).await;
    assert_eq!(answer.status, 413);
    assert!(message(&answer).contains("length limit"), "{answer:?}");
    assert!(
        lab.edge.now().since(before) < Duration::from_hours(1),
        "no time passed"
    );
    let last = send(
        &router,
        asked("GET", "/journal?after=18446744073709551615", ""),
    )
    .await;
    assert_eq!(last.status, 200);
    assert_eq!(last.json()["entries"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn nobody_else_gets_anything_but_a_refusal() {
    let lab = Lab::by_the_machine(None::<fn(&str)>);
    let router = router(&lab);
    let with = |name: &'static str, values: &[&str]| {
        let mut request = asked("GET", "/journal", "");
        request.headers_mut().remove(name);
        for value in values {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().append(name, value);
        }
        request
    };
    for (request, status) in [
        (with("host", &[]), 403),
        (with("host", &["127.0.0.1"]), 403),
        (with("host", &["rebound.example:1"]), 403),
        (with("host", &["127.0.0.1.rebound.example:1"]), 403),
        (with("host", &["rebound.example:1", HOST]), 403),
        (with("authorization", &[]), 401),
        (with("authorization", &["open-sesame"]), 401),
        (with("authorization", &["Bearer "]), 401),
        (with("authorization", &["Bearer open-sesam"]), 401),
        (with("authorization", &["Bearer open-sesame2"]), 401),
        (with("authorization", &["Basic open-sesame"]), 401),
    ] {
        let told = format!("{:?}", request.headers());
        let answer = send(&router, request).await;
        assert_eq!(answer.status, status, "{told}");
        assert!(!message(&answer).is_empty(), "{told}");
    }
}

/// The path by which a request of nobody, which is refused, is explained.
async fn refused(lab: &Lab) -> String {
    let answer = lab.call(get("k")).await;
    let id = answer.header("x-amz-request-id").unwrap();
    format!("/explain/{id}")
}

const SCRAPS: &[&[u8]] = &[
    b"0", b"-", b".", b"\"", b"{", b"}", b"[", b"%", b"%ff", b"/", b"&", b"=", b"?", b"after=1",
    b"seconds", b"null", b"\xff", b"\0", b"..",
];

#[tokio::test]
async fn broken_requests_are_refused_in_one_form_and_break_nothing() {
    let lab = Lab::by_the_machine(None::<fn(&str)>);
    // As a served world keeps it: years may pass here.
    lab.edge.world().keep_journal(1_000);
    let router = router(&lab);
    let explain = refused(&lab).await;
    let deep = "[".repeat(100_000);
    let seeds = [
        asked("POST", "/advance", r#"{"seconds": 0.5}"#),
        asked("POST", "/advance", &deep),
        asked("POST", "/rotate", r#"{"name": "web"}"#),
        asked("POST", "/revoke", r#"{"name": "api", "issue": 1}"#),
        asked("POST", "/set-clock", r#"{"time": "2031-05-01T00:00:00Z"}"#),
        asked(
            "POST",
            "/put-policy",
            r#"{"role": "photo-app", "name": "p", "document": "{}"}"#,
        ),
        asked("GET", "/journal?after=3&operation=s3:*&status=4xx", ""),
        asked("GET", "/openapi.json", ""),
        asked("GET", &explain, ""),
    ];
    let mut draw = Draw(2);
    let mut statuses = BTreeMap::<u16, usize>::new();
    for number in 0..REQUESTS {
        let mut request = seeds[draw.below(seeds.len())].clone();
        for _ in 0..draw.below(4) {
            spoil(&mut draw, &mut request);
        }
        let told = format!("request {number}: {} {}", request.method(), request.uri());
        let is_head = request.method() == Method::HEAD;
        let headers = request.headers().clone();
        let answer = send(&router, request).await;
        if answer.status >= 400 && !is_head {
            assert!(!message(&answer).is_empty(), "{told}: {answer:?}");
        }
        let expected = [200, 400, 401, 403, 404, 405, 409, 413];
        assert!(expected.contains(&answer.status), "{told}: {answer:?}");
        let admitted = headers.get("authorization").is_some_and(|it| it == TOKEN)
            && headers
                .get("host")
                .is_some_and(|it| it.as_bytes().starts_with(b"127.0.0.1:"));
        assert!(admitted || [401, 403].contains(&answer.status), "{told}");
        *statuses.entry(answer.status).or_default() += 1;
    }
    for status in [200, 400, 401, 403, 404, 405, 409] {
        assert!(
            statuses.contains_key(&status),
            "nothing came so far as a {status}"
        );
    }
    let explain = refused(&lab).await;
    let explained = send(&router, asked("GET", &explain, "")).await;
    assert_eq!(
        explained.json()["entry"]["exchange"]["status"],
        403,
        "{}",
        explained.text()
    );
    let passed = asked("POST", "/advance", r#"{"seconds": 3600}"#);
    assert_eq!(send(&router, passed).await.status, 200);
}

fn spoil(draw: &mut Draw, request: &mut Request<Bytes>) {
    match draw.below(5) {
        0 => {
            let methods = ["GET", "POST", "PUT", "HEAD", "CONNECT", "BREW"];
            *request.method_mut() = draw.of(&methods).parse().unwrap();
        }
        1 => {
            let names = ["host", "authorization", "content-type", "content-length"];
            let name = HeaderName::from_static(draw.of(&names));
            let mut value = request
                .headers()
                .get(&name)
                .map_or_else(Vec::new, |value| value.as_bytes().to_vec());
            spoil_bytes(draw, &mut value, SCRAPS);
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            } else {
                request.headers_mut().remove(name);
            }
        }
        2 => {
            let mut path = request.uri().to_string().into_bytes();
            spoil_bytes(draw, &mut path, SCRAPS);
            if let Ok(uri) = http::Uri::try_from(path)
                && uri.path().starts_with('/')
            {
                *request.uri_mut() = uri;
            }
        }
        _ => {
            let mut body = request.body().to_vec();
            spoil_bytes(draw, &mut body, SCRAPS);
            *request.body_mut() = body.into();
        }
    }
}
