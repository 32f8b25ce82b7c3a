//! Groups of users.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::held::HeldPolicies;
use super::names::{self, check_name};
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::{Iam, no_such};
use super::user::User;
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{Context, NamedPolicy};

/// `iam.names.form`.
const NAME_MAX: usize = 128;
/// `iam.quotas`.
const GROUPS_MAX: usize = 300;
const GROUPS_PER_USER_MAX: usize = 10;

/// A group of users, who may do what its policies allow.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AGPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:group/PATH/NAME`.
    pub arn: String,
    /// `/`, or names between two of them.
    pub path: String,
    /// When it was made.
    pub created: SimInstant,
    pub(super) policies: HeldPolicies,
    /// The unique ids of its users.
    pub(super) members: BTreeSet<String>,
}

impl Iam {
    pub(crate) fn group(&self, name: &str) -> Result<&Group, IamError> {
        let found = self.groups.get(&name.to_lowercase());
        found.ok_or_else(|| no_such("group", name))
    }

    pub(super) fn group_mut(&mut self, name: &str) -> Result<&mut Group, IamError> {
        let found = self.groups.get_mut(&name.to_lowercase());
        found.ok_or_else(|| no_such("group", name))
    }

    /// Those that a user is in, by name.
    pub(crate) fn groups_of<'a>(&'a self, user_id: &'a str) -> impl Iterator<Item = &'a Group> {
        let groups = self.groups.values();
        groups.filter(move |group| group.members.contains(user_id))
    }

    /// What a user may do: the policies of its own and those of its groups
    /// (`iam.group.policies-count`).
    pub(crate) fn policies_of<'a>(&'a self, user: &'a User) -> Cow<'a, [NamedPolicy]> {
        let mut policies = Cow::Borrowed(user.own_policies());
        for group in self.groups_of(&user.id) {
            policies.to_mut().extend_from_slice(group.policies.all());
        }
        policies
    }
}

