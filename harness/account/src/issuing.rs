//! How a source of credentials issues them: the first set, the rotations, the end.
//!
//! Instances and container tasks differ in who asks and how; what they hand out is issued here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::agenda::Agenda;
use crate::entropy::Entropy;
use crate::iam::Role;
use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::session::{Actor, Ending, Identity, Session};
use crate::world::{Due, World};

/// The least time from one rotation to the next. A source told to publish a set as early as it
/// issued the one before it would otherwise never be done with one instant.
const ROTATION_INTERVAL_MIN: Duration = Duration::from_secs(1);

/// What hands out credentials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An instance, by its id `i-…`.
    Instance(String),
    /// A container task, by the id in its credentials path.
    Task(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(f, "instance {id}"),
            Self::Task(id) => write!(f, "task {id}"),
        }
    }
}

/// What happens to a set when the next one is issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// It stays valid until its own expiry, as AWS documents (`imds.credentials.overlap`).
    #[default]
    UntilExpiry,
    /// It ends at once: harsher than AWS, to find clients that hold on to old sets.
    None,
}

/// How a source issues credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuing {
    /// From issue to expiry. About six hours for instances (`imds.credentials.lifetime`).
    pub credential_lifetime: Duration,
    /// How long before the expiry of one set the next is published: at least five minutes
    /// (`imds.credentials.overlap`).
    pub publish_before_expiry: Duration,
    /// What happens to the old set then.
    pub overlap: Overlap,
}

impl Default for Issuing {
    fn default() -> Self {
        Self {
            credential_lifetime: Duration::from_hours(6),
            publish_before_expiry: Duration::from_mins(5),
            overlap: Overlap::default(),
        }
    }
}

/// What a source answers when asked.
#[derive(Clone, Debug)]
pub(crate) enum Serving {
    /// A set of keys.
    Keys(Arc<Session>),
    /// A document that says why there are none.
    Refused { role_name: String, at: SimInstant },
}

impl Serving {
    pub(crate) fn role_name(&self) -> &str {
        match self {
            Self::Keys(session) => session.identity.name(),
            Self::Refused { role_name, .. } => role_name,
        }
    }
}

/// One source, and where it stands.
#[derive(Debug)]
pub(crate) struct Issuer {
    pub(crate) source: Source,
    issuing: Issuing,
    /// Who assumes the role on the source's behalf: `ec2.amazonaws.com`.
    service_principal: &'static str,
    session_name: String,
    issues: u32,
    serving: Option<Serving>,
    /// Counts restarts and forced rotations, so that an event planned before one is void.
    generation: u32,
}

impl Issuer {
    pub(crate) fn new(
        source: Source,
        issuing: Issuing,
        service_principal: &'static str,
        session_name: String,
    ) -> Self {
        let (issues, serving, generation) = (0, None, 0);
        Self {
            source,
            issuing,
            service_principal,
            session_name,
            issues,
            serving,
            generation,
        }
    }

    pub(crate) fn serving(&self) -> Option<&Serving> {
        self.serving.as_ref()
    }

    fn mint(&mut self, entropy: &Entropy, now: SimInstant, role: &Role) -> Session {
        self.issues += 1;
        let label = format!("{}/{}", self.source, self.issues);
        let identity = Identity {
            account: role.account.clone(),
            actor: Actor::Role {
                name: role.name.clone(),
                id: role.id.clone(),
                arn: role.arn.clone(),
                session_name: self.session_name.clone(),
            },
        };
        let lifetime = self.issuing.credential_lifetime;
        Session {
            source: Some(self.source.clone()),
            issue: self.issues,
            ..Session::temporary(entropy, &label, identity, now, lifetime)
        }
    }

    /// Voids what was planned and plans the next rotation after one at `now`.
    fn plan_next(&mut self, agenda: &mut Agenda<Due>, now: SimInstant) {
        self.generation += 1;
        let Issuing {
            credential_lifetime,
            publish_before_expiry,
            ..
        } = self.issuing;
        let next = now
            + credential_lifetime
                .saturating_sub(publish_before_expiry)
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
        let role = self.role_behind(source).cloned();
        let Some(issuer) = self.issuers.get_mut(source) else {
            return;
        };
        let before = issuer.serving.take();
        let Some(role) = role else {
            issuer.generation += 1;
            return;
        };
        issuer.plan_next(&mut self.agenda, now);
        if !role.admits_service(issuer.service_principal) {
            // imds.credentials.error-document
            issuer.serving = Some(Serving::Refused {
                role_name: role.name.clone(),
                at: now,
            });
            self.journal.happened(
                now,
                Happening::IssueRefused {
                    source: source.clone(),
                    role: role.name,
                },
            );
            return;
        }
        let session = Arc::new(issuer.mint(&self.entropy, now, &role));
        issuer.serving = Some(Serving::Keys(Arc::clone(&session)));
        let overlap = issuer.issuing.overlap;
        self.sessions.insert(Arc::clone(&session));
        self.journal.happened(now, Happening::Issued(session));
        if let (Overlap::None, Some(Serving::Keys(old))) = (overlap, before) {
            self.end_session(now, &old.access_key_id, Ending::Superseded);
        }
    }

    /// Takes the source's credentials away; those handed out stay valid (`ec2.disassociate.vended-keys-live`).
    pub(crate) fn stop_issuing(&mut self, source: &Source) {
        if let Some(issuer) = self.issuers.get_mut(source) {
            issuer.serving = None;
            issuer.generation += 1;
        }
    }

    /// A planned rotation has come; void if something else happened to the source since.
    pub(crate) fn rotation_due(&mut self, at: SimInstant, source: &Source, generation: u32) {
        if self
            .issuers
            .get(source)
            .is_some_and(|issuer| issuer.generation == generation)
        {
            self.issue(at, source);
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

#[cfg(test)]
mod tests;
