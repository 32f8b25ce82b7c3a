//! Roles, instance profiles and the policies on them.

mod error;
mod mfa;
mod profile;
mod role;
#[cfg(test)]
mod tests;
mod totp;
mod user;

pub use error::IamError;
pub use mfa::{
    CreateVirtualMfaDevice, MfaAssignment, MfaCode, MfaDevice, MfaEnabled, MfaRefusal, NoMfaCode,
};
pub use profile::InstanceProfile;
pub use role::{CreateRole, Role, TRUST_POLICY};
pub(crate) use role::{Iam, no_such};
pub use user::{CreateUser, User};