impl ControlPlane<'_> {
    /// Makes an empty group; answers it.
    ///
    /// # Errors
    /// Denied; a name that is taken or malformed, a path that cannot be, more groups than an account
    /// may have.
    pub fn create_group(&mut self, name: &str, path: Option<&str>) -> Result<Group, IamError> {
        check_name("groupName", name, NAME_MAX)?;
        let path = path.unwrap_or(names::PATH_DEFAULT);
        names::check_path(path)?;
        let arn = names::arn(&self.account, "group", path, name);
        self.authorize(Operation::CreateGroup, &arn, &Context::new())?;
        if self.iam().group(name).is_ok() {
            let (kind, name) = ("Group", name.to_owned());
            return Err(IamError::EntityAlreadyExists { kind, name });
        }
        room("GroupsPerAccount", self.iam().groups.len(), GROUPS_MAX)?;
        let group = Group {
            id: self.unique_id(UniqueId::Group, "group", name),
            name: name.to_owned(),
            arn,
            path: path.to_owned(),
            created: self.now,
            policies: HeldPolicies::default(),
            members: BTreeSet::new(),
        };
        self.done(Operation::CreateGroup, name);
        let key = name.to_lowercase();
        self.iam_mut().groups.insert(key, group.clone());
        Ok(group)
    }

    /// A group and a page of its users, by name.
    ///
    /// # Errors
    /// Denied; no such group; a page that cannot be.
    pub fn get_group(
        &mut self,
        name: &str,
        page: &PageRequest,
    ) -> Result<(Group, Page<User>), IamError> {
        self.ask_group(Operation::GetGroup, name)?;
        let group = self.iam().group(name)?;
        let users = self.iam().users.iter();
        let members = users.filter(|(_, user)| group.members.contains(&user.id));
        let all = members.map(|(key, user)| (key.clone(), user.clone()));
        let page = page.cut(&format!("members {}", group.arn), all)?;
        Ok((group.clone(), page))
    }

    /// The groups below a path, by name.
    ///
    /// # Errors
    /// Denied; a path or a page that cannot be.
    pub fn list_groups(
        &mut self,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Group>, IamError> {
        let prefix = self.ask_list(Operation::ListGroups, "group", path_prefix)?;
        let groups = self.iam().groups.iter();
        let below = groups.filter(|(_, group)| group.path.starts_with(prefix));
        let all = below.map(|(key, group)| (key.clone(), group.clone()));
        page.cut(&format!("groups {prefix}"), all)
    }

    /// The groups that a user is in, by name.
    ///
    /// # Errors
    /// Denied; no such user; a page that cannot be.
    pub fn list_groups_for_user(
        &mut self,
        user: &str,
        page: &PageRequest,
    ) -> Result<Page<Group>, IamError> {
        self.ask_user(Operation::ListGroupsForUser, user, Context::new())?;
        let user = self.iam().user(user)?;
        let groups = self.iam().groups_of(&user.id);
        let all = groups.map(|group| (group.name.to_lowercase(), group.clone()));
        page.cut(&format!("groups of {}", user.arn), all)
    }

    /// Gives a group another name or path.
    ///
    /// # Errors
    /// Denied; no such group; a name that is taken or malformed, a path that cannot be.
    pub fn update_group(
        &mut self,
        name: &str,
        new_name: Option<&str>,
        new_path: Option<&str>,
    ) -> Result<(), IamError> {
        if let Some(new_name) = new_name {
            check_name("newGroupName", new_name, NAME_MAX)?;
        }
        new_path.map_or(Ok(()), names::check_path)?;
        self.ask_group(Operation::UpdateGroup, name)?;
        let mut group = self.iam().group(name)?.clone();
        if let Some(new_name) = new_name {
            new_name.clone_into(&mut group.name);
        }
        if let Some(new_path) = new_path {
            new_path.clone_into(&mut group.path);
        }
        group.arn = names::arn(&self.account, "group", &group.path, &group.name);
        if group.arn != self.iam().group(name)?.arn {
            // The permission is needed for what it is to be, too.
            self.authorize(Operation::UpdateGroup, &group.arn, &Context::new())?;
        }
        let (before, key) = (name.to_lowercase(), group.name.to_lowercase());
        if key != before && self.iam().groups.contains_key(&key) {
            let (kind, name) = ("Group", group.name);
            return Err(IamError::EntityAlreadyExists { kind, name });
        }
        self.done(Operation::UpdateGroup, &format!("{name} {}", group.name));
        let groups = &mut self.iam_mut().groups;
        groups.remove(&before);
        groups.insert(key, group);
        Ok(())
    }

    /// Deletes a group that has no users and no policies.
    ///
    /// # Errors
    /// Denied; no such group; something is still in it (`iam.group.delete-conflict`).
    pub fn delete_group(&mut self, name: &str) -> Result<(), IamError> {
        self.ask_group(Operation::DeleteGroup, name)?;
        let group = self.iam().group(name)?;
        let what = if group.members.is_empty() {
            group.policies.conflict()
        } else {
            Some("remove users from group")
        };
        if let Some(what) = what {
            return Err(IamError::DeleteConflict { what });
        }
        self.iam_mut().groups.remove(&name.to_lowercase());
        self.done(Operation::DeleteGroup, name);
        Ok(())
    }

    /// Puts a user into a group; one that is in it already is no error.
    ///
    /// # Errors
    /// Denied; no such group or user; the user is in as many as one may be.
    pub fn add_user_to_group(&mut self, group: &str, user: &str) -> Result<(), IamError> {
        self.ask_group(Operation::AddUserToGroup, group)?;
        let id = self.iam().user(user)?.id.clone();
        if !self.iam().group(group)?.members.contains(&id) {
            let present = self.iam().groups_of(&id).count();
            room("GroupsPerUser", present, GROUPS_PER_USER_MAX)?;
        }
        self.iam_mut().group_mut(group)?.members.insert(id);
        self.done(Operation::AddUserToGroup, &format!("{group} {user}"));
        Ok(())
    }

    /// Takes a user out of a group; one that is not in it is no error (unsourced).
    ///
    /// # Errors
    /// Denied; no such group or user.
    pub fn remove_user_from_group(&mut self, group: &str, user: &str) -> Result<(), IamError> {
        self.ask_group(Operation::RemoveUserFromGroup, group)?;
        let id = self.iam().user(user)?.id.clone();
        self.iam_mut().group_mut(group)?.members.remove(&id);
        self.done(Operation::RemoveUserFromGroup, &format!("{group} {user}"));
        Ok(())
    }

    /// Refuses what the policies do not allow to do with a group, and then what is asked of a group
    /// that is not there (`iam.authorization.before-existence`).
    pub(super) fn ask_group(&mut self, operation: Operation, name: &str) -> Result<(), IamError> {
        self.ask_group_with(operation, name, &Context::new())
    }

    /// [`ControlPlane::ask_group`], with the condition keys that the request itself brings.
    pub(super) fn ask_group_with(
        &mut self,
        operation: Operation,
        name: &str,
        own: &Context,
    ) -> Result<(), IamError> {
        check_name("groupName", name, NAME_MAX)?;
        let arn = match self.iam().group(name) {
            Ok(group) => group.arn.clone(),
            Err(_) => names::arn(&self.account, "group", names::PATH_DEFAULT, name),
        };
        self.authorize(operation, &arn, own)?;
        self.iam().group(name)?;
        Ok(())
    }
}
