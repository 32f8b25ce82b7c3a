//! The contract as a JSON schema, made of the types that read and write it.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::message::{
    Answers, AssumedRole, CONTRACT, CallerIdentity, Hello, Now, Presigned, Read, Region, Reply,
    Request,
};

/// The schema of every line, in draft 2020-12; also `docs/driver.schema.json`.
///
/// ```
/// let schema = rolecall_providers::child::schema();
/// assert_eq!(schema["$defs"]["Hello"]["required"], serde_json::json!(["name", "version", "wall"]));
/// ```
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let request = generator.subschema_for::<Request>();
    let answer = generator.subschema_for::<Reply>();
    let ok = json!({
        "hello": generator.subschema_for::<Hello>(),
        "resolve": generator.subschema_for::<Answers>(),
        "now": generator.subschema_for::<Now>(),
        "region": generator.subschema_for::<Region>(),
        "call": {
            "with at_once": generator.subschema_for::<Answers>(),
            "caller-identity": generator.subschema_for::<CallerIdentity>(),
            "assume-role": generator.subschema_for::<AssumedRole>(),
            "get-object": generator.subschema_for::<Read>(),
            "presign": generator.subschema_for::<Presigned>(),
        },
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("The contract between rolecall and its drivers, version {CONTRACT}"),
        "description": "One JSON object a line, of at most 1 MiB: requests on a driver's standard \
            input, answers on its standard output. `x-ok` has what `ok` holds, by `op` and `do`; \
            where nothing is listed it is empty.",
        "oneOf": [request, answer],
        "x-ok": ok,
        "$defs": generator.take_definitions(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let published = include_str!("../../../../docs/driver.schema.json");
        let published: Value = serde_json::from_str(published).unwrap();
        assert!(
            published == schema(),
            "docs/driver.schema.json is not up to date: `rolecall driver schema > docs/driver.schema.json`"
        );
    }
}
