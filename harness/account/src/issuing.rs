//! How a source of credentials issues them: the first set, the rotations, the end.
//!
//! Instances and container tasks differ in who asks and how; what they hand out is issued here.

mod assuming;
mod serving;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agenda::Agenda;
use crate::entropy::Entropy;
use crate::iam::Role;
use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::policy::Context;
use crate::session::{Actor, Ending, Identity, RoleDelivery, Session};
use crate::world::{Due, World};

pub(crate) use assuming::{Assuming, SessionName};
pub(crate) use serving::{Behind, KeySet, Keys, Serving};

/// The least time from one rotation to the next. A source told to publish a set as early as it
/// issued the one before it would otherwise never be done with one instant.
const ROTATION_INTERVAL_MIN: Duration = Duration::from_secs(1);

/// What hands out credentials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// An instance, by its id `i-…`.
    Instance(String),
    /// A container task, by the id in its credentials path.
    Task(String),
    /// A Kubernetes pod, by its uid.
    Pod(String),
    /// A program that prints credentials, by its name.
    Program(String),
    /// The portal of IAM Identity Center, for one role: which that is.
    Sso(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(f, "instance {id}"),
            Self::Task(id) => write!(f, "task {id}"),
            Self::Pod(uid) => write!(f, "pod {uid}"),
            Self::Program(name) => write!(f, "program {name}"),
            Self::Sso(assignment) => write!(f, "portal {assignment}"),
        }
    }
}

/// What happens to a set when the next one is issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It stays valid until its own expiry, as AWS documents (`imds.credentials.overlap`).
    #[default]
    UntilExpiry,
    /// It ends at once: harsher than AWS, to find clients that hold on to old sets.
    None,
}

/// What a source does about a set that gets old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Staleness {
    /// It publishes the next set in time.
    #[default]
    Fresh,
    /// It publishes no other set by itself and goes on serving this one past its expiry, and
    /// services go on accepting it: what AWS does when it cannot issue, and what clients are asked
    /// to bear (`imds.credentials.stale`).
    Accepted,
    /// The same, but services reject the set from its expiry on.
    Rejected,
}

/// How a source issues credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Issuing {
    /// From issue to expiry. About six hours for instances (`imds.credentials.lifetime`).
    pub credential_lifetime: Duration,
    /// How long before the expiry of one set the next is published: at least five minutes
    /// (`imds.credentials.overlap`).
    pub publish_before_expiry: Duration,
    /// What happens to the old set then.
    pub overlap: Overlap,
    /// What happens when a set gets old.
    pub staleness: Staleness,
}

impl Default for Issuing {
    fn default() -> Self {
        Self {
            credential_lifetime: Duration::from_hours(6),
            publish_before_expiry: Duration::from_mins(5),
            overlap: Overlap::default(),
            staleness: Staleness::default(),
        }
    }
}

/// One source, and where it stands.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    pub(crate) source: Source,
    issuing: Issuing,
    assuming: Assuming,
    /// The longest from one set to the next, however long a set lives.
    renewal_max: Duration,
    issues: u32,
    serving: Option<Serving>,
    /// Every set it has issued that may still be accepted: until when, and which.
    unexpired: Vec<(SimInstant, String)>,
    /// Counts restarts and forced rotations, so that an event planned before one is void.
    generation: u32,
}

impl Issuer {
    pub(crate) fn new(
        source: Source,
        issuing: Issuing,
        service_principal: &str,
        session_name: String,
    ) -> Self {
        let assuming = Assuming {
            service_principal: Some(service_principal.to_owned()),
            session_name: SessionName::Fixed(session_name),
            tags: BTreeMap::new(),
            context: Context::new(),
        };
        Self::assuming(source, issuing, assuming)
    }

    pub(crate) fn assuming(source: Source, issuing: Issuing, assuming: Assuming) -> Self {
        Self {
            source,
            issuing,
            assuming,
            renewal_max: Duration::MAX,
            issues: 0,
            serving: None,
            unexpired: Vec::new(),
            generation: 0,
        }
    }

    /// The same, but with a new set every `max` at the latest.
    pub(crate) fn renewing_within(self, max: Duration) -> Self {
        Self {
            renewal_max: max,
            ..self
        }
    }

    /// Who assumes the role on the source's behalf; nobody, if it is asked for by none of AWS.
    pub(crate) fn service_principal(&self) -> Option<&str> {
        self.assuming.service_principal.as_deref()
    }

    pub(crate) fn serving(&self) -> Option<&Serving> {
        self.serving.as_ref()
    }

