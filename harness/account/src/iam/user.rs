//! Users.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::held::{Attachable, HeldPolicies};
use super::names::{self, check_name};
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::{Iam, no_such};
use super::tags::{self, Tag, Tags};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{Context, Document, NamedPolicy};
use crate::session::Actor;

/// `iam.names.form`; of a user that is made. One that is named in another request may be longer.
const NAME_MAX: usize = 64;
const EXISTING_NAME_MAX: usize = 128;
/// `iam.quotas`.
const USERS_MAX: usize = 5000;

/// A user.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AIDA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    pub arn: String,
    /// `/`, or names between two of them.
    pub path: String,
    /// When it was made.
    pub created: SimInstant,
    /// Its tags.
    pub tags: Tags,
    pub(super) policies: HeldPolicies,
    pub(super) boundary: Option<Attachable>,
}

/// What `CreateUser` takes, with the policies to begin with.
#[derive(Clone, Debug, Default)]
pub struct CreateUser {
    /// The name.
    pub name: String,
    /// `/` if it is not said.
    pub path: Option<String>,
    /// Tags, which its keys have too.
    pub tags: Vec<Tag>,
    /// The ARN of the managed policy that is the most that its policies can give; for the operator
    /// its name will do.
    pub permissions_boundary: Option<String>,
    /// Names or ARNs of managed policies.
    pub attached: Vec<String>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Document>,
}

impl User {
    /// As whom its keys act.
    pub(crate) fn actor(&self) -> Actor {
        Actor::User {
            name: self.name.clone(),
            id: self.id.clone(),
            arn: self.arn.clone(),
        }
    }

    /// The policies of its own, without those of its groups, as they stand now.
    pub(crate) fn own_policies(&self) -> &[NamedPolicy] {
        self.policies.all()
    }

    /// The most that they can give.
    pub(crate) fn boundary(&self) -> Option<&NamedPolicy> {
        self.boundary.as_ref().map(|boundary| &boundary.policy)
    }

    /// The ARN of the managed policy that is its permissions boundary.
    pub fn permissions_boundary(&self) -> Option<&str> {
        self.boundary.as_ref().map(|found| found.arn.as_str())
    }

    /// The condition keys of what is done with it (`iam.authorization.boundary`).
    fn context(&self, own: Context) -> Context {
        let mut context = self.tags.context(own);
        if context.values("iam:PermissionsBoundary").is_empty() {
            context.set("iam:PermissionsBoundary", self.permissions_boundary());
        }
        context
    }
}

impl Iam {
    pub(crate) fn user(&self, name: &str) -> Result<&User, IamError> {
        let found = self.users.get(&name.to_lowercase());
        found.ok_or_else(|| no_such("user", name))
    }

    pub(super) fn user_mut(&mut self, name: &str) -> Result<&mut User, IamError> {
        let found = self.users.get_mut(&name.to_lowercase());
        found.ok_or_else(|| no_such("user", name))
    }

    /// By unique id: what belongs to a user outlives a name.
    pub(crate) fn user_by_id(&self, id: &str) -> Option<&User> {
        self.users.values().find(|user| user.id == id)
    }

    /// What keeps a user from being deleted. The order in which AWS looks is unsourced.
    fn holds_on_to(&self, user: &User) -> Option<&'static str> {
        // iam.user.delete-conflict
        if self.keys_of(&user.id).next().is_some() {
            Some("delete access keys")
        } else if self.mfa_of(&user.id).next().is_some() {
            Some("delete MFA device")
        } else if let Some(what) = user.policies.conflict() {
            Some(what)
        } else if self.groups_of(&user.id).next().is_some() {
            Some("remove users from group")
        } else {
            None
        }
    }
}

