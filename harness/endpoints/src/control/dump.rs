//! The whole world as a file: written, and taken up again.

use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::problem::Problem;
use super::router::{Control, NotLoaded};
use super::said::{Done, Nothing};

/// A world as it is written. Its members are those of one version of the format and no interface.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct WrittenWorld(Value);

impl JsonSchema for WrittenWorld {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WrittenWorld".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A world as it is written: every secret in clear, and nothing of what \
                has happened. Its other members are no interface; take it up as it is.",
            "properties": {
                "format": { "type": "string", "description": "What it is." },
                "version": { "type": "integer", "description": "The version of the format." },
            },
            "required": ["format", "version"],
        })
    }
}

pub(super) fn dump(control: &Control, _: &Nothing) -> Result<WrittenWorld, Problem> {
    let written = (control.dump)();
    written
        .map(WrittenWorld)
        .map_err(|message| Problem::conflict("cannot-be-written", message))
}

pub(super) fn load(control: &Control, text: &[u8]) -> Result<Done, Problem> {
    (control.load)(text).map_err(|refused| match refused {
        NotLoaded::Bad(message) => Problem::new(StatusCode::BAD_REQUEST, "bad-dump", message),
        NotLoaded::Conflict(message) => Problem::conflict("cannot-be-loaded", message),
        NotLoaded::Failed(message) => {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "load-failed", message)
        }
    })?;
    Ok(control.done("the world is as it was written"))
}
