//! Requests singled out: matched, made to fail, held back.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::language::at::At;
use crate::language::word::words;

/// `[match.NAME]`: a kind of request, for faults, gates and counts. Everything said must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// The operation; `*` stands for anything.
    pub operation: Option<At<String>>,
    /// The path; `*` stands for anything.
    pub path: Option<At<String>>,
    /// Headers that are there.
    pub header_present: Vec<At<String>>,
    /// Headers that are not.
    pub header_absent: Vec<At<String>>,
    /// The app that sends it.
    pub app: Option<At<String>>,
}

/// `[[fault]]`, or `fault` in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name, to clear it by.
    pub name: At<String>,
    /// Which requests: a `[match.NAME]` or a kind of request that can be counted.
    pub on: At<String>,
    /// The first of them that suffers it, counted from one. Default the first.
    pub nth: At<u32>,
    /// How many suffer it from there on; all when left out.
    pub times: Option<At<u32>>,
    /// What happens to them. The span is that of the word for it.
    pub effect: At<Effect>,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It is answered in place of the service.
    Answer(Answer),
    /// The answer comes so much later.
    Delay(Duration),
    /// The body comes in drops.
    Drip(Drip),
    /// The body ends after so many bytes.
    Truncate(u64),
    /// The connection stays open and silent.
    Stall(Point),
    /// The connection is reset.
    Reset(Point),
}

/// `answer`: an answer in place of the service's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: At<u16>,
    /// An error code, spoken as the service at hand speaks errors.
    pub code: Option<At<String>>,
    /// The message of that error.
    pub message: Option<At<String>>,
    /// The body, word for word, instead of `code` and `message`.
    pub body: Option<At<String>>,
    /// Further headers.
    pub headers: BTreeMap<String, At<String>>,
}

/// `drip`.
#[derive(Clone, Debug, PartialEq)]
pub struct Drip {
    /// Bytes of each drop.
    pub bytes: At<u64>,
    /// The time from one to the next.
    pub every: At<Duration>,
}

words! {
    /// Where in an exchange a connection breaks.
    pub enum Point ("point of an exchange") {
        /// Before the head of the answer.
        BeforeHeaders = "before-headers",
        /// In the middle of its body.
        InBody = "in-body",
    }
}

/// `gate`: a barrier at which a request waits until a step opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name, to open it by.
    pub name: At<String>,
    /// Which requests: a `[match.NAME]` or a kind of request that can be counted.
    pub on: At<String>,
    /// Where they wait.
    pub at: At<GatePoint>,
    /// Which of them waits, counted from one. Default the first.
    pub nth: At<u32>,
}

words! {
    /// Where a request waits at a gate.
    pub enum GatePoint ("place for a gate") {
        /// Before anything is decided.
        Arrival = "arrival",
        /// When everything is decided and nothing answered.
        BeforeResponse = "before-response",
    }
}
