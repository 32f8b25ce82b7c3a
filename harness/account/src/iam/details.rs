//! The account as a whole: its alias, its summary and all that is in its IAM.

use std::collections::BTreeMap;

use super::error::IamError;
use super::group::Group;
use super::held::HeldPolicies;
use super::holder::AttachedPolicy;
use super::holder::attached_below;
use super::managed::{AWS, ManagedPolicy};
use super::managed_versions::{EntityKind, PolicyVersion};
use super::names;
use super::page::{Page, PageRequest};
use super::profile::InstanceProfile;
use super::role::{Iam, Role};
use super::user::User;
use crate::constraint::{Alphabet, Constraints, Field};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::{self, Context, NamedPolicy};

/// What an alias of an account may be (`iam.alias.form`).
const ALIAS: Alphabet = Alphabet {
    pattern: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
    has: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
};

/// A user, a group or a role with all that is attached to it.
#[derive(Clone, Debug)]
pub enum EntityDetail {
    /// A user, and the names of its groups.
    User(User, HeldDetail, Vec<String>),
    /// A group.
    Group(Group, HeldDetail),
    /// A role, and the instance profiles that hold it.
    Role(Role, HeldDetail, Vec<InstanceProfile>),
}

/// Policies of a user, a group or a role.
#[derive(Clone, Debug)]
pub struct HeldDetail {
    /// The inline ones.
    pub inline: Vec<NamedPolicy>,
    /// The managed ones.
    pub attached: Vec<AttachedPolicy>,
}

/// What an account has, as much of it as was asked for.
#[derive(Clone, Debug)]
pub enum AccountDetails {
    /// A user, a group or a role.
    Entity(Box<EntityDetail>),
    /// A managed policy and its versions.
    Policy(Box<ManagedPolicy>, Vec<PolicyVersion>),
}

impl HeldDetail {
    fn of(held: &HeldPolicies) -> Self {
        Self {
            inline: held.inline().to_vec(),
            attached: attached_below(held, names::PATH_DEFAULT),
        }
    }
}

