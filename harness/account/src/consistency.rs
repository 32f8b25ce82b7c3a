//! When changes of IAM are seen.
//!
//! IAM answers for what was written at once; everything else that AWS decides by what IAM holds, it
//! decides by what it has seen so far.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::control_plane::ControlPlane;
use crate::iam::{Iam, KeyStatus, User};
use crate::instant::SimInstant;
use crate::session::{Ending, Session};
use crate::world::{Due, World};

/// What is seen of accounts while their latest changes are not.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lag {
    delay: Duration,
    /// Those accounts as they are seen.
    seen: BTreeMap<String, Iam>,
    /// When each of them was changed last, and when that is seen.
    latest: BTreeMap<String, (SimInstant, SimInstant)>,
    /// What they were between changes, and when that is seen, in order.
    coming: VecDeque<(SimInstant, String, Iam)>,
}

/// What becomes of a long-term key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyChange {
    /// It is there.
    Made(Arc<Session>),
    /// It may be used, or may not.
    Set(KeyStatus),
    /// It is gone.
    Deleted,
}

impl Lag {
    fn new(delay: Duration) -> Self {
        Self {
            delay,
            seen: BTreeMap::new(),
            latest: BTreeMap::new(),
            coming: VecDeque::new(),
        }
    }

    /// The account as it is seen; `None` if that is how it was written.
    pub(crate) fn seen(&self, account: &str) -> Option<&Iam> {
        self.seen.get(account)
    }

    /// An account, which is still as it was `before`, changes now. Answers when that is seen, unless
    /// it is seen together with what changed before.
    fn change(&mut self, now: SimInstant, account: &str, before: &Iam) -> Option<SimInstant> {
        let latest = self.latest.get(account).copied();
        let mut due = now + self.delay;
        match latest {
            Some((at, _)) if now <= at => return None,
            Some((_, due_before)) => {
                due = due.max(due_before);
                let state = (due_before, account.to_owned(), before.clone());
                self.coming.push_back(state);
            }
            None => {
                self.seen.insert(account.to_owned(), before.clone());
            }
        }
        self.latest.insert(account.to_owned(), (now, due));
        Some(due)
    }

    /// Every account as it is seen, or will be before it is seen as it was written.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&str, &Iam)> {
        let seen = self.seen.iter().map(|(id, iam)| (id.as_str(), iam));
        let coming = self.coming.iter().map(|(_, id, iam)| (id.as_str(), iam));
        seen.chain(coming)
    }

    fn settle(&mut self, now: SimInstant) {
        while self.coming.front().is_some_and(|(due, ..)| *due <= now) {
            if let Some((_, account, state)) = self.coming.pop_front() {
                self.seen.insert(account, state);
            }
        }
        let Self { latest, seen, .. } = self;
        latest.retain(|account, (_, due)| {
            let late = *due > now;
            if !late {
                seen.remove(account);
            }
            late
        });
    }
}

impl World {
    /// From now on a change of IAM is seen so much later by whatever is decided with it:
    /// authentication, authorisation, the assuming of roles, EC2 and the other sources. IAM itself
    /// answers for what was written. Without this, and at zero, changes are seen at once. To be said
    /// when nothing is on its way: once the world is filled.
    pub fn delay_changes(&mut self, delay: Duration) {
        // iam.consistency.eventual
        self.accounts.lag = (!delay.is_zero()).then(|| Lag::new(delay));
    }

    /// An account is about to change.
    pub(crate) fn changing(&mut self, now: SimInstant, account: &str) {
        if let Some(due) = self.accounts.changing(now, account) {
            self.agenda.enter(due, Due::Consistent);
        }
    }

    pub(crate) fn changes_due(&mut self, at: SimInstant) {
        if let Some(lag) = &mut self.accounts.lag {
            lag.settle(at);
        }
    }

    /// iam.consistency.keys
    pub(crate) fn key_due(&mut self, at: SimInstant, key: &str, change: KeyChange) {
        match change {
            KeyChange::Made(session) => {
                // The user may have got another name since.
                let user = self.accounts.user_of(&session.identity);
                let actor = user.map(User::actor);
                self.sessions.insert(session);
                if let Some(actor) = actor {
                    self.sessions
                        .change(key, |session| session.identity.actor = actor);
                }
            }
            KeyChange::Set(status) => self.sessions.change(key, |session| {
                session.ended = match status {
                    KeyStatus::Active => None,
                    KeyStatus::Inactive => Some((at, Ending::Deactivated)),
                };
            }),
            KeyChange::Deleted => self.sessions.remove(key),
        }
    }
}

impl crate::accounts::Accounts {
    fn changing(&mut self, now: SimInstant, account: &str) -> Option<SimInstant> {
        let Self { lag, .. } = self;
        let mut lag = lag.take()?;
        let before = self.get(account);
        let due = before.and_then(|before| lag.change(now, account, before));
        self.lag = Some(lag);
        due
    }
}

impl ControlPlane<'_> {
    /// Changes a long-term key, once that is seen.
    pub(crate) fn change_key(&mut self, key: &str, change: KeyChange) {
        match self.world.accounts.lag.as_ref().map(|lag| lag.delay) {
            Some(delay) => {
                let key = key.to_owned();
                let due = self.now + delay;
                self.world.agenda.enter(due, Due::Key { key, change });
            }
            None => self.world.key_due(self.now, key, change),
        }
    }
}

#[cfg(test)]
mod tests;
