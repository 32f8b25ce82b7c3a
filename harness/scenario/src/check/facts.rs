//! What happened in a step, as the checkers read it.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::AUTHORIZATION;
use rolecall_account::{
    Entry, Exchange, Happening, Session, SimInstant, TRUST_POLICY, World, permission_set,
};
use rolecall_endpoints::record::RecordedSet;
use rolecall_providers::Call;

use crate::act::Done;
use crate::flight::{Signed, Slack};
use crate::url::Presigned;

/// Everything a checker may look at.
pub(crate) struct Facts<'a> {
    /// What the action came to.
    pub(crate) done: &'a Done,
    /// The acting app, if one acted.
    pub(crate) app: Option<&'a str>,
    /// What its caller signed; of no meaning where no app acted.
    pub(crate) signed: &'a Signed,
    /// What the journal says since the last step, or since the action began if that was earlier.
    pub(crate) entries: &'a [Entry],
    /// The messages with a secret in them that were found since the last step: where, and what was
    /// said, without it.
    pub(crate) leaks: &'a [String],
    /// Whether the sources of credentials have answered every request so far.
    pub(crate) sources_healthy: bool,
    /// Requests since the last step, by operation and by match.
    pub(crate) calls: &'a BTreeMap<String, u64>,
    /// How long the action took, by the client's own clock where that is told.
    pub(crate) took: Duration,
    /// What the real time that passed meanwhile leaves open.
    pub(crate) slack: Slack,
    /// When it ended.
    pub(crate) now: SimInstant,
    /// The account, for what it issued.
    pub(crate) world: &'a World,
    /// The key sets that recordings hand out, which the account has not issued.
    pub(crate) recorded: &'a [RecordedSet],
    /// The sets that earlier steps used, by the step's name.
    pub(crate) earlier: &'a BTreeMap<String, UsedSet>,
}

/// Which set a step used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UsedSet {
    pub(crate) access_key_id: String,
    pub(crate) role: String,
    pub(crate) issue: u32,
}

impl From<&Session> for UsedSet {
    fn from(session: &Session) -> Self {
        Self {
            access_key_id: session.access_key_id.clone(),
            role: called(session.identity.name()).to_owned(),
            issue: session.issue,
        }
    }
}

impl std::fmt::Display for UsedSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}`, issue {}, {}",
            self.role, self.issue, self.access_key_id
        )
    }
}

impl Facts<'_> {
    /// The exchanges of the acting app.
    pub(crate) fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.entries
            .iter()
            .filter_map(|entry| match &entry.happening {
                Happening::Exchange(exchange) if Some(exchange.caller.as_str()) == self.app => {
                    Some(&**exchange)
                }
                _ => None,
            })
    }

    /// Of these the ones that the caller signed, be it one of many.
    pub(crate) fn signed(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges().filter(|exchange| {
            let authorization = exchange.request.headers.get(AUTHORIZATION);
            is_signed(exchange) && authorization.is_some_and(|it| self.signed.has(it))
        })
    }

    /// The last request that the caller signed, or whose URL somebody had signed.
    pub(crate) fn last_signed(&self) -> Option<&Exchange> {
        let presigned = || self.exchanges().rfind(|exchange| is_presigned(exchange));
        self.signed().next_back().or_else(presigned)
    }

    /// Whether the policy that decided is the one that scenarios call `name`: a trust policy goes by
    /// its role.
    pub(crate) fn is_called(&self, policy: &str, name: &str) -> bool {
        match self.done {
            Done::Called {
                call: Call::AssumeRole(asked),
                ..
            } if policy == TRUST_POLICY => asked.role_arn.rsplit('/').next() == Some(name),
            _ => policy == name,
        }
    }

    /// The set that the step used: what the wire says, else what the provider answered.
    pub(crate) fn used(&self) -> Option<UsedSet> {
        match self.done {
            Done::Resolved(Ok(credentials)) => {
                let id = credentials.access_key_id();
                let issued = self.world.session(id).map(|it| UsedSet::from(&**it));
                issued.or_else(|| self.used_of_recordings(id))
            }
            Done::Called { call, answer } if let Some(url) = Presigned::of(call, answer) => {
                let session = self.world.session(url.access_key_id()?);
                session.map(|it| UsedSet::from(&**it))
            }
            _ => self.last_signed()?.session.as_deref().map(UsedSet::from),
        }
    }

    /// The set of a recording with this access key id.
    pub(crate) fn of_recordings(&self, access_key_id: &str) -> Option<&RecordedSet> {
        let mut sets = self.recorded.iter();
        sets.find(|set| set.access_key_id == access_key_id)
    }

    fn used_of_recordings(&self, access_key_id: &str) -> Option<UsedSet> {
        let set = self.of_recordings(access_key_id)?;
        let of_role = self.recorded.iter().filter(|other| other.role == set.role);
        let before = of_role.take_while(|other| other.access_key_id != access_key_id);
        Some(UsedSet {
            access_key_id: access_key_id.to_owned(),
            role: set.role.clone().unwrap_or_default(),
            issue: u32::try_from(before.count()).map_or(u32::MAX, |before| before + 1),
        })
    }
}

/// What scenarios call a role: one that stands for a permission set goes by that.
fn called(role: &str) -> &str {
    permission_set(role).unwrap_or(role)
}

/// Whether a request was signed by whoever made its URL, which may be long ago.
fn is_presigned(exchange: &Exchange) -> bool {
    let query = exchange.request.uri.query().unwrap_or_default();
    query.contains("X-Amz-Signature=")
}

/// Whether a request was signed by its sender.
pub(crate) fn is_signed(exchange: &Exchange) -> bool {
    let to_a_source = exchange
        .operation
        .is_some_and(|operation| !operation.is_signed());
    !to_a_source && exchange.request.headers.contains_key("authorization")
}
