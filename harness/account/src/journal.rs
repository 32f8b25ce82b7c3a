//! The journal: everything that happened, in order, in simulated time.
//!
//! Entries hold what was really sent; whatever leaves the journal leaves it redacted
//! ([`Exchange::redacted`]), so that a report can show the wire and keep the secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::authenticate::Stage;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::operation::Operation;
use crate::policy::{Asked, Decision};
use crate::redact;
use crate::session::{Ending, RoleDelivery, Session};

mod cloudtrail;
mod filter;
mod stored;

pub use filter::{JournalFilter, StatusFilter};

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the order of arrival, from 1.
    pub number: u64,
    /// When it happened, or arrived.
    pub at: SimInstant,
    /// What happened.
    pub happening: Happening,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A client asked and was answered.
    Exchange(Box<Exchange>),
    /// An operator changed the world.
    Control {
        /// What was done.
        operation: Operation,
        /// In which account.
        account: String,
        /// To what.
        detail: String,
    },
    /// A source issued a new set.
    Issued(Arc<Session>),
    /// A source could not issue a set, because the role does not admit its service.
    IssueRefused {
        /// The source.
        source: Source,
        /// The role's name.
        role: String,
    },
    /// A source came to its rotation and had nothing to issue for.
    NothingIssued {
        /// The source.
        source: Source,
        /// Why there was nothing.
        why_not: &'static str,
    },
    /// A set is no longer accepted, before its time.
    Ended {
        /// Its access key id.
        access_key_id: String,
        /// Why.
        ending: Ending,
    },
    /// What a client shows its source was replaced by another: a service account's token, or a
    /// task's authorization.
    TokenIssued {
        /// Whose.
        source: Source,
    },
    /// A program that prints credentials was run.
    ProgramRan {
        /// Which.
        program: String,
        /// Whether it did what it should.
        well: bool,
    },
    /// An association has taken effect.
    Associated {
        /// The instance.
        instance: String,
        /// The profile's ARN.
        profile_arn: String,
    },
    /// EC2 told an instance something, or did what it had told it.
    Notice {
        /// The instance.
        instance: String,
        /// What.
        notice: String,
    },
    /// The answer to a token request did not get as far as the client: the client had it sent,
    /// the server answered it (`imds.token.hop-limit`).
    ReplyLost {
        /// The instance.
        instance: String,
        /// How many hops away the client is.
        hops: u8,
        /// How many hops the answer may travel.
        hop_limit: u8,
    },
}

/// A request and its answer.
#[derive(Clone)]
pub struct Exchange {
    /// What it was taken for; `None` if it named no operation we know.
    pub operation: Option<Operation>,
    /// Who sent it, as far as the transport knows: the name of an app.
    pub caller: String,
    /// The request.
    pub request: RequestRecord,
    /// The answer; none if the request was made to end without one.
    pub response: Option<ResponseRecord>,
    /// The session whose access key id was named, whether or not the request was accepted.
    pub session: Option<Arc<Session>>,
    /// Whether its signature was accepted by the machine's time, not by the simulated one.
    pub by_machine_time: bool,
    /// What the policies said, if it came to that.
    pub decision: Option<Decision>,
    /// What the decision was on, and by which policies, for whoever asks why.
    pub asked: Option<Arc<Asked>>,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
    /// What was done to it on purpose.
    pub fault: Option<FaultRecord>,
}

/// A fault that struck a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRecord {
    /// Its name.
    pub name: String,
    /// The word for what it did.
    pub effect: &'static str,
}

impl fmt::Display for FaultRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.effect)
    }
}

/// A request as it was sent. The body is kept where it is a document, not where it is data.
#[derive(Clone)]
pub struct RequestRecord {
    /// The method.
    pub method: Method,
    /// With scheme and host where they are known.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// What a form or a query of the query protocol said, by name; secrets and all, so that it is
    /// never shown as it is.
    pub parameters: BTreeMap<String, String>,
}

/// An answer as it was given.
#[derive(Clone)]
pub struct ResponseRecord {
    /// The status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: BodyRecord,
}

/// What the journal keeps of a body.
#[derive(Clone)]
pub enum BodyRecord {
    /// A document: kept whole.
    Document(Bytes),
    /// Data: only how much of it there was, in bytes.
    Data(u64),
}

/// Why a request was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// AWS's error code.
    pub code: String,
    /// At which stage.
    pub stage: Stage,
    /// What the client was told, or more.
    pub message: String,
    /// More for whoever debugs it: the canonical request as the server computed it, redacted.
    pub detail: Option<String>,
}

