//! The steps: time passes, something is done, something is expected.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use super::action::Action;
use super::expect::{Count, Expect};
use super::fault::{Fault, Gate};
use crate::language::at::{At, Span};

/// `[[step]]`.
///
/// In this order: time moves, the fault and the gate are set or lifted, the step acts, and what
/// happened is judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is called; no two steps of a scenario are called the same.
    pub name: At<String>,
    /// Where the step begins.
    pub span: Span,
    /// The rule it is about, instead of all rules of the scenario.
    pub rule: Option<At<String>>,
    /// The app that acts; the only one when left out.
    pub app: Option<At<String>>,
    /// How the clock moves first.
    pub moves: Option<At<Move>>,
    /// A barrier from this step on.
    pub gate: Option<At<Gate>>,
    /// A gate to open.
    pub open: Option<At<String>>,
    /// A fault from this step on.
    pub fault: Option<At<Fault>>,
    /// A fault that ends.
    pub clear_fault: Option<At<String>>,
    /// How many callers act at the same time; one when left out.
    pub at_once: Option<At<u32>>,
    /// How often the action is repeated; once when left out.
    pub repeat: Option<At<Repeat>>,
    /// What it does. The span is that of the word for it.
    pub act: At<Act>,
    /// How long to wait at most, over a real clock, for requests in flight before counting.
    pub settle: Option<At<Duration>>,
    /// What must be so afterwards. When nothing is said, the action must succeed.
    pub expect: Expect,
    /// Requests since the start of the scenario.
    pub expect_total: BTreeMap<String, At<Count>>,
}

impl Step {
    /// A step that does this and expects it to succeed.
    pub fn new(name: impl Into<At<String>>, act: Act) -> Self {
        Self {
            name: name.into(),
            span: 0..0,
            rule: None,
            app: None,
            moves: None,
            gate: None,
            open: None,
            fault: None,
            clear_fault: None,
            at_once: None,
            repeat: None,
            act: act.into(),
            settle: None,
            expect: Expect::default(),
            expect_total: BTreeMap::new(),
        }
    }
}

/// How the clock moves before a step acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// `after`: time passes.
    After(Duration),
    /// `wall-step`: only the wall clock moves, perhaps back.
    WallStep(SignedDuration),
}

/// `repeat`.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// How often the action is done.
    pub times: At<u32>,
    /// How much time passes between one and the next. Default none.
    pub every: At<Duration>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The action, to its end.
    Do(Action),
    /// `begin`: the action is started, and goes on while the world acts.
    Begin {
        /// The name to join it by: `as`.
        name: At<String>,
        /// The action. The span is that of its verb.
        action: At<Action>,
    },
    /// `join`: what was begun under this name comes to its end.
    Join(At<String>),
}

impl Act {
    /// The action, unless it was begun by an earlier step.
    pub const fn action(&self) -> Option<&Action> {
        match self {
            Self::Do(action) => Some(action),
            Self::Begin { action, .. } => Some(&action.value),
            Self::Join(_) => None,
        }
    }
}

impl From<Action> for Act {
    fn from(action: Action) -> Self {
        Self::Do(action)
    }
}
