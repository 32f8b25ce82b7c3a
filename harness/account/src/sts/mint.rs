//! New sessions that clients have asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::instant::SimInstant;
use crate::journal::Happening;
use crate::policy::NamedPolicy;
use crate::session::{Identity, Session, SessionContext};
use crate::world::World;

/// How many sessions the service has made: what each is drawn by.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Minted(u64);

/// What a new session is to be.
pub(super) struct Minting {
    pub(super) identity: Identity,
    pub(super) lifetime: Duration,
    pub(super) policies: Option<Arc<[NamedPolicy]>>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) context: SessionContext,
}

impl World {
    /// Makes a session, enters it and journals it.
    pub(super) fn mint(&mut self, now: SimInstant, minting: Minting) -> Arc<Session> {
        self.minted.0 += 1;
        let label = format!("sts/{}", self.minted.0);
        let Minting {
            identity,
            lifetime,
            policies,
            tags,
            context,
        } = minting;
        let session = Arc::new(Session {
            policies,
            tags,
            context,
            ..Session::temporary(&self.entropy, &label, identity, now, lifetime)
        });
        self.sessions.insert(Arc::clone(&session));
        self.journal
            .happened(now, Happening::Issued(Arc::clone(&session)));
        session
    }
}