impl ControlPlane<'_> {
    /// All users, groups, roles and managed policies of the account, or those of the kinds that are
    /// asked for. Of AWS's policies those that are in use (`iam.details.policies-in-use`).
    ///
    /// # Errors
    /// Denied; a page that cannot be.
    pub fn get_account_authorization_details(
        &mut self,
        kinds: &[EntityKind],
        page: &PageRequest,
    ) -> Result<Page<AccountDetails>, IamError> {
        let operation = Operation::GetAccountAuthorizationDetails;
        self.authorize(operation, "*", &Context::new())?;
        let iam = self.iam();
        let wanted = |kind| kinds.is_empty() || kinds.contains(&kind);
        let users = iam.users.values().filter(|_| wanted(EntityKind::User));
        let users = users.map(|user| {
            let groups = iam.groups_of(&user.id).map(|group| group.name.clone());
            let held = HeldDetail::of(&user.policies);
            let detail = EntityDetail::User(user.clone(), held, groups.collect());
            (user.arn.clone(), detail)
        });
        let groups = iam.groups.values().filter(|_| wanted(EntityKind::Group));
        let groups = groups.map(|group| {
            let held = HeldDetail::of(&group.policies);
            (group.arn.clone(), EntityDetail::Group(group.clone(), held))
        });
        let roles = iam.roles.values().filter(|_| wanted(EntityKind::Role));
        let roles = roles.map(|role| {
            let held = HeldDetail::of(&role.policies);
            let profiles = iam.profiles.values();
            let holds = |profile: &&InstanceProfile| profile.role_id.as_ref() == Some(&role.id);
            let profiles = profiles.filter(holds).cloned().collect();
            let detail = EntityDetail::Role(role.clone(), held, profiles);
            (role.arn.clone(), detail)
        });
        let entities = users.chain(groups).chain(roles);
        let entities =
            entities.map(|(arn, entity)| (arn, AccountDetails::Entity(Box::new(entity))));
        let own = iam.policies.values().map(|policy| policy.arn.clone());
        let own = own.filter(|_| wanted(EntityKind::LocalManagedPolicy));
        let aws = policy::managed_names().map(|name| format!("{AWS}{name}"));
        let aws = aws.filter(|arn| {
            // iam.details.policies-in-use
            let in_use = iam.attachments(arn) + iam.boundaries(arn) > 0;
            in_use && wanted(EntityKind::AwsManagedPolicy)
        });
        let policies = own.chain(aws).filter_map(|arn| {
            let shown = Box::new(self.shown_policy(&arn)?);
            let versions = self.versions_of(&arn).ok()?;
            Some((arn, AccountDetails::Policy(shown, versions)))
        });
        let list = format!("details {kinds:?}");
        page.cut(&list, entities.chain(policies))
    }

    /// How much of what is in the account, and how much there may be.
    ///
    /// # Errors
    /// Denied.
    pub fn get_account_summary(&mut self) -> Result<BTreeMap<&'static str, usize>, IamError> {
        self.authorize(Operation::GetAccountSummary, "*", &Context::new())?;
        let (iam, quotas) = (self.iam(), &self.iam().quotas);
        let devices = iam.mfa_devices.values();
        let in_use = devices.filter(|device| device.enabled.is_some()).count();
        let versions = iam.policies.values().map(|policy| policy.versions.len());
        // iam.account.summary
        Ok(BTreeMap::from([
            ("AccessKeysPerUserQuota", 2),
            ("AccountAccessKeysPresent", 0),
            ("AccountMFAEnabled", 0),
            ("AccountPasswordPresent", 0),
            ("AccountSigningCertificatesPresent", 0),
            ("AssumeRolePolicySizeQuota", quotas.trust_policy_size),
            ("AttachedPoliciesPerGroupQuota", 10),
            ("AttachedPoliciesPerRoleQuota", quotas.policies_per_role),
            ("AttachedPoliciesPerUserQuota", 10),
            ("GlobalEndpointTokenVersion", 1),
            ("GroupPolicySizeQuota", 5120),
            ("Groups", iam.groups.len()),
            ("GroupsPerUserQuota", 10),
            ("GroupsQuota", 300),
            ("InstanceProfiles", iam.profiles.len()),
            ("InstanceProfilesQuota", quotas.instance_profiles),
            ("MFADevices", iam.mfa_devices.len()),
            ("MFADevicesInUse", in_use),
            ("Policies", iam.policies.len()),
            ("PoliciesQuota", quotas.policies),
            ("PolicySizeQuota", 6144),
            ("PolicyVersionsInUse", versions.sum()),
            ("PolicyVersionsInUseQuota", 10_000),
            ("Providers", iam.oidc_providers.len()),
            ("RolePolicySizeQuota", 10_240),
            ("Roles", iam.roles.len()),
            ("RolesQuota", quotas.roles),
            ("ServerCertificates", 0),
            ("ServerCertificatesQuota", 20),
            ("SigningCertificatesPerUserQuota", 2),
            ("UserPolicySizeQuota", 2048),
            ("Users", iam.users.len()),
            ("UsersQuota", 5000),
            ("VersionsPerPolicyQuota", 5),
        ]))
    }

    /// The alias of the account, if it has one.
    ///
    /// # Errors
    /// Denied; a page that cannot be.
    pub fn list_account_aliases(&mut self, page: &PageRequest) -> Result<Page<String>, IamError> {
        self.authorize(Operation::ListAccountAliases, "*", &Context::new())?;
        let all = self.iam().alias.iter();
        page.cut("aliases", all.map(|alias| (alias.clone(), alias.clone())))
    }

    /// Gives the account an alias in place of the one it has (`iam.alias.one`).
    ///
    /// # Errors
    /// Denied; an alias that cannot be, or that another account has.
    pub fn create_account_alias(&mut self, alias: &str) -> Result<(), IamError> {
        check_alias(alias)?;
        self.authorize(Operation::CreateAccountAlias, "*", &Context::new())?;
        let taken = |iam: &Iam| iam.alias.as_deref() == Some(alias);
        if self.world.accounts.iter().any(taken) {
            let message = format!("The account alias {alias} already exists.");
            return Err(IamError::Exists(message));
        }
        self.iam_mut().alias = Some(alias.to_owned());
        self.done(Operation::CreateAccountAlias, alias);
        Ok(())
    }

    /// Takes the alias of the account away.
    ///
    /// # Errors
    /// Denied; the account has no such alias.
    pub fn delete_account_alias(&mut self, alias: &str) -> Result<(), IamError> {
        check_alias(alias)?;
        self.authorize(Operation::DeleteAccountAlias, "*", &Context::new())?;
        if self.iam().alias.as_deref() != Some(alias) {
            let message = format!("The account alias {alias} does not exist.");
            return Err(IamError::NoSuch(message));
        }
        self.iam_mut().alias = None;
        self.done(Operation::DeleteAccountAlias, alias);
        Ok(())
    }

    /// What passwords have to be: nobody has one here, so that there is no such policy
    /// (`iam.account.no-password-policy`).
    ///
    /// # Errors
    /// Denied; no such policy.
    pub fn get_account_password_policy(&mut self) -> Result<(), IamError> {
        self.authorize(Operation::GetAccountPasswordPolicy, "*", &Context::new())?;
        let account = &self.account;
        Err(IamError::NoSuch(format!(
            "The Password Policy with domain name {account} cannot be found."
        )))
    }
}

/// `iam.alias.form`.
fn check_alias(alias: &str) -> Result<(), IamError> {
    let mut constraints = Constraints::default();
    let dashed = alias.contains("--") || alias.starts_with('-') || alias.ends_with('-');
    let alphabet = if dashed {
        // The pattern is about more than characters.
        Alphabet {
            has: |_| false,
            ..ALIAS
        }
    } else {
        ALIAS
    };
    constraints.text(Field("accountAlias"), alias, 3..=63, &alphabet);
    Ok(constraints.check()?)
}
