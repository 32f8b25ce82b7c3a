//! Why a document was refused, and where.

use std::fmt;
use std::ops::Range;

use super::complaint::Complaint;
use super::document::DocumentKind;

/// A policy document that was refused, with the place that caused it.
///
/// The message is ours and says where and what; `told` is what AWS would answer, which says less.
///
/// ```
/// use rolecall_account::policy::{Document, DocumentKind};
///
/// let refused = Document::parse(
///     r#"{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#,
///     DocumentKind::Identity,
/// )
/// .unwrap_err();
/// assert_eq!((refused.line, refused.column), (1, 26));
/// assert_eq!(refused.path, "Statement.Effect");
/// assert_eq!(refused.hint.as_deref(), Some("did you mean `Allow`?"));
/// assert_eq!(refused.told, "The policy failed legacy parsing");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Malformed {
    /// What is wrong: a lower-case fragment without a full stop.
    pub message: String,
    /// Line in the JSON text, from 1.
    pub line: usize,
    /// Column in the JSON text, in characters, from 1.
    pub column: usize,
    /// The offending piece of the JSON text, in bytes.
    pub span: Range<usize>,
    /// The element, as in `Statement[1].Effect`; empty for the document itself.
    pub path: String,
    /// What to do about it, if that is clear.
    pub hint: Option<String>,
    /// The message of AWS's answer: of IAM's `MalformedPolicyDocument`, of S3's `MalformedPolicy`,
    /// or of the exception of Organizations.
    pub told: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// A refusal on its way up: the path grows at each level, line and column are found at the end.
#[derive(Debug)]
pub(super) struct Fault {
    message: String,
    span: Range<usize>,
    path: String,
    hint: Option<String>,
    complaint: Complaint,
}

impl Fault {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            path: String::new(),
            hint: None,
            complaint: Complaint::Syntax,
        }
    }

    /// Says what AWS would complain of, where that is more than the syntax.
    pub(super) fn complain(mut self, complaint: Complaint) -> Self {
        self.complaint = complaint;
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Suggests the known word that was probably meant, if there is one.
    pub(super) fn did_you_mean(mut self, word: &str, known: &[&str]) -> Self {
        self.hint = nearest(word, known).map(|known| format!("did you mean `{known}`?"));
        self
    }

    /// Says that the fault lies inside `element`.
    pub(super) fn inside(mut self, element: impl fmt::Display) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{element}{joint}{}", self.path);
        self
    }

    pub(super) fn locate(self, json: &str, kind: DocumentKind) -> Malformed {
        let start = json.floor_char_boundary(self.span.start);
        let before = &json[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Malformed {
            message: self.message,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..json.ceil_char_boundary(self.span.end.max(start)),
            path: self.path,
            hint: self.hint,
            told: self.complaint.told(kind),
        }
    }
}

/// The known word that differs only in case, or by a missing or an extra ending.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_ascii_lowercase();
    let known = || {
        known
            .iter()
            .map(|known| (*known, known.to_ascii_lowercase()))
    };
    known()
        .find(|(_, lower)| *lower == word)
        .or_else(|| {
            known().find(|(_, lower)| {
                word.len() > 2 && (lower.starts_with(&word) || word.starts_with(lower.as_str()))
            })
        })
        .map(|(known, _)| known)
}
