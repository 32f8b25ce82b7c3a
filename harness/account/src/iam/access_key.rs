//! The long-term keys of users.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::managed::word;
use super::page::{Page, PageRequest};
use super::role::Iam;
use super::user::User;
use crate::consistency::KeyChange;
use crate::control_plane::ControlPlane;
use crate::id;
use crate::instant::SimInstant;
use crate::journal::{Exchange, RequestRecord};
use crate::operation::{Operation, Service};
use crate::policy::Context;
use crate::secret::Secret;
use crate::session::{Identity, Session, SessionContext};
use crate::world::World;

/// How many keys a user may have, active or not (`iam.access-key.two-per-user`).
const KEYS_PER_USER_MAX: usize = 2;

/// What IAM says of a key; its secret is said once, when it is made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: String,
    /// The unique id of its user.
    pub user_id: String,
    /// Whether requests may be signed with it.
    pub status: KeyStatus,
    /// Since when it is there.
    pub created: SimInstant,
    /// Its latest use, if it was used.
    pub last_used: Option<KeyUse>,
}

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStatus {
    /// It may.
    Active,
    /// It is kept, and refused.
    Inactive,
}

/// A use of a key: a request that was signed with it, whatever came of that
/// (`iam.access-key.last-used`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyUse {
    /// When it arrived.
    pub at: SimInstant,
    /// What was asked, such as `s3`.
    pub service: Cow<'static, str>,
    /// The region that the signature names.
    pub region: String,
}

impl KeyStatus {
    /// AWS's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }

    /// The status of that word.
    ///
    /// # Errors
    /// Any other word: nothing else can be set.
    pub fn parse(text: &str) -> Result<Self, IamError> {
        let words = [Self::Active, Self::Inactive].map(|status| (status.as_str(), status));
        word("status", text, &words)
    }
}

impl Iam {
    /// In the order of their ids.
    pub(crate) fn keys_of<'a>(&'a self, user_id: &'a str) -> impl Iterator<Item = &'a AccessKey> {
        let keys = self.access_keys.values();
        keys.filter(move |key| key.user_id == user_id)
    }

    /// The key, if it is that user's.
    fn key_of(&mut self, user: &str, key: &str) -> Result<&mut AccessKey, IamError> {
        let user_id = self.user(user)?.id.clone();
        let found = self.access_keys.get_mut(key);
        let found = found.filter(|found| found.user_id == user_id);
        found.ok_or_else(|| no_such_key(key))
    }
}

fn no_such_key(key: &str) -> IamError {
    IamError::NoSuch(format!("The Access Key with id {key} cannot be found."))
}

