//! The portal of IAM Identity Center: credentials of a role for whoever is signed in.
//!
//! How one signs in (the device flow, the browser) is not modelled: a token is drawn when the world
//! says that somebody does. `GetRoleCredentials` alone is answered.

mod error;
mod portal;
#[cfg(test)]
mod tests;

pub use error::SsoError;
pub(crate) use portal::Portals;
pub use portal::{Assignment, OpenPortal, RoleRequest, SignedIn, permission_set};
