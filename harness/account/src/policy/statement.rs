//! One statement, compiled.

use std::fmt;

use super::condition::Condition;
use super::evaluate::Request;
use super::pattern::Pattern;
use super::trustee::{Reach, Trustee, Trustees};

/// What a statement does to the requests it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Lets them go on, unless another statement denies them.
    Allow,
    /// Denies them, whatever else allows them.
    Deny,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        })
    }
}

/// A statement of a [`Document`](super::Document).
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its name in the document; `None` if absent or empty.
    pub sid: Option<String>,
    /// What it does.
    pub effect: Effect,
    pub(super) trustees: Trustees,
    pub(super) actions: Listed,
    /// `None` in a trust policy, which is about its role.
    pub(super) resources: Option<Listed>,
    pub(super) conditions: Vec<Condition>,
}

/// An element with its `Not` form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) patterns: Vec<Pattern>,
    /// The same as they stand in the text.
    pub(super) written: Vec<Box<str>>,
    pub(super) negated: bool,
}

impl Statement {
    /// How the statement reaches the request; `None` if it does not match.
    /// `bounded`: whether the principal has a permissions boundary.
    pub(super) fn reach(&self, request: &Request<'_>, bounded: bool) -> Option<Reach> {
        // policy.statement.all-elements-match: cheapest test first.
        if !self.actions.covers(request.action, request) {
            return None;
        }
        if let Some(resources) = &self.resources
            && !resources.covers(request.resource, request)
        {
            return None;
        }
        let reach = self.trustees.reach(request.principal, bounded)?;
        // policy.condition.operators-and-keys-all
        self.conditions
            .iter()
            .all(|condition| condition.holds(request.context))
            .then_some(reach)
    }

    /// Whether it allows everything everywhere, as far as action, resource and conditions go.
    pub(super) fn allows_everything(&self) -> bool {
        let everything =
            |listed: &Listed| !listed.negated && listed.patterns.iter().any(Pattern::is_everything);
        self.effect == Effect::Allow
            && self.conditions.is_empty()
            && everything(&self.actions)
            && self.resources.as_ref().is_some_and(everything)
    }

    pub(super) fn trustees(&self) -> &[Trustee] {
        self.trustees.list()
    }

    pub(super) fn trustees_mut(&mut self) -> &mut [Trustee] {
        self.trustees.list_mut()
    }
}

impl Listed {
    pub(super) fn covers(&self, text: &str, request: &Request<'_>) -> bool {
        // policy.statement.not-elements-cover-the-rest
        let listed = |pattern: &Pattern| pattern.matches(text, request.context);
        self.patterns.iter().any(listed) != self.negated
    }
}
