//! Roles, users, instance profiles and the policies on them.

mod access_key;
mod coherent;
mod context_keys;
mod details;
mod documents;
mod error;
mod group;
mod held;
mod holder;
mod managed;
mod managed_versions;
mod mfa;
mod names;
mod oidc;
mod page;
mod profile;
mod quotas;
mod role;
mod role_policies;
mod simulate;
mod tagged;
mod tags;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_users;
mod totp;
mod trust;
mod user;

pub use access_key::{AccessKey, KeyStatus, KeyUse};
pub use details::{AccountDetails, EntityDetail, HeldDetail};
pub use documents::iam_document;
pub use error::IamError;
pub use group::Group;
pub use holder::{AttachedPolicy, PolicyHolder};
pub use managed::{CreatePolicy, ListPolicies, ManagedPolicy, PolicyUsage, Scope};
pub use managed_versions::{EntityKind, ListEntities, PolicyEntity, PolicyVersion};
pub use mfa::{
    CreateVirtualMfaDevice, MfaAssignment, MfaCode, MfaDevice, MfaEnabled, MfaRefusal, NoMfaCode,
};
pub use oidc::{CreateOidcProvider, OidcProvider};
pub use page::{Page, PageRequest};
pub use profile::{CreateInstanceProfile, InstanceProfile};
pub use quotas::IamQuotas;
pub use role::{CreateRole, Role, TRUST_POLICY};
pub(crate) use role::{Iam, no_such};
pub use simulate::{MatchedStatement, Simulated, Simulation};
pub use tagged::Tagged;
pub use tags::{Tag, Tags};
pub use user::{CreateUser, User};
