//! Where the statements of a document are in its text.

use std::ops::Range;

use super::document::Document;
use super::json::{Node, Value};

/// A place in a text, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    /// The line.
    pub line: usize,
    /// The character in that line.
    pub column: usize,
}

impl Document {
    /// Where a statement begins and ends, by its index, as IAM's simulator tells it; `None` if there
    /// is no such statement.
    ///
    /// A statement in a list begins right after what is before it, white space included, and every
    /// statement ends after its last character.
    ///
    /// ```
    /// use rolecall_account::policy::{Document, DocumentKind, TextPosition};
    ///
    /// let text = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    /// let document = Document::parse(text, DocumentKind::Identity).unwrap();
    /// let (start, end) = document.statement_position(0).unwrap();
    /// assert_eq!(start, TextPosition { line: 1, column: 15 });
    /// assert_eq!(end, TextPosition { line: 1, column: 61 });
    /// ```
    pub fn statement_position(&self, index: usize) -> Option<(TextPosition, TextPosition)> {
        let text = self.text();
        let span = statement_span(text, index)?;
        Some((position(text, span.start), position(text, span.end)))
    }
}

fn statement_span(text: &str, index: usize) -> Option<Range<usize>> {
    let root = Node::read(text).ok()?;
    let Value::Object(members) = &root.value else {
        return None;
    };
    let statements = members.iter().find(|member| member.name == "Statement")?;
    match &statements.node.value {
        // iam.simulate.positions
        Value::List(items) => {
            let span = items.get(index)?.span.clone();
            let before = text[..span.start].trim_end();
            Some(before.len()..span.end)
        }
        _ => (index == 0).then(|| statements.node.span.clone()),
    }
}

fn position(text: &str, at: usize) -> TextPosition {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    let column = in_line.chars().count() + 1;
    TextPosition { line, column }
}

#[cfg(test)]
mod tests {
    use super::super::document::DocumentKind;
    use super::*;

    fn at(text: &str, index: usize) -> Option<[(usize, usize); 2]> {
        let document = Document::parse(text, DocumentKind::Identity).unwrap();
        let (start, end) = document.statement_position(index)?;
        Some([(start.line, start.column), (end.line, end.column)])
    }

    // iam.simulate.positions: the positions that AWS's own examples show.
    #[test]
    fn statements_are_where_the_simulator_says() {
        let four = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \
                    \"Effect\": \"Allow\",\n            \"Action\": [\n                \
                    \"codecommit:ListRepositories\"],\n            \"Resource\": \"*\"\n        }\n    ]\n}";
        assert_eq!(at(four, 0), Some([(3, 19), (9, 10)]));
        let line = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":[\"*\"],\"Effect\":\
                    \"Deny\",\"Resource\":[\"*\"]}]}";
        assert_eq!(at(line, 0).map(|it| it[0]), Some((1, 38)));
        let alone = "{\n  \"Version\":\"2012-10-17\",\n  \"Statement\": {\n    \"Effect\":\"Allow\",\n    \
                     \"Action\":\"s3:PutObject\",\n    \"Resource\":\"arn:aws:s3:::my-test-bucket\"\n  }\n}";
        assert_eq!(at(alone, 0), Some([(3, 16), (7, 4)]));
        assert_eq!(at(alone, 1), None);
    }
}
