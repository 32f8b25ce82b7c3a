//! Bytes as text and back, none lost: each byte is the character of that number (ISO 8859-1). What
//! looks for secrets works on characters, whatever the bytes are.

use http::HeaderValue;

/// `bytes`, a character each.
pub(super) fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes behind `text`; `None` if a character of it is none.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(character).ok())
        .collect()
}

/// The value of a header, a character for each byte.
pub(super) fn of_header(value: &HeaderValue) -> String {
    text(value.as_bytes())
}
