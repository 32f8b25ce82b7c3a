//! Roles and the policies on them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::access_key::AccessKey;
use super::error::IamError;
use super::mfa::MfaDevice;
use super::oidc::OidcProvider;
use super::profile::InstanceProfile;
use super::user::User;
use crate::control_plane::ControlPlane;
use crate::id::UniqueId;
use crate::operation::Operation;
use crate::policy::{
    self, Context, Document, ManagedPolicy, NamedPolicy, Policies, Principal, Request,
    evaluate_trust,
};
use crate::world::World;

/// What a decision calls a role's trust policy, which has no name of its own.
pub const TRUST_POLICY: &str = "the trust policy";

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// `AROA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:role/NAME`.
    pub arn: String,
    /// The twelve digits of its account.
    pub account: String,
    /// The longest that a client may ask for a session of it.
    pub max_session_duration: Duration,
    trust: NamedPolicy,
    /// Attached managed policies, then inline ones, as the evaluator takes them.
    policies: Vec<NamedPolicy>,
    /// How many of them are managed: the two kinds may share names.
    attached: usize,
}

/// What `CreateRole` takes, with the policies to begin with.
#[derive(Clone, Debug)]
pub struct CreateRole {
    /// The name.
    pub name: String,
    /// Who may assume it.
    pub trust: Document,
    /// Names or ARNs of managed policies.
    pub attached: Vec<String>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Document>,
    /// The longest that a client may ask for a session of it: 1 to 12 hours, and 1 if it is not
    /// said (`iam.role.max-session-duration`).
    pub max_session_duration: Option<Duration>,
}

const MAX_SESSION_DURATION_DEFAULT: Duration = Duration::from_hours(1);
const MAX_SESSION_DURATION: RangeInclusive<Duration> =
    Duration::from_hours(1)..=Duration::from_hours(12);

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
        &self.policies
    }

    fn attach(&mut self, policy: &NamedPolicy) {
        if self.attached_at(&policy.name).is_none() {
            self.policies.insert(self.attached, policy.clone());
            self.attached += 1;
        }
    }

    /// Whether it was attached.
    fn detach(&mut self, name: &str) -> bool {
        let found = self.attached_at(name);
        if let Some(at) = found {
            self.policies.remove(at);
            self.attached -= 1;
        }
        found.is_some()
    }

    fn attached_at(&self, name: &str) -> Option<usize> {
        let mut attached = self.policies[..self.attached].iter();
        attached.position(|policy| policy.name == name)
    }

    fn put_inline(&mut self, policy: NamedPolicy) {
        let mut inline = self.policies[self.attached..].iter_mut();
        match inline.find(|present| present.name == policy.name) {
            Some(present) => *present = policy,
            None => self.policies.push(policy),
        }
    }
}

/// The IAM of one account.
#[derive(Debug, Default)]
pub(crate) struct Iam {
    /// By lower-cased name: names are unique whatever the case (`iam.names.case-insensitive`).
    roles: BTreeMap<String, Role>,
    pub(super) profiles: BTreeMap<String, InstanceProfile>,
    pub(super) users: BTreeMap<String, User>,
    /// By id.
    pub(super) access_keys: BTreeMap<String, AccessKey>,
    /// By ARN.
    pub(super) oidc_providers: BTreeMap<String, OidcProvider>,
    /// By serial number.
    pub(super) mfa_devices: BTreeMap<String, MfaDevice>,
    /// Counts what was made, so that what is made anew gets another unique id.
    pub(super) made: u32,
}

impl Iam {
    pub(crate) fn role(&self, name: &str) -> Result<&Role, IamError> {
        self.roles
            .get(&name.to_lowercase())
            .ok_or_else(|| no_such("role", name))
    }

