//! XML out.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// An element and what is in it.
#[derive(Debug)]
pub(crate) enum Element {
    Text(&'static str, String),
    Parent(&'static str, Vec<Element>),
    /// A parent whose name is made while the program runs.
    Named(String, Vec<Element>),
}

/// A document with its declaration.
pub(crate) fn document(root: &Element) -> Vec<u8> {
    write_document(root, None)
}

/// A document of which all elements are of one namespace.
pub(crate) fn document_in(namespace: &str, root: &Element) -> Vec<u8> {
    write_document(root, Some(namespace))
}

fn write_document(root: &Element, namespace: Option<&str>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let written = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| writer.write_event(Event::Text(BytesText::new("\n"))))
        .and_then(|()| write(&mut writer, root, namespace));
    debug_assert!(written.is_ok(), "memory takes everything");
    writer.into_inner()
}

fn write(
    writer: &mut Writer<Vec<u8>>,
    element: &Element,
    namespace: Option<&str>,
) -> io::Result<()> {
    let name = match element {
        Element::Text(name, _) | Element::Parent(name, _) => name,
        Element::Named(name, _) => name.as_str(),
    };
    let start = writer
        .create_element(name)
        .with_attributes(namespace.map(|namespace| ("xmlns", namespace)));
    match element {
        Element::Text(_, text) => {
            let text: String = text.chars().filter(|&c| is_xml(c)).collect();
            start.write_text_content(BytesText::new(&text))?;
        }
        Element::Parent(_, children) | Element::Named(_, children) => {
            start.write_inner_content(|writer| {
                let mut children = children.iter();
                children.try_for_each(|child| write(writer, child, None))
            })?;
        }
    }
    Ok(())
}

/// Whether XML 1.0 has the character: most control characters it has not, escaped or not.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_control_characters_are_dropped() {
        let root = Element::Parent(
            "Error",
            vec![Element::Text("Message", "a<b>&\u{7}c".to_owned())],
        );
        let text = String::from_utf8(document(&root)).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Message>a&lt;b&gt;&amp;c</Message></Error>"
        );
    }

    #[test]
    fn the_namespace_is_said_once() {
        let inner = Element::Parent("Inner", vec![]);
        let root = Element::Named("Outer".to_owned(), vec![inner]);
        let text = String::from_utf8(document_in("https://example.com/", &root)).unwrap();
        assert!(
            text.ends_with("<Outer xmlns=\"https://example.com/\"><Inner></Inner></Outer>"),
            "{text}"
        );
    }
}
