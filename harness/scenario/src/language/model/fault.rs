//! Requests singled out: matched, made to fail, held back.
//!
//! What happens to them is said in the words of the fault engine, which has the types.

use std::time::Duration;

pub use rolecall_endpoints::{Effect, GatePoint, OddExpiration, Point};

use crate::language::at::At;
use crate::language::word::Word;

/// `[match.NAME]`: a kind of request, for faults, gates and counts. Everything said must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// The operation; `*` stands for any characters.
    pub operation: Option<At<String>>,
    /// The path; `*` stands for any characters.
    pub path: Option<At<String>>,
    /// Headers that are there.
    pub header_present: Vec<At<String>>,
    /// Headers that are not.
    pub header_absent: Vec<At<String>>,
    /// The app that sends it.
    pub app: Option<At<String>>,
    /// The instance, task or pod that it is sent from.
    pub place: Option<At<String>>,
    /// Not before so much time has passed since the world's first instant.
    pub not_before: Option<At<Duration>>,
    /// Only before so much time has passed since the world's first instant.
    pub before: Option<At<Duration>>,
}

/// `[[fault]]`, or `fault` in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name, to clear it by.
    pub name: At<String>,
    /// Which requests: a `[match.NAME]`, or an operation with `*` for any characters.
    pub on: At<String>,
    /// The first of them that suffers it, counted from one. Default the first.
    pub nth: At<u32>,
    /// How many suffer it from there on; all when left out.
    pub times: Option<At<u32>>,
    /// What happens to them. The span is that of the word for it.
    pub effect: At<Effect>,
}

/// `gate`: a barrier at which a request waits until a step opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name, to open it by.
    pub name: At<String>,
    /// Which requests: a `[match.NAME]`, or an operation with `*` for any characters.
    pub on: At<String>,
    /// Where they wait.
    pub at: At<GatePoint>,
    /// Which of them waits, counted from one. Default the first.
    pub nth: At<u32>,
}

impl Word for Point {
    const NOUN: &'static str = "point of an exchange";
    const ALL: &'static [Self] = &[
        Self::OnArrival,
        Self::BeforeHeaders,
        Self::BeforeBody,
        Self::InBody,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::OnArrival => "on-arrival",
            Self::BeforeHeaders => "before-headers",
            Self::BeforeBody => "before-body",
            Self::InBody => "in-body",
        }
    }
}

impl Word for OddExpiration {
    const NOUN: &'static str = "expiry";
    const ALL: &'static [Self] = &[
        Self::Absent,
        Self::Past,
        Self::Epoch,
        Self::Fraction,
        Self::Offset,
        Self::Empty,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Past => "past",
            Self::Epoch => "epoch",
            Self::Fraction => "fraction",
            Self::Offset => "offset",
            Self::Empty => "empty",
        }
    }
}

impl Word for GatePoint {
    const NOUN: &'static str = "place for a gate";
    const ALL: &'static [Self] = &[Self::Arrival, Self::BeforeResponse];

    fn word(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::BeforeResponse => "before-response",
        }
    }
}