impl ControlPlane<'_> {
    /// Makes a user; answers it.
    ///
    /// # Errors
    /// Denied; a name that is taken or malformed, a path or tags that cannot be, a managed policy
    /// that is not known, more users than an account may have.
    pub fn create_user(&mut self, request: CreateUser) -> Result<User, IamError> {
        check_name("userName", &request.name, NAME_MAX)?;
        let path = request.path.as_deref().unwrap_or(names::PATH_DEFAULT);
        names::check_path(path)?;
        let boundary = request.permissions_boundary.as_deref();
        let meant = boundary.map(|named| self.arn_meant(named)).transpose()?;
        let arn = names::arn(&self.account, "user", path, &request.name);
        let mut own = tags::request_context(&request.tags, Context::new());
        own.set("iam:PermissionsBoundary", meant);
        self.authorize(Operation::CreateUser, &arn, &own)?;
        let boundary = boundary.map(|named| self.boundary_named(named));
        let boundary = boundary.transpose()?;
        let mut tags = Tags::of_principal();
        tags.put(&request.tags)?;
        let mut policies = HeldPolicies::default();
        for named in &request.attached {
            policies.attach(&self.attachable(named)?);
        }
        for (name, document) in request.inline {
            policies.put_inline(&name, document);
        }
        if self.iam().user(&request.name).is_ok() {
            return Err(IamError::EntityAlreadyExists {
                kind: "User",
                name: request.name,
            });
        }
        room("UsersPerAccount", self.iam().users.len(), USERS_MAX)?;
        let user = User {
            id: self.unique_id(UniqueId::User, "user", &request.name),
            arn,
            path: path.to_owned(),
            created: self.now,
            tags,
            policies,
            boundary,
            name: request.name,
        };
        self.done(Operation::CreateUser, &user.name);
        let key = user.name.to_lowercase();
        self.iam_mut().users.insert(key, user.clone());
        Ok(user)
    }

    /// A user, or the caller.
    ///
    /// # Errors
    /// Denied; no such user.
    pub fn get_user(&mut self, user: Option<&str>) -> Result<User, IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::GetUser, &user, Context::new())?;
        Ok(self.iam().user(&user)?.clone())
    }

    /// The users below a path, by name.
    ///
    /// # Errors
    /// Denied; a path or a page that cannot be.
    pub fn list_users(
        &mut self,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<User>, IamError> {
        let prefix = self.ask_list(Operation::ListUsers, "user", path_prefix)?;
        let users = self.iam().users.iter();
        let below = users.filter(|(_, user)| user.path.starts_with(prefix));
        let all = below.map(|(key, user)| (key.clone(), user.clone()));
        page.cut(&format!("users {prefix}"), all)
    }

    /// Gives a user another name or path. Its keys act under it from now on, and its unique id stays
    /// (`iam.user.rename`).
    ///
    /// # Errors
    /// Denied; no such user; a name that is taken or malformed, a path that cannot be.
    pub fn update_user(
        &mut self,
        name: &str,
        new_name: Option<&str>,
        new_path: Option<&str>,
    ) -> Result<(), IamError> {
        if let Some(new_name) = new_name {
            check_name("newUserName", new_name, NAME_MAX)?;
        }
        new_path.map_or(Ok(()), names::check_path)?;
        self.ask_user(Operation::UpdateUser, name, Context::new())?;
        let mut user = self.iam().user(name)?.clone();
        let before = user.name.to_lowercase();
        if let Some(new_name) = new_name {
            new_name.clone_into(&mut user.name);
        }
        if let Some(new_path) = new_path {
            new_path.clone_into(&mut user.path);
        }
        user.arn = names::arn(&self.account, "user", &user.path, &user.name);
        if user.arn != self.iam().user(name)?.arn {
            // The permission is needed for what it is to be, too.
            let own = user.context(Context::new());
            self.authorize(Operation::UpdateUser, &user.arn, &own)?;
        }
        let key = user.name.to_lowercase();
        if key != before && self.iam().users.contains_key(&key) {
            let (kind, name) = ("User", user.name);
            return Err(IamError::EntityAlreadyExists { kind, name });
        }
        self.world.sessions.rename(&user.id, &user.actor());
        self.done(Operation::UpdateUser, &format!("{name} {}", user.name));
        let users = &mut self.iam_mut().users;
        users.remove(&before);
        users.insert(key, user);
        Ok(())
    }

    /// Deletes a user that has nothing and is nowhere.
    ///
    /// # Errors
    /// Denied; no such user; something is still theirs (`iam.user.delete-conflict`).
    pub fn delete_user(&mut self, name: &str) -> Result<(), IamError> {
        self.ask_user(Operation::DeleteUser, name, Context::new())?;
        let user = self.iam().user(name)?;
        if let Some(what) = self.iam().holds_on_to(user) {
            return Err(IamError::DeleteConflict { what });
        }
        self.iam_mut().users.remove(&name.to_lowercase());
        self.done(Operation::DeleteUser, name);
        Ok(())
    }

    /// Makes a managed policy the most that the policies of a user can give, at once for its keys.
    ///
    /// # Errors
    /// Denied; no such user or policy.
    pub fn put_user_permissions_boundary(
        &mut self,
        user: &str,
        policy: &str,
    ) -> Result<(), IamError> {
        let arn = self.arn_meant(policy)?;
        let own = Context::new().with("iam:PermissionsBoundary", arn);
        self.ask_user(Operation::PutUserPermissionsBoundary, user, own)?;
        let boundary = self.boundary_named(policy)?;
        self.iam_mut().user_mut(user)?.boundary = Some(boundary);
        let detail = format!("{user} {policy}");
        self.done(Operation::PutUserPermissionsBoundary, &detail);
        Ok(())
    }

    /// Takes the boundary of a user away.
    ///
    /// # Errors
    /// Denied; no such user, or it has none.
    pub fn delete_user_permissions_boundary(&mut self, user: &str) -> Result<(), IamError> {
        let operation = Operation::DeleteUserPermissionsBoundary;
        self.ask_user(operation, user, Context::new())?;
        if self.iam_mut().user_mut(user)?.boundary.take().is_none() {
            // The wording is ours.
            let message = format!("The user with name {user} has no permissions boundary.");
            return Err(IamError::NoSuch(message));
        }
        self.done(operation, user);
        Ok(())
    }

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

    /// Refuses what the policies do not allow to do with a user, and then what is asked of a user
    /// that is not there (`iam.authorization.before-existence`).
    pub(super) fn ask_user(
        &mut self,
        operation: Operation,
        name: &str,
        own: Context,
    ) -> Result<(), IamError> {
        check_name("userName", name, EXISTING_NAME_MAX)?;
        let (arn, own) = if let Ok(user) = self.iam().user(name) {
            (user.arn.clone(), user.context(own))
        } else {
            let path = names::PATH_DEFAULT;
            (names::arn(&self.account, "user", path, name), own)
        };
        self.authorize(operation, &arn, &own)?;
        self.iam().user(name)?;
        Ok(())
    }
}
