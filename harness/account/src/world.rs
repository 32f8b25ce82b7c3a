//! The world: all state of one simulated AWS, and the order in which it changes by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::{Accounts, is_account_id};
use crate::agenda::Agenda;
use crate::authorize::Asking;
use crate::consistency::KeyChange;
use crate::container::Tasks;
use crate::ec2::{Ec2, Instance};
use crate::entropy::Entropy;
use crate::iam::Role;
use crate::id;
use crate::imds::{IdentityKeys, MetadataTokens};
use crate::instant::SimInstant;
use crate::issuing::{Behind, Issuer, Serving, Source};
use crate::journal::{Entry, Exchange, Happening, Journal};
use crate::organization::Organization;
use crate::pod::Cluster;
use crate::program::Programs;
use crate::s3::Buckets;
use crate::session::{Ending, Session, Sessions};
use crate::sso::Portals;
use crate::stored;
use crate::sts::Minted;

/// The account of a world that names none: AWS's own example.
const ACCOUNT: &str = "111122223333";

/// How a world begins.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The first instant.
    pub start: SimInstant,
    /// Where everything happens, such as `us-east-1`.
    pub region: String,
    /// What all ids and keys are drawn from.
    pub seed: u64,
    /// From the association of a profile to its credentials. AWS documents no time.
    pub association_delay: Duration,
}

/// All state of one simulated AWS. Services meet here, never in each other.
///
/// Every call takes the time, first lets everything happen that was due by then, and ignores
/// times before the latest it has seen.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    began: SimInstant,
    now: SimInstant,
    pub(crate) region: String,
    pub(crate) association_delay: Duration,
    pub(crate) entropy: Entropy,
    pub(crate) agenda: Agenda<Due>,
    pub(crate) journal: Journal,
    pub(crate) sessions: Sessions,
    pub(crate) minted: Minted,
    #[serde(with = "stored::pairs")]
    pub(crate) issuers: BTreeMap<Source, Issuer>,
    pub(crate) accounts: Accounts,
    pub(crate) ec2: Ec2,
    pub(crate) metadata_tokens: MetadataTokens,
    pub(crate) identity_keys: IdentityKeys,
    pub(crate) tasks: Tasks,
    pub(crate) cluster: Cluster,
    pub(crate) programs: Programs,
    pub(crate) portals: Portals,
    /// What issuers of web identity tokens publish besides their own keys.
    pub(crate) published_keys: BTreeMap<String, Vec<serde_json::Value>>,
    pub(crate) buckets: Buckets,
    pub(crate) organization: Option<Organization>,
    /// Of the request under way, so that there is none between two.
    #[serde(skip)]
    pub(crate) asking: Asking,
}

/// What happens by itself.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Due {
    /// A source issues its next set.
    Rotation { source: Source, generation: u32 },
    /// A source issues another set, besides those that expiry calls for.
    ExtraRotation { source: Source },
    /// An association takes effect.
    Association {
        instance: String,
        association: String,
    },
    /// EC2 does to a Spot Instance what it gave notice of.
    SpotInterruption { instance: String },
    /// A pod's service account gets its next token.
    PodToken { pod: String, generation: u32 },
    /// A change of IAM is seen.
    Consistent,
    /// A change of a long-term key is seen.
    Key { key: String, change: KeyChange },
}

/// A request that has arrived: its place in the journal and its time, drawn once.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    number: u64,
    /// When it arrived.
    pub at: SimInstant,
}

impl Arrival {
    /// Its place in the journal.
    pub fn number(self) -> u64 {
        self.number
    }
}

/// The ids that an answer of S3 carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestIds {
    /// `x-amz-request-id`.
    pub request_id: String,
    /// `x-amz-id-2`.
    pub host_id: String,
}

impl World {
    /// An empty world.
    pub fn new(options: WorldOptions) -> Self {
        Self {
            began: options.start,
            now: options.start,
            region: options.region,
            association_delay: options.association_delay,
            entropy: Entropy::new(options.seed),
            agenda: Agenda::default(),
            journal: Journal::default(),
            sessions: Sessions::default(),
            minted: Minted::default(),
            issuers: BTreeMap::new(),
            accounts: Accounts::new(ACCOUNT.to_owned()),
            ec2: Ec2::default(),
            metadata_tokens: MetadataTokens::default(),
            identity_keys: IdentityKeys::default(),
            tasks: Tasks::default(),
            cluster: Cluster::default(),
            programs: Programs::default(),
            portals: Portals::default(),
            published_keys: BTreeMap::new(),
            buckets: Buckets::default(),
            organization: None,
            asking: Asking::default(),
        }
    }

