//! Where complaints go while a file is read.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::language::at::Span;
use crate::language::problem::Problem;
use crate::language::source::Source;

/// Collects what is wrong with a file while it is read.
pub(in crate::language) struct Reader {
    source: Arc<Source>,
    problems: RefCell<Vec<Problem>>,
    incomplete: Cell<bool>,
}

impl Reader {
    pub(in crate::language) fn new(source: Arc<Source>) -> Self {
        Self {
            source,
            problems: RefCell::default(),
            incomplete: Cell::new(false),
        }
    }

    /// The file.
    pub(in crate::language) const fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// A problem in `place`, such as ``step `upload` ``; the empty place is the file itself.
    pub(in crate::language) fn problem(
        &self,
        place: &str,
        message: &str,
        span: &Span,
        label: &str,
    ) -> Problem {
        let message = if place.is_empty() {
            message.to_owned()
        } else {
            format!("{place}: {message}")
        };
        Problem::new(
            Arc::clone(&self.source),
            message,
            span.clone(),
            label.to_owned(),
        )
    }

    /// Notes a problem.
    pub(in crate::language) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Notes that something needed could not be read: what names it elsewhere in the file must not
    /// be called unknown.
    pub(super) fn miss(&self) {
        self.incomplete.set(true);
    }

    /// Whether something needed could not be read.
    pub(super) fn is_incomplete(&self) -> bool {
        self.incomplete.get()
    }

    /// Whether anything was noted.
    pub(super) fn has_problems(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    /// What was noted.
    pub(super) fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }
}
