//! `${name}` in values, replaced by what a row says.

use std::collections::BTreeMap;

use super::reader::Reader;
use crate::language::at::At;
use crate::language::model::Scalar;
use crate::language::suggest;
use crate::language::tree::{Entries, Entry, Node, Tree};

/// The values of one row, by name.
pub(super) type Values = BTreeMap<String, At<Scalar>>;

/// `root` with the values of one row in it; the rows themselves stay as they are.
///
/// A value that is nothing but `${name}` takes the kind of what replaces it. Policy variables such
/// as `${aws:username}` are no names of rows, and stay.
pub(super) fn substitute(reader: &Reader, root: &Node, values: &Values) -> Node {
    let Tree::Table(entries) = &root.value else {
        return root.clone();
    };
    let mut replaced = Substitution { reader, values }.entries(entries);
    if let Some(vary) = entries.get("vary") {
        replaced.insert("vary".to_owned(), vary.clone());
    }
    Node::new(Tree::Table(replaced), root.span.clone())
}

struct Substitution<'a> {
    reader: &'a Reader,
    values: &'a Values,
}

impl Substitution<'_> {
    fn entries(&self, entries: &Entries) -> Entries {
        let replaced = entries.iter().map(|(name, entry)| {
            let replaced = Entry {
                key: entry.key.clone(),
                node: self.node(&entry.node),
            };
            (name.clone(), replaced)
        });
        replaced.collect()
    }

    fn node(&self, node: &Node) -> Node {
        let tree = match &node.value {
            Tree::Text(text) => self.text(text, node),
            Tree::List(items) => Tree::List(items.iter().map(|item| self.node(item)).collect()),
            Tree::Table(entries) => Tree::Table(self.entries(entries)),
            other => other.clone(),
        };
        Node::new(tree, node.span.clone())
    }

    fn text(&self, text: &str, node: &Node) -> Tree {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_name(rest) {
            written.push_str(before);
            match self.values.get(name) {
                Some(value) if before.is_empty() && after.is_empty() && written.is_empty() => {
                    return tree(&value.value);
                }
                Some(value) => written.push_str(&value.value.to_string()),
                None => self.unknown(name, node),
            }
            rest = after;
        }
        written.push_str(rest);
        Tree::Text(written)
    }

    fn unknown(&self, name: &str, node: &Node) {
        let known = self.values.keys().map(String::as_str);
        let otherwise = format!("add `{name} = ...` to the row");
        let help = suggest::instead(name, known, &otherwise);
        let problem = self
            .reader
            .problem(
                "",
                &format!("no value for `${{{name}}}`"),
                &node.span,
                "named here",
            )
            .with_help(Some(help));
        self.reader.report(problem);
    }
}

/// What is before the first `${name}` of `text`, the name, and what is after it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("${") {
        let start = from + found;
        let inside = &text[start + 2..];
        let end = inside
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)))
            .unwrap_or(inside.len());
        if end > 0 && inside[end..].starts_with('}') {
            return Some((&text[..start], &inside[..end], &inside[end + 1..]));
        }
        from = start + 2;
    }
    None
}

fn tree(value: &Scalar) -> Tree {
    match value {
        Scalar::Text(text) => Tree::Text(text.clone()),
        Scalar::Integer(integer) => Tree::Integer(*integer),
        Scalar::Float(float) => Tree::Float(*float),
        Scalar::Flag(flag) => Tree::Flag(*flag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_policy_variables_are_not() {
        assert_eq!(next_name("a-${b}-c"), Some(("a-", "b", "-c")));
        assert_eq!(
            next_name("${aws:username}/${who}"),
            Some(("${aws:username}/", "who", ""))
        );
        for none in ["", "$", "${", "${}", "${*}", "${a", "{a}"] {
            assert_eq!(next_name(none), None, "{none}");
        }
    }
}
