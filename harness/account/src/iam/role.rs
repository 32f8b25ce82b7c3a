//! Roles.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::access_key::AccessKey;
use super::error::IamError;
use super::group::Group;
use super::held::{Attachable, HeldPolicies};
use super::managed::CustomerPolicy;
use super::mfa::MfaDevice;
use super::names;
use super::oidc::OidcProvider;
use super::page::{Page, PageRequest};
use super::profile::InstanceProfile;
use super::quotas::{IamQuotas, room};
use super::tags::{self, Tag, Tags};
use super::user::User;
use crate::constraint::{Constraints, Field};
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::{
    self, Context, Document, NamedPolicy, Policies, Principal, Request, evaluate_trust,
};
use crate::world::World;

/// What a decision calls a role's trust policy, which has no name of its own.
pub const TRUST_POLICY: &str = "the trust policy";

/// A role.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AROA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub arn: String,
    /// The twelve digits of its account.
    pub account: String,
    /// `/`, or names between two of them.
    pub path: String,
    /// When it was made.
    pub created: SimInstant,
    /// What it is for, if somebody said.
    pub description: Option<String>,
    /// The longest that a client may ask for a session of it.
    pub max_session_duration: Duration,
    /// Its tags, which its sessions have too.
    pub tags: Tags,
    /// When a session of it was last used, and in which region (`iam.role.last-used`).
    pub last_used: Option<(SimInstant, String)>,
    #[serde(deserialize_with = "policy::stored::trust")]
    pub(super) trust: NamedPolicy,
    pub(super) boundary: Option<Attachable>,
    pub(super) policies: HeldPolicies,
}

/// What `CreateRole` takes, with the policies to begin with.
///
/// ```
/// use rolecall_account::CreateRole;
/// use rolecall_account::policy::{Document, DocumentKind};
///
/// let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
///     "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
/// let role = CreateRole {
///     path: Some("/web/".to_owned()),
///     ..CreateRole::new("photo-app", Document::parse(trust, DocumentKind::Trust).unwrap())
/// };
/// assert!(role.attached.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct CreateRole {
    /// The name.
    pub name: String,
    /// Who may assume it.
    pub trust: Document,
    /// `/` if it is not said.
    pub path: Option<String>,
    /// At most 1000 characters.
    pub description: Option<String>,
    /// Tags, which its sessions have too.
    pub tags: Vec<Tag>,
    /// The ARN of the managed policy that is the most that its policies can give; for the operator
    /// its name will do.
    pub permissions_boundary: Option<String>,
    /// Names or ARNs of managed policies.
    pub attached: Vec<String>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Document>,
    /// The longest that a client may ask for a session of it: 1 to 12 hours, and 1 if it is not
    /// said (`iam.role.max-session-duration`).
    pub max_session_duration: Option<Duration>,
}

const NAME_MAX: usize = 64;
const MAX_SESSION_DURATION_DEFAULT: Duration = Duration::from_hours(1);
/// In seconds.
const MAX_SESSION_DURATION: RangeInclusive<u32> = 3600..=43_200;

impl CreateRole {
    /// Without anything that need not be.
    pub fn new(name: impl Into<String>, trust: Document) -> Self {
        Self {
            name: name.into(),
            trust,
            path: None,
            description: None,
            tags: Vec::new(),
            permissions_boundary: None,
            attached: Vec::new(),
            inline: BTreeMap::new(),
            max_session_duration: None,
        }
    }

    /// The longest session.
    fn check(&self) -> Result<Duration, IamError> {
        names::check_name("roleName", &self.name, NAME_MAX)?;
        names::check_path(self.path())?;
        names::check_description(self.description.as_deref())?;
        check_max_session_duration(self.max_session_duration)?;
        Ok(self
            .max_session_duration
            .unwrap_or(MAX_SESSION_DURATION_DEFAULT))
    }

    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(names::PATH_DEFAULT)
    }
}

impl Role {
    /// Whether the trust policy lets an AWS service, such as `ec2.amazonaws.com`, do an action with
    /// it, such as `sts:AssumeRole`.
    pub(crate) fn admits_service(
        &self,
        service_principal: &str,
        action: &str,
        context: &Context,
    ) -> bool {
        let request = Request {
            principal: &Principal::service(service_principal),
            action,
            resource: &self.arn,
            resource_account: Some(&self.account),
            context,
        };
        evaluate_trust(&request, &self.trust, &Policies::default()).allowed()
    }

    /// Who may assume it.
    pub(crate) fn trust(&self) -> &NamedPolicy {
        &self.trust
    }

