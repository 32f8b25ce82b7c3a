//! Texts of rules and findings: addresses are links, and what stands between backticks is code.

use std::fmt::Write;

use super::super::escape::escape;

/// The text, escaped, with its marks as markup.
pub(super) fn marked(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // One backtick alone marks nothing.
    if parts.len().is_multiple_of(2) {
        return linked(text);
    }
    let mut html = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index.is_multiple_of(2) {
            html.push_str(&linked(part));
        } else {
            let _ = write!(html, "<code>{}</code>", escape(part));
        }
    }
    html
}

fn linked(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        let (before, from) = rest.split_at(at);
        let to = from.find(|c: char| c.is_whitespace() || "<>\"',;".contains(c));
        // What ends a sentence or a bracket is no part of it.
        let address = from[..to.unwrap_or(from.len())].trim_end_matches(['.', ':', ')']);
        let shown = escape(address);
        let _ = write!(html, "{}<a href=\"{shown}\">{shown}</a>", escape(before));
        rest = &from[address.len()..];
    }
    html.push_str(&escape(rest));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_links_and_the_rest_is_text() {
        assert_eq!(
            marked("kept, see https://a.example/b?c=1&d#e. <b> (https://f.example)"),
            "kept, see <a href=\"https://a.example/b?c=1&amp;d#e\">https://a.example/b?c=1&amp;d#e</a>. \
             &lt;b&gt; (<a href=\"https://f.example\">https://f.example</a>)"
        );
        assert_eq!(marked("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(marked("https://"), "<a href=\"https://\">https://</a>");
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(
            marked("`a<b` is, and `c`"),
            "<code>a&lt;b</code> is, and <code>c</code>"
        );
        assert_eq!(marked("it`s"), "it`s");
    }
}
