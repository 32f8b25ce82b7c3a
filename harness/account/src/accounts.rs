//! The accounts of a world, and who is found in which.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::consistency::Lag;
use crate::iam::{Iam, IamError, Role, User, no_such};
use crate::instant::SimInstant;
use crate::session::{Actor, Identity};

/// The IAM of every account, by its twelve digits.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accounts {
    first: String,
    by_id: BTreeMap<String, Iam>,
    /// What is seen late; `None` if everything is seen at once.
    pub(crate) lag: Option<Lag>,
}

impl Accounts {
    /// With the one account that every world has.
    pub(crate) fn new(first: String) -> Self {
        let by_id = BTreeMap::from([(first.clone(), Iam::default())]);
        Self {
            first,
            by_id,
            lag: None,
        }
    }

    /// The account that is meant where none is named.
    pub(crate) fn first(&self) -> &str {
        &self.first
    }

    /// Adds an account, if it is not there yet.
    pub(crate) fn open(&mut self, account: &str) {
        self.by_id.entry(account.to_owned()).or_default();
    }

    /// An account as it was written.
    pub(crate) fn get(&self, account: &str) -> Option<&Iam> {
        self.by_id.get(account)
    }

    /// An account as the rest of AWS sees it (`iam.consistency.eventual`).
    pub(crate) fn seen(&self, account: &str) -> Option<&Iam> {
        let late = self.lag.as_ref().and_then(|lag| lag.seen(account));
        late.or_else(|| self.get(account))
    }

    pub(crate) fn get_mut(&mut self, account: &str) -> Option<&mut Iam> {
        self.by_id.get_mut(account)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// Every account, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Iam> {
        self.by_id.values()
    }

    /// The role of that ARN, in whichever account.
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        self.seen(account_of(arn)?)?.role_by_arn(arn)
    }

    /// The role of that ARN or, in the first account, of that name.
    pub(crate) fn role_named(&self, name_or_arn: &str) -> Result<&Role, IamError> {
        let found = match self.role_by_arn(name_or_arn) {
            Some(role) => Some(role),
            None => self
                .seen(&self.first)
                .and_then(|iam| iam.role(name_or_arn).ok()),
        };
        found.ok_or_else(|| no_such("role", name_or_arn))
    }

    /// The same, as it was written.
    pub(crate) fn role_written(&self, name_or_arn: &str) -> Option<&Role> {
        let by_arn = || self.get(account_of(name_or_arn)?)?.role_by_arn(name_or_arn);
        by_arn().or_else(|| self.get(&self.first)?.role(name_or_arn).ok())
    }

    /// The role of that unique id in one account.
    pub(crate) fn role_by_id(&self, account: &str, id: &str) -> Option<&Role> {
        self.seen(account)?.role_by_id(id)
    }

    /// Whether a role or a user has that unique id, in whichever account.
    pub(crate) fn has_principal(&self, id: &str) -> bool {
        self.iter()
            .any(|iam| iam.role_by_id(id).is_some() || iam.user_by_id(id).is_some())
    }

    /// The unique id of the role or user of that ARN, in whichever account.
    pub(crate) fn unique_id_of(&self, arn: &str) -> Option<String> {
        if let Some(role) = self.role_by_arn(arn) {
            return Some(role.id.clone());
        }
        let iam = self.seen(account_of(arn)?)?;
        let user = iam.user(arn.rsplit('/').next()?).ok()?;
        (user.arn == arn).then(|| user.id.clone())
    }

    /// Whether an ARN is of one of the accounts.
    pub(crate) fn is_of_account(&self, arn: &str) -> bool {
        account_of(arn).is_some_and(|account| self.get(account).is_some())
    }

    /// The role behind a session of one, unless it is gone: by its unique id, not by its name.
    pub(crate) fn role_of(&self, identity: &Identity) -> Option<&Role> {
        let Actor::Role { name, id, .. } = &identity.actor else {
            return None;
        };
        let role = self.seen(&identity.account)?.role(name).ok();
        role.filter(|role| role.id == *id)
    }

    /// A session was used (`iam.role.last-used`).
    pub(crate) fn used(&mut self, identity: &Identity, at: SimInstant, region: &str) {
        if let (Actor::Role { id, .. }, Some(iam)) =
            (&identity.actor, self.by_id.get_mut(&identity.account))
        {
            iam.role_used(id, at, region);
        }
    }

    /// The user behind a key of one, or behind one whom it vouches for, unless it is gone: by its
    /// unique id, not by its name.
    pub(crate) fn user_of(&self, identity: &Identity) -> Option<&User> {
        let (Actor::User { id, .. } | Actor::Federated { user_id: id, .. }) = &identity.actor
        else {
            return None;
        };
        self.seen(&identity.account)?.user_by_id(id)
    }
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

/// Whether it could be the id of an account: twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