    fn role_mut(&mut self, name: &str) -> Result<&mut Role, IamError> {
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
}

impl ControlPlane<'_> {
    /// Makes a role.
    ///
    /// # Errors
    /// A name that is taken or malformed, a managed policy that is not known, sessions shorter or
    /// longer than a role can have.
    pub fn create_role(&mut self, request: CreateRole) -> Result<(), IamError> {
        check_name("roleName", &request.name, 64)?;
        let longest = request.max_session_duration;
        let longest = longest.unwrap_or(MAX_SESSION_DURATION_DEFAULT);
        if !MAX_SESSION_DURATION.contains(&longest) {
            return Err(IamError::InvalidMaxSessionDuration);
        }
        let attached = request
            .attached
            .iter()
            .map(|name| managed(name))
            .collect::<Result<Vec<_>, _>>()?;
        if self.iam().role(&request.name).is_ok() {
            return Err(IamError::EntityAlreadyExists {
                kind: "Role",
                name: request.name,
            });
        }
        self.iam_mut().made += 1;
        let label = format!("role/{}/{}", request.name, self.iam().made);
        let account = self.account.clone();
        let mut role = Role {
            id: UniqueId::Role.draw(&self.world.entropy, &label),
            arn: format!("arn:aws:iam::{account}:role/{}", request.name),
            account,
            max_session_duration: longest,
            trust: NamedPolicy::new(TRUST_POLICY, Arc::new(request.trust)),
            policies: Vec::new(),
            attached: 0,
            name: request.name,
        };
        for policy in attached {
            role.attach(&policy.policy);
        }
        for (name, document) in request.inline {
            role.put_inline(NamedPolicy::new(name, Arc::new(document)));
        }
        self.done(Operation::CreateRole, &role.name.clone());
        self.iam_mut().roles.insert(role.name.to_lowercase(), role);
        Ok(())
    }

    /// Writes an inline policy; sessions that exist feel it at once (`iam.policies.live`).
    ///
    /// # Errors
    /// No such role.
    pub fn put_role_policy(
        &mut self,
        role: &str,
        name: &str,
        document: Document,
    ) -> Result<(), IamError> {
        let policy = NamedPolicy::new(name, Arc::new(document));
        self.iam_mut().role_mut(role)?.put_inline(policy);
        self.done(Operation::PutRolePolicy, &format!("{role} {name}"));
        Ok(())
    }

    /// Denies everything to the sessions of a role that were issued before `now`, as the console
    /// does it: with an inline policy (`policy.revocation.sessions-issued-before`).
    ///
    /// # Errors
    /// No such role.
    #[expect(clippy::missing_panics_doc, reason = "the document is our own")]
    pub fn revoke_role_sessions(&mut self, role: &str) -> Result<(), IamError> {
        let text = policy::revoke_older_sessions(self.now);
        let document = Document::parse(&text, policy::DocumentKind::Identity);
        let document = document.expect("our own document is well-formed");
        self.put_role_policy(role, policy::REVOKE_OLDER_SESSIONS, document)
    }

    /// Attaches a managed policy; attaching it twice is no error.
    ///
    /// # Errors
    /// No such role or policy.
    pub fn attach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        let arn = self.iam().role(role)?.arn.clone();
        let managed = managed(policy)?;
        let own = policy_arn(managed);
        self.authorize(Operation::AttachRolePolicy, &arn, &own)?;
        self.iam_mut().role_mut(role)?.attach(&managed.policy);
        self.done(Operation::AttachRolePolicy, &format!("{role} {policy}"));
        Ok(())
    }

    /// Detaches a managed policy.
    ///
    /// # Errors
    /// No such role, or the policy is not attached to it.
    pub fn detach_role_policy(&mut self, role: &str, policy: &str) -> Result<(), IamError> {
        let arn = self.iam().role(role)?.arn.clone();
        let managed = managed(policy)?;
        let own = policy_arn(managed);
        self.authorize(Operation::DetachRolePolicy, &arn, &own)?;
        if !self.iam_mut().role_mut(role)?.detach(&managed.policy.name) {
            return Err(no_such("policy", policy));
        }
        self.done(Operation::DetachRolePolicy, &format!("{role} {policy}"));
        Ok(())
    }
}

impl World {
    /// The ARN of a role of the first account; `None` if there is none of that name.
    pub fn role_arn(&self, name: &str) -> Option<&str> {
        let role = self.accounts.role_named(name).ok()?;
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

pub(super) fn managed(name_or_arn: &str) -> Result<&'static ManagedPolicy, IamError> {
    policy::managed(name_or_arn).ok_or_else(|| no_such("policy", name_or_arn))
}

/// The condition key of what attaches and detaches (`iam.authorization.policy-arn`).
fn policy_arn(managed: &ManagedPolicy) -> Context {
    Context::new().with("iam:PolicyARN", managed.arn)
}

pub(crate) fn no_such(kind: &'static str, name: &str) -> IamError {
    IamError::NoSuchEntity {
        kind,
        name: name.to_owned(),
    }
}

/// `[\w+=,.@-]+`, `iam.names.form`.
pub(super) fn check_name(field: &'static str, name: &str, max: usize) -> Result<(), IamError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let good = (1..=max).contains(&name.len()) && name.chars().all(allowed);
    good.then_some(())
        .ok_or(IamError::InvalidName { field, max })
}