    /// The policies that say what a session of this role may do, as they stand now.
    pub(crate) fn identity_policies(&self) -> &[NamedPolicy] {
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

/// The IAM of one account.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Iam {
    /// By lower-cased name: names are unique whatever the case (`iam.names.case-insensitive`).
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) profiles: BTreeMap<String, InstanceProfile>,
    pub(super) users: BTreeMap<String, User>,
    pub(super) groups: BTreeMap<String, Group>,
    /// By id.
    pub(super) access_keys: BTreeMap<String, AccessKey>,
    /// By ARN.
    pub(super) oidc_providers: BTreeMap<String, OidcProvider>,
    /// By serial number.
    pub(super) mfa_devices: BTreeMap<String, MfaDevice>,
    /// What its sign-in page goes by besides its digits.
    pub(super) alias: Option<String>,
    pub(super) policies: BTreeMap<String, CustomerPolicy>,
    pub(super) quotas: IamQuotas,
    /// Counts what was made, so that what is made anew gets another unique id.
    pub(super) made: u32,
}

impl Iam {
    pub(crate) fn role(&self, name: &str) -> Result<&Role, IamError> {
        self.roles
            .get(&name.to_lowercase())
            .ok_or_else(|| no_such("role", name))
    }

    pub(super) fn role_mut(&mut self, name: &str) -> Result<&mut Role, IamError> {
        self.roles
            .get_mut(&name.to_lowercase())
            .ok_or_else(|| no_such("role", name))
    }

    fn role_names(&self) -> impl Iterator<Item = &str> {
        self.roles.values().map(|role| role.name.as_str())
    }

    fn profile_names(&self) -> impl Iterator<Item = &str> {
        let profiles = self.profiles.values();
        profiles.map(|profile| profile.name.as_str())
    }

    pub(crate) fn role_by_id(&self, id: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.id == id)
    }

    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.arn == arn)
    }

    /// A session of the role was used (`iam.role.last-used`).
    pub(crate) fn role_used(&mut self, id: &str, at: SimInstant, region: &str) {
        let role = self.roles.values_mut().find(|role| role.id == id);
        if let Some(role) = role {
            role.last_used = Some((at, region.to_owned()));
        }
    }
}

