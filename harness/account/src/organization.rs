//! The organization that the accounts of a world are in, and what its policies limit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;
use crate::policy::{self, Context, NamedPolicy, full_aws_access, rcp_full_aws_access};
use crate::world::World;

/// An organization as it is to be: every account of the world is in it.
#[derive(Clone, Debug, Default)]
pub struct Organize {
    /// `o-` and 10 to 32 letters and digits; drawn if it is not said.
    pub id: Option<String>,
    /// The twelve digits of the management account, which nothing limits; if it is not said, that
    /// is an account that the world does not have.
    pub management: Option<String>,
    /// What is attached to its root.
    pub root: Guardrails,
    /// What is attached to accounts, by their twelve digits.
    pub accounts: BTreeMap<String, Guardrails>,
}

/// What is attached at one level of an organization.
#[derive(Clone, Debug)]
pub struct Guardrails {
    /// Whether `FullAWSAccess` is, as it is from the beginning
    /// (`policy.scp.full-access-by-default`).
    pub full_access: bool,
    /// The service control policies besides.
    pub service_control: Vec<NamedPolicy>,
    /// The resource control policies besides `RCPFullAWSAccess`, which is always there.
    pub resource_control: Vec<NamedPolicy>,
}

impl Default for Guardrails {
    /// What an organization begins with.
    fn default() -> Self {
        Self {
            full_access: true,
            service_control: Vec::new(),
            resource_control: Vec::new(),
        }
    }
}

/// The policies of the levels above and at an account, the root first.
type Levels = Vec<Vec<NamedPolicy>>;

/// An organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organization {
    id: String,
    root_id: String,
    management: Option<String>,
    /// Of accounts to which nothing of their own is attached.
    usual: Limits,
    own: BTreeMap<String, Limits>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    #[serde(deserialize_with = "policy::stored::service_control")]
    service_control: Levels,
    #[serde(deserialize_with = "policy::stored::resource_control")]
    resource_control: Levels,
}

impl Limits {
    fn of(root: &Guardrails, account: &Guardrails) -> Self {
        let levels = [root, account];
        Self {
            service_control: levels.map(Guardrails::scp).into(),
            resource_control: levels.map(Guardrails::rcp).into(),
        }
    }
}

impl Guardrails {
    fn scp(&self) -> Vec<NamedPolicy> {
        let full = self.full_access.then(full_aws_access);
        full.into_iter()
            .chain(self.service_control.iter().cloned())
            .collect()
    }

    fn rcp(&self) -> Vec<NamedPolicy> {
        let own = self.resource_control.iter().cloned();
        std::iter::once(rcp_full_aws_access()).chain(own).collect()
    }
}

/// Services whose resources are limited by resource control policies, of those that a world has
/// (`policy.rcp.services`).
const WITH_RESOURCE_CONTROL: &[&str] = &["s3", "sts"];

/// In the ARN of a role that a service owns.
const SERVICE_LINKED: &str = ":role/aws-service-role/";

impl Organization {
    fn new(asked: Organize, entropy: &Entropy) -> Self {
        let draw = |label: &str, length: usize| -> String {
            let bytes = entropy.bytes::<10>(&format!("organization/{label}"));
            let letters = bytes.iter().take(length);
            letters
                .map(|byte| {
                    char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[usize::from(*byte) % 36])
                })
                .collect()
        };
        let root = &asked.root;
        let own = asked.accounts.iter();
        Self {
            id: asked.id.unwrap_or_else(|| format!("o-{}", draw("id", 10))),
            root_id: format!("r-{}", draw("root", 4)),
            management: asked.management,
            usual: Limits::of(root, &Guardrails::default()),
            own: own
                .map(|(account, attached)| (account.clone(), Limits::of(root, attached)))
                .collect(),
        }
    }

    /// policy.organization.management-exempt
    fn limits(&self, account: &str) -> Option<&Limits> {
        let is_member = self.management.as_deref() != Some(account);
        is_member.then(|| self.own.get(account).unwrap_or(&self.usual))
    }

    /// The service control policies for a principal of an account.
    pub(crate) fn scp(&self, account: &str, principal_arn: &str) -> &[Vec<NamedPolicy>] {
        // policy.organization.service-linked-exempt
        let limits = self.limits(account);
        let limits = limits.filter(|_| !principal_arn.contains(SERVICE_LINKED));
        limits.map_or(&[], |limits| &limits.service_control)
    }

    /// The resource control policies for what an account owns, for an action by that principal.
    pub(crate) fn rcp(
        &self,
        owner: &str,
        action: &str,
        principal_arn: &str,
    ) -> &[Vec<NamedPolicy>] {
        let service = action.split(':').next().unwrap_or_default();
        let limits = self.limits(owner).filter(|_| {
            WITH_RESOURCE_CONTROL.contains(&service) && !principal_arn.contains(SERVICE_LINKED)
        });
        limits.map_or(&[], |limits| &limits.resource_control)
    }
}

impl World {
    /// Puts every account of the world into an organization, in place of the one they are in, if
    /// any; accounts that are opened later are in it too.
    pub fn organize(&mut self, asked: Organize) {
        self.organization = Some(Organization::new(asked, &self.entropy));
    }

    /// The id of the organization, `o-…`, if the accounts are in one.
    pub fn organization_id(&self) -> Option<&str> {
        self.organization.as_ref().map(|it| it.id.as_str())
    }

    /// policy.context.organization: of whoever asks, if that is a principal of an account, and of
    /// what is asked for.
    pub(crate) fn organization_keys(&self, context: &mut Context, whose: &str) {
        let Some(organization) = &self.organization else {
            return;
        };
        // There are no units: every account is right below the root.
        let path = format!("{}/{}/", organization.id, organization.root_id);
        context.set(&format!("aws:{whose}OrgID"), [&organization.id]);
        context.set(&format!("aws:{whose}OrgPaths"), [path]);
    }
}

#[cfg(test)]
mod tests;
