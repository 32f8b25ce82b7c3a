//! Every key-secret-token triple ever issued: to whom, until when, ended or not.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::secret::Secret;

/// Who a session acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The twelve digits of the account.
    pub account: String,
    /// The role's name.
    pub role_name: String,
    /// The role's unique id, `AROA…`: what permissions are looked up by, so that a role made anew
    /// under the same name inherits nothing.
    pub role_id: String,
    /// The role's ARN, with its path.
    pub role_arn: String,
    /// The name of this session: the instance id, or the task's id.
    pub session_name: String,
}

impl Identity {
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` (`sts.assumed-role.arn`).
    pub fn session_arn(&self) -> String {
        format!(
            "arn:aws:sts::{}:assumed-role/{}/{}",
            self.account, self.role_name, self.session_name
        )
    }

    /// `AROA…:SESSION`, the value of `aws:userid` (`policy.context.userid`).
    pub fn user_id(&self) -> String {
        format!("{}:{}", self.role_id, self.session_name)
    }
}

/// Why a session is no longer accepted although its time is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The next set took its place at once (`overlap = "none"`).
    Superseded,
    /// Somebody revoked it.
    Revoked,
}

/// One issued triple.
#[derive(Clone, Debug)]
pub struct Session {
    /// `ASIA` and 16 characters.
    pub access_key_id: String,
    /// 40 characters.
    pub secret_access_key: Secret,
    /// Opaque.
    pub session_token: Secret,
    /// Who it acts as.
    pub identity: Identity,
    /// Where it was handed out.
    pub source: Source,
    /// The how-manyeth set of its source, from 1.
    pub issue: u32,
    /// Since when it is accepted.
    pub issued_at: SimInstant,
    /// From when on it is no longer accepted.
    pub expires_at: SimInstant,
    /// Since when, and why, it is no longer accepted before its time.
    pub ended: Option<(SimInstant, Ending)>,
}

/// All sessions by access key id.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_key: BTreeMap<String, Arc<Session>>,
}

impl Sessions {
    pub(crate) fn insert(&mut self, session: Arc<Session>) {
        self.by_key.insert(session.access_key_id.clone(), session);
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<&Arc<Session>> {
        self.by_key.get(access_key_id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.by_key.values()
    }

    /// Ends a session before its time; one that has ended already, or whose time is over, stays as
    /// it is. Answers whether this ended it.
    pub(crate) fn end(&mut self, access_key_id: &str, at: SimInstant, ending: Ending) -> bool {
        let Some(session) = self.by_key.get_mut(access_key_id) else {
            return false;
        };
        let live = session.ended.is_none() && at < session.expires_at;
        if live {
            Arc::make_mut(session).ended = Some((at, ending));
        }
        live
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{PROFILE, launch, served, start, world};

    // sts.assumed-role.arn, policy.context.userid, sts.credentials.key-id-prefix
    #[test]
    fn a_session_has_the_forms_of_aws() {
        let mut world = world();
        let web = launch(&mut world, Some(PROFILE));
        let session = served(&mut world, start(), &web);
        let identity = &session.identity;
        assert_eq!(
            identity.session_arn(),
            format!("arn:aws:sts::111122223333:assumed-role/photo-app/{web}")
        );
        assert_eq!(
            identity.role_arn,
            "arn:aws:iam::111122223333:role/photo-app"
        );
        assert_eq!(identity.user_id(), format!("{}:{web}", identity.role_id));
        assert!(session.access_key_id.starts_with("ASIA"));
        assert_eq!(session.access_key_id.len(), 20);
        assert_eq!(session.secret_access_key.expose().len(), 40);
    }
}