impl ControlPlane<'_> {
    /// Makes a long-term key for a user, or for the caller; answers it.
    ///
    /// # Errors
    /// Denied; no such user; the user has two keys already.
    pub fn create_access_key<'a>(
        &mut self,
        user: impl Into<Option<&'a str>>,
    ) -> Result<Arc<Session>, IamError> {
        let user = self.user_or_caller(user.into())?;
        self.ask_user(Operation::CreateAccessKey, &user, Context::new())?;
        let owner = self.iam().user(&user)?.clone();
        if self.iam().keys_of(&owner.id).count() >= KEYS_PER_USER_MAX {
            let (quota, max) = ("AccessKeysPerUser", KEYS_PER_USER_MAX);
            return Err(IamError::QuotaExceeded { quota, max });
        }
        self.iam_mut().made += 1;
        let label = format!("{}/{}", owner.id, self.iam().made);
        let key = Arc::new(Session {
            access_key_id: id::long_term_access_key_id(&self.world.entropy, &label),
            secret_access_key: Secret::new(id::secret_access_key(&self.world.entropy, &label)),
            session_token: None,
            identity: Identity {
                account: self.account.clone(),
                actor: owner.actor(),
            },
            source: None,
            issue: 0,
            issued_at: self.now,
            expires_at: None,
            outlives_expiry: false,
            role_delivery: None,
            policies: None,
            tags: BTreeMap::new(),
            context: SessionContext::default(),
            ended: None,
        });
        let record = AccessKey {
            id: key.access_key_id.clone(),
            user_id: owner.id,
            status: KeyStatus::Active,
            created: self.now,
            last_used: None,
        };
        self.iam_mut().access_keys.insert(record.id.clone(), record);
        self.change_key(&key.access_key_id, KeyChange::Made(Arc::clone(&key)));
        let detail = format!("{} {}", owner.name, key.access_key_id);
        self.done(Operation::CreateAccessKey, &detail);
        Ok(key)
    }

    /// The keys of a user, or of the caller.
    ///
    /// # Errors
    /// Denied; no such user; a page that cannot be.
    pub fn list_access_keys(
        &mut self,
        user: Option<&str>,
        page: &PageRequest,
    ) -> Result<(User, Page<AccessKey>), IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::ListAccessKeys, &user, Context::new())?;
        let user = self.iam().user(&user)?;
        let keys = self.iam().keys_of(&user.id);
        let all = keys.map(|key| (key.id.clone(), key.clone()));
        let page = page.cut(&format!("keys {}", user.arn), all)?;
        Ok((user.clone(), page))
    }

    /// Lets a key be used, or keeps it from being used (`iam.access-key.inactive`).
    ///
    /// # Errors
    /// Denied; no such user, or the key is not theirs.
    pub fn update_access_key(
        &mut self,
        user: Option<&str>,
        key: &str,
        status: KeyStatus,
    ) -> Result<(), IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::UpdateAccessKey, &user, Context::new())?;
        self.iam_mut().key_of(&user, key)?.status = status;
        self.change_key(key, KeyChange::Set(status));
        let detail = format!("{user} {key} {}", status.as_str());
        self.done(Operation::UpdateAccessKey, &detail);
        Ok(())
    }

    /// Deletes a key of a user, or of the caller, who is not recognised by it from then on.
    ///
    /// # Errors
    /// Denied; no such user, or the key is not theirs.
    pub fn delete_access_key(&mut self, user: Option<&str>, key: &str) -> Result<(), IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::DeleteAccessKey, &user, Context::new())?;
        self.iam_mut().key_of(&user, key)?;
        self.iam_mut().access_keys.remove(key);
        self.change_key(key, KeyChange::Deleted);
        self.done(Operation::DeleteAccessKey, &format!("{user} {key}"));
        Ok(())
    }

    /// Whose a key of this account is, and its latest use.
    ///
    /// # Errors
    /// Denied; no such key.
    pub fn get_access_key_last_used(
        &mut self,
        key: &str,
    ) -> Result<(User, Option<KeyUse>), IamError> {
        let found = self.iam().access_keys.get(key).cloned();
        let owner = found
            .as_ref()
            .and_then(|key| self.iam().user_by_id(&key.user_id));
        let Some((key, owner)) = found.as_ref().zip(owner.cloned()) else {
            self.authorize(Operation::GetAccessKeyLastUsed, "*", &Context::new())?;
            return Err(no_such_key(key));
        };
        self.ask_user(Operation::GetAccessKeyLastUsed, &owner.name, Context::new())?;
        Ok((owner, key.last_used.clone()))
    }
}

impl World {
    /// Notes which long-term key a request was signed with, if it was recognised by it.
    pub(crate) fn note_key_use(&mut self, at: SimInstant, exchange: &Exchange) {
        let (Some(session), Some(operation)) = (exchange.accepted(), exchange.operation) else {
            return;
        };
        let account = self.accounts.get_mut(&session.identity.account);
        let key = account.and_then(|iam| iam.access_keys.get_mut(&session.access_key_id));
        if let (Some(key), Some(service)) = (key, service_name(operation)) {
            key.last_used = Some(KeyUse {
                at,
                service: service.into(),
                region: region_signed(&exchange.request).unwrap_or_default(),
            });
        }
    }
}

fn service_name(operation: Operation) -> Option<&'static str> {
    match operation.service() {
        Service::Iam => Some("iam"),
        Service::Sts => Some("sts"),
        Service::Ec2 => Some("ec2"),
        Service::S3 => Some("s3"),
        Service::CloudTrail => Some("cloudtrail"),
        Service::Imds | Service::Container | Service::Sso => None,
    }
}

