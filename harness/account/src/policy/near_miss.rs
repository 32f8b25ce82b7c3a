//! Statements that would have allowed a request but for one thing.

use std::fmt;

use super::condition::Condition;
use super::decision::StatementRef;
use super::evaluate::Request;
use super::pattern::Pattern;
use super::statement::{Listed, Statement};

/// A statement that allows the action, and lacks one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Which.
    pub statement: StatementRef,
    /// What it lacks.
    pub unmet: Unmet,
}

/// The one thing that keeps a statement from being about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmet {
    /// It is about other resources.
    Resource {
        /// Those that it lists, as it has them.
        listed: Vec<String>,
        /// Whether it is about all but those.
        negated: bool,
    },
    /// It is about other principals.
    Principal {
        /// Whom it names.
        named: Vec<String>,
    },
    /// Of its conditions, these do not hold.
    Conditions(Vec<UnmetCondition>),
}

/// A condition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetCondition {
    /// As the policy has it, such as `ForAnyValue:StringLike`.
    pub operator: String,
    /// As the policy has it.
    pub key: String,
    /// The policy's values; where a variable stands in one, with what it stands for.
    pub wanted: Vec<String>,
    /// The request's values; none if it has no such key.
    pub actual: Vec<String>,
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, would allow it but for ", self.statement)?;
        self.unmet.fmt(f)
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource { listed, negated } => {
                let which = if *negated { "all but" } else { "only" };
                write!(f, "the resource: it is about {which} {}", quoted(listed))
            }
            Self::Principal { named } => {
                write!(f, "the principal: it names {}", quoted(named))
            }
            Self::Conditions(conditions) => {
                for (position, condition) in conditions.iter().enumerate() {
                    f.write_str(if position == 0 {
                        "the condition "
                    } else {
                        ", and "
                    })?;
                    condition.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for UnmetCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = quoted(&self.wanted);
        write!(f, "{} {}: wanted {wanted}, ", self.operator, self.key)?;
        if self.actual.is_empty() {
            return f.write_str("and the request has no such key");
        }
        write!(f, "was {}", quoted(&self.actual))
    }
}

/// `a`, `b` or `c`.
fn quoted(texts: &[String]) -> String {
    let mut said = String::new();
    for (position, text) in texts.iter().enumerate() {
        said.push_str(match position {
            0 => "",
            _ if position + 1 == texts.len() => " or ",
            _ => ", ",
        });
        said.push('`');
        said.push_str(text);
        said.push('`');
    }
    said
}

impl Statement {
    /// What keeps it from being about the request, if its action is and only one thing is not.
    pub(super) fn unmet(&self, request: &Request<'_>, bounded: bool) -> Option<Unmet> {
        if !self.actions.covers(request.action, request) {
            return None;
        }
        let resource = self
            .resources
            .as_ref()
            .filter(|resources| !resources.covers(request.resource, request))
            .map(|resources| Unmet::Resource {
                listed: resources.in_words(request),
                negated: resources.negated,
            });
        let principal = match self.trustees.reach(request.principal, bounded) {
            Some(_) => None,
            None => Some(Unmet::Principal {
                named: self.trustees.in_words(),
            }),
        };
        let failed = self.conditions.iter();
        let failed = failed.filter(|condition| !condition.holds(request.context));
        let failed: Vec<_> = failed
            .map(|condition| condition.in_words(request))
            .collect();
        let conditions = (!failed.is_empty()).then_some(Unmet::Conditions(failed));
        let mut unmet = [resource, principal, conditions].into_iter().flatten();
        unmet.next().filter(|_| unmet.next().is_none())
    }
}

impl Listed {
    fn in_words(&self, request: &Request<'_>) -> Vec<String> {
        let both = self.written.iter().zip(&self.patterns);
        both.map(|(text, pattern)| filled(text, Some(pattern), request))
            .collect()
    }
}

impl Condition {
    fn in_words(&self, request: &Request<'_>) -> UnmetCondition {
        let values = self.written.values.iter().enumerate();
        UnmetCondition {
            operator: self.written.operator.to_string(),
            key: self.written.key.to_string(),
            wanted: values
                .map(|(index, text)| filled(text, self.pattern(index), request))
                .collect(),
            actual: request.context.values(&self.written.key).to_vec(),
        }
    }
}

/// A text of a policy, with what its variables stand for in this request.
fn filled(text: &str, pattern: Option<&Pattern>, request: &Request<'_>) -> String {
    match pattern.filter(|pattern| pattern.has_variables()) {
        None => text.to_owned(),
        Some(pattern) => match pattern.filled(request.context) {
            Some(filled) => format!("{text} (here {filled})"),
            None => format!("{text} (no value here)"),
        },
    }
}
