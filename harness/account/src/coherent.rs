//! What must hold of a world that was read, and its types cannot say: whatever names another thing
//! names one that is there.
//!
//! Some names may lead nowhere, as they may in AWS: a session outlives its role, an association its
//! profile, a trust policy whoever it names. These are not asked about.

use std::fmt::Display;

use crate::issuing::Source;
use crate::world::{Due, World};

/// Something in a world that was read contradicts something else in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incoherent {
    /// It names what is not there.
    #[error("{what} names {named}, and there is none")]
    Dangling {
        /// What does.
        what: String,
        /// Whom or what it names.
        named: String,
    },
    /// It is kept under a name that is not its own.
    #[error("{what} is kept under the name `{kept}`")]
    Misplaced {
        /// What is.
        what: String,
        /// Under which.
        kept: String,
    },
    /// It cannot be so.
    #[error("{0}")]
    Impossible(String),
}

pub(crate) type Checked = Result<(), Incoherent>;

/// `what` names `named`, which must be there.
pub(crate) fn there(is_there: bool, what: impl Display, named: impl Display) -> Checked {
    if is_there {
        return Ok(());
    }
    Err(Incoherent::Dangling {
        what: what.to_string(),
        named: named.to_string(),
    })
}

/// `what` must be kept under its own name.
pub(crate) fn in_place(kept: &str, own: &str, what: impl Display) -> Checked {
    if kept == own {
        return Ok(());
    }
    Err(Incoherent::Misplaced {
        what: format!("{what} `{own}`"),
        kept: kept.to_owned(),
    })
}

/// What must be so.
pub(crate) fn possible(is_so: bool, otherwise: impl Display) -> Checked {
    if is_so {
        return Ok(());
    }
    Err(Incoherent::Impossible(otherwise.to_string()))
}

impl World {
    /// Whether everything in it that must be there is, for worlds that were read: their types say
    /// what each thing is, and not what it needs.
    ///
    /// # Errors
    /// The first thing found that contradicts another.
    pub fn check_coherence(&self) -> Result<(), Incoherent> {
        possible(
            self.began() <= self.latest(),
            "the world is before its own beginning",
        )?;
        // A key that was just made is seen later (`iam.consistency.keys`).
        let coming = |key: &str| {
            let mut events = self.agenda.events();
            events.any(|due| matches!(due, Due::Key { key: other, .. } if other == key))
        };
        let has_session = |key: &str| self.sessions.find(key).is_some() || coming(key);
        self.accounts.check(&has_session)?;
        self.check_sessions()?;
        self.check_issuers()?;
        self.ec2.check(&self.accounts)?;
        self.metadata_tokens.check(&self.ec2)?;
        self.identity_keys.check(&self.ec2)?;
        self.tasks.check(&self.accounts)?;
        self.programs.check(&self.accounts)?;
        self.portals.check(&self.accounts)?;
        self.buckets.check(&self.accounts)?;
        for due in self.agenda.events() {
            self.check_due(due)?;
        }
        Ok(())
    }

    fn check_sessions(&self) -> Checked {
        for (kept, session) in self.sessions.kept() {
            let what = format!("the session {kept}");
            in_place(kept, &session.access_key_id, "the session")?;
            let account = &session.identity.account;
            there(
                self.accounts.get(account).is_some(),
                &what,
                format!("the account {account}"),
            )?;
            if let Some(source) = &session.source {
                self.check_source(source, &what)?;
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Checked {
        for (source, issuer) in &self.issuers {
            let what = format!("what issues to the {source}");
            possible(
                *source == issuer.source,
                format!("{what} is kept under the name of another"),
            )?;
            self.check_source(source, &what)?;
            if let Some(keys) = issuer.keys() {
                let served = &keys.session;
                let known = self.sessions.find(&served.access_key_id).is_some();
                let key = &served.access_key_id;
                there(
                    known || served.is_expired(self.latest()),
                    &what,
                    format!("the session {key}"),
                )?;
            }
        }
        Ok(())
    }

    fn check_due(&self, due: &Due) -> Checked {
        match due {
            Due::Rotation { source, .. } | Due::ExtraRotation { source } => {
                self.check_source(source, "a rotation that is due")
            }
            Due::Association { instance, .. } => self.check_instance(instance, "an association"),
            Due::SpotInterruption { instance } => self.check_instance(instance, "an interruption"),
            Due::PodToken { pod, .. } => {
                let source = Source::Pod(pod.clone());
                self.check_source(&source, "a token that is due")
            }
            Due::Consistent | Due::Key { .. } => Ok(()),
        }
    }

    fn check_instance(&self, instance: &str, what: &str) -> Checked {
        self.check_source(&Source::Instance(instance.to_owned()), what)
    }

    fn check_source(&self, source: &Source, what: &str) -> Checked {
        let is_there = match source {
            Source::Instance(id) => self.instance(id).is_some(),
            Source::Task(id) => self.tasks.name(id).is_some(),
            Source::Pod(uid) => self.cluster.name(uid).is_some(),
            Source::Program(name) => self.programs.has(name),
            Source::Sso(assignment) => self.portals.has(assignment),
        };
        there(is_there, what, format!("the {source}"))
    }
}

#[cfg(test)]
mod tests;