/// The region in the scope of a request's signature, in its header or in its query.
fn region_signed(request: &RequestRecord) -> Option<String> {
    let header = request.headers.get(http::header::AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let (text, slash) = match (header, request.uri.query()) {
        (Some(header), _) => (header.split_once("Credential=")?.1, "/"),
        (None, query) => {
            let pairs = query?.split('&');
            let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| *name == "X-Amz-Credential")?;
            (value, if value.contains('/') { "/" } else { "%2F" })
        }
    };
    text.split(slash).nth(2).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::CreateUser;
    use crate::session::Ending;
    use crate::testing::{HOUR, start, world};

    fn with_ann() -> World {
        let mut world = world();
        for name in ["ann", "bob"] {
            let request = CreateUser {
                name: name.to_owned(),
                attached: vec!["AdministratorAccess".to_owned()],
                ..CreateUser::default()
            };
            world.operator(start()).create_user(request).unwrap();
        }
        world
    }

    // iam.access-key.two-per-user
    #[test]
    fn a_user_has_two_keys_active_or_not() {
        let mut world = with_ann();
        let mut own = world.operator(start());
        let first = own.create_access_key("ann").unwrap();
        own.create_access_key("ann").unwrap();
        own.update_access_key(Some("ann"), &first.access_key_id, KeyStatus::Inactive)
            .unwrap();
        let third = own.create_access_key("ann").unwrap_err();
        assert_eq!((third.code(), third.status()), ("LimitExceeded", 409));
        assert_eq!(
            third.to_string(),
            "Cannot exceed quota for AccessKeysPerUser: 2"
        );
        own.delete_access_key(Some("ann"), &first.access_key_id)
            .unwrap();
        own.create_access_key("ann").unwrap();
        assert_eq!(
            own.list_access_keys(Some("ann"), &PageRequest::default())
                .unwrap()
                .1
                .items
                .len(),
            2
        );
    }

    // iam.user.caller-is-default
    #[test]
    fn without_a_name_the_user_is_the_caller() {
        let mut world = with_ann();
        let key = world.operator(start()).create_access_key("ann").unwrap();
        let mut own = world.on_behalf(start(), &key);
        let second = own.create_access_key(None).unwrap();
        assert_eq!(second.identity, key.identity);
        let (user, keys) = own.list_access_keys(None, &PageRequest::default()).unwrap();
        assert_eq!((user.name.as_str(), keys.items.len()), ("ann", 2));
        own.delete_access_key(None, &second.access_key_id).unwrap();
        let refused = world.operator(start()).create_access_key(None).unwrap_err();
        assert_eq!(refused.code(), "ValidationError");
    }

    // iam.access-key.inactive
    #[test]
    fn a_key_that_is_not_active_is_ended_until_it_is() {
        let mut world = with_ann();
        let key = world.operator(start()).create_access_key("ann").unwrap();
        let id = &key.access_key_id;
        let later = start() + HOUR;
        let mut own = world.operator(later);
        let theirs = own.update_access_key(Some("bob"), id, KeyStatus::Inactive);
        assert_eq!(theirs.unwrap_err().code(), "NoSuchEntity");
        own.update_access_key(Some("ann"), id, KeyStatus::Inactive)
            .unwrap();
        let ended = world.session(id).unwrap().ended;
        assert_eq!(ended, Some((later, Ending::Deactivated)));
        let mut own = world.operator(later);
        own.update_access_key(Some("ann"), id, KeyStatus::Active)
            .unwrap();
        assert_eq!(world.session(id).unwrap().ended, None);
        let mut own = world.operator(later);
        own.delete_access_key(Some("ann"), id).unwrap();
        assert!(world.session(id).is_none());
        let again = world.operator(later).delete_access_key(Some("ann"), id);
        assert_eq!(again.unwrap_err().code(), "NoSuchEntity");
    }

    #[test]
    fn a_key_that_was_not_used_has_no_latest_use() {
        let mut world = with_ann();
        let key = world.operator(start()).create_access_key("ann").unwrap();
        let mut own = world.operator(start());
        let (owner, used) = own.get_access_key_last_used(&key.access_key_id).unwrap();
        assert_eq!((owner.name.as_str(), used), ("ann", None));
        let unknown = own.get_access_key_last_used("AKIAIOSFODNN7EXAMPLE");
        assert_eq!(unknown.unwrap_err().code(), "NoSuchEntity");
    }
}
