//! Users and their long-term keys.

use std::collections::BTreeMap;

use super::error::IamError;
use super::held::HeldPolicies;
use super::names::check_name;
use super::role::{Iam, no_such};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::operation::Operation;
use crate::policy::{Context, Document, NamedPolicy};
use crate::session::Actor;

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AIDA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:user/NAME`.
    pub arn: String,
    pub(super) policies: HeldPolicies,
}

/// What `CreateUser` takes, with the policies to begin with.
#[derive(Clone, Debug, Default)]
pub struct CreateUser {
    /// The name.
    pub name: String,
    /// Names or ARNs of managed policies.
    pub attached: Vec<String>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Document>,
}

impl User {
    /// As whom its keys act.
    pub(super) fn actor(&self) -> Actor {
        Actor::User {
            name: self.name.clone(),
            id: self.id.clone(),
            arn: self.arn.clone(),
        }
    }

    /// The policies that say what the user may do, as they stand now.
    pub(crate) fn identity_policies(&self) -> &[NamedPolicy] {
        self.policies.all()
    }
}

impl Iam {
    pub(crate) fn user(&self, name: &str) -> Result<&User, IamError> {
        let found = self.users.get(&name.to_lowercase());
        found.ok_or_else(|| no_such("user", name))
    }
}

impl Iam {
    /// By unique id: what belongs to a user outlives a name.
    pub(crate) fn user_by_id(&self, id: &str) -> Option<&User> {
        self.users.values().find(|user| user.id == id)
    }
}

impl ControlPlane<'_> {
    /// The user that is named or, if none is, the one who asks (`iam.user.caller-is-default`).
    pub(super) fn user_or_caller(&self, named: Option<&str>) -> Result<String, IamError> {
        if let Some(name) = named {
            return Ok(name.to_owned());
        }
        match self.caller().map(|caller| &caller.identity.actor) {
            Some(Actor::User { name, .. }) => Ok(name.clone()),
            _ => Err(IamError::NoUserName),
        }
    }

    /// Refuses what the policies do not allow to do with a user, whether or not there is one.
    pub(super) fn authorize_user(
        &mut self,
        operation: Operation,
        user: &str,
    ) -> Result<(), IamError> {
        let arn = match self.iam().user(user) {
            Ok(user) => user.arn.clone(),
            Err(_) => format!("arn:aws:iam::{}:user/{user}", self.account),
        };
        self.authorize(operation, &arn, &Context::new())?;
        Ok(())
    }

    /// Makes a user.
    ///
    /// # Errors
    /// A name that is taken or malformed, a managed policy that is not known.
    pub fn create_user(&mut self, request: CreateUser) -> Result<(), IamError> {
        let CreateUser {
            name,
            attached,
            inline,
        } = request;
        check_name("userName", &name, 64)?;
        let mut policies = HeldPolicies::default();
        for named in &attached {
            policies.attach(&self.attachable(named)?);
        }
        for (name, document) in inline {
            policies.put_inline(&name, document);
        }
        let key = name.to_lowercase();
        if self.iam_mut().users.contains_key(&key) {
            return Err(IamError::EntityAlreadyExists { kind: "User", name });
        }
        self.iam_mut().made += 1;
        let id = UniqueId::User.draw(
            &self.world.entropy,
            &format!("user/{name}/{}", self.iam().made),
        );
        self.done(Operation::CreateUser, &name);
        let user = User {
            arn: format!("arn:aws:iam::{}:user/{name}", self.account),
            name,
            id,
            policies,
        };
        self.iam_mut().users.insert(key, user);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{start, world};

    #[test]
    fn a_user_has_a_name_once_and_keys_for_ever() {
        let mut world = world();
        let ann = || CreateUser {
            name: "ann".to_owned(),
            attached: vec!["AmazonS3ReadOnlyAccess".to_owned()],
            ..CreateUser::default()
        };
        world.operator(start()).create_user(ann()).unwrap();
        let again = CreateUser {
            name: "Ann".to_owned(),
            ..ann()
        };
        let refused = world.operator(start()).create_user(again).unwrap_err();
        assert_eq!(refused.code(), "EntityAlreadyExists");
        let key = world.operator(start()).create_access_key("ann").unwrap();
        assert!(
            key.access_key_id.starts_with("AKIA"),
            "sts.credentials.key-id-prefix"
        );
        assert_eq!(
            key.identity.caller_arn(),
            "arn:aws:iam::111122223333:user/ann"
        );
        assert!(!key.is_expired(start() + std::time::Duration::from_hours(24 * 3650)));
        let reads = world.decide(start(), &key, "s3:GetObject", "arn:aws:s3:::b/k");
        let writes = world.decide(start(), &key, "s3:PutObject", "arn:aws:s3:::b/k");
        assert_eq!((reads.allowed(), writes.allowed()), (true, false));
        let nobody = world
            .operator(start())
            .create_access_key("bob")
            .unwrap_err();
        assert_eq!(nobody.code(), "NoSuchEntity");
    }
}