    /// The keys that it serves, if it does.
    pub(crate) fn keys(&self) -> Option<&KeySet> {
        match self.serving()? {
            Serving::Keys(keys) => Some(&keys.main),
            _ => None,
        }
    }

    /// Whether it goes on serving what is over.
    pub(crate) fn gets_stale(&self) -> bool {
        self.issuing.staleness != Staleness::Fresh
    }

    /// The sets that may still be accepted at `now`, oldest first.
    pub(crate) fn unexpired(&self, now: SimInstant) -> impl Iterator<Item = &str> {
        let sets = self.unexpired.iter().filter(move |(until, _)| now < *until);
        sets.map(|(_, access_key_id)| access_key_id.as_str())
    }

    /// The next set, at a rotation. An instance's is the one for those who show a metadata token.
    fn mint(&mut self, entropy: &Entropy, now: SimInstant, role: &Role) -> Arc<Session> {
        self.issues += 1;
        let label = format!("{}/{}", self.source, self.issues);
        let identity = Identity {
            account: role.account.clone(),
            actor: Actor::Role {
                name: role.name.clone(),
                id: role.id.clone(),
                arn: role.arn.clone(),
                session_name: self.assuming.session_name.draw(entropy, &label),
            },
        };
        // imds.credentials.longer-than-role: the role's own maximum is for those who assume it.
        let lifetime = self.issuing.credential_lifetime;
        let session = Arc::new(Session {
            source: Some(self.source.clone()),
            issue: self.issues,
            outlives_expiry: self.issuing.staleness == Staleness::Accepted,
            role_delivery: match &self.source {
                Source::Instance(_) => Some(RoleDelivery::V2),
                Source::Task(_) | Source::Pod(_) | Source::Program(_) | Source::Sso(_) => None,
            },
            tags: self.assuming.tags.clone(),
            ..Session::temporary(entropy, &label, identity, now, lifetime)
        });
        self.unexpired.retain(|(until, _)| now < *until);
        self.keep(&session);
        session
    }

    /// The set of the same issue for those who show no metadata token: of the same time, other
    /// keys (`imds.credentials.role-delivery`).
    fn mint_tokenless(&mut self, entropy: &Entropy, main: &Session) -> Arc<Session> {
        let label = format!("{}/{}/tokenless", self.source, main.issue);
        let lifetime = self.issuing.credential_lifetime;
        let drawn = Session::temporary(
            entropy,
            &label,
            main.identity.clone(),
            main.issued_at,
            lifetime,
        );
        let session = Arc::new(Session {
            access_key_id: drawn.access_key_id,
            secret_access_key: drawn.secret_access_key,
            session_token: drawn.session_token,
            role_delivery: Some(RoleDelivery::V1),
            ..main.clone()
        });
        self.keep(&session);
        session
    }

    fn keep(&mut self, session: &Session) {
        let until = match session.expires_at {
            Some(expiry) if !session.outlives_expiry => expiry,
            _ => SimInstant::from_epoch_millis(i64::MAX),
        };
        self.unexpired.push((until, session.access_key_id.clone()));
    }

    /// Voids what was planned.
    fn void_plans(&mut self) {
        self.generation += 1;
    }

    /// Voids what was planned and plans the next rotation after one at `now`.
    fn plan_next(&mut self, agenda: &mut Agenda<Due>, now: SimInstant) {
        self.void_plans();
        let Issuing {
            credential_lifetime,
            publish_before_expiry,
            ..
        } = self.issuing;
        let next = now
            + credential_lifetime
                .saturating_sub(publish_before_expiry)
                .min(self.renewal_max)
                .max(ROTATION_INTERVAL_MIN);
        agenda.enter(
            next,
            Due::Rotation {
                source: self.source.clone(),
                generation: self.generation,
            },
        );
    }
}

impl World {
    /// Issues a new set for `source` from the role behind it now, or the document that says why
    /// not, or takes the source's credentials away if there is no role; plans the next rotation.
    pub(crate) fn issue(&mut self, now: SimInstant, source: &Source) {
        let behind = match self.role_behind(source) {
            Behind::Role(role) => Behind::Role(role.clone()),
            Behind::NoRole => Behind::NoRole,
            Behind::NoProfile => Behind::NoProfile,
            Behind::Nothing => Behind::Nothing,
        };
        let Some(issuer) = self.issuers.get_mut(source) else {
            return;
        };
        let before = issuer.serving.take();
        let why_not = match behind {
            Behind::Role(role) => return self.issue_for(now, source, &role, before),
            Behind::Nothing => {
                issuer.void_plans();
                return;
            }
            Behind::NoProfile => {
                issuer.void_plans();
                issuer.serving = Some(Serving::NoProfile { at: now });
                "the instance profile is gone"
            }
            Behind::NoRole => {
                // imds.role.swap-inside-profile-waits: a role that comes later is served from the
                // next rotation on.
                issuer.plan_next(&mut self.agenda, now);
                issuer.serving = Some(Serving::NoRole { at: now });
                "there is no role"
            }
        };
        self.journal.happened(
            now,
            Happening::NothingIssued {
                source: source.clone(),
                why_not,
            },
        );
    }

