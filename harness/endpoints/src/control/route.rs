//! A control route: how it is reached, what it says about itself, and what it does.

use std::future::ready;

use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::routing::MethodRouter;
use axum::{Json, routing};
use bytes::Bytes;
use http::{StatusCode, Uri};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::router::Control;
use crate::edge::named;

/// The most that is read of a whole world: a GiB.
const WHOLE_BYTES_MAX: usize = 1 << 30;

/// Draws the schema of a type.
pub(super) type Draw = fn(&mut SchemaGenerator) -> Schema;

/// One of the routes.
pub(super) struct Route {
    /// In lower case, as OpenAPI has it.
    pub(super) method: &'static str,
    /// In the syntax that axum and OpenAPI share: `/explain/{id}`.
    pub(super) path: &'static str,
    /// In a sentence.
    pub(super) summary: &'static str,
    pub(super) takes: Takes,
    pub(super) answer: Draw,
    /// What it may refuse with, besides what every route may.
    pub(super) refusals: Vec<(StatusCode, &'static str)>,
    pub(super) handler: MethodRouter<Control>,
}

/// What a request to it carries.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// Pairs in the query.
    Query(Draw),
    /// A JSON object in the body.
    Body(Draw),
    /// A part of the path, and what it is.
    Path {
        name: &'static str,
        says: &'static str,
    },
}

fn draw<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema itself, not a reference to it: parameters are made of its properties.
fn draw_whole<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

impl Route {
    /// `GET`, with what `handler` takes in the query.
    pub(super) fn get<Q, A>(
        path: &'static str,
        summary: &'static str,
        handler: fn(&Control, &Q) -> Result<A, Problem>,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        A: JsonSchema + Serialize + 'static,
    {
        let serve = async move |State(control): State<Control>, uri: Uri| {
            let asked = Query::try_from_uri(&uri)
                .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
            handler(&control, &asked.0).map(Json)
        };
        Self {
            method: "get",
            path,
            summary,
            takes: Takes::Query(draw_whole::<Q>),
            answer: draw::<A>,
            refusals: Vec::new(),
            handler: routing::get(serve),
        }
    }

    /// `GET`, with what `handler` takes in the part `name` of the path.
    pub(super) fn get_named<A>(
        path: &'static str,
        summary: &'static str,
        (name, says): (&'static str, &'static str),
        handler: fn(&Control, &str) -> Result<A, Problem>,
    ) -> Self
    where
        A: JsonSchema + Serialize + 'static,
    {
        let serve = async move |State(control): State<Control>,
                                part: Result<Path<String>, PathRejection>| {
            handler(&control, &named(part)).map(Json)
        };
        Self {
            method: "get",
            path,
            summary,
            takes: Takes::Path { name, says },
            answer: draw::<A>,
            refusals: Vec::new(),
            handler: routing::get(serve),
        }
    }

    /// `POST`, with what `handler` takes in the body.
    pub(super) fn post<B, A>(
        path: &'static str,
        summary: &'static str,
        handler: fn(&Control, &B) -> Result<A, Problem>,
    ) -> Self
    where
        B: DeserializeOwned + JsonSchema + Send + 'static,
        A: JsonSchema + Serialize + Send + 'static,
    {
        Self::post_waiting(path, summary, move |control: Control, asked: B| {
            ready(handler(&control, &asked))
        })
    }

    /// [`post`](Self::post), whose handler may take its time.
    pub(super) fn post_waiting<B, A, F, W>(
        path: &'static str,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        B: DeserializeOwned + JsonSchema + Send + 'static,
        A: JsonSchema + Serialize + 'static,
        F: Fn(Control, B) -> W + Clone + Send + Sync + 'static,
        W: Future<Output = Result<A, Problem>> + Send,
    {
        let serve = async move |State(control): State<Control>,
                                body: Result<Bytes, BytesRejection>| {
            let asked = read(body)?;
            handler(control, asked).await.map(Json)
        };
        let too_large = "The body is larger than any of these requests.";
        Self::posted::<B, A>(path, summary, too_large, routing::post(serve))
    }

    /// A route that takes a document of any size, as it is, in the form of `B`.
    pub(super) fn post_whole<B, A>(
        path: &'static str,
        summary: &'static str,
        handler: fn(&Control, &[u8]) -> Result<A, Problem>,
    ) -> Self
    where
        B: JsonSchema,
        A: JsonSchema + Serialize + 'static,
    {
        let serve = async move |State(control): State<Control>,
                                body: Result<Bytes, BytesRejection>| {
            handler(&control, &whole(body)?).map(Json)
        };
        let limit = DefaultBodyLimit::max(WHOLE_BYTES_MAX);
        let handler = routing::post(serve).layer(limit);
        Self::posted::<B, A>(path, summary, "The body is larger than a GiB.", handler)
    }

    fn posted<B: JsonSchema, A: JsonSchema>(
        path: &'static str,
        summary: &'static str,
        too_large: &'static str,
        handler: MethodRouter<Control>,
    ) -> Self {
        Self {
            method: "post",
            path,
            summary,
            takes: Takes::Body(draw::<B>),
            answer: draw::<A>,
            refusals: vec![(StatusCode::PAYLOAD_TOO_LARGE, too_large)],
            handler,
        }
    }

    /// Says that it may refuse so.
    pub(super) fn refuses(mut self, status: StatusCode, when: &'static str) -> Self {
        self.refusals.push((status, when));
        self
    }
}

/// A body that is not there says nothing.
fn read<B: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<B, Problem> {
    let body = whole(body)?;
    let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
    serde_json::from_slice(text).map_err(|error| Problem::bad_request(format!("the body: {error}")))
}

fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| Problem::new(rejection.status(), "bad-body", rejection.body_text()))
}
