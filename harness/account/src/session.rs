//! Every key-secret-token triple ever issued: to whom, until when, ended or not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::policy::{Context, NamedPolicy};
use crate::secret::Secret;
use crate::stored;

/// Who a key acts as.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The twelve digits of the account.
    pub account: String,
    /// A role, a user, or whom a user vouches for.
    pub actor: Actor,
}

/// A role, a user, or whom a user vouches for. What permissions are looked up by is the unique id, so that one made anew
/// under the same name inherits nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Actor {
    /// A session of a role.
    Role {
        /// The role's name.
        name: String,
        /// The role's unique id, `AROA…`.
        id: String,
        /// The role's ARN, with its path.
        arn: String,
        /// The name of this session: the instance id, the task's id, or what the caller chose.
        session_name: String,
    },
    /// A user.
    User {
        /// The user's name.
        name: String,
        /// The user's unique id, `AIDA…`.
        id: String,
        /// The user's ARN, with its path.
        arn: String,
    },
    /// Whom a user vouches for, by `GetFederationToken`.
    Federated {
        /// The name that the user gave.
        name: String,
        /// The user's name.
        user: String,
        /// The user's unique id, `AIDA…`.
        user_id: String,
        /// The user's ARN, with its path.
        user_arn: String,
    },
}

impl Identity {
    /// The name of the role, of the user, or that a user gave.
    pub fn name(&self) -> &str {
        match &self.actor {
            Actor::Role { name, .. } | Actor::User { name, .. } | Actor::Federated { name, .. } => {
                name
            }
        }
    }

