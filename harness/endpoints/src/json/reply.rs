//! The documents that are answered.

use serde_json::{Map, Value, json};

use crate::query::QueryError;
use crate::visit::Document;

pub(crate) const CONTENT: &str = "application/x-amz-json-1.1";

/// What a service answers, as a document.
pub(super) fn document(answer: Result<Map<String, Value>, QueryError>) -> Document {
    let (document, refused) = match answer {
        Ok(result) => (Value::Object(result).to_string(), None),
        Err(error) => (error_document(error.code, &error.message), Some(error)),
    };
    Document {
        content_type: CONTENT,
        body: document.into(),
        refused,
    }
}

/// An error: its code and, if there is one, its message (`cloudtrail.protocol.json`).
pub(crate) fn error_document(code: &str, message: &str) -> String {
    let document = match message {
        "" => json!({ "__type": code }),
        message => json!({ "__type": code, "message": message }),
    };
    document.to_string()
}