/// An exchange with every secret replaced by a fingerprint and every header in order: the only
/// form in which it is shown or written.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct RedactedExchange {
    /// See [`Exchange::operation`].
    pub operation: Option<String>,
    /// See [`Exchange::caller`].
    pub caller: String,
    /// The method.
    pub method: String,
    /// Host, path and query.
    pub target: String,
    /// Sorted by name.
    pub request_headers: Vec<(String, String)>,
    /// The status; none if there was no answer.
    pub status: Option<u16>,
    /// Sorted by name.
    pub response_headers: Vec<(String, String)>,
    /// The document, or how many bytes of data.
    pub response_body: String,
    /// Who signed.
    pub identity: Option<String>,
    /// The access key id that was named.
    pub access_key_id: Option<String>,
    /// Which issue of its source that is.
    pub issue: Option<u32>,
    /// See [`Exchange::by_machine_time`].
    pub by_machine_time: bool,
    /// What the policies said.
    pub decision: Option<String>,
    /// Code, stage and reason of a refusal.
    pub refusal: Option<String>,
    /// See [`Refusal::detail`].
    pub detail: Option<String>,
    /// See [`Exchange::fault`].
    pub fault: Option<String>,
}

impl Exchange {
    /// The status of its answer; none if there was no answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(|response| response.status)
    }

    /// The session that it was made with, if its signature was accepted.
    pub(crate) fn accepted(&self) -> Option<&Session> {
        let signed = self.operation.is_some_and(Operation::is_signed);
        let stage = self.refusal.as_ref().map(|refusal| refusal.stage);
        let known = matches!(
            stage,
            None | Some(Stage::Parameters | Stage::Policy | Stage::Resource)
        );
        self.session.as_deref().filter(|_| signed && known)
    }

    /// The form that may be shown.
    pub fn redacted(&self) -> RedactedExchange {
        let session = self.session.as_ref();
        let response = self.response.as_ref();
        RedactedExchange {
            operation: self.operation.map(|operation| operation.slug().to_owned()),
            caller: self.caller.clone(),
            method: self.request.method.to_string(),
            target: redact::target(&self.request.uri),
            request_headers: redact::headers(&self.request.headers),
            status: response.map(|response| response.status.as_u16()),
            response_headers: response
                .map(|response| redact::headers(&response.headers))
                .unwrap_or_default(),
            response_body: match response.map(|response| &response.body) {
                Some(BodyRecord::Document(text)) => redact::document(self.operation, text),
                Some(BodyRecord::Data(length)) => format!("({length} bytes)"),
                None => "(no answer)".to_owned(),
            },
            fault: self.fault.as_ref().map(ToString::to_string),
            identity: session.map(|session| session.identity.caller_arn()),
            access_key_id: session.map(|session| session.access_key_id.clone()),
            issue: session
                .map(|session| session.issue)
                .filter(|issue| *issue > 0),
            by_machine_time: self.by_machine_time,
            decision: self.decision.as_ref().map(ToString::to_string),
            detail: self
                .refusal
                .as_ref()
                .and_then(|refusal| refusal.detail.clone()),
            refusal: self.refusal.as_ref().map(|refusal| {
                format!("{} at {}: {}", refusal.code, refusal.stage, refusal.message)
            }),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.redacted().fmt(f)
    }
}

impl Entry {
    /// One line of the journal file.
    pub fn to_json(&self) -> Value {
        let mut line = self.happening.to_json();
        if let Value::Object(members) = &mut line {
            members.insert("number".to_owned(), self.number.into());
            members.insert("at".to_owned(), format!("{:?}", self.at).into());
        }
        line
    }
}