    /// The ARN of the caller: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`
    /// (`sts.assumed-role.arn`), `arn:aws:iam::ACCOUNT:user/PATH/USER` or
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME` (`sts.federation-token.identity`).
    pub fn caller_arn(&self) -> String {
        let account = &self.account;
        match &self.actor {
            Actor::Role {
                name, session_name, ..
            } => {
                format!("arn:aws:sts::{account}:assumed-role/{name}/{session_name}")
            }
            Actor::User { arn, .. } => arn.clone(),
            Actor::Federated { name, .. } => {
                format!("arn:aws:sts::{account}:federated-user/{name}")
            }
        }
    }

    /// The ARN of the role, with its path, or of the user: the value of `aws:PrincipalArn`.
    pub fn principal_arn(&self) -> String {
        match &self.actor {
            Actor::Role { arn, .. } | Actor::User { arn, .. } => arn.clone(),
            Actor::Federated { .. } => self.caller_arn(),
        }
    }

    /// The name of the session; a user's own keys have none.
    pub fn session_name(&self) -> Option<&str> {
        match &self.actor {
            Actor::Role { session_name, .. } => Some(session_name),
            Actor::User { .. } | Actor::Federated { .. } => None,
        }
    }

    /// The unique id of the role or of the user.
    pub fn unique_id(&self) -> &str {
        match &self.actor {
            Actor::Role { id, .. }
            | Actor::User { id, .. }
            | Actor::Federated { user_id: id, .. } => id,
        }
    }

    /// `AROA…:SESSION`, `AIDA…` or `ACCOUNT:NAME`, the value of `aws:userid` (`policy.context.userid`).
    pub fn user_id(&self) -> String {
        match &self.actor {
            Actor::Role {
                id, session_name, ..
            } => format!("{id}:{session_name}"),
            Actor::User { id, .. } => id.clone(),
            // sts.federation-token.identity
            Actor::Federated { name, .. } => format!("{}:{name}", self.account),
        }
    }
}

/// Why a session is no longer accepted although its time is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The next set took its place at once (`overlap = "none"`).
    Superseded,
    /// Somebody revoked it.
    Revoked,
    /// It is a user's key, and not active (`iam.access-key.inactive`).
    Deactivated,
}

impl Ending {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::Deactivated => "deactivated",
        }
    }
}

/// Which version of the metadata service handed a set out: the value of `ec2:RoleDelivery`
/// (`imds.credentials.role-delivery`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleDelivery {
    /// To a request without a metadata token.
    V1,
    /// To a request with one.
    V2,
}

impl RoleDelivery {
    /// As policies compare it: a number.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
        }
    }
}

/// How a session came to be, as far as it says something about every request made with it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SessionContext {
    /// Which of its tags go on to the sessions that are made with it.
    pub transitive_tag_keys: BTreeSet<String>,
    /// Who is really behind it, as was said when it was made or when a session before it was.
    pub source_identity: Option<String>,
    /// When a second factor was shown for it.
    pub mfa_at: Option<SimInstant>,
    /// Whose token it was made for.
    pub web_identity: Option<Arc<WebIdentity>>,
}

/// Someone whom an identity provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebIdentity {
    /// The ARN of the provider.
    pub provider_arn: String,
    /// The `aud` of the token that is registered with the provider.
    pub audience: String,
    /// The `sub` of the token.
    pub subject: String,
    /// The condition keys that come of its claims, such as `ISSUER:sub`.
    pub(crate) keys: Context,
}

/// One set of keys: a session's triple, or a user's long-term pair.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// `ASIA` (a session's) or `AKIA` (a user's) and 16 characters.
    pub access_key_id: String,
    /// 40 characters.
    #[serde(with = "stored::exposed")]
    pub secret_access_key: Secret,
    /// Opaque; a long-term pair has none.
    #[serde(with = "stored::exposed_option")]
    pub session_token: Option<Secret>,
    /// Who it acts as.
    pub identity: Identity,
    /// Where it was handed out, if a source did.
    pub source: Option<Source>,
    /// The how-manyeth set of its source, from 1; 0 if no source handed it out.
    pub issue: u32,
    /// Since when it is accepted.
    pub issued_at: SimInstant,
    /// From when on it is no longer accepted; a long-term pair is for ever.
    pub expires_at: Option<SimInstant>,
    /// Whether it is accepted past that all the same (`imds.credentials.stale`).
    pub outlives_expiry: bool,
    /// How an instance came by it; `None` if no metadata service handed it out.
    pub role_delivery: Option<RoleDelivery>,
    /// The most that it may do, whatever the policies of its role allow; `None` if nothing was
    /// passed when it was made.
    pub policies: Option<Arc<[NamedPolicy]>>,
    /// What it was tagged with when it was made: the values of `aws:PrincipalTag/KEY`.
    pub tags: BTreeMap<String, String>,
    /// How it came to be.
    pub context: SessionContext,
    /// Since when, and why, it is no longer accepted before its time.
    pub ended: Option<(SimInstant, Ending)>,
}

impl Session {
    /// A new triple, drawn by `label`, that no source has handed out.
    pub(crate) fn temporary(
        entropy: &Entropy,
        label: &str,
        identity: Identity,
        now: SimInstant,
        lifetime: Duration,
    ) -> Self {
        Self {
            access_key_id: id::temporary_access_key_id(entropy, label),
            secret_access_key: Secret::new(id::secret_access_key(entropy, label)),
            session_token: Some(Secret::new(id::session_token(entropy, label))),
            identity,
            source: None,
            issue: 0,
            issued_at: now,
            expires_at: Some(now + lifetime),
            outlives_expiry: false,
            role_delivery: None,
            policies: None,
            tags: BTreeMap::new(),
            context: SessionContext::default(),
            ended: None,
        }
    }

    /// Whether it is a session's triple, not a user's long-term pair.
    pub fn is_temporary(&self) -> bool {
        self.session_token.is_some()
    }

    /// Whether its time is over. It is valid until its expiry, and not at it.
    pub fn is_expired(&self, now: SimInstant) -> bool {
        !self.outlives_expiry && self.expires_at.is_some_and(|expiry| now >= expiry)
    }
}

/// How many expired sessions are told apart from keys that never were, unless a world is told
/// otherwise: some 20 MiB of them.
const EXPIRED_MAX: usize = 10_000;

/// All sessions by access key id. Of those that have expired the last are kept, so that whoever still
/// uses one is told so: AWS says `ExpiredToken` however old a token is, and a world that runs for
/// years cannot remember them all.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sessions {
    by_key: BTreeMap<String, Arc<Session>>,
    /// Those whose time will be over, the first to end in front.
    ending: BTreeSet<(SimInstant, String)>,
    /// Those whose time was over when it was last looked, the first to have ended in front.
    expired: VecDeque<String>,
    expired_max: usize,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            by_key: BTreeMap::new(),
            ending: BTreeSet::new(),
            expired: VecDeque::new(),
            expired_max: EXPIRED_MAX,
        }
    }
}

impl Sessions {
    /// Enters a session, which is issued now, and forgets of the expired ones those that are too many.
    pub(crate) fn insert(&mut self, session: Arc<Session>) {
        let (now, key) = (session.issued_at, session.access_key_id.clone());
        if let Some(expiry) = session.expires_at.filter(|_| !session.outlives_expiry) {
            self.ending.insert((expiry, key.clone()));
        }
        self.by_key.insert(key, session);
        self.forget(now);
    }

    /// Keeps the latest `max` expired sessions from now on.
    pub(crate) fn keep_expired(&mut self, max: usize) {
        self.expired_max = max;
    }

    /// How many expired sessions are kept.
    pub(crate) fn expired_max(&self) -> usize {
        self.expired_max
    }

    fn forget(&mut self, now: SimInstant) {
        while self.ending.first().is_some_and(|(at, _)| *at <= now) {
            self.expired
                .extend(self.ending.pop_first().map(|(_, key)| key));
        }
        while self.expired.len() > self.expired_max {
            if let Some(key) = self.expired.pop_front() {
                self.by_key.remove(&key);
            }
        }
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<&Arc<Session>> {
        self.by_key.get(access_key_id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.by_key.values()
    }

    /// All of them, with the keys they are kept under.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (&str, &Session)> {
        let kept = self.by_key.iter();
        kept.map(|(key, session)| (key.as_str(), &**session))
    }

    /// Changes what is known of a key, if it is known. Who looked it up before sees it as it was.
    pub(crate) fn change(&mut self, access_key_id: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.by_key.get_mut(access_key_id) {
            change(Arc::make_mut(session));
        }
    }

    /// A user has another name: whatever acts as it acts under that.
    pub(crate) fn rename(&mut self, user_id: &str, actor: &Actor) {
        for session in self.by_key.values_mut() {
            if session.identity.unique_id() == user_id {
                Arc::make_mut(session).identity.actor = actor.clone();
            }
        }
    }

    /// Forgets a key.
    pub(crate) fn remove(&mut self, access_key_id: &str) {
        self.by_key.remove(access_key_id);
    }

    /// Ends a session before its time; one that has ended already, or whose time is over, stays as
    /// it is. Answers whether this ended it.
    pub(crate) fn end(&mut self, access_key_id: &str, at: SimInstant, ending: Ending) -> bool {
        let Some(session) = self.by_key.get_mut(access_key_id) else {
            return false;
        };
        let live = session.ended.is_none() && !session.is_expired(at);
        if live {
            Arc::make_mut(session).ended = Some((at, ending));
        }
        live
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::testing::{PROFILE, launch, served, start, world};

    /// A set lives for six hours, and the next comes after five hours and 55 minutes: at any time
    /// the one before the last but one has expired.
    #[test]
    fn of_the_expired_the_last_are_remembered() {
        const ROTATION: Duration = Duration::from_mins(355);
        let mut world = world();
        world.keep_expired_sessions(3);
        let web = launch(&mut world, Some(PROFILE));
        let keys: Vec<_> = (0..10)
            .map(|rotations| served(&mut world, start() + ROTATION * rotations, &web))
            .map(|session| session.access_key_id.clone())
            .collect();
        let now = start() + ROTATION * 9;
        for (age, key) in keys.iter().rev().enumerate() {
            let found = world.session(key);
            assert_eq!(found.is_some(), age < 2 + 3, "{age}");
            assert!(found.is_none_or(|session| session.is_expired(now) == (age >= 2)));
        }
        assert_eq!(world.sessions().count(), 5);
    }

    #[test]
    fn nothing_of_usual_length_is_forgotten() {
        let mut world = world();
        let web = launch(&mut world, Some(PROFILE));
        let first = served(&mut world, start(), &web).access_key_id.clone();
        // Five years.
        let much_later = start() + Duration::from_hours(5 * 365 * 24);
        let latest = served(&mut world, much_later, &web);
        assert!(latest.issue > 7_000);
        assert!(world.session(&first).unwrap().is_expired(much_later));
    }

    // sts.assumed-role.arn, policy.context.userid, sts.credentials.key-id-prefix
    #[test]
    fn a_session_has_the_forms_of_aws() {
        let mut world = world();
        let web = launch(&mut world, Some(PROFILE));
        let session = served(&mut world, start(), &web);
        let identity = &session.identity;
        assert_eq!(
            identity.caller_arn(),
            format!("arn:aws:sts::111122223333:assumed-role/photo-app/{web}")
        );
        assert_eq!(
            identity.principal_arn(),
            "arn:aws:iam::111122223333:role/photo-app"
        );
        assert_eq!(
            identity.user_id(),
            format!("{}:{web}", identity.unique_id())
        );
        assert!(session.access_key_id.starts_with("ASIA"));
        assert_eq!(session.access_key_id.len(), 20);
        assert_eq!(session.secret_access_key.expose().len(), 40);
    }
}
