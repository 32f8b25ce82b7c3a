//! A world under control, and requests to its control routes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rolecall_account::Secret;
use rolecall_endpoints::{ControlOptions, NotLoaded, Place, Places, control};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::Lab;

pub(crate) const TOKEN: &str = "the-token-of-this-run";

/// The instances `web` and `strict` and the task `api` of the [`Lab`], on a clock that is ahead of the
/// machine's.
pub(crate) struct Desk {
    pub(crate) lab: Lab,
    routes: Router,
    /// How often the world was asked to begin again; the second time it cannot.
    pub(crate) resets: Arc<AtomicUsize>,
}

/// A status and the JSON that came with it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Once there is something to write, and then no more.
fn dump() -> impl Fn() -> Result<Value, String> {
    let asked = AtomicUsize::new(0);
    move || match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(json!({ "format": "a world", "version": 1 })),
        _ => Err("it serves recordings".to_owned()),
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let lab = Lab::by_the_machine(None::<fn(&str)>);
        let places = Places::default();
        places.put("web", lab.on_web());
        places.put("strict", lab.on_strict());
        places.put("api", lab.in_task());
        places.put("desk", Place::Laptop);
        let resets = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&resets);
        let options = ControlOptions {
            token: Secret::new(TOKEN),
            places,
            reset: Box::new(move || match count.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(()),
                _ => Err("it cannot be made again".to_owned()),
            }),
            dump: Box::new(dump()),
            load: Box::new(|text| match text {
                b"{}" => Ok(()),
                b"{\"busy\":1}" => Err(NotLoaded::Conflict("something is in its place".to_owned())),
                b"{\"full\":1}" => Err(NotLoaded::Failed("the disk is full".to_owned())),
                _ => Err(NotLoaded::Bad("that is no world".to_owned())),
            }),
        };
        let routes = control(lab.edge.clone(), options);
        Self {
            lab,
            routes,
            resets,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Said {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&body);
        Said {
            status: parts.status.as_u16(),
            body: json.unwrap_or_else(|_| panic!("no JSON: {body:?}")),
        }
    }

    pub(crate) async fn ask(&self, method: &str, uri: &str, body: &str) -> Said {
        self.send(request(method, uri, body)).await
    }

    pub(crate) async fn get(&self, uri: &str) -> Said {
        self.ask("GET", uri, "").await
    }

    pub(crate) async fn post(&self, uri: &str, body: &Value) -> Said {
        self.ask("POST", uri, &body.to_string()).await
    }
}

impl Said {
    pub(crate) fn text(&self, member: &str) -> &str {
        let text = self.body[member].as_str();
        text.unwrap_or_else(|| panic!("no {member} in {self:?}"))
    }

    /// What was done, or what was wrong.
    pub(crate) fn words(&self) -> &str {
        self.text(if self.status == 200 {
            "done"
        } else {
            "message"
        })
    }
}

/// A request by whoever may.
pub(crate) fn request(method: &str, uri: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "127.0.0.1:4567")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::from(body.to_owned()))
        .unwrap()
}
