//! Which entries of the journal somebody wants to see.

use std::str::FromStr;

use http::StatusCode;

use super::{Entry, Exchange, Happening};
use crate::instant::SimInstant;
use crate::operation::{Operation, Service};
use crate::policy::Wildcards;

/// Selects entries: those that meet everything that is said here.
///
/// What asks for something that an entry has not, such as a status of what was no request, leaves
/// it out.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    /// Not before this time.
    pub since: Option<SimInstant>,
    /// The operation, as policies name it (`s3:PutObject`) or as reports do (`s3-put-object`).
    pub operation: Option<Wildcards>,
    /// Who sent it: the name of the caller, of its user or role, its ARN, or its access key id.
    pub caller: Option<Wildcards>,
    /// The status of the answer.
    pub status: Option<StatusFilter>,
    /// Only what was refused, or not answered at all.
    pub errors: bool,
}

/// Statuses: one of them, or all of a class.
///
/// ```
/// use rolecall_account::StatusFilter;
///
/// assert_eq!("404".parse(), Ok(StatusFilter::Exactly(404)));
/// assert_eq!("4xx".parse(), Ok(StatusFilter::Class(4)));
/// assert!("teapot".parse::<StatusFilter>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// This one.
    Exactly(u16),
    /// All that begin with this digit, from 1 to 5.
    Class(u16),
}

impl FromStr for StatusFilter {
    /// What is wrong with the text.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let class = text
            .strip_suffix("xx")
            .and_then(|digit| digit.parse().ok())
            .filter(|class| (1..=5).contains(class))
            .map(Self::Class);
        let exactly = text
            .parse()
            .ok()
            .filter(|status| (100..=599).contains(status))
            .map(Self::Exactly);
        class
            .or(exactly)
            .ok_or_else(|| format!("`{text}` is no status; write `404` or `4xx`"))
    }
}

impl StatusFilter {
    fn matches(self, status: StatusCode) -> bool {
        match self {
            Self::Exactly(wanted) => status.as_u16() == wanted,
            Self::Class(wanted) => status.as_u16() / 100 == wanted,
        }
    }
}

impl JournalFilter {
    /// Whether the entry is one of those.
    pub fn matches(&self, entry: &Entry) -> bool {
        let exchange = match &entry.happening {
            Happening::Exchange(exchange) => Some(&**exchange),
            _ => None,
        };
        self.since.is_none_or(|since| entry.at >= since)
            && self.operation.as_ref().is_none_or(|wanted| {
                operation(entry).is_some_and(|operation| is_named(operation, wanted))
            })
            && self
                .caller
                .as_ref()
                .is_none_or(|wanted| exchange.is_some_and(|exchange| is_from(exchange, wanted)))
            && self.status.is_none_or(|wanted| {
                exchange
                    .and_then(Exchange::status)
                    .is_some_and(|status| wanted.matches(status))
            })
            && (!self.errors || is_error(entry))
    }
}

fn operation(entry: &Entry) -> Option<Operation> {
    match &entry.happening {
        Happening::Exchange(exchange) => exchange.operation,
        Happening::Control { operation, .. } => Some(*operation),
        Happening::Issued(_)
        | Happening::IssueRefused { .. }
        | Happening::NothingIssued { .. }
        | Happening::TokenIssued { .. }
        | Happening::ProgramRan { .. }
        | Happening::Ended { .. }
        | Happening::Associated { .. }
        | Happening::Notice { .. }
        | Happening::ReplyLost { .. } => None,
    }
}

fn is_named(operation: Operation, wanted: &Wildcards) -> bool {
    let prefix = match operation.service() {
        Service::Imds => "imds",
        Service::Container => "container",
        Service::Iam => "iam",
        Service::Sts => "sts",
        Service::Sso => "sso",
        Service::Ec2 => "ec2",
        Service::S3 => "s3",
        Service::CloudTrail => "cloudtrail",
    };
    wanted.matches(operation.slug()) || wanted.matches(&format!("{prefix}:{}", operation.name()))
}

fn is_from(exchange: &Exchange, wanted: &Wildcards) -> bool {
    let of_session = exchange.session.iter().any(|session| {
        wanted.matches(session.identity.name())
            || wanted.matches(&session.identity.caller_arn())
            || wanted.matches(&session.access_key_id)
    });
    of_session || wanted.matches(&exchange.caller)
}

fn is_error(entry: &Entry) -> bool {
    match &entry.happening {
        Happening::Exchange(exchange) => {
            let no_success = exchange
                .status()
                .is_none_or(|status| status.is_client_error() || status.is_server_error());
            exchange.refusal.is_some() || no_success
        }
        Happening::IssueRefused { .. } | Happening::ReplyLost { .. } => true,
        Happening::Control { .. }
        | Happening::Issued(_)
        | Happening::NothingIssued { .. }
        | Happening::TokenIssued { .. }
        | Happening::ProgramRan { .. }
        | Happening::Ended { .. }
        | Happening::Associated { .. }
        | Happening::Notice { .. } => false,
    }
}