    /// Adds an account by its twelve digits, empty; one that is there stays as it is.
    ///
    /// # Errors
    /// Anything but twelve digits.
    pub fn open_account(&mut self, account: &str) -> Result<(), NoAccountId> {
        if !is_account_id(account) {
            return Err(NoAccountId(account.to_owned()));
        }
        self.accounts.open(account);
        Ok(())
    }

    /// The twelve digits of the account that is meant where none is named.
    pub fn account(&self) -> &str {
        self.accounts.first()
    }

    /// The twelve digits of every account, in order.
    pub fn account_ids(&self) -> impl Iterator<Item = &str> {
        self.accounts.ids()
    }

    /// When the next thing happens by itself.
    pub fn next_event(&self) -> Option<SimInstant> {
        self.agenda.next_at()
    }

    /// Lets everything happen that is due by `now`, each at its own time. The past is ignored:
    /// what happened stays happened.
    pub fn advance_to(&mut self, now: SimInstant) {
        while let Some((at, due)) = self.agenda.pop_due(now) {
            self.now = self.now.max(at);
            match due {
                Due::Rotation { source, generation } => self.rotation_due(at, &source, generation),
                Due::ExtraRotation { source } => {
                    // One that serves nothing then has nothing to replace.
                    if self.serving(&source).is_ok() {
                        self.issue(at, &source);
                    }
                }
                Due::Association {
                    instance,
                    association,
                } => self.association_due(at, &instance, &association),
                Due::SpotInterruption { instance } => self.interruption_due(at, &instance),
                Due::PodToken { pod, generation } => self.pod_token_due(at, &pod, generation),
                Due::Consistent => self.changes_due(at),
                Due::Key { key, change } => self.key_due(at, &key, change),
            }
        }
        self.now = self.now.max(now);
    }

    /// A request arrives: draws its place in the journal.
    pub fn arrive(&mut self, now: SimInstant) -> Arrival {
        self.advance_to(now);
        Arrival {
            number: self.journal.draw(),
            at: now,
        }
    }

    /// The ids for the answer to a request to S3.
    pub fn s3_request_ids(&self, arrival: Arrival) -> RequestIds {
        let label = arrival.number.to_string();
        RequestIds {
            request_id: id::s3_request_id(&self.entropy, &label),
            host_id: id::s3_host_id(&self.entropy, &label),
        }
    }

    /// The id for the answer to a request to a query service.
    pub fn request_id(&self, arrival: Arrival) -> String {
        id::uuid(&self.entropy, &format!("request/{}", arrival.number))
    }

    /// The first instant.
    pub(crate) fn began(&self) -> SimInstant {
        self.began
    }

    /// The latest time it has seen.
    pub fn latest(&self) -> SimInstant {
        self.now
    }

    /// Writes what became of a request.
    pub fn record(&mut self, arrival: Arrival, exchange: Exchange) {
        self.note_key_use(arrival.at, &exchange);
        // iam.role.last-used
        if let Some(session) = exchange.accepted() {
            let region = self.region.clone();
            self.accounts.used(&session.identity, arrival.at, &region);
        }
        let happening = Happening::Exchange(Box::new(exchange));
        self.journal.write(Entry {
            number: arrival.number,
            at: arrival.at,
            happening,
        });
    }

    /// Changes what is written of a request: how its answer was delivered is known later than what
    /// was decided.
    pub fn amend(&mut self, number: u64, change: impl FnOnce(&mut Exchange)) {
        self.journal.amend(number, change);
    }

    /// A number from the world's seed, the same for the same label.
    pub fn draw(&self, label: &str) -> u32 {
        u32::from_be_bytes(self.entropy.bytes(&format!("draw/{label}")))
    }

    /// Keeps the latest `max` entries of the journal from now on; without this it keeps them all.
    pub fn keep_journal(&mut self, max: usize) {
        self.journal.keep(max);
    }

    /// Keeps the latest `max` sessions that have expired from now on, 10,000 unless told otherwise:
    /// whoever uses one is told that it has expired, and that an older one never was.
    pub fn keep_expired_sessions(&mut self, max: usize) {
        self.sessions.keep_expired(max);
    }

    /// Takes the place of `before`: its journal goes on with the numbers of the one before, and
    /// keeps as much, as do its sessions. What is still under way in `before` leaves no trace here. The agent of its pods
    /// answers at the same addresses.
    pub fn succeed(&mut self, before: &Self) {
        self.journal.succeed(&before.journal);
        self.cluster.succeed(&before.cluster);
        self.sessions.keep_expired(before.sessions.expired_max());
    }