impl ControlPlane<'_> {
    /// Makes a role; answers it.
    ///
    /// # Errors
    /// A name that is taken or malformed, a managed policy that is not known, sessions shorter or
    /// longer than a role can have, more than the account may have; for the holder of a session also
    /// a principal in the trust policy that is not there.
    pub fn create_role(&mut self, request: CreateRole) -> Result<Role, IamError> {
        let longest = request.check()?;
        let boundary = request.permissions_boundary.as_deref();
        let meant = boundary.map(|named| self.arn_meant(named)).transpose()?;
        let path = request.path().to_owned();
        let arn = names::arn(&self.account, "role", &path, &request.name);
        let mut own = tags::request_context(&request.tags, Context::new());
        own.set("iam:PermissionsBoundary", meant);
        self.authorize(Operation::CreateRole, &arn, &own)?;
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
        if self.iam().role(&request.name).is_ok() {
            return Err(IamError::EntityAlreadyExists {
                kind: "Role",
                name: request.name,
            });
        }
        let trust = self.trust_policy_of(request.trust)?;
        room(
            "RolesPerAccount",
            self.iam().roles.len(),
            self.iam().quotas.roles,
        )?;
        let role = Role {
            id: self.unique_id(UniqueId::Role, "role", &request.name),
            arn,
            account: self.account.clone(),
            path,
            created: self.now,
            description: request.description,
            max_session_duration: longest,
            tags,
            last_used: None,
            trust,
            boundary,
            policies,
            name: request.name,
        };
        self.done(Operation::CreateRole, &role.name);
        let key = role.name.to_lowercase();
        self.iam_mut().roles.insert(key, role.clone());
        Ok(role)
    }

    /// A role.
    ///
    /// # Errors
    /// No such role.
    pub fn get_role(&mut self, name: &str) -> Result<Role, IamError> {
        self.ask_role(Operation::GetRole, name, Context::new())?;
        Ok(self.iam().role(name)?.clone())
    }

    /// The roles below a path, by name.
    ///
    /// # Errors
    /// A path or a page that cannot be.
    pub fn list_roles(
        &mut self,
        path_prefix: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Role>, IamError> {
        let prefix = self.ask_list(Operation::ListRoles, "role", path_prefix)?;
        let roles = self.iam().roles.iter();
        let below = roles.filter(|(_, role)| role.path.starts_with(prefix));
        let all = below.map(|(key, role)| (key.clone(), role.clone()));
        page.cut(&format!("roles {prefix}"), all)
    }

    /// Changes what is said.
    ///
    /// # Errors
    /// No such role, sessions shorter or longer than a role can have, a description that cannot be.
    pub fn update_role(
        &mut self,
        name: &str,
        description: Option<&str>,
        max_session_duration: Option<Duration>,
    ) -> Result<(), IamError> {
        names::check_description(description)?;
        check_max_session_duration(max_session_duration)?;
        self.ask_role(Operation::UpdateRole, name, Context::new())?;
        let role = self.iam_mut().role_mut(name)?;
        if let Some(description) = description {
            role.description = Some(description.to_owned());
        }
        if let Some(longest) = max_session_duration {
            role.max_session_duration = longest;
        }
        self.done(Operation::UpdateRole, name);
        Ok(())
    }

    /// Changes what a role is said to be for; answers the role.
    ///
    /// # Errors
    /// No such role, a description that cannot be.
    pub fn update_role_description(
        &mut self,
        name: &str,
        description: &str,
    ) -> Result<Role, IamError> {
        names::check_description(Some(description))?;
        self.ask_role(Operation::UpdateRoleDescription, name, Context::new())?;
        let role = self.iam_mut().role_mut(name)?;
        role.description = Some(description.to_owned());
        let role = role.clone();
        self.done(Operation::UpdateRoleDescription, name);
        Ok(role)
    }

    /// Deletes a role that has no policies and is in no instance profile. Its sessions may do nothing
    /// from now on.
    ///
    /// # Errors
    /// No such role, or something is still in it or holds it (`iam.role.delete-conflict`).
    pub fn delete_role(&mut self, name: &str) -> Result<(), IamError> {
        self.ask_role(Operation::DeleteRole, name, Context::new())?;
        let role = self.iam().role(name)?;
        let mut profiles = self.iam().profiles.values();
        // The order in which AWS looks is unsourced.
        let what = if profiles.any(|profile| profile.role_id.as_ref() == Some(&role.id)) {
            Some("remove roles from instance profile")
        } else {
            role.policies.conflict()
        };
        if let Some(what) = what {
            return Err(IamError::DeleteConflict { what });
        }
        self.iam_mut().roles.remove(&name.to_lowercase());
        self.done(Operation::DeleteRole, name);
        Ok(())
    }

    /// Refuses what the policies do not allow to do with a role, and then what is asked of a role
    /// that is not there (`iam.authorization.before-existence`).
    pub(super) fn ask_role(
        &mut self,
        operation: Operation,
        name: &str,
        own: Context,
    ) -> Result<(), IamError> {
        names::check_name("roleName", name, NAME_MAX)?;
        let (arn, own) = if let Ok(role) = self.iam().role(name) {
            (role.arn.clone(), role.context(own))
        } else {
            let path = names::PATH_DEFAULT;
            (names::arn(&self.account, "role", path, name), own)
        };
        self.authorize(operation, &arn, &own)?;
        self.iam().role(name)?;
        Ok(())
    }

    /// Refuses what the policies do not allow to list; answers the path below which it is.
    pub(super) fn ask_list<'p>(
        &mut self,
        operation: Operation,
        kind: &str,
        path_prefix: Option<&'p str>,
    ) -> Result<&'p str, IamError> {
        names::check_path_prefix(path_prefix)?;
        let prefix = path_prefix.unwrap_or(names::PATH_DEFAULT);
        // iam.authorization.lists
        let arn = names::arn(&self.account, kind, prefix, "");
        self.authorize(operation, &arn, &Context::new())?;
        Ok(prefix)
    }

    /// Another unique id, drawn by what is made and its name.
    pub(super) fn unique_id(&mut self, kind: UniqueId, what: &str, name: &str) -> String {
        self.iam_mut().made += 1;
        let label = format!("{what}/{name}/{}", self.iam().made);
        kind.draw(&self.world.entropy, &label)
    }
}

impl World {
    /// The ARN of a role of the first account; `None` if there is none of that name.
    pub fn role_arn(&self, name: &str) -> Option<&str> {
        let role = self.accounts.role_written(name)?;
        Some(&role.arn)
    }

    /// The names of all roles, in order.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().flat_map(Iam::role_names)
    }

    /// The names of all instance profiles, in order.
    pub fn instance_profile_names(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().flat_map(Iam::profile_names)
    }
}

fn check_max_session_duration(longest: Option<Duration>) -> Result<(), IamError> {
    let seconds = longest.map(|longest| u32::try_from(longest.as_secs()).unwrap_or(u32::MAX));
    let mut constraints = Constraints::default();
    constraints.number(Field("maxSessionDuration"), seconds, MAX_SESSION_DURATION);
    Ok(constraints.check()?)
}

pub(crate) fn no_such(kind: &'static str, name: &str) -> IamError {
    IamError::NoSuchEntity {
        kind,
        name: name.to_owned(),
    }
}
