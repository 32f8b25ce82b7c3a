//! Values by their names in the documents that sources of credentials answer with: JSON, XML and
//! forms.
//!
//! Not parsers: they find every named value in a document that is whole, and as many in one that
//! was cut short, and say where each is, so that it can be replaced and all else stays to the byte.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::placeholder::encoded;

/// A value in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Its name.
    pub(super) name: String,
    /// Where it is, without quotes.
    pub(super) range: Range<usize>,
    form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
    Pair,
}

impl Named {
    /// What the value means.
    pub(super) fn decoded(&self, document: &str) -> String {
        let written = &document[self.range.clone()];
        match self.form {
            Form::Json => unescaped(written),
            Form::Xml => written.to_owned(),
            Form::Pair => percent_decode_str(written).decode_utf8_lossy().into_owned(),
        }
    }

    /// How `value` is written in its place.
    fn encoded(&self, value: &str) -> String {
        match self.form {
            Form::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Form::Xml => value.to_owned(),
            Form::Pair => encoded(value),
        }
    }
}

/// `document` with what `change` makes of the values `found` in it, by name; all else stays.
pub(super) fn changed(
    document: &str,
    found: Vec<Named>,
    mut change: impl FnMut(&str, &str) -> Option<String>,
) -> Option<String> {
    let mut changed = String::new();
    let mut done = 0;
    for named in found {
        // Values within values are changed with those.
        if named.range.start < done {
            continue;
        }
        let Some(value) = change(&named.name, &named.decoded(document)) else {
            continue;
        };
        changed.push_str(&document[done..named.range.start]);
        changed.push_str(&named.encoded(&value));
        done = named.range.end;
    }
    (done > 0).then(|| changed + &document[done..])
}

/// Every named value of a document, in order.
pub(super) fn values(document: &str) -> Vec<Named> {
    match document.trim_start().chars().next() {
        Some('{' | '[') => in_json(document),
        Some('<') => in_xml(document),
        _ if document.contains('=') && !document.contains(char::is_whitespace) => pairs(document),
        _ => Vec::new(),
    }
}

/// The strings of a JSON document that are members of an object, or in a list that is one.
fn in_json(document: &str) -> Vec<Named> {
    let bytes = document.as_bytes();
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut member: Option<String> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let range = at..end_of_string(bytes, at);
                at = range.end + 1;
                let colon = next_colon(bytes, at);
                if let Some(colon) = colon {
                    member = Some(unescaped(&document[range]));
                    at = colon + 1;
                } else if let Some(name) = member.clone() {
                    let form = Form::Json;
                    found.push(Named { name, range, form });
                }
            }
            b'{' | b'[' => {
                open.push(*byte);
                if *byte == b'{' {
                    member = None;
                }
            }
            b'}' | b']' => {
                open.pop();
                member = None;
            }
            b',' if open.last() != Some(&b'[') => member = None,
            _ => {}
        }
    }
    found
}

/// Where the string that begins at `at` ends: its quote, or the end of a document cut short.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The colon that comes next, if nothing else does.
fn next_colon(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let at = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    (rest[at] == b':').then_some(from + at)
}

fn unescaped(written: &str) -> String {
    let quoted = format!("\"{written}\"");
    serde_json::from_str(&quoted).unwrap_or_else(|_| written.to_owned())
}

/// The texts of the elements of an XML document.
fn in_xml(document: &str) -> Vec<Named> {
    let tags = document.match_indices('<');
    let found = tags.filter_map(|(at, _)| {
        let inside = &document[at + 1..];
        let end = inside.find('>')?;
        let tag = &inside[..end];
        if tag.starts_with(['/', '?', '!']) || tag.ends_with('/') || tag.contains('<') {
            return None;
        }
        let name = tag.split_ascii_whitespace().next()?;
        let name = name.rsplit(':').next().unwrap_or(name).to_owned();
        let text = &inside[end + 1..];
        let text = &text[..text.find('<').unwrap_or(text.len())];
        let value = text.trim();
        let start = at + 1 + end + 1 + (text.len() - text.trim_start().len());
        let range = start..start + value.len();
        let form = Form::Xml;
        (!value.is_empty()).then_some(Named { name, range, form })
    });
    found.collect()
}

