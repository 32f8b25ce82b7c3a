//! As much of JSON Schema as the description uses.

use serde_json::Value;

/// What about `value` is not as `schema` says; references are looked up in `document`.
pub(crate) fn violations(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

/// The schema that a reference means.
pub(crate) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        None => schema,
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("in this document");
            let target = document.pointer(pointer);
            target.unwrap_or_else(|| panic!("nothing is at {reference}"))
        }
    }
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    // What these say is checked below, and what the others say is nothing to check.
    const KNOWN: &[&str] = &[
        "$ref",
        "anyOf",
        "enum",
        "format",
        "items",
        "maximum",
        "minimum",
        "properties",
        "required",
        "type",
        "additionalProperties",
        "default",
        "description",
        "title",
    ];
    let schema = resolved(document, schema);
    let Some(members) = schema.as_object() else {
        assert_eq!(
            *schema,
            Value::Bool(true),
            "only `true` may stand for a schema"
        );
        return;
    };
    for keyword in members.keys() {
        assert!(
            KNOWN.contains(&keyword.as_str()),
            "{keyword} is not checked"
        );
    }
    if !of_type(&schema["type"], value) {
        found.push(format!("{at}: {value} is no {}", schema["type"]));
        return;
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any
            .iter()
            .any(|schema| violations(document, schema, value).is_empty())
    {
        found.push(format!("{at}: {value} is none of {any:?}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    if schema["format"] == "date-time"
        && let Some(text) = value.as_str()
        && rolecall_account::SimInstant::parse(text).is_none()
    {
        found.push(format!("{at}: {text} is no time"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        found.push(format!("{at}: {number} is less than {least}"));
    }
    if let (Some(most), Some(number)) = (schema["maximum"].as_f64(), value.as_f64())
        && number > most
    {
        found.push(format!("{at}: {number} is more than {most}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if value.get(name).is_none() {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        match schema["properties"].get(name) {
            Some(property) => check(document, property, value, &at, found),
            None if schema["properties"].is_object() => found.push(format!("{at}: not described")),
            None => {}
        }
    }
    if let Some(items) = schema.get("items") {
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            check(document, items, value, &format!("{at}/{index}"), found);
        }
    }
}

fn of_type(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        other => panic!("{other} is no type"),
    };
    match types {
        Value::Null => true,
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        other => panic!("{other} is no type"),
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let document = serde_json::json!({ "components": { "schemas": { "N": {
        "type": "object",
        "required": ["n"],
        "properties": { "n": { "type": "integer", "minimum": 1 } },
    } } } });
    let schema = serde_json::json!({ "$ref": "#/components/schemas/N" });
    let wrong = |value: Value| violations(&document, &schema, &value).len();
    assert_eq!(wrong(serde_json::json!({ "n": 1 })), 0);
    for value in [
        serde_json::json!({}),
        serde_json::json!([]),
        serde_json::json!({ "n": 0 }),
        serde_json::json!({ "n": "1" }),
        serde_json::json!({ "n": 1, "m": 1 }),
    ] {
        assert_eq!(wrong(value.clone()), 1, "{value}");
    }
}
