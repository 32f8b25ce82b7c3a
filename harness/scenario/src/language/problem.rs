//! What is wrong with a scenario file: what, where, and what next.

use std::fmt::Write as _;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan};

use super::at::Span;
use super::source::Source;

/// One thing wrong with a scenario.
///
/// Its `Display` is the message alone, for renderers that show labels and help themselves;
/// [`Problem::line`] is the whole of it on one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    message: String,
    help: Option<String>,
    labels: Vec<(Span, String)>,
    text: Arc<Source>,
}

/// A place in the file, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The line, from one.
    pub line: usize,
    /// The column, from one, in characters.
    pub column: usize,
    /// The bytes of the text that are meant.
    pub span: Span,
    /// What is said about them; may be empty.
    pub text: String,
}

impl Problem {
    pub(super) fn new(text: Arc<Source>, message: String, span: Span, label: String) -> Self {
        Self {
            message,
            help: None,
            labels: vec![(span, label)],
            text,
        }
    }

    pub(super) fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(super) fn and_label(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push((span, label.into()));
        self
    }

    pub(super) fn prefixed(mut self, prefix: &str) -> Self {
        self.message.insert_str(0, prefix);
        self
    }

    /// Where the problem is: the span of its first label.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(0..0, |(span, _)| span.clone())
    }

    /// What is wrong, without where and what next.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The line and the column of the problem, from one.
    pub fn position(&self) -> (usize, usize) {
        self.text.position(self.span().start)
    }

    /// The places the problem is about, the main one first.
    pub fn labels(&self) -> impl Iterator<Item = Label> {
        self.labels.iter().map(|(span, text)| {
            let (line, column) = self.text.position(span.start);
            Label {
                line,
                column,
                span: span.clone(),
                text: text.clone(),
            }
        })
    }

    /// All of it on one line:
    /// ``s3-upload.toml:12:9: step `upload`: no bucket `fotos`; did you mean `photos`?``
    pub fn line(&self) -> String {
        let mut line = self.text.name.clone();
        if !self.text.text.is_empty() {
            let (row, column) = self.position();
            // Writing to a string cannot fail.
            let _ = write!(line, ":{row}:{column}");
        }
        let _ = write!(line, ": {}", self.message);
        if let Some(help) = &self.help {
            let _ = write!(line, "; {help}");
        }
        line
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let mut primary = true;
        Some(Box::new(self.labels.iter().map(move |(span, text)| {
            let text = (!text.is_empty()).then(|| text.clone());
            if std::mem::take(&mut primary) {
                LabeledSpan::new_primary_with_span(text, span.clone())
            } else {
                LabeledSpan::new_with_span(text, span.clone())
            }
        })))
    }
}

/// A scenario file that cannot be used, with everything that is wrong with it, in the order of the
/// file.
///
/// Its `Display` is one line for each problem and enough by itself; a renderer of diagnostics finds
/// the problems as related ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.lines())]
pub struct BadScenario {
    problems: Vec<Problem>,
}

impl BadScenario {
    /// Gathers problems, in the order of the file; `None` when there are none.
    pub fn of(mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort_by_key(|problem| problem.span().start);
        (!problems.is_empty()).then_some(Self { problems })
    }

    /// Everything that is wrong, in the order of the file.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.problems.iter()
    }

    fn lines(&self) -> String {
        let lines: Vec<String> = self.problems.iter().map(Problem::line).collect();
        lines.join("\n")
    }
}

impl Diagnostic for BadScenario {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(
            self.problems
                .iter()
                .map(|problem| problem as &dyn Diagnostic),
        ))
    }
}