    fn issue_for(
        &mut self,
        now: SimInstant,
        source: &Source,
        role: &Role,
        before: Option<Serving>,
    ) {
        let Some(issuer) = self.issuers.get_mut(source) else {
            return;
        };
        if !issuer.assuming.is_admitted(role) {
            // imds.credentials.error-document
            issuer.plan_next(&mut self.agenda, now);
            issuer.serving = Some(Serving::Refused {
                role_name: role.name.clone(),
                at: now,
            });
            self.journal.happened(
                now,
                Happening::IssueRefused {
                    source: source.clone(),
                    role: role.name.clone(),
                },
            );
            return;
        }
        match issuer.issuing.staleness {
            Staleness::Fresh => issuer.plan_next(&mut self.agenda, now),
            // imds.credentials.stale
            Staleness::Accepted | Staleness::Rejected => issuer.void_plans(),
        }
        let session = issuer.mint(&self.entropy, now, role);
        issuer.serving = Some(Serving::Keys(Keys {
            main: KeySet::new(Arc::clone(&session)),
            tokenless: None,
        }));
        let overlap = issuer.issuing.overlap;
        self.sessions.insert(Arc::clone(&session));
        self.journal.happened(now, Happening::Issued(session));
        if let (Overlap::None, Some(Serving::Keys(old))) = (overlap, before) {
            for access_key_id in old.access_key_ids() {
                self.end_session(now, access_key_id, Ending::Superseded);
            }
        }
    }

    /// The set that an instance serves to a reader who showed a metadata token, or none. The set
    /// for those who show none is issued when the first of them asks.
    pub(crate) fn delivered(
        &mut self,
        now: SimInstant,
        source: &Source,
        delivery: RoleDelivery,
    ) -> Option<&KeySet> {
        let issuer = self.issuers.get_mut(source)?;
        let Some(Serving::Keys(Keys { main, tokenless })) = &issuer.serving else {
            return None;
        };
        if delivery == RoleDelivery::V1 && tokenless.is_none() {
            let key = &main.session.access_key_id;
            // As it stands now: what has been revoked since is so for both.
            let main = Arc::clone(self.sessions.find(key).unwrap_or(&main.session));
            let session = issuer.mint_tokenless(&self.entropy, &main);
            self.sessions.insert(Arc::clone(&session));
            if let Some(Serving::Keys(keys)) = &mut issuer.serving {
                keys.tokenless = Some(KeySet::new(Arc::clone(&session)));
            }
            self.journal.happened(now, Happening::Issued(session));
        }
        match &issuer.serving {
            Some(Serving::Keys(keys)) => keys.delivered(delivery),
            _ => None,
        }
    }

    /// Takes the source's credentials away; those handed out stay valid (`ec2.disassociate.vended-keys-live`).
    pub(crate) fn stop_issuing(&mut self, source: &Source) {
        if let Some(issuer) = self.issuers.get_mut(source) {
            issuer.serving = None;
            issuer.void_plans();
        }
    }

    /// A planned rotation has come; void if something else happened to the source since.
    pub(crate) fn rotation_due(&mut self, at: SimInstant, source: &Source, generation: u32) {
        let issuer = self.issuers.get(source);
        if issuer.is_none_or(|issuer| issuer.generation != generation) {
            return;
        }
        match source {
            Source::Pod(uid) if !self.may_renew(at, uid) => self.stop_issuing(source),
            _ => self.issue(at, source),
        }
    }

    /// Ends one session before its time, unless it is over already.
    pub(crate) fn end_session(&mut self, now: SimInstant, access_key_id: &str, ending: Ending) {
        if !self.sessions.end(access_key_id, now, ending) {
            return;
        }
        let access_key_id = access_key_id.to_owned();
        self.journal.happened(
            now,
            Happening::Ended {
                access_key_id,
                ending,
            },
        );
    }
}
