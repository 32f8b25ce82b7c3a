//! The routes behind their guard.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use rolecall_account::Secret;
use serde_json::Value;

use super::problem::Problem;
use super::{guard, table};
use crate::edge::Edge;
use crate::place::Places;

/// The most that a request may carry: ten times what the largest policy may.
const BODY_BYTES_MAX: usize = 128 << 10;

/// Begins the world again; what went wrong, if it cannot.
type Reset = dyn Fn() -> Result<(), String> + Send + Sync;
type Dump = dyn Fn() -> Result<Value, String> + Send + Sync;
type Load = dyn Fn(&[u8]) -> Result<(), NotLoaded> + Send + Sync;

/// What the control routes need besides the world itself.
pub struct ControlOptions {
    /// Whoever has this may do everything.
    pub token: Secret,
    /// The names of instances and tasks.
    pub places: Places,
    /// Puts the world back to how it began.
    pub reset: Box<Reset>,
    /// Writes the whole world, or says why that cannot be.
    pub dump: Box<Dump>,
    /// Takes up a world that was written, or says why not; then the world is as it was.
    pub load: Box<Load>,
}

/// Why a world that was written is not taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLoaded {
    /// It is no such thing.
    Bad(String),
    /// It cannot take the place of what is here.
    Conflict(String),
    /// Our own failure.
    Failed(String),
}

impl fmt::Debug for ControlOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ControlOptions")
    }
}

/// What the handlers have.
#[derive(Clone)]
pub(super) struct Control {
    pub(super) edge: Edge,
    pub(super) places: Places,
    pub(super) token: Arc<Secret>,
    pub(super) reset: Arc<Reset>,
    pub(super) dump: Arc<Dump>,
    pub(super) load: Arc<Load>,
}

/// The control routes of the world behind `edge`; [`openapi`](super::openapi()) describes them.
pub fn control(edge: Edge, options: ControlOptions) -> Router {
    let control = Control {
        edge,
        places: options.places,
        token: Arc::new(options.token),
        reset: options.reset.into(),
        dump: options.dump.into(),
        load: options.load.into(),
    };
    let mut router = Router::new();
    for route in table::routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .fallback(async || Problem::no_such_route())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(
            control.clone(),
            guard::guard,
        ))
        .with_state(control)
}
