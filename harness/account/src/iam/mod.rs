//! Roles, instance profiles and the policies on them.

mod access_key;
mod error;
mod mfa;
mod oidc;
mod profile;
mod role;
#[cfg(test)]
mod tests;
mod totp;
mod user;

pub use access_key::{AccessKey, KeyStatus, KeyUse};
pub use error::IamError;
pub use mfa::{
    CreateVirtualMfaDevice, MfaAssignment, MfaCode, MfaDevice, MfaEnabled, MfaRefusal, NoMfaCode,
};
pub use oidc::{CreateOidcProvider, OidcProvider};
pub use profile::InstanceProfile;
pub use role::{CreateRole, Role, TRUST_POLICY};
pub(crate) use role::{Iam, no_such};
pub use user::{CreateUser, User};