    /// Everything that happened.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Where everything happens.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Every instance, of every account, those that are gone among them.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.ec2.all()
    }

    /// An instance by its id.
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.ec2.instance(id).ok()
    }

    /// The session that an access key id belongs to, whatever has become of it; of those that have
    /// expired the latest are known.
    pub fn session(&self, access_key_id: &str) -> Option<&Arc<Session>> {
        self.sessions.find(access_key_id)
    }

    /// The set that an instance, a task or a pod serves; it goes by its name or its id.
    pub fn served_by(&self, name: &str) -> Option<&Arc<Session>> {
        let mut issuers = self.issuers.iter();
        let (_, issuer) = issuers.find(|(source, _)| match source {
            Source::Instance(id) => {
                id == name || self.instance(id).is_some_and(|it| it.name == name)
            }
            Source::Task(id) => id == name || self.tasks.name(id) == Some(name),
            Source::Pod(uid) => uid == name || self.cluster.name(uid) == Some(name),
            Source::Program(program) => program == name,
            Source::Sso(_) => false,
        })?;
        match issuer.serving()? {
            Serving::Keys(keys) => Some(&keys.main.session),
            Serving::Refused { .. } | Serving::NoRole { .. } | Serving::NoProfile { .. } => None,
        }
    }

    /// The set that the same source issued before this one: the one delivered in the same way, if
    /// there are two.
    pub fn issue_before(&self, session: &Session) -> Option<&Arc<Session>> {
        session.source.as_ref()?;
        let before = self.sessions.iter().filter(|other| {
            other.source == session.source && other.issue.checked_add(1) == Some(session.issue)
        });
        before.min_by_key(|other| other.role_delivery != session.role_delivery)
    }

    /// Every session ever issued, but for those that have expired long since.
    pub fn sessions(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.sessions.iter()
    }

    /// Issues a new set now, ahead of the source's own time; or finds that its role does not admit
    /// the source any more.
    ///
    /// # Errors
    /// A source that serves no credentials.
    pub fn rotate(&mut self, now: SimInstant, source: &Source) -> Result<Rotated, NothingServed> {
        self.advance_to(now);
        self.serving(source)?;
        self.issue(now, source);
        let serving = self.serving(source)?;
        if let Serving::Keys(keys) = serving {
            let session = &keys.main.session;
            return Ok(Rotated::Issued {
                issue: session.issue,
                access_key_id: session.access_key_id.clone(),
                expires_at: session.expires_at,
            });
        }
        let role = serving.role_name().ok_or(NothingServed)?.to_owned();
        Ok(Rotated::Refused { role })
    }

    /// Has a source issue another set at an instant to come, besides those that expiry calls for.
    pub fn plan_rotation(&mut self, at: SimInstant, source: Source) {
        self.agenda.enter(at, Due::ExtraRotation { source });
    }

    /// Ends sets that a source has issued: all that are still accepted, or the one of that number.
    /// The source goes on serving what it serves until its next rotation, as one does that has not
    /// heard of it. Answers how many were ended.
    pub fn revoke(&mut self, now: SimInstant, source: &Source, issue: Option<u32>) -> usize {
        self.advance_to(now);
        let Some(issuer) = self.issuers.get(source) else {
            return 0;
        };
        let sessions = issuer
            .unexpired(now)
            .filter_map(|key| self.sessions.find(key))
            .filter(|session| {
                issue.is_none_or(|issue| session.issue == issue)
                    && session.ended.is_none()
                    && !session.is_expired(now)
            });
        let ending: Vec<String> = sessions
            .map(|session| session.access_key_id.clone())
            .collect();
        for access_key_id in &ending {
            self.end_session(now, access_key_id, Ending::Revoked);
        }
        ending.len()
    }

    fn serving(&self, source: &Source) -> Result<&Serving, NothingServed> {
        let serving = self.issuers.get(source).and_then(Issuer::serving);
        serving
            .filter(|serving| serving.role_name().is_some())
            .ok_or(NothingServed)
    }

    pub(crate) fn role_behind(&self, source: &Source) -> Behind<&Role> {
        match source {
            Source::Instance(id) => self.role_behind_instance(id),
            Source::Task(id) => self.role_behind_task(id),
            Source::Pod(uid) => self.role_behind_pod(uid),
            Source::Program(name) => self.role_behind_program(name),
            // It issues when it is asked, and keeps nothing.
            Source::Sso(_) => Behind::Nothing,
        }
    }
}

/// What a source answers once it has rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// A new set.
    Issued {
        /// The how-manyeth of the source.
        issue: u32,
        /// Its access key id.
        access_key_id: String,
        /// When it expires.
        expires_at: Option<SimInstant>,
    },
    /// The document that says why there is none.
    Refused {
        /// The role, whose trust policy does not admit the source's service.
        role: String,
    },
}

/// An account is named by twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no account id: twelve digits are wanted")]
pub struct NoAccountId(String);

/// The source serves no credentials: there is nothing to rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it serves no credentials at this time")]
pub struct NothingServed;

#[cfg(test)]
mod tests;
