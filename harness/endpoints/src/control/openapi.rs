//! The description of the control routes, as an OpenAPI document.

use http::StatusCode;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::route::{Route, Takes};
use super::table;

const DESCRIPTION: &str = "Controls a world that `rolecall serve` serves. The listener is on the \
    loopback interface; its address and the token of the run are in the state file, which only its \
    owner may read.";

/// The document that describes every control route, in OpenAPI 3.1: also at `/openapi.json`.
pub fn openapi() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in table::routes() {
        let operation = operation(&route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rolecall control",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": id(route.path),
        "summary": route.summary,
        "responses": responses(route, generator),
    });
    match route.takes {
        Takes::Query(draw) => {
            let parameters = in_query(&draw(generator).to_value());
            if !parameters.is_empty() {
                operation["parameters"] = parameters.into();
            }
        }
        Takes::Path { name, says } => {
            operation["parameters"] = json!([{
                "name": name,
                "in": "path",
                "required": true,
                "description": says,
                "schema": { "type": "string" },
            }]);
        }
        Takes::Body(draw) => {
            let schema = draw(generator).to_value();
            operation["requestBody"] = json!({
                "required": requires_something(&schema, generator),
                "content": { "application/json": { "schema": schema } },
            });
        }
    }
    operation
}

/// `/explain/{id}` is `explain`, `/openapi.json` is `openapi`.
fn id(path: &str) -> &str {
    let first = path.trim_start_matches('/').split('/').next();
    let first = first.unwrap_or_default();
    first.split_once('.').map_or(first, |(name, _)| name)
}

/// Each property of an object as a parameter.
fn in_query(object: &Value) -> Vec<Value> {
    let properties = object["properties"].as_object();
    let properties = properties.into_iter().flatten();
    properties
        .map(|(name, schema)| {
            let mut schema = schema.clone();
            let says = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"));
            json!({
                "name": name,
                "in": "query",
                "required": requires(object, name),
                "description": says,
                "schema": schema,
            })
        })
        .collect()
}

fn requires(object: &Value, name: &str) -> bool {
    let required = object["required"].as_array();
    required.is_some_and(|required| required.iter().any(|required| required == name))
}

/// Whether a body must be there: an object that requires nothing may be left out.
fn requires_something(schema: &Value, generator: &SchemaGenerator) -> bool {
    let name = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next());
    let defined = name.and_then(|name| generator.definitions().get(name));
    let required = defined.unwrap_or(schema)["required"].as_array();
    required.is_some_and(|required| !required.is_empty())
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let answer = (route.answer)(generator);
    let problem = generator.subschema_for::<Problem>();
    let mut responses = json!({
        "200": {
            "description": "Done.",
            "content": { "application/json": { "schema": answer } },
        },
    });
    let takes_something = !matches!(route.takes, Takes::Path { .. });
    let everywhere = Problem::everywhere(takes_something);
    for (status, when) in everywhere.iter().chain(&route.refusals) {
        responses[StatusCode::as_str(status)] = json!({
            "description": when,
            "content": { "application/json": { "schema": problem } },
        });
    }
    responses
}