impl Happening {
    fn to_json(&self) -> Value {
        match self {
            Self::Exchange(exchange) => json!({ "exchange": exchange.redacted() }),
            Self::Control {
                operation,
                account,
                detail,
            } => json!({ "control": {
                "operation": operation.slug(),
                "account": account,
                "detail": detail,
            } }),
            Self::Issued(session) => json!({ "issued": {
                "source": session.source.as_ref().map(ToString::to_string),
                "issue": session.issue,
                "role": session.identity.name(),
                "access_key_id": session.access_key_id,
                "role_delivery": session.role_delivery.map(RoleDelivery::as_str),
                "expires_at": session.expires_at.map(|expiry| expiry.to_string()),
            } }),
            Self::IssueRefused { source, role } => {
                json!({ "issue_refused": { "source": source.to_string(), "role": role } })
            }
            Self::NothingIssued { source, why_not } => {
                json!({ "nothing_issued": { "source": source.to_string(), "why": why_not } })
            }
            Self::Ended {
                access_key_id,
                ending,
            } => json!({ "ended": {
                "access_key_id": access_key_id,
                "why": ending.as_str(),
            } }),
            Self::TokenIssued { source } => {
                json!({ "token_issued": { "source": source.to_string() } })
            }
            Self::ProgramRan { program, well } => {
                json!({ "program_ran": { "program": program, "well": well } })
            }
            Self::Associated {
                instance,
                profile_arn,
            } => {
                json!({ "associated": { "instance": instance, "profile_arn": profile_arn } })
            }
            Self::Notice { instance, notice } => {
                json!({ "notice": { "instance": instance, "notice": notice } })
            }
            Self::ReplyLost {
                instance,
                hops,
                hop_limit,
            } => {
                json!({ "reply_lost": { "instance": instance, "hops": hops, "hop_limit": hop_limit } })
            }
        }
    }
}

/// All entries. Numbers are drawn on arrival, entries written when their answer is known.
#[derive(Debug, Default)]
pub struct Journal {
    entries: BTreeMap<u64, Entry>,
    drawn: u64,
    /// Numbers in the order of writing: what comes late has a low number and a high place here.
    written: BTreeMap<u64, u64>,
    writes: u64,
    /// The highest number that was drawn before this journal began.
    began: u64,
    /// How many entries are kept; all of them if there is no limit.
    kept_max: Option<usize>,
}

impl Journal {
    /// The next number.
    pub(crate) fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn
    }

    pub(crate) fn happened(&mut self, at: SimInstant, happening: Happening) {
        let number = self.draw();
        self.write(Entry {
            number,
            at,
            happening,
        });
    }

    pub(crate) fn write(&mut self, entry: Entry) {
        // What arrived in the journal before this one is not of this world.
        if entry.number <= self.began {
            return;
        }
        self.writes += 1;
        self.written.insert(self.writes, entry.number);
        self.entries.insert(entry.number, entry);
        while self.kept_max.is_some_and(|max| self.entries.len() > max) {
            self.entries.pop_first();
            self.written.pop_first();
        }
    }

    /// Takes the place of `before`: numbers go on where it ended, so that none is given twice and
    /// whoever follows misses nothing; as many entries are kept.
    pub(crate) fn succeed(&mut self, before: &Self) {
        let entries = std::mem::take(&mut self.entries);
        *self = Self {
            entries: BTreeMap::new(),
            drawn: before.drawn + self.drawn,
            written: BTreeMap::new(),
            writes: before.writes,
            began: before.drawn,
            kept_max: before.kept_max,
        };
        for (number, entry) in entries {
            self.write(Entry {
                number: before.drawn + number,
                ..entry
            });
        }
    }

    /// Changes what is written of an exchange, if it is still kept.
    pub(crate) fn amend(&mut self, number: u64, change: impl FnOnce(&mut Exchange)) {
        if let Some(entry) = self.entries.get_mut(&number)
            && let Happening::Exchange(exchange) = &mut entry.happening
        {
            change(exchange);
        }
    }

    /// Keeps the latest `max` entries from now on, for worlds that are served for days.
    pub(crate) fn keep(&mut self, max: usize) {
        self.kept_max = Some(max);
    }

    /// The highest number drawn so far; what comes later has a higher one.
    pub fn mark(&self) -> u64 {
        self.drawn
    }

    /// The entries after `mark`, in order.
    pub fn since(&self, mark: u64) -> impl Iterator<Item = &Entry> {
        let after = (Bound::Excluded(mark), Bound::Unbounded);
        self.entries.range(after).map(|(_, entry)| entry)
    }

    /// How many entries were ever written; for [`written_since`](Self::written_since).
    pub fn written(&self) -> u64 {
        self.writes
    }

    /// What was written after the first `writes` entries, by number. Unlike [`since`](Self::since)
    /// it misses no request whose answer came after that of a later one.
    pub fn written_since(&self, writes: u64) -> Vec<&Entry> {
        let numbers: BTreeSet<u64> = self
            .written
            .range(writes.saturating_add(1)..)
            .map(|(_, number)| *number)
            .collect();
        numbers
            .iter()
            .filter_map(|number| self.entries.get(number))
            .collect()
    }

    /// All entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }
}

#[cfg(test)]
mod tests;