/// The pairs of a form or a query.
pub(super) fn pairs(form: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    for pair in form.split('&') {
        if let Some((name, _)) = pair.split_once('=') {
            found.push(Named {
                name: percent_decode_str(name).decode_utf8_lossy().into_owned(),
                range: at + name.len() + 1..at + pair.len(),
                form: Form::Pair,
            });
        }
        at += pair.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(document: &str) -> Vec<(String, String)> {
        let values = values(document);
        let read = values
            .iter()
            .map(|named| (named.name.clone(), named.decoded(document)));
        read.collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn members_of_json_at_any_depth() {
        let document = r#" {"Code" : "Success", "n": 1, "in": {"Token":"a\/b\"c"}, "list": ["x", "y"], "last":"z"}"#;
        let expected = [
            pair("Code", "Success"),
            pair("Token", "a/b\"c"),
            pair("list", "x"),
            pair("list", "y"),
            pair("last", "z"),
        ];
        assert_eq!(read(document), expected);
    }

    #[test]
    fn a_document_cut_short_keeps_what_there_is() {
        assert_eq!(read(r#"{"Token": "abc"#), [pair("Token", "abc")]);
        assert_eq!(read(r#"{"Token": "ab\"#), [pair("Token", "ab\\")]);
        assert_eq!(read(r#"{"Token""#), []);
        assert_eq!(
            read("<C><SecretAccessKey>abc"),
            [pair("SecretAccessKey", "abc")]
        );
        assert_eq!(read("<C><SecretAcc"), []);
    }

    #[test]
    fn elements_of_xml() {
        let document =
            "<?xml version=\"1.0\"?>\n<a:C xmlns=\"x\">\n <Token> abc </Token><Empty/><b/></a:C>";
        assert_eq!(read(document), [pair("Token", "abc")]);
        assert_eq!(read("<a<Token>abc"), [pair("Token", "abc")]);
    }

    #[test]
    fn pairs_of_a_form() {
        let expected = [pair("a", "1/2"), pair("b", ""), pair("c", "x=y")];
        assert_eq!(read("a=1%2F2&b=&bare&c=x=y"), expected);
        assert_eq!(read("no = form"), []);
    }

    #[test]
    fn a_change_leaves_all_else_to_the_byte() {
        let upper = |document: &str| {
            changed(document, values(document), |name, value| {
                (name == "Token").then(|| value.to_uppercase())
            })
        };
        assert_eq!(
            upper(r#"{ "Token" :"a\"b",  "x": "y" }"#).as_deref(),
            Some(r#"{ "Token" :"A\"B",  "x": "y" }"#)
        );
        assert_eq!(
            upper("x=y&Token=a%2Fb&z").as_deref(),
            Some("x=y&Token=A%2FB&z")
        );
        assert_eq!(upper(r#"{"x": "y"}"#), None);
    }

    proptest! {
        /// Whatever it is, nothing goes wrong, and every range is one of the document's.
        #[test]
        fn any_text_is_read(document in r#"[\PC"\\{}\[\]<>/:=&, ]{0,80}"#) {
            for named in values(&document) {
                prop_assert!(document.get(named.range.clone()).is_some());
                named.decoded(&document);
            }
            changed(&document, values(&document), |_, value| Some(value.to_owned()));
        }

        /// Every string that is a member of a document is found, however it is written.
        #[test]
        fn every_member_is_found(name in "[a-zA-Z]{1,8}", value in "\\PC{1,20}", pretty: bool) {
            let document = serde_json::json!({ "a": 1, "deep": [{ name.clone(): value.clone() }] });
            let text = if pretty { format!("{document:#}") } else { document.to_string() };
            prop_assert!(read(&text).contains(&(name, value)), "{}", text);
        }
    }
}
