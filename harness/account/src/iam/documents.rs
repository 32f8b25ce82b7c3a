//! Policy documents as requests bring them.

use super::error::IamError;
use crate::constraint::{Alphabet, Constraints, Field};
use crate::policy::{Document, DocumentKind};

/// `iam.policies.form`.
const DOCUMENT_MAX: usize = 131_072;
const DOCUMENT: Alphabet = Alphabet {
    pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
    has: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
};

/// Reads the document that a request has under the parameter `field`, which is named as AWS's
/// messages name it: in lower camel case.
///
/// # Errors
/// Text that a policy cannot have, and documents that are none.
pub fn iam_document(
    field: &'static str,
    text: &str,
    kind: DocumentKind,
) -> Result<Document, IamError> {
    let mut constraints = Constraints::default();
    constraints.text(Field(field), text, 1..=DOCUMENT_MAX, &DOCUMENT);
    constraints.check()?;
    Document::parse(text, kind).map_err(|malformed| IamError::MalformedPolicyDocument {
        detail: Some(malformed.to_string()),
        message: malformed.told,
    })
}
